"""Eddy viscosity of large-eddy simulation: Smagorinsky's model and WALE.

    nu_t = (C_s Delta)^2 |S|,                                           |S| = sqrt(2 S_ij S_ij)
    nu_t = (C_w Delta)^2 s^(3/2) / ((S_ij S_ij)^(5/2) + s^(5/4)),       s = Sd_ij Sd_ij

with the strain rate S, the traceless symmetric part Sd of the squared velocity gradient, and Delta = (cell
volume)^(1/3). Smagorinsky's is not damped near walls; WALE falls as the third power of the wall distance by itself
and leaves laminar shear alone.
Source: Smagorinsky, Mon. Weather Rev. 91 (1963) 99; C_s = 0.17 is Lilly's value for isotropic turbulence (Proc. IBM
Sci. Comp. Symp. (1967) 195). Nicoud & Ducros, Flow Turbul. Combust. 62 (1999) 183; C_w = 0.325 is what production
codes use, the authors' own calibration on isotropic turbulence gave 0.5. Range: fully turbulent flow.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from jamsu.solver.grid.fusion import fusion_barrier, halo_padded, with_neighbours
from jamsu.solver.grid.mesh import AXES, Mesh, Vector, along, take
from jamsu.solver.grid.operators import difference, mean

EDDY_COEFFICIENT = {"smagorinsky": 0.17, "wale": 0.325}
Gradient = tuple[Vector, Vector, Vector]


def velocity_gradient(mesh: Mesh, velocity: Vector) -> Gradient:
    """g[a][b] = d velocity_a / d x_b at the cell centres, 1/s, each (nx, ny, nz); one-sided in the outermost cells."""
    wide = [halo_padded(component) for component in velocity]

    def slope(a: int, b: int) -> Array:
        if a == b:
            return difference(velocity[a], a) / along(mesh.widths(a), a)
        if mesh.shape[b] == 1:
            return jnp.zeros(mesh.shape, mesh.dtype)
        q = mean(with_neighbours(wide[a], b), a)
        below, here, above = (along(c, b) for c in fusion_barrier(_slope_coefficients, mesh.centres(b)))
        return below * take(q, b, None, -2) + here * take(q, b, 1, -1) + above * take(q, b, 2, None)

    u, v, w = ((slope(a, 0), slope(a, 1), slope(a, 2)) for a in AXES)
    return (u, v, w)


def _slope_coefficients(x: Float[Array, "n"]) -> tuple[Array, Array, Array]:
    """Coefficients of the points below, here and above in the slope, 1/m; one-sided at both ends."""
    inverse = 1 / (jnp.append(x[1:], x[-1]) - jnp.append(x[:1], x[:-1]))
    last = jnp.zeros_like(x).at[-1].set(1.0)
    first = jnp.zeros_like(x).at[0].set(1.0)
    return (first - 1) * inverse, (last - first) * inverse, (1 - last) * inverse


def strain_rate(mesh: Mesh, velocity: Vector) -> Float[Array, "nx ny nz"]:
    """|S| = sqrt(2 S_ij S_ij) at the cell centres, 1/s."""
    g = velocity_gradient(mesh, velocity)
    total = 2 * sum(g[a][a] ** 2 for a in AXES)
    for a, b in ((0, 1), (0, 2), (1, 2)):
        total = total + (g[a][b] + g[b][a]) ** 2
    # Fluid at rest has none, exactly; its root has no slope, and derivatives must not see it.
    moving = total > 0
    return jnp.where(moving, jnp.sqrt(jnp.where(moving, total, 1)), 0)


def _filter_width_squared(mesh: Mesh) -> Array:
    """Delta^2, m2, by broadcasting powers of the widths: 1-D arrays, not one power a cell."""
    dx, dy, dz = (along(mesh.widths(a) ** (2 / 3), a) for a in AXES)
    return dx * dy * dz


def smagorinsky(mesh: Mesh, velocity: Vector, coefficient: Array | float) -> Float[Array, "nx ny nz"]:
    """Smagorinsky's eddy viscosity, m2/s."""
    return coefficient**2 * _filter_width_squared(mesh) * strain_rate(mesh, velocity)


def wale(mesh: Mesh, velocity: Vector, coefficient: Array | float) -> Float[Array, "nx ny nz"]:
    """Nicoud and Ducros's wall-adapting local eddy viscosity, m2/s."""
    g = velocity_gradient(mesh, velocity)
    squared = [[sum(g[a][c] * g[c][b] for c in AXES) for b in AXES] for a in AXES]
    third = sum(squared[a][a] for a in AXES) / 3
    strain: Array | float = 0.0
    swirl: Array | float = 0.0
    for a in AXES:
        for b in AXES:
            strain = strain + (0.5 * (g[a][b] + g[b][a])) ** 2
            swirl = swirl + (0.5 * (squared[a][b] + squared[b][a]) - (third if a == b else 0.0)) ** 2
    # Roots instead of powers: several times faster, and exact at zero.
    # Where either vanishes a root has no slope: derivatives must not see it there.
    strained, swirling = strain > 0, swirl > 0
    safe_strain, safe_swirl = jnp.where(strained, strain, 1), jnp.where(swirling, swirl, 1)
    root, fourth = jnp.sqrt(safe_swirl), jnp.sqrt(jnp.sqrt(safe_swirl))
    by_strain = jnp.where(strained, safe_strain * safe_strain * jnp.sqrt(safe_strain), 0)
    rate = jnp.where(swirling, safe_swirl * root / (by_strain + safe_swirl * fourth), 0)
    return coefficient**2 * _filter_width_squared(mesh) * rate
