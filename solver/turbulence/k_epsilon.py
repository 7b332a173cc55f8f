"""The k-epsilon model of Abe, Kondoh and Nagano, with walls at any y+.

    dk/dt + div(u k)     = div((nu + nu_t/s_k) grad k)     + P + G - e
    de/dt + div(u e)     = div((nu + nu_t/s_e) grad e)     + [C1 (P + C3 G) - C2 f_2 e] / T
    nu_t = C_mu f_mu k^2 / e,     P = nu_t S^2,     G = -g beta (nu_t/Pr_t) dT/dz,     S = sqrt(2 S_ij S_ij)

    f_mu = (1 - exp(-y*/14))^2 [1 + 5 R^(-3/4) exp(-(R/200)^2)],   f_2 = (1 - exp(-y*/3.1))^2 [1 - 0.3 exp(-(R/6.5)^2)]
    y* = (nu e)^(1/4) y / nu,     R = k^2 / (nu e)

with the wall distance y and the time scale T = k / e, no shorter than Kolmogorov's (nu / e)^(1/2): without this bound e
would grow without limit in a cell that has lost its k (Durbin, Theor. Comput. Fluid Dyn. 3 (1991) 1). f_mu and f_2 are
1 far from walls, where this is the usual k-epsilon model. nu_t is at most 0.6 k / (sqrt(3) S), beyond which a normal
stress would turn negative (realisability: Durbin 1996).

The cell next to a wall may lie anywhere up to the end of the log layer. With g = exp(-sqrt(k) y / (11 nu)), 1 in the
sublayer and 0 in the log layer, it takes

    e = g 2 nu k / y^2 + (1 - g) C_mu^(3/4) k^(3/2) / (kappa y),     u_*^2 = g nu u / y + (1 - g) C_mu^(1/2) k,

the friction u_* u / u+ by Reichardt's law and the production by that law; k diffuses to the wall in the sublayer only.

Constants and f: Abe, Kondoh & Nagano, Int. J. Heat Mass Transfer 37 (1994) 139. Bound: Durbin, Int. J. Heat Fluid Flow
17 (1996) 89. Wall cells: Launder & Spalding, Comput. Methods Appl. Mech. Eng. 3 (1974) 269, blended as in Chieng &
Launder's two regions. C3 = tanh|w / u_horizontal|: Henkes, van der Vlugt & Hoogendoorn, Int. J. Heat Mass Transfer 34
(1991) 377.
Range: fully turbulent flow, attached or mildly separated; it does not predict transition, and spreads round jets too
fast. Gas that a machine discharges carries 10 % intensity and the length scale `MACHINE_LENGTH`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from jamsu.solver.grid.fusion import closed_ends, fusion_barrier, halo_padded, inverse, pointwise, with_neighbours
from jamsu.solver.grid.mesh import AXES, Mesh, Vector, along, take
from jamsu.solver.grid.operators import cell_velocity, difference, mean
from jamsu.solver.turbulence.eddy_viscosity import strain_rate
from jamsu.solver.turbulence.wall_law import C_MU, VON_KARMAN, reichardt_velocity, turbulent_friction_velocity
from jamsu.solver.turbulence.walls import Walls, cell_speed

C_1, C_2 = 1.5, 1.9
SIGMA_K, SIGMA_EPSILON = 1.4, 1.4
REALISABLE = 0.6 / math.sqrt(3)
LARGEST_RATIO = 1e5  # of nu_t to nu: a guard for the first steps of a flow
INTENSITY = 0.1  # of the gas that machines discharge: rms fluctuation over mean speed
MACHINE_LENGTH = 0.07 * 0.0445  # m: 7 % of a height unit, as in a duct of that height
SMALLEST_K, SMALLEST_EPSILON = 1e-12, 1e-15  # m2/s2, m2/s3


class Turbulence(NamedTuple):
    """Turbulent kinetic energy k (m2/s2) and its dissipation (m2/s3), per cell."""

    k: Float[Array, "nx ny nz"]
    epsilon: Float[Array, "nx ny nz"]


class Mixing(NamedTuple):
    """What the model gives the flow, per cell.

    Attributes:
      eddy: nu_t, m2/s.
      friction_factor: see `Walls`.
      friction_velocity: u_* next to walls, m/s; None where heat does not need it.
      production: P, m2/s3.
      decay: f_2 of the module's text.
      laminar: g of the module's text.
    """

    eddy: Array
    friction_factor: Array
    friction_velocity: Array | None
    production: Array
    decay: Array
    laminar: Array


def wall_dissipation(k: Array, distance: Array, laminar: Array, viscosity: Array) -> Array:
    """Dissipation in a cell next to a wall, m2/s3; `laminar` is g of the module's text."""
    log_layer = C_MU**0.75 * k * jnp.sqrt(k) / (VON_KARMAN * distance)
    return laminar * 2 * viscosity * k / distance**2 + (1 - laminar) * log_layer


