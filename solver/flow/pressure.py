"""Pressure projection: it removes the part of a velocity that is the gradient of a pressure.

    sum_f c_f (phi_nb - phi_P) = (1/dt) sum_f A_f u*_f,      c_f = b_f A_f / d_f on free faces, else 0,
    u = u* - dt b grad(phi)                                   on free faces.

The system is symmetric, and singular up to a constant in each closed region. On a plain box the solution is direct;
with obstacles it is conjugate gradients preconditioned by the direct solution of the open box, or by
`jamsu.solver.linear.preconditioner`, which knows of thin walls (see there for counts). The rest that it leaves lies in
cut cells and at closed faces, so a few weighted Jacobi sweeps follow it: together they cost a third of a direct
solution, and natick2's step needs one iteration instead of two or three. phi is the kinematic pressure
increment, m2/s2, and b = 1/(1 + dt drag |u|) the mobility of a face behind an implicit drag (1 elsewhere).
Source: Chorin, Math. Comp. 22 (1968) 745; van Kan, SIAM J. Sci. Stat. Comput. 7 (1986) 870 (incremental
form).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from jamsu.solver.flow.heat import conductance_diagonal
from jamsu.solver.flow.open_sides import Kind, OpenSides, side_conductance, side_slopes
from jamsu.solver.grid.fusion import closed_ends, fusion_barrier, halo_padded, inverse, with_neighbours
from jamsu.solver.grid.mesh import AXES, Mesh, Vector, along, pad_ends, take
from jamsu.solver.grid.operators import difference, divergence
from jamsu.solver.linear.conjugate_gradient import conjugate_gradient
from jamsu.solver.linear.fast_diagonalization import End, FastDiagonalization, fast_diagonalization
from jamsu.solver.linear.preconditioner import Preconditioner

# Weights of the Jacobi sweeps: the inverse roots of Chebyshev's polynomial on [0.4, 2], where Jacobi's eigenvalues end.
SWEEPS = tuple(1 / (1.2 + 0.8 * math.cos(math.pi * (2 * k + 1) / 6)) for k in range(3))
_END: dict[Kind, End] = {"closed": "neumann", "inflow": "neumann", "outflow": "dirichlet", "entraining": "dirichlet"}


class Projection(NamedTuple):
    """Velocity (m/s), pressure increment (m2/s2), iterations of the conjugate gradients (0: direct)."""

    velocity: Vector
    increment: Array
    iterations: Array


def box_solver(mesh: Mesh, sides: OpenSides | None = None) -> FastDiagonalization:
    """Direct solver of the open box, as solver or preconditioner: zero pressure on outflows, no slope elsewhere,
    and nothing special at periodic ends."""
    widths = [np.diff(np.asarray(edge, float)) for edge in mesh.edges]
    distances = [np.concatenate([w[:1] / 2, (w[1:] + w[:-1]) / 2, w[-1:] / 2]) for w in widths]
    kinds = (("closed", "closed"),) * 3 if sides is None else sides.kind
    ends: list[tuple[End, End]] = [
        ("periodic", "periodic") if ring else (_END[low], _END[high])
        for ring, (low, high) in zip(mesh.periodic, kinds, strict=True)
    ]
    return fast_diagonalization(distances, widths, ends, mesh.dtype)


def conductance(mesh: Mesh, mobility: Vector) -> Vector:
    """c_f on all faces by axis, m, 0 at the sides of the box; `mobility` b on free faces, else 0."""
    cx, cy, cz = (
        mesh.area[axis] * mobility[axis] * along(closed_ends(inverse(mesh.spacing(axis)[1:-1]), 0), axis)
        for axis in AXES
    )
    return (cx, cy, cz)


def negative_laplacian(c: Vector, field: Float[Array, "nx ny nz"]) -> Float[Array, "nx ny nz"]:
    """-sum_f c_f (phi_nb - phi_P); symmetric, positive semi-definite."""
    wide = halo_padded(field)
    total: Array | float = 0.0
    for axis in AXES:
        total = total - difference(c[axis] * difference(with_neighbours(wide, axis), axis), axis)
    return jnp.asarray(total)


def project(
    mesh: Mesh,
    velocity: Vector,
    dt: Array | float,
    solver: FastDiagonalization | Preconditioner,
    mobility: Vector | None = None,
    *,
    guess: Array | None = None,
    sides: OpenSides | None = None,
    tolerance: Array | float = 1e-2,
    continuity: Array | float = 1e-6,
    maximum: int = 60,
) -> Projection:
    """Make a velocity divergence-free by a pressure increment.

    Args:
      velocity: face velocities; on faces that are not free they are left as they are.
      mobility: with obstacles, b on free faces by axis, 0 elsewhere.
      sides: the box's open sides; None: all closed.
      guess: with obstacles, first guess of the pressure increment, m2/s2.
      tolerance: with obstacles, the solution stops when the 2-norm of the divergence has fallen to this share of the
        divergence of `velocity`. What remains enters the next step's projection and does not accumulate.
      continuity: with obstacles, it also stops when the root mean square of the divergence times dt is below this.
    """
    source = -divergence(mesh, velocity) / dt
    if mesh.obstacles is None:
        assert isinstance(solver, FastDiagonalization)
        increment = solver.solve(source)
        iterations = jnp.asarray(0, jnp.int32)
        mobility = None
    else:
        mobility = mesh.obstacles.free if mobility is None else mobility
        c = conductance(mesh, mobility)
        driven = mesh.obstacles.driven_cell
        source = source * driven
        grounded = None if sides is None else side_conductance(sides, mesh) * driven
        diagonal = conductance_diagonal(c) if grounded is None else conductance_diagonal(c) + grounded
        jacobi = fusion_barrier(lambda d: driven / jnp.where(d > 0, d, 1), diagonal)

        def operator(x: Array) -> Array:
            product = negative_laplacian(c, x)
            return product if grounded is None else product + grounded * x

        def preconditioner(r: Array) -> Array:
            z = driven * solver.solve(r)
            for weight in SWEEPS:
                z = z + weight * jacobi * (r - operator(z))
            return z

        volume = mesh.volume * driven
        enough = continuity * jnp.sqrt(jnp.vdot(volume, volume)) / dt**2
        norm = jnp.sqrt(jnp.vdot(source, source))
        solution = conjugate_gradient(
            operator,
            source,
            jnp.zeros_like(source) if guess is None else guess,
            preconditioner,
            jnp.maximum(tolerance * norm, enough),
            maximum,
        )
        increment, iterations = solution.x, solution.iterations
        if sides is None:
            # The pressure is known up to a constant, which the first guess keeps: round-off would add to it each step.
            whole = jnp.vdot(volume, driven)  # 0 where no pressure drives anything
            increment = increment - driven * jnp.vdot(volume, increment) / jnp.where(whole > 0, whole, 1)
    return Projection(subtract_gradient(mesh, velocity, increment, dt, mobility, sides), increment, iterations)


def subtract_gradient(
    mesh: Mesh,
    velocity: Vector,
    field: Array,
    dt: Array | float,
    mobility: Vector | None,
    sides: OpenSides | None = None,
) -> Vector:
    """u - dt b grad(field) on the inner faces, and on the outflows of open sides."""
    result = []
    for axis in AXES:
        slope = difference(field, axis) * along(inverse(mesh.spacing(axis)[1:-1]), axis)
        if mobility is not None:
            slope = slope * take(mobility[axis], axis, 1, -1)
        slope = pad_ends(slope, axis)
        if sides is not None:
            slope = slope + side_slopes(sides, mesh, field, axis)
        result.append(velocity[axis] - dt * slope)
    return (result[0], result[1], result[2])
