"""Sides of the box that the fluid passes: inflow of given velocity and temperature, outflow at zero pressure, and
entraining sides, through which a plume draws in fluid that is at rest far away, or leaves.

An inflow's faces carry the given normal velocity and stay as they are in the projection. An outflow's faces take the
velocity of the next face inside (zero gradient) and are then corrected by the projection, whose pressure is zero on
the side. What enters brings the given velocity and temperature with it, what leaves takes the last cell's away. What
comes back in through an outflow has the temperature that is given there and the last cell's velocity. An inflow has the
friction of a wall at the given velocity; the other sides have none. Conduction is left to
`jamsu.solver.box.side_exchange`: a side conducts if it is given a wall's temperature there.

An entraining side's faces move by their own balance of momentum, see `entrainment_velocity`. Fluid that enters has the
total pressure of the fluid at rest (Bernoulli), so that it brings no energy; it brings the given tangential velocity, 0
in fluid at rest.
Source: Ferziger, Peric & Street, Computational Methods for Fluid Dynamics, 4th ed. (2020) sec. 8.8.
Range: outflows where the flow leaves through most of the side; a jet that turns around there is cut off, and fluid that
comes back brings energy in with it. Where the flow may enter or leave, as around a plume, use an entraining side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from jamsu.solver.grid.mesh import AXES, Mesh, Vector, along, take
from jamsu.solver.grid.operators import mean

Kind = Literal["closed", "inflow", "outflow", "entraining"]
OPEN: tuple[Kind, ...] = ("inflow", "outflow", "entraining")
AT_PRESSURE: tuple[Kind, ...] = ("outflow", "entraining")  # where the pressure is given
ENDS = (0, 1)  # low, high


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class OpenSides:
    """The six sides of a box, by axis and end (low, high).

    Attributes:
      kind: what each side is.
      velocity: velocity of what flows in, m/s, three components each; arrays of one layer along the side's axis that
        broadcast against the side's faces (normal component) or the component's own inner faces (the others).
      temperature: temperature of what flows in (back, at an outflow), K from the reference; one layer, broadcasting.
      turbulence: k (m2/s2) and epsilon (m2/s3) of what flows in, likewise; None without the k-epsilon model.
    """

    velocity: tuple[tuple[Vector, Vector], ...]
    temperature: tuple[tuple[Array, Array], ...]
    kind: tuple[tuple[Kind, Kind], ...] = field(metadata={"static": True}, default=(("closed", "closed"),) * 3)
    turbulence: tuple[tuple[tuple[Array, Array], tuple[Array, Array]], ...] | None = None

    def places(self, *kinds: Kind) -> list[tuple[int, int]]:
        """(axis, end) of the sides of these kinds."""
        return [(axis, end) for axis in AXES for end in ENDS if self.kind[axis][end] in kinds]


def layer(array: Array, axis: int, end: int, depth: int = 0) -> Array:
    """One layer of an array, `depth` layers from an end of an axis; keeps three dimensions."""
    start = depth if end == 0 else array.shape[axis] - 1 - depth
    return take(array, axis, start, start + 1)


def at_end(values: Array, size: int, axis: int, end: int) -> Array:
    """A layer at one end of `size` layers of zeros, made by a product, as loops that pad are not vectorised."""
    here = np.zeros(size)
    here[0 if end == 0 else -1] = 1
    return along(jnp.asarray(here, values.dtype), axis) * values


def entering(flux: Array, axis: int, end: int) -> Array:
    """Volume flow into the box through a side's faces, m3/s, one layer."""
    return layer(flux, axis, end) * (1.0 if end == 0 else -1.0)


def boundary_inflow(sides: OpenSides, flux: Vector, field: Array, given: Sequence[Sequence[Array]]) -> Array:
    """Inflow of a cell field through the sides into each cell, [field] m3/s.

    Args:
      given: by axis and end, the field's value in what flows in.
    """
    total = jnp.zeros_like(field)
    for axis, end in sides.places(*OPEN):
        inward = entering(flux[axis], axis, end)
        value = jnp.where(inward > 0, given[axis][end], layer(field, axis, end))
        total = total + at_end(inward * value, field.shape[axis], axis, end)
    return total