def damping(state: Turbulence, distance: Array, viscosity: Array) -> tuple[Array, Array]:
    """f_mu and f_2 of the module's text."""
    k, epsilon = state.k, state.epsilon
    turbulent = jnp.maximum(k * k / (viscosity * epsilon), 1e-6)
    y_star = jnp.sqrt(jnp.sqrt(viscosity * epsilon)) * distance / viscosity
    near = -jnp.expm1(-y_star / 14.0)
    root = jnp.sqrt(turbulent)
    # The bracket grows without bound as R goes to 0, where the product with (y*)^2 and k^2/e still vanishes.
    f_mu = near**2 * (1 + 5.0 / (root * jnp.sqrt(root)) * jnp.exp(-((turbulent / 200.0) ** 2)))
    f_2 = jnp.expm1(-y_star / 3.1) ** 2 * (1 - 0.3 * jnp.exp(-((turbulent / 6.5) ** 2)))
    return f_mu, f_2


def mixing(mesh: Mesh, walls: Walls, velocity: Vector, state: Turbulence, viscosity: Array) -> Mixing:
    """Eddy viscosity, wall functions and production from the present fields."""
    strain = fusion_barrier(lambda v: strain_rate(mesh, v), velocity)
    f_mu, f_2 = pointwise(
        lambda k, epsilon, y: damping(Turbulence(k, epsilon), y, viscosity), state.k, state.epsilon, walls.distance
    )

    def in_cell(k, epsilon, y, touching, open_cell, speed, strain, f_mu):
        beside = touching > 0
        friction_velocity, laminar = turbulent_friction_velocity(k, speed, y, viscosity)
        y_plus = jnp.maximum(friction_velocity * y / viscosity, 1e-6)
        u_plus, slope = reichardt_velocity(y_plus)
        factor = jnp.where(beside, y_plus / u_plus, 1.0)
        shear = viscosity * speed / y * factor  # tau / rho
        strain = jnp.where(beside, shear / viscosity * slope, strain)
        largest = jnp.minimum(REALISABLE * k / jnp.maximum(strain, 1e-12), LARGEST_RATIO * viscosity)
        eddy = jnp.minimum(C_MU * f_mu * k * k / epsilon, largest) * open_cell
        by_wall = laminar * eddy * strain**2 + (1 - laminar) * jnp.maximum(shear - viscosity * strain, 0) * strain
        production = jnp.where(beside, by_wall, eddy * strain**2)
        return eddy, factor, friction_velocity if walls.heats else None, production, laminar

    wall = (walls.distance, walls.touching, mesh.open_cell)
    given = (fusion_barrier(cell_speed, velocity), strain, f_mu)
    eddy, factor, friction_velocity, production, laminar = pointwise(in_cell, state.k, state.epsilon, *wall, *given)
    return Mixing(eddy, factor, friction_velocity, production, f_2, laminar)


def buoyant_production(mesh: Mesh, temperature: Array, link: Vector, eddy: Array, buoyancy: Array) -> Array:
    """G, m2/s3, from the temperature differences across the open horizontal faces of each cell.

    Args:
      temperature: temperature, halo-padded (`jamsu.solver.grid.fusion`), K.
      link: open area over distance, m.
      eddy: eddy diffusivity of heat, m2/s.
      buoyancy: g beta, m/(s2 K).
    """
    passable = jnp.where(link[2] > 0, 1.0, 0.0)
    slope = passable * difference(with_neighbours(temperature, 2), 2) * along(inverse(mesh.spacing(2)), 2)
    count = take(passable, 2, None, -1) + take(passable, 2, 1, None)
    gradient = (take(slope, 2, None, -1) + take(slope, 2, 1, None)) * jnp.where(count > 1, 0.5, 1.0)
    return -buoyancy * eddy * gradient


