"""Walls of a turbulent flow: distances from them, and the wall functions of friction and heat.

The first cell at a wall may lie in the viscous sublayer, the buffer or the log layer. Friction is the friction of a
linear profile, nu u / y, times a factor; heat is conducted heat, k dT / y, times another factor:

    tau / rho = nu (u / y) y+ / u+(y+),      q = k (dT / y) Pr y+ / Theta+(y+),      y+ = u_* y / nu.

Both factors end at 1 in the sublayer. u+ is Spalding's law where u_* follows from the speed, Reichardt's where a
turbulence model gives it; Theta+ is Kader's (`jamsu.solver.turbulence.wall_law`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from jamsu.geometry.wall_distance import FAR
from jamsu.solver.grid.arrays import on_device
from jamsu.solver.grid.mesh import AXES, Mesh, Vector
from jamsu.solver.grid.operators import cell_velocity, mean
from jamsu.solver.turbulence.wall_law import kader_temperature, wall_distance_units


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Walls:
    """Walls as a turbulent flow sees them.

    Attributes:
      distance: distance from the cell's (open) centroid to the nearest no-slip wall, m; large where there is none.
      touching: 1 in the cells that a wall bounds, else 0.
      friction_factor: friction factor of the cells next to a wall, 1 elsewhere; `closure.renewed_walls` renews it where
        the model does not give it.
      face_friction: the same on the inner faces by axis, renewed with it; None where the model gives it.
      prandtl: molecular Prandtl number.
      heats: whether `HeatEquation.exchange` lies at these walls and takes their factor (a box); a module's films have
        their own.
    """

    distance: Float[Array, "nx ny nz"]
    touching: Float[Array, "nx ny nz"]
    friction_factor: Float[Array, "nx ny nz"]
    prandtl: Array
    heats: bool = field(metadata={"static": True}, default=False)
    face_friction: Vector | None = None


def cell_speed(velocity: Vector) -> Float[Array, "nx ny nz"]:
    """Magnitude of the velocity at the cell centres, m/s; never exactly 0, where a root has no slope."""
    u, v, w = cell_velocity(velocity)
    return jnp.sqrt(u * u + v * v + w * w + 1e-16)


def speed_friction_factor(walls: Walls, velocity: Vector, viscosity: Array) -> Float[Array, "nx ny nz"]:
    """Friction factor of the cells next to a wall from their speed, by Spalding's law; 1 elsewhere."""
    speed = cell_speed(velocity)
    y_plus = wall_distance_units(speed, walls.distance, viscosity)
    reynolds = speed * walls.distance / viscosity
    return jnp.where(walls.touching > 0, y_plus * y_plus / jnp.maximum(reynolds, 1e-12), 1.0)


def speed_friction_velocity(walls: Walls, velocity: Vector, viscosity: Array) -> Float[Array, "nx ny nz"]:
    """u_* next to walls from the speed and the present friction factor, m/s."""
    return jnp.sqrt(viscosity * walls.friction_factor * cell_speed(velocity) / walls.distance)


def heat_factor(walls: Walls, friction_velocity: Array, viscosity: Array) -> Float[Array, "nx ny nz"]:
    """Heat's factor in the cells next to a wall, by Kader's law; 1 elsewhere."""
    y_plus = jnp.maximum(friction_velocity * walls.distance / viscosity, 1e-6)
    factor = walls.prandtl * y_plus / kader_temperature(y_plus, walls.prandtl)
    return jnp.where(walls.touching > 0, factor, 1.0)


def on_faces(walls: Walls, factor: Array) -> Vector:
    """A factor on the inner faces by axis: the mean over the cells on both sides that touch a wall, else 1."""

    def along(axis: int) -> Array:
        weight = mean(walls.touching, axis)
        return jnp.where(weight > 0, mean(walls.touching * factor, axis) / jnp.where(weight > 0, weight, 1), 1)

    return (along(0), along(1), along(2))


def box_walls(mesh: Mesh, no_slip: np.ndarray, prandtl: float) -> Walls:
    """Walls of a plain box: its no-slip sides, which exchange heat by `HeatEquation.exchange`.

    Args:
      no_slip: (3, 2) by axis and side, 1 no-slip.
    """
    distance, touching = np.full(mesh.shape, FAR), np.zeros(mesh.shape)
    for axis, end in np.argwhere(no_slip).tolist():
        side = float(mesh.edges[axis][0 if end == 0 else -1])
        shape = [-1 if a == axis else 1 for a in AXES]
        away = np.abs(np.asarray(mesh.centres(axis), float) - side).reshape(shape)
        distance = np.minimum(distance, away)
        beside = [slice(None)] * 3
        beside[axis] = slice(0, 1) if end == 0 else slice(-1, None)
        touching[tuple(beside)] = 1.0
    dtype = mesh.dtype
    return Walls(
        distance=on_device(distance, dtype),
        touching=on_device(touching, dtype),
        friction_factor=jnp.ones(mesh.shape, dtype),
        prandtl=on_device(prandtl, dtype),
        heats=True,
    )