def boundary_momentum_inflow(sides: OpenSides, flux: Vector, velocity: Vector, axis: int) -> Array:
    """Inflow of a velocity component through the sides along it, m4/s2; on the inner faces of `axis`.

    At the sides across it, `momentum.advection` reads the velocities of the faces.
    """
    q = take(velocity[axis], axis, 1, -1)
    total = jnp.zeros_like(q)
    for b, end in sides.places(*OPEN):
        if b != axis:
            inward = mean(entering(flux[b], b, end), axis)
            own = layer(q, b, end)
            given = own if sides.kind[b][end] == "outflow" else sides.velocity[b][end][axis]
            total = total + at_end(inward * jnp.where(inward > 0, given, own), q.shape[b], b, end)
    return total


def side_velocity(sides: OpenSides, velocity: Array, axis: int) -> Array:
    """`velocity` (all faces of `axis`) with the normal velocities of the open sides set."""
    for end in ENDS:
        kind = sides.kind[axis][end]
        if kind not in ("inflow", "outflow"):
            continue
        # An axis of one cell has no face inside: what enters leaves.
        inside = layer(velocity, axis, end, 1)
        wanted = sides.velocity[axis][end][axis] if kind == "inflow" else inside
        change = jnp.broadcast_to(wanted, inside.shape) - layer(velocity, axis, end)
        velocity = velocity + at_end(change, velocity.shape[axis], axis, end)
    return velocity


def entrainment_velocity(
    sides: OpenSides,
    mesh: Mesh,
    velocity: Vector,
    pressure: Array,
    temperature: Array,
    buoyancy: Array,
    dt: Array | float,
) -> Vector:
    """Normal velocities of the entraining sides before the projection, on all faces by axis; zero elsewhere.

    With v into the box, h the width of the first cell, p its pressure and g its buoyancy along v,
        dv/dt = g - (p + v^2/2) / (h/2)                where v > 0: from rest far away, total pressure zero
        dv/dt = g - p / (h/2) - |v| (v - v_inside)/h   where v < 0: pressure zero, carried from inside.

    Args:
      buoyancy: see `momentum.FluidConstants`.
    """
    return tuple(  # type: ignore[return-value]  # one for each axis
        _drawn(sides, mesh, velocity[axis], pressure, buoyancy * temperature if axis == 2 else 0 * pressure, axis, dt)
        for axis in AXES
    )


def _drawn(
    sides: OpenSides, mesh: Mesh, velocity: Array, pressure: Array, acceleration: Array, axis: int, dt: Array | float
) -> Array:
    """`entrainment_velocity` of one axis; `acceleration`: buoyancy of the cells along it, m/s2."""
    total = jnp.zeros_like(velocity)
    for end in ENDS:
        if sides.kind[axis][end] == "entraining":
            inward = 1.0 if end == 0 else -1.0
            v, inside = (inward * layer(velocity, axis, end, depth) for depth in (0, 1))
            h = mesh.widths(axis)[0 if end == 0 else -1]
            rate = inward * layer(acceleration, axis, end) - layer(pressure, axis, end) / (h / 2)
            rate = rate + jnp.where(v > 0, -v * v, v * (v - inside)) / h
            total = total + at_end(inward * (v + dt * rate), velocity.shape[axis], axis, end)
    return total


def side_slopes(sides: OpenSides, mesh: Mesh, field: Array, axis: int) -> Array:
    """Gradient of a field that is zero on the outflows, on all faces of `axis`; zero except on these sides."""
    size = field.shape[axis] + 1
    shape = [size if a == axis else n for a, n in enumerate(field.shape)]
    total = jnp.zeros(shape, field.dtype)
    for end in ENDS:
        if sides.kind[axis][end] in AT_PRESSURE:
            slope = layer(field, axis, end) / mesh.spacing(axis)[0 if end == 0 else -1]
            total = total + at_end(slope if end == 0 else -slope, size, axis, end)
    return total


def side_conductance(sides: OpenSides, mesh: Mesh) -> Array:
    """Area over distance to the zero pressure of the outflows, by cell, m."""
    total = jnp.zeros(mesh.shape, mesh.dtype)
    for axis, end in sides.places(*AT_PRESSURE):
        area = layer(mesh.area[axis], axis, end)
        link = area / along(mesh.spacing(axis)[:1] if end == 0 else mesh.spacing(axis)[-1:], axis)
        total = total + at_end(link, mesh.shape[axis], axis, end)
    return total
