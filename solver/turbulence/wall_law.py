"""The law of the wall for speed and temperature on a smooth wall: from the first cell to shear and heat.

Both hold from the wall through the buffer layer into the log layer: a first cell may lie anywhere below the
wake.
"""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

Real = float | int | np.floating | np.ndarray | Array

VON_KARMAN = 0.41
LOG_LAW_CONSTANT = 5.0
C_MU = 0.09
_B = math.exp(-VON_KARMAN * LOG_LAW_CONSTANT)


def _spalding(u_plus: Array) -> tuple[Array, Array]:
    """y+ and d(y+)/d(u+) of Spalding's law of the wall."""
    x = VON_KARMAN * u_plus
    grow = jnp.exp(x)
    y_plus = u_plus + _B * (grow - 1.0 - x - x**2 / 2.0 - x**3 / 6.0)
    return y_plus, 1.0 + VON_KARMAN * _B * (grow - 1.0 - x - x**2 / 2.0)


def _newton(u_plus: Array, log_reynolds: Array) -> Array:
    """One step for ln u+ on the logarithm of u+ y+ = Re; the logarithm is convex and rises everywhere."""
    y_plus, slope = _spalding(u_plus)
    residual = jnp.log(u_plus) + jnp.log(y_plus) - log_reynolds
    return u_plus * jnp.exp(-residual / (1.0 + u_plus * slope / y_plus))


@jax.jit
def wall_distance_units(speed: Real, distance: Real, kinematic_viscosity: Real) -> Array:
    """y+ of a point from its speed (m/s) and distance (m) to a smooth wall. Traceable; arguments broadcast.

        y+ = u+ + e^(-kB) (e^(k u+) - 1 - k u+ - (k u+)^2/2 - (k u+)^3/6),   u+ y+ = U y / nu

    Spalding, J. Appl. Mech. 28 (1961) 455, k = 0.41, B = 5.0; viscous sublayer, buffer and log layer in one.
    The friction velocity is y+ nu / y. Newton's method from above reaches round-off in 9 steps for U y / nu
    up to 1e9; the last step alone carries the gradient, exactly.
    """
    reynolds = jnp.maximum(speed * distance / kinematic_viscosity, 1e-12)
    log_reynolds = jnp.log(reynolds)
    known = jax.lax.stop_gradient(log_reynolds)
    # Both are upper bounds: y+ >= u+, and the log law.
    log_law = LOG_LAW_CONSTANT + jnp.maximum(known, 0.0) / VON_KARMAN
    start = jnp.minimum(jnp.exp(0.5 * known), log_law)
    u_plus = jax.lax.fori_loop(0, 8, lambda _, u: _newton(u, known), start)
    return reynolds / _newton(u_plus, log_reynolds)


def turbulent_friction_velocity(k: Array, speed: Array, distance: Array, viscosity: Array) -> tuple[Array, Array]:
    """u_* (m/s) of a point near a wall from its turbulent kinetic energy (m2/s2) and speed; the sublayer's share g.

        u_*^2 = g nu u / y + (1 - g) C_mu^(1/2) k,     g = exp(-k^(1/2) y / (11 nu))

    g is 1 in the viscous sublayer and 0 in the log layer, where k = u_*^2 / C_mu^(1/2) (Launder & Spalding, Comput.
    Methods Appl. Mech. Eng. 3 (1974) 269).
    """
    laminar = jnp.exp(-jnp.sqrt(k) * distance / (11.0 * viscosity))
    return jnp.sqrt(laminar * viscosity * speed / distance + (1 - laminar) * math.sqrt(C_MU) * k), laminar


def reichardt_velocity(y_plus: Array) -> tuple[Array, Array]:
    """u+ and du+/dy+ at y+ from a smooth wall, without iteration. Traceable.

        u+ = ln(1 + k y+) / k + (B - ln(k) / k) [1 - e^(-y+/11) - (y+/11) e^(-y+/3)]

    Reichardt, Z. Angew. Math. Mech. 31 (1951) 208, with k = 0.41, B = 5.0: u+ = y+ at the wall, the log law far from
    it, within 7 % of Spalding's curve in the buffer layer.
    """
    depth = LOG_LAW_CONSTANT - math.log(VON_KARMAN) / VON_KARMAN
    slow, fast = jnp.exp(-y_plus / 11.0), jnp.exp(-y_plus / 3.0)
    speed = jnp.log1p(VON_KARMAN * y_plus) / VON_KARMAN + depth * (1.0 - slow - y_plus / 11.0 * fast)
    slope = 1.0 / (1.0 + VON_KARMAN * y_plus) + depth / 11.0 * (slow - (1.0 - y_plus / 3.0) * fast)
    return speed, slope


def kader_temperature(y_plus: Real, prandtl: Real) -> Array:
    """Theta+ = |T_wall - T| rho cp u_tau / q at y+ from a smooth wall. Traceable.

        Theta+ = Pr y+ e^-G + (2.12 ln(1 + y+) + b) e^(-1/G),   G = 0.01 (Pr y+)^4 / (1 + 5 Pr^3 y+),
        b = (3.85 Pr^(1/3) - 1.3)^2 + 2.12 ln Pr

    Kader, Int. J. Heat Mass Transfer 24 (1981) 1541; 6e-3 < Pr < 4e4, attached flow, up to the end of the log
    layer.
    """
    conductive = prandtl * y_plus
    blend = 0.01 * jnp.power(conductive, 4) / (1.0 + 5.0 * prandtl**3 * y_plus)
    b = (3.85 * prandtl ** (1 / 3) - 1.3) ** 2 + 2.12 * jnp.log(prandtl)
    # e^(-1/G) is negligible below G = 0.02; the bound keeps its slope finite at the wall.
    log_layer = (2.12 * jnp.log1p(y_plus) + b) * jnp.exp(-1.0 / jnp.maximum(blend, 0.02))
    return jnp.multiply(conductive, jnp.exp(-blend)) + log_layer
