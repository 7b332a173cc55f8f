"""The heat balance of every cell for a given flow: what a steady state makes zero."""

from __future__ import annotations

from dataclasses import dataclass, replace

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from jamsu.solver.flow.closure import Closure, eddy_diffusivity
from jamsu.solver.flow.heat import (
    advected_heat,
    beyond_centres,
    conductance_diagonal,
    conducted_heat,
    total_conductance,
)
from jamsu.solver.flow.model import FlowModel
from jamsu.solver.flow.open_sides import boundary_inflow
from jamsu.solver.flow.step import with_wall_heat
from jamsu.solver.frozen_flow.upwind import Upwind, upwind
from jamsu.solver.grid.fusion import fusion_barrier, halo_padded, without_halo
from jamsu.solver.grid.mesh import AXES, Vector
from jamsu.solver.grid.operators import volume_flux


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Transport:
    """All that moves heat in a given flow.

    Attributes:
      model: mesh, and the heat equation with what is coupled to it.
      flux: volume flow through the faces, m3/s.
      conductance: conductance of the faces, eddies included, W/K.
      storage: heat capacity over a step in time, W/K; 0 for a steady state.
      before: temperature at the beginning of that step, K; where a cell's temperature is held, that.
      held: cells that keep `before`: those whose temperature is given, and closed ones.
    """

    model: FlowModel
    flux: Vector
    conductance: Vector
    storage: Float[Array, "nx ny nz"]
    before: Float[Array, "nx ny nz"]
    held: Bool[Array, "nx ny nz"]


def transport(
    model: FlowModel,
    velocity: Vector,
    turbulent: Closure,
    temperature: Float[Array, "nx ny nz"],
    dt: Array | None = None,
) -> Transport:
    """The transport of heat by a flow.

    Args:
      velocity: on faces by axis, m/s.
      turbulent: the flow's turbulence.
      temperature: the present one, K from the reference.
      dt: step in time, s; None: steady.

    Raises:
      ValueError: the box has periodic sides.
    """
    if any(model.mesh.periodic):
        raise ValueError("frozen flow: a box with periodic sides is not supported")
    heat = with_wall_heat(model.heat, turbulent)
    conductance = heat.conductance
    if turbulent.eddy is not None:
        conductance = total_conductance(heat, halo_padded(eddy_diffusivity(model, turbulent.eddy)))
    storage = jnp.zeros_like(heat.capacity) if dt is None else heat.capacity / dt
    flux = volume_flux(model.mesh, velocity)
    x, y, z = (g + jnp.abs(f) for g, f in zip(conductance, flux, strict=True))
    held = conductance_diagonal((x, y, z)) + heat.exchange <= 0  # closed cells, which nothing touches
    if heat.fixed is not None:
        held = held | (heat.fixed > 0)
    return Transport(replace(model, heat=heat), flux, conductance, storage, temperature, held)


def carried_heat(given: Transport, wide: Array, *, limited: bool) -> Float[Array, "nx ny nz"]:
    """Heat that the flow carries into each cell, W.

    Args:
      wide: the temperature, halo-padded (`jamsu.solver.grid.fusion`).
      limited: with the scheme of the march; else first-order upwind.
    """
    model = given.model
    scheme = model.heat if limited else replace(model.heat, scheme="upwind")

    def carried(wide: Array, flux: Vector, conductance: Vector) -> Array:
        return advected_heat(model.mesh, scheme, flux, wide, conductance)

    heat = fusion_barrier(carried, wide, given.flux, given.conductance)
    if model.sides is not None:
        own = without_halo(wide, *AXES)
        heat = heat + model.heat.fluid_capacity * boundary_inflow(model.sides, given.flux, own, model.sides.temperature)
    return heat


def heat_rate(
    given: Transport, temperature: Float[Array, "nx ny nz"], carried: Array, wide: Array, *, limited: bool
) -> Float[Array, "nx ny nz"]:
    """Heat that each cell has too much of, W: 0 in the state that is looked for. Held cells: their deviation, K.

    Args:
      carried: `carried_heat` at this temperature.
      wide: the temperature, halo-padded.
      limited: with the terms of second order at cut cells; without them, and with upwind advection, it is linear in
        the temperature.
    """
    heat = given.model.heat
    rate = carried + conducted_heat(given.conductance, wide) + heat.source
    rate = rate + heat.exchange * (heat.exchange_temperature - temperature)
    rate = rate + given.storage * (given.before - temperature)
    if limited and heat.wall_shift is not None:
        rate = rate + beyond_centres(heat, temperature)
    return jnp.where(given.held, given.before - temperature, rate)


def upwind_of(given: Transport) -> Upwind:
    """The upwind coefficients of a transport."""
    heat = given.model.heat
    x, y, z = (heat.fluid_capacity * f for f in given.flux)
    return upwind((x, y, z), given.conductance, heat.exchange, given.storage, given.held)
