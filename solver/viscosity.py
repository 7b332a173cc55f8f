"""Eddy viscosity: none, constant, or Smagorinsky's.

    nu_t = (C_s Delta)^2 |S|,    |S| = sqrt(2 S_ij S_ij),    Delta = (cell volume)^(1/3).

Source: Smagorinsky, Mon. Weather Rev. 91 (1963) 99; C_s = 0.17 is Lilly's value for isotropic turbulence
(Proc. IBM Sci. Comp. Symp. (1967) 195). Range: fully turbulent flow away from walls; it is not damped near
them.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from solver.mesh import AXES, Mesh, Vector, along, take
from solver.operators import cell_velocity, difference


def strain_rate(mesh: Mesh, velocity: Vector) -> Float[Array, "nx ny nz"]:
    """|S| = sqrt(2 S_ij S_ij) at the cell centres, 1/s."""
    centre = cell_velocity(velocity)

    def slope(a: int, b: int) -> Array:
        """d velocity_a / d x_b; one-sided in the outermost cells."""
        if a == b:
            return difference(velocity[a], a) / along(mesh.widths(a), a)
        if mesh.shape[b] == 1:
            return jnp.zeros_like(centre[a])
        x = jnp.pad(mesh.centres(b), 1, mode="edge")
        q = jnp.pad(centre[a], [(1, 1) if c == b else (0, 0) for c in AXES], mode="edge")
        return (take(q, b, 2, None) - take(q, b, None, -2)) / along(x[2:] - x[:-2], b)

    total = 2 * sum(slope(a, a) ** 2 for a in AXES)
    for a, b in ((0, 1), (0, 2), (1, 2)):
        total = total + (slope(a, b) + slope(b, a)) ** 2
    return jnp.sqrt(total)


def smagorinsky(mesh: Mesh, velocity: Vector, coefficient: Array | float) -> Float[Array, "nx ny nz"]:
    """Smagorinsky's eddy viscosity, m2/s."""
    # Powers of the widths, not of the volumes: 1-D arrays.
    dx, dy, dz = (along(mesh.widths(a) ** (2 / 3), a) for a in AXES)
    return coefficient**2 * (dx * dy * dz) * strain_rate(mesh, velocity)
