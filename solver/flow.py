"""Momentum of an incompressible Boussinesq fluid on the staggered mesh.

    V du/dt + sum_f F_f u_f = sum_f nu A_f (grad u + grad u')_f - nu (area/distance) u - V grad p + V g beta T e_z

for the control volume V between two cell centres; F are the volume flows of its faces (the means of the cells'
own, so that a divergence-free flow carries a uniform velocity unchanged), p = pressure / density, and T counts
from the reference temperature. Walls act through their true area and distance, implicitly.
Advection is second-order Adams-Bashforth with a variable step,

    E* = (1 + r/2) E^n - (r/2) E^(n-1),    r = dt^n / dt^(n-1);

viscosity is either inside E or, on a plain box with constant viscosity, Crank-Nicolson or backward Euler with a
direct solve, which frees the step from the viscous limit.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from solver.advection import Scheme, axis_inflow
from solver.fast_diagonalization import End, FastDiagonalization, fast_diagonalization
from solver.mesh import AXES, Mesh, Vector, along, pad_ends, take
from solver.open_sides import OpenSides, passed_momentum
from solver.operators import difference, face_mean, mean


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Fluid:
    """Constants of the Boussinesq fluid and of its box.

    Attributes:
      viscosity: kinematic, m2/s.
      buoyancy: gravity times expansion coefficient, m/(s2 K), in the direction of +z for a warm fluid.
      eddy_coefficient: C_s of Smagorinsky's model or C_w of WALE.
      no_slip: (3, 2) by axis and side of the box, 1 for a no-slip wall, 0 for a frictionless one; zero
        throughout when the mesh has obstacles, whose friction counts the sides of the box as well.
      wall_velocity: (3, 2, 3) velocity of the sides, m/s (lids).
    """

    viscosity: Array
    buoyancy: Array
    eddy_coefficient: Array
    no_slip: Float[Array, "3 2"]
    wall_velocity: Float[Array, "3 2 3"]
    scheme: Scheme = field(metadata={"static": True}, default="central")


def inner_faces(array: Array, axis: int) -> Array:
    return take(array, axis, 1, -1)


def control_volume(mesh: Mesh, axis: int) -> Array:
    """Open volume of the control volumes around the inner faces of one axis, m3."""
    return mean(mesh.volume, axis)


def advection(mesh: Mesh, velocity: Vector, flux: Vector, axis: int, scheme: Scheme) -> Array:
    """Net inflow of one velocity component to its control volumes, m4/s2; inner faces of `axis`."""
    total: Array | float = 0.0
    for b in AXES:
        if b == axis:
            # The faces of the control volume lie at the cell centres; its points are all faces of the axis.
            inflow = axis_inflow(
                velocity[axis], mean(flux[axis], axis), mesh.edges[axis], mesh.centres(axis), axis, scheme
            )
            total = total + inner_faces(inflow, axis)
        else:
            through = inner_faces(mean(flux[b], axis), b)
            q = inner_faces(velocity[axis], axis)
            position, face = mesh.centres(b), mesh.edges[b][1:-1]
            if scheme == "central":
                # Equal weights on graded cells too: only they keep the kinetic energy, and the order stays
                # second (Verstappen & Veldman, J. Comput. Phys. 187 (2003) 343).
                face = (position[1:] + position[:-1]) / 2
            total = total + axis_inflow(q, through, position, face, b, scheme)
    return jnp.asarray(total)


def viscous_force(
    mesh: Mesh, fluid: Fluid, velocity: Vector, viscosity: Array, axis: int, sides: OpenSides | None = None
) -> Array:
    """Net viscous force per density on the control volumes of one component, m4/s2.

    Args:
      viscosity: scalar (then the transposed gradient drops out by continuity) or per cell (nx, ny, nz), m2/s.
    """
    total: Array | float = 0.0
    varying = jnp.ndim(viscosity) > 0
    q = inner_faces(velocity[axis], axis)
    for b in AXES:
        if b == axis:
            slope = difference(velocity[axis], axis) / along(mesh.widths(axis), axis)
            stress = (2.0 if varying else 1.0) * viscosity * mean(mesh.area[axis], axis) * slope
            total = total + difference(stress, axis)
        elif mesh.shape[b] > 1:
            slope = difference(q, b) / along(mesh.spacing(b)[1:-1], b)
            edge_viscosity = viscosity
            if varying:
                edge_viscosity = mean(mean(viscosity, axis), b)
                cross = difference(inner_faces(velocity[b], b), axis)
                slope = slope + cross / along(mesh.spacing(axis)[1:-1], axis)
            area = inner_faces(mean(mesh.area[b], axis), b)
            total = total + difference(pad_ends(edge_viscosity * area * slope, b), b)
            if mesh.obstacles is None:
                total = total + side_friction(mesh, fluid, q, axis, b, sides)
    return jnp.asarray(total)


def side_friction(mesh: Mesh, fluid: Fluid, q: Array, axis: int, b: int, sides: OpenSides | None = None) -> Array:
    """Friction of the two box sides normal to `b` on component `axis`, m4/s2 (molecular viscosity)."""
    area = mean(mesh.area[b], axis)
    force = []
    for side, (start, stop) in enumerate(((None, 1), (-1, None))):
        coefficient = fluid.no_slip[b, side] * fluid.viscosity / mesh.spacing(b)[0 if side == 0 else -1]
        wall = fluid.wall_velocity[b, side, axis]
        if sides is not None and sides.kind[b][side] == "inflow":
            wall = sides.velocity[b][side][axis]
        force.append(coefficient * take(area, b, start, stop) * (wall - take(q, b, start, stop)))
    if q.shape[b] == 1:
        return force[0] + force[1]
    low = jnp.pad(force[0], [(0, q.shape[b] - 1) if a == b else (0, 0) for a in AXES])
    return low + jnp.pad(force[1], [(q.shape[b] - 1, 0) if a == b else (0, 0) for a in AXES])


def buoyancy(mesh: Mesh, fluid: Fluid, temperature: Array) -> Array:
    """Acceleration on the inner z-faces, m/s2."""
    return fluid.buoyancy * face_mean(mesh, temperature, 2)


def explicit_tendency(
    mesh: Mesh,
    fluid: Fluid,
    velocity: Vector,
    flux: Vector,
    temperature: Array,
    viscosity: Array | None,
    axis: int,
    sides: OpenSides | None = None,
) -> Array:
    """Advection, buoyancy and (if `viscosity` is given) viscous force per volume on one component, m/s2.

    On the inner faces of `axis`.
    """
    force = advection(mesh, velocity, flux, axis, fluid.scheme)
    if sides is not None:
        force = force + passed_momentum(sides, flux, velocity, axis)
    if viscosity is not None:
        force = force + viscous_force(mesh, fluid, velocity, viscosity, axis, sides)
    tendency = force / control_volume(mesh, axis)
    if axis == 2:
        tendency = tendency + buoyancy(mesh, fluid, temperature)
    return tendency


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class ViscousSolver:
    """Direct solvers of (V - theta dt nu L) by velocity component on a plain box; None where there is none."""

    by_axis: tuple[FastDiagonalization | None, FastDiagonalization | None, FastDiagonalization | None]


def viscous_solver(mesh: Mesh, no_slip: np.ndarray) -> ViscousSolver:
    """Set up the direct viscous solvers; `no_slip` (3, 2) as in `Fluid`."""
    solvers = []
    for axis in AXES:
        distances, masses = [], []
        ends: list[tuple[End, End]] = []
        for b in AXES:
            width, spacing = np.asarray(mesh.widths(b), float), np.asarray(mesh.spacing(b), float)
            if b == axis:
                distances.append(width)
                masses.append(spacing[1:-1])
                ends.append(("dirichlet", "dirichlet"))
            else:
                distances.append(spacing)
                masses.append(width)
                low, high = np.asarray(no_slip)[b]
                ends.append(("dirichlet" if low else "neumann", "dirichlet" if high else "neumann"))
        flat = any(len(m) == 0 for m in masses)  # one cell along this axis: no inner face to solve for
        solvers.append(None if flat else fast_diagonalization(distances, masses, ends, mesh.dtype))
    return ViscousSolver((solvers[0], solvers[1], solvers[2]))