def transported(mesh: Mesh, flux: Vector, link: Vector, wide_diffusivity: Array, wide: Array) -> Array:
    """Net inflow by the flow (first-order upwind, so that a field stays positive) and by diffusion, [field] m3/s.

    Diffusivity (m2/s) and field are halo-padded.
    """
    total: Array | float = 0.0
    for axis in AXES:
        if mesh.shape[axis] == 1:
            continue
        near = with_neighbours(wide, axis)
        inner = along(closed_ends(jnp.ones_like(mesh.widths(axis)[1:]), 0), axis)
        carried = inner * flux[axis] * jnp.where(flux[axis] >= 0, take(near, axis, None, -1), take(near, axis, 1, None))
        passed = carried - link[axis] * mean(with_neighbours(wide_diffusivity, axis), axis) * difference(near, axis)
        total = total - difference(passed, axis)
    return jnp.asarray(total)


def advanced(
    mesh: Mesh,
    walls: Walls,
    velocity: Vector,
    flux: Vector,
    link: Vector,
    state: Turbulence,
    now: Mixing,
    wide_eddy: Array,
    buoyant: Array,
    inflow: Turbulence | None,
    viscosity: Array,
    dt: Array,
) -> Turbulence:
    """k and epsilon after one step: explicit transport and production, implicit losses, so both stay positive.

    Args:
      link: open area over distance, m, 0 at the sides of the box.
      wide_eddy: nu_t, halo-padded, m2/s.
      buoyant: G, m2/s3.
      inflow: inflow of k and epsilon through the open sides of the box into each cell, [k] m3/s and [epsilon] m3/s.
    """
    k, epsilon = state.k, state.epsilon
    moved_k, moved_e = (
        fusion_barrier(
            lambda q, nu, sigma=sigma: transported(mesh, flux, link, viscosity + nu * (1 / sigma), q),
            halo_padded(field),
            wide_eddy,
        )
        for field, sigma in ((k, SIGMA_K), (epsilon, SIGMA_EPSILON))
    )
    if inflow is not None:
        moved_k, moved_e = moved_k + inflow.k, moved_e + inflow.epsilon

    def in_cell(k, epsilon, moved_k, moved_e, volume, y, touching, tilt, production, buoyant, decay, laminar):
        rate = epsilon / k
        # k vanishes at a wall: its diffusion to the wall counts where the sublayer is resolved, not in a log layer.
        to_wall = touching * laminar * viscosity / (2 * y**2)
        gained = moved_k / volume + production + jnp.maximum(buoyant, 0)
        lost = rate + jnp.maximum(-buoyant, 0) / k + to_wall
        new_k = jnp.maximum(jnp.maximum(k + dt * gained, SMALLEST_K) / (1 + dt * lost), SMALLEST_K)

        source = C_1 * (production + tilt * buoyant)
        slower = jnp.minimum(rate, jnp.sqrt(epsilon / viscosity))  # 1 / T
        grown = moved_e / volume + jnp.maximum(source, 0) * slower
        new_e = jnp.maximum(epsilon + dt * grown, SMALLEST_EPSILON)
        new_e = new_e / (1 + dt * slower * (C_2 * decay + jnp.maximum(-source, 0) / epsilon))
        new_e = jnp.where(touching > 0, wall_dissipation(new_k, y, laminar, viscosity), new_e)
        return Turbulence(new_k, jnp.maximum(new_e, SMALLEST_EPSILON))

    cell = (mesh.volume, walls.distance, walls.touching, fusion_barrier(_tilt, velocity))
    given = (now.production, buoyant, now.decay, now.laminar)
    return _held(mesh, velocity, pointwise(in_cell, k, epsilon, moved_k, moved_e, *cell, *given))


def _tilt(velocity: Vector) -> Array:
    """C3 of the module's text."""
    u, v, w = cell_velocity(velocity)
    return jnp.tanh(jnp.abs(w) / jnp.sqrt(u * u + v * v + 1e-12))


def _held(mesh: Mesh, velocity: Vector, state: Turbulence) -> Turbulence:
    """k and epsilon with the discharge's values inside machines."""
    if mesh.obstacles is None:
        return state
    machine = mesh.obstacles.open_cell * (1 - mesh.obstacles.driven_cell)
    blown = inlet(cell_speed(velocity), INTENSITY, MACHINE_LENGTH)
    return Turbulence(*(jnp.where(machine > 0, a, b) for a, b in zip(blown, state, strict=True)))


def inlet(speed: Array | float, intensity: float, length: float) -> Turbulence:
    """k = 1.5 (I u)^2 and epsilon = C_mu^(3/4) k^(3/2) / l of a stream (Versteeg & Malalasekera, 2nd ed. 2007, 3.7)."""
    k = jnp.maximum(1.5 * (intensity * jnp.asarray(speed)) ** 2, SMALLEST_K)
    return Turbulence(k, jnp.maximum(C_MU**0.75 * k * jnp.sqrt(k) / length, SMALLEST_EPSILON))
