"""A flow and heat problem on a mesh, and the fields of one moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import jax
import numpy as np
from jaxtyping import Array, ArrayLike, Float

from jamsu.solver.flow.heat import HeatEquation
from jamsu.solver.flow.jets import Jets
from jamsu.solver.flow.momentum import FluidConstants, ViscousSolver
from jamsu.solver.flow.open_sides import OpenSides
from jamsu.solver.grid.arrays import on_device
from jamsu.solver.grid.mesh import Mesh, Vector
from jamsu.solver.linear.fast_diagonalization import FastDiagonalization
from jamsu.solver.linear.preconditioner import Preconditioner
from jamsu.solver.turbulence.k_epsilon import Turbulence
from jamsu.solver.turbulence.walls import Walls

TurbulenceModel = Literal["laminar", "constant", "zero_equation", "smagorinsky", "wale", "k_epsilon"]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class FlowModel:
    """A flow and heat problem, ready to march.

    Attributes:
      prescribed: by axis on all faces, velocity where a machine sets it, 0 elsewhere, m/s; None without machines.
      jets: momentum of openings with less free area than their faces; None without any.
      eddy_viscosity: constant eddy viscosity, m2/s (for `turbulence="constant"`).
      sides: open sides of the box; None: all closed.
      walls: wall functions; None: friction and heat of a linear profile.
      pressure_tolerance: see `pressure.project`.
      continuity: see there.
    """

    mesh: Mesh
    fluid: FluidConstants
    heat: HeatEquation
    pressure_solver: FastDiagonalization | Preconditioner
    viscous_solver: ViscousSolver | None
    heat_solver: FastDiagonalization | None
    prescribed: Vector | None
    eddy_viscosity: Array
    turbulence: TurbulenceModel = field(metadata={"static": True}, default="laminar")
    sides: OpenSides | None = None
    walls: Walls | None = None
    pressure_tolerance: Array | float = 1e-2
    continuity: Array | float = 1e-6
    jets: Jets | None = None


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class FlowState:
    """Fields at one time.

    Attributes:
      velocity: velocity on faces by axis, m/s.
      pressure: kinematic pressure, m2/s2.
      temperature: K from the reference.
      increment: increment of the pressure in the last step, m2/s2: the next one's first guess.
      tendency: explicit accelerations of the last step on inner faces, m/s2.
      advected: heat advected into each cell in the last step, W.
      last_dt: size of the last step, s (0: none yet, so the next one is Euler's).
      turbulence: fields of the k-epsilon model; None with the others.
    """

    velocity: Vector
    pressure: Float[Array, "nx ny nz"]
    increment: Float[Array, "nx ny nz"]
    temperature: Float[Array, "nx ny nz"]
    tendency: Vector
    advected: Float[Array, "nx ny nz"]
    time: Array
    last_dt: Array
    turbulence: Turbulence | None = None


def initial_state(
    mesh: Mesh,
    temperature: ArrayLike = 0.0,
    prescribed: Vector | None = None,
    turbulence: Turbulence | None = None,
) -> FlowState:
    """Fluid at rest (but for prescribed velocities) at one temperature; `turbulence` for the k-epsilon model."""
    nx, ny, nz = mesh.shape
    dtype = mesh.dtype

    def zeros(shape: tuple[int, ...]) -> Array:
        return on_device(np.zeros(shape), dtype)

    faces = ((nx + 1, ny, nz), (nx, ny + 1, nz), (nx, ny, nz + 1))
    px, py, pz = (1 if ring else -1 for ring in mesh.periodic)  # on a ring both ends count as inner faces
    inner = ((nx + px, ny, nz), (nx, ny + py, nz), (nx, ny, nz + pz))
    velocity = prescribed if prescribed is not None else tuple(zeros(s) for s in faces)
    return FlowState(
        velocity=(velocity[0], velocity[1], velocity[2]),
        pressure=zeros(mesh.shape),
        increment=zeros(mesh.shape),
        temperature=on_device(np.broadcast_to(np.asarray(temperature), mesh.shape), dtype),
        tendency=(zeros(inner[0]), zeros(inner[1]), zeros(inner[2])),
        advected=zeros(mesh.shape),
        time=zeros(()),
        last_dt=zeros(()),
        turbulence=turbulence,
    )
