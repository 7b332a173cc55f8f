"""Momentum of an incompressible Boussinesq fluid on the staggered mesh.

    V du/dt + sum_f F_f u_f = sum_f nu A_f (grad u + grad u')_f - nu (area/distance) u - V grad p + V g beta T e_z + V a

for the control volume V between two cell centres; F are the volume flows of its faces (the means of the cells'
own, so that a divergence-free flow carries a uniform velocity unchanged), p = pressure / density, T counts
from the reference temperature, and a is a given acceleration (by a mean pressure gradient). Walls act
through their true area and distance, implicitly.
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

from jamsu.solver.flow.advection import Scheme, axis_inflow
from jamsu.solver.flow.open_sides import OpenSides, boundary_momentum_inflow
from jamsu.solver.grid.fusion import closed_ends, fusion_barrier, halo_padded, inverse, with_neighbours, without_halo
from jamsu.solver.grid.mesh import AXES, Mesh, Vector, along, take
from jamsu.solver.grid.operators import difference, face_mean, mean
from jamsu.solver.linear.fast_diagonalization import End, FastDiagonalization, fast_diagonalization


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class FluidConstants:
    """Constants of the Boussinesq fluid and of its box.

    Attributes:
      viscosity: kinematic, m2/s.
      buoyancy: gravity times expansion coefficient, m/(s2 K), in the direction of +z for a warm fluid.
      eddy_coefficient: C_s of Smagorinsky's model or C_w of WALE.
      no_slip: (3, 2) by axis and side of the box, 1 for a no-slip wall, 0 for a frictionless one; zero
        throughout when the mesh has obstacles, whose friction counts the sides of the box as well.
      wall_velocity: (3, 2, 3) velocity of the sides, m/s (lids).
      acceleration: acceleration of the whole fluid, m/s2: gravity's component, or minus the mean pressure gradient over
        density, which the pressure cannot have along periodic axes; None: zero.
    """

    viscosity: Array
    buoyancy: Array
    eddy_coefficient: Array
    no_slip: Float[Array, "3 2"]
    wall_velocity: Float[Array, "3 2 3"]
    scheme: Scheme = field(metadata={"static": True}, default="central")
    acceleration: Float[Array, "3"] | None = None


def inner_faces(array: Array, axis: int) -> Array:
    return take(array, axis, 1, -1)


def control_volume(mesh: Mesh, axis: int) -> Array:
    """Open volume of the control volumes around the inner faces of one axis, m3."""
    return mean(mesh.volume, axis)


def advection(mesh: Mesh, wide: Array, flux: Vector, axis: int, scheme: Scheme) -> Array:
    """Net inflow of one velocity component to its control volumes, m4/s2; inner faces of `axis`.

    Args:
      wide: the component on all faces, halo-padded (`jamsu.solver.grid.fusion`).
      flux: volume flow through the cells' faces by axis, m3/s.
    """
    total: Array | float = 0.0
    for b in AXES:
        if mesh.shape[b] == 1:
            continue
        if b == axis:
            # The faces of the control volumes lie at the cell centres: none is closed.
            position, face = mesh.edges[b], mesh.centres(b)
        else:
            position, face = mesh.centres(b), mesh.edges[b][1:-1]
            if scheme == "central":
                # Equal weights on graded cells too: only they keep the kinetic energy, and the order stays
                # second (Verstappen & Veldman, J. Comput. Phys. 187 (2003) 343).
                face = (position[1:] + position[:-1]) / 2
        total = total + axis_inflow(wide, flux[b], position, face, b, scheme, component=axis)
    return jnp.broadcast_to(total, control_volume(mesh, axis).shape)


def viscous_force(
    mesh: Mesh,
    fluid: FluidConstants,
    velocity: Vector,
    wide: Array,
    viscosity: Array,
    axis: int,
    sides: OpenSides | None = None,
    friction_factor: Array | None = None,
) -> Array:
    """Net viscous force per density on the control volumes of one component, m4/s2.

    Args:
      wide: the component on all faces, halo-padded (`jamsu.solver.grid.fusion`).
      viscosity: scalar (then the transposed gradient drops out by continuity) or per cell, halo-padded, m2/s.
      friction_factor: factor of the walls' friction, on the inner faces of `axis`; None: 1.
    """
    total: Array | float = 0.0
    varying = jnp.ndim(viscosity) > 0
    q = inner_faces(velocity[axis], axis)
    shifted = wall_shifted(mesh, fluid, q, axis, friction_factor)
    wide = inner_faces(wide, axis)
    wide_shifted = None if shifted is None else halo_padded(shifted)
    for b in AXES:
        if b != axis and mesh.shape[b] == 1:
            continue
        if b == axis:
            scale = 2.0 * without_halo(viscosity, *AXES) if varying else viscosity
            stress = scale * difference(velocity[b], b)
            if wide_shifted is not None:
                stress = stress - difference(with_neighbours(wide_shifted, b), b)
            stress = stress * along(inverse(mesh.widths(b)), b)
        else:
            edge_viscosity = mean(mean(with_neighbours(viscosity, b), axis), b) if varying else viscosity
            stress = edge_viscosity * difference(with_neighbours(wide, b), b)
            if wide_shifted is not None:
                stress = stress - difference(with_neighbours(wide_shifted, b), b)
            # The box's own sides are closed: their friction is added below, or the obstacles' friction includes it.
            stress = stress * along(closed_ends(1 / mesh.spacing(b)[1:-1], 0), b)
            if varying:
                inner = along(closed_ends(jnp.ones_like(mesh.widths(b)[1:]), 0), b)
                cross = difference(velocity[b], axis) * along(inverse(mesh.spacing(axis)[1:-1]), axis)
                stress = stress + inner * edge_viscosity * cross
        total = total + difference(mean(mesh.area[b], axis) * stress, b)
        if b != axis and mesh.obstacles is None:
            total = total + side_friction(mesh, fluid, q, axis, b, sides, friction_factor)
    return jnp.asarray(total)


def wall_shifted(
    mesh: Mesh, fluid: FluidConstants, q: Array, axis: int, friction_factor: Array | None = None
) -> Array | None:
    """Viscosity times (the velocity q less the velocity at the face's centre), m3/s2, on the inner faces of `axis`.

    The velocity of a face that a wall cuts belongs to its open part, at the distance y from the wall; the face's centre
    is nearer to the wall by s, or behind it. Two neighbours' difference is a gradient along the grid only between
    centres, where the wall's stress tau = nu u / y extends u to u - s tau / nu. The result is s tau: nu has cancelled,
    so it holds for molecules and eddies alike. It is None without cut walls. `heat.beyond_centres` does the same for
    heat.
    """
    if mesh.obstacles is None or mesh.obstacles.wall_shift is None:
        return None
    shifted = fluid.viscosity * inner_faces(mesh.obstacles.wall_shift[axis], axis) * q
    return shifted if friction_factor is None else shifted * friction_factor


def side_friction(
    mesh: Mesh,
    fluid: FluidConstants,
    q: Array,
    axis: int,
    b: int,
    sides: OpenSides | None = None,
    factor: Array | None = None,
) -> Array:
    """Friction of the two box sides normal to `b` on component `axis`, m4/s2: molecular viscosity times `factor`."""
    area = take(mean(mesh.area[b], axis), b, 1, None)  # in a plain box the same in all layers
    total: Array | float = 0.0
    for side, end in enumerate((0, -1)):
        coefficient = fluid.no_slip[b, side] * fluid.viscosity / mesh.spacing(b)[end]
        beside = fusion_barrier(lambda c, end=end: jnp.zeros(mesh.shape[b], c.dtype).at[end].set(c), coefficient)
        wall = fluid.wall_velocity[b, side, axis]
        if sides is not None and sides.kind[b][side] == "inflow":
            wall = sides.velocity[b][side][axis]
        force = along(beside, b) * area * (wall - q)
        total = total + (force if factor is None else force * factor)
    return jnp.asarray(total)


def buoyancy(mesh: Mesh, fluid: FluidConstants, temperature: Array) -> Array:
    """Acceleration on the inner z-faces, m/s2."""
    return fluid.buoyancy * face_mean(mesh, temperature, 2)


def explicit_tendency(
    mesh: Mesh,
    fluid: FluidConstants,
    velocity: Vector,
    wide: Array,
    flux: Vector,
    temperature: Array,
    viscosity: Array | None,
    axis: int,
    sides: OpenSides | None = None,
    friction_factor: Array | None = None,
) -> Array:
    """Advection, buoyancy, given acceleration and (if `viscosity` is given) viscous force per volume, m/s2.

    The result lies on the inner faces of `axis`; `wide` and `viscosity` are as for `viscous_force`.
    """
    force = advection(mesh, wide, flux, axis, fluid.scheme)
    if sides is not None:
        force = force + boundary_momentum_inflow(sides, flux, velocity, axis)
    if viscosity is not None:
        force = force + viscous_force(mesh, fluid, velocity, wide, viscosity, axis, sides, friction_factor)
    tendency = force / control_volume(mesh, axis)
    if axis == 2:
        tendency = tendency + buoyancy(mesh, fluid, temperature)
    if fluid.acceleration is not None:
        tendency = tendency + fluid.acceleration[axis]
    return tendency


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class ViscousSolver:
    """Direct solvers of (V - theta dt nu L) by velocity component on a plain box; None where there is none.

    Attributes:
      factored: whether the three directions are solved one after the other (`FastDiagonalization.solve_factors`):
        it is cheaper, of second order in time, and has the same steady state.
    """

    by_axis: tuple[FastDiagonalization | None, FastDiagonalization | None, FastDiagonalization | None]
    factored: bool = field(metadata={"static": True}, default=False)

    def solve(self, axis: int, load: Array, scale: Array) -> Array:
        """Change of one velocity component, m/s, by V times its explicit change (m4/s); scale = theta dt nu, m2.

        Zero along an axis of one cell, which has no inner faces.
        """
        direct = self.by_axis[axis]
        if direct is None:
            return jnp.zeros_like(load)
        return direct.solve_factors(load, scale) if self.factored else direct.solve(load, 1.0, scale)


def viscous_solver(mesh: Mesh, no_slip: np.ndarray, factored: bool = False) -> ViscousSolver:
    """Set up the direct viscous solvers; `no_slip` (3, 2) as in `FluidConstants`."""
    solvers = []
    for axis in AXES:
        distances, masses = [], []
        ends: list[tuple[End, End]] = []
        for b in AXES:
            width, spacing = np.asarray(mesh.widths(b), float), np.asarray(mesh.spacing(b), float)
            if b == axis and mesh.periodic[b]:  # faces 0 .. n-1; the last cell lies between the last and the first
                distances.append(np.concatenate([width[-1:] / 2, width[:-1], width[-1:] / 2]))
                masses.append(np.append(spacing[0] + spacing[-1], spacing[1:-1]))
                ends.append(("periodic", "periodic"))
            elif b == axis:
                distances.append(width)
                masses.append(spacing[1:-1])
                ends.append(("dirichlet", "dirichlet"))
            elif mesh.periodic[b]:
                distances.append(spacing)
                masses.append(width)
                ends.append(("periodic", "periodic"))
            else:
                distances.append(spacing)
                masses.append(width)
                low, high = np.asarray(no_slip)[b]
                ends.append(("dirichlet" if low else "neumann", "dirichlet" if high else "neumann"))
        flat = any(len(m) == 0 for m in masses)  # one cell along this axis: no inner face to solve for
        solvers.append(None if flat else fast_diagonalization(distances, masses, ends, mesh.dtype))
    return ViscousSolver((solvers[0], solvers[1], solvers[2]), factored)
