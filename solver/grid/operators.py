"""Differences, divergence and face means on the staggered mesh.

Each operator is the textbook second-order finite-volume form. Divergence is the negative adjoint of the difference
across faces (of the gradient in the volume-weighted inner product), so a projection removes kinetic energy
and never adds it (Perot, J. Comput. Phys. 159 (2000) 58).
"""

from __future__ import annotations

from jaxtyping import Array, Float

from jamsu.solver.grid.mesh import Mesh, Vector, along, take


def difference(array: Array, axis: int) -> Array:
    """`array[i+1] - array[i]` along one axis: (n,) -> (n-1,)."""
    return take(array, axis, 1, None) - take(array, axis, None, -1)


def mean(array: Array, axis: int) -> Array:
    """Arithmetic mean of neighbours along one axis: (n,) -> (n-1,)."""
    return 0.5 * (take(array, axis, 1, None) + take(array, axis, None, -1))


def volume_flux(mesh: Mesh, velocity: Vector) -> Vector:
    """Volume flow through each face, m3/s."""
    u, v, w = velocity
    ax, ay, az = mesh.area
    return (ax * u, ay * v, az * w)


def net_outflow(flux: Vector) -> Float[Array, "nx ny nz"]:
    """Sum of the outward fluxes of each cell; flux (quantity/s) on faces -> quantity/s in cells."""
    fx, fy, fz = flux
    return difference(fx, 0) + difference(fy, 1) + difference(fz, 2)


def divergence(mesh: Mesh, velocity: Vector) -> Float[Array, "nx ny nz"]:
    """Net volume outflow of each cell, m3/s (not divided by the volume)."""
    return net_outflow(volume_flux(mesh, velocity))


def face_mean(mesh: Mesh, field: Array, axis: int) -> Array:
    """Linear interpolation of a cell field to the inner faces of one axis (exact for linear fields)."""
    width = along(mesh.widths(axis), axis)
    left, right = take(width, axis, None, -1), take(width, axis, 1, None)
    return (take(field, axis, None, -1) * right + take(field, axis, 1, None) * left) / (left + right)


def cell_velocity(velocity: Vector) -> Vector:
    """Face velocities averaged to the cell centres, m/s."""
    u, v, w = velocity
    return (mean(u, 0), mean(v, 1), mean(w, 2))
