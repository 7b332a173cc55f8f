"""Racks: heat and gas flow of their height units, and the gas that enters and leaves them."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from jamsu.solver.exchange.airflow import LAWS, RackHeat
from jamsu.solver.operation import Operation


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class RackLayout:
    """Where the racks' gas enters and leaves: one row per pair of an intake face and a height unit.

    Attributes:
      front_cell: by row, flat number of the cell in front of the intake face.
      rear_cell: by row, flat number of the rack's last cell in the same stream tube.
      behind_cell: by row, flat number of the first cell outside the machine, behind a rear door if there is one.
      slot: rack * units + unit, by row.
      level: number of the layer of cells of one rack that the row lies in, counted over all racks.
      level_rack: rack of each of these layers.
      inside: share of the height unit that lies in the row's layer.
      across: share of the layer's width that the row's face has.
      open_unit: weight of each height unit in a flow that is not split by heat; 0 where none passes.
      law_racks: racks of each airflow law, by its name.
      door_loss: loss coefficient of a rear door over twice the square of the rack's open face, 1/m4.
      passage_face: number, among all faces, of each face at which gas enters a passage past the servers at the front.
      passage_rack: rack of each of these faces.
      passage_sign: 1 where the flow from front to rear counts as positive on the face, else -1.
    """

    front_cell: Int[Array, "row"]
    rear_cell: Int[Array, "row"]
    behind_cell: Int[Array, "row"]
    slot: Int[Array, "row"]
    level: Int[Array, "row"]
    level_rack: Int[Array, "level"]
    inside: Float[Array, "row"]
    across: Float[Array, "row"]
    open_unit: Float[Array, "rack unit"]
    law_racks: dict[str, Int[Array, "..."]]
    door_loss: Float[Array, "rack"]
    passage_face: Int[Array, "passage"]
    passage_rack: Int[Array, "passage"]
    passage_sign: Float[Array, "passage"]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Racks:
    """The racks at one operating point.

    Attributes:
      layout: where their gas enters and leaves.
      power: electrical power of each height unit, W.
      gas_heat: heat of each height unit to the gas, fans included, W.
      unit_share: share of the rack's flow in each height unit.
      flow: gas flow of each rack by its law, m3/s; the first flow where the law follows the pressure.
      airflow: parameters of the laws, see `jamsu.solver.operation.Operation`.
      share: share of the rack's flow that belongs to each row; sums to one over a rack.
      excess: heat by which the height unit warms its gas more than the row's cells do, W over the rack's whole flow.
      door_loss: pressure loss of the rear door over the square of the flow, Pa s2/m6.
    """

    layout: RackLayout
    power: Float[Array, "rack unit"]
    gas_heat: Float[Array, "rack unit"]
    unit_share: Float[Array, "rack unit"]
    flow: Float[Array, "rack"]
    airflow: dict[str, dict[str, Array]]
    share: Float[Array, "row"]
    excess: Float[Array, "row"]
    door_loss: Float[Array, "rack"]


def racks_at(layout: RackLayout, operation: Operation, fluid_capacity: Array, density: Array) -> Racks:
    """The racks at an operating point.

    Args:
      fluid_capacity: rho cp of the gas, J/(m3 K).
      density: density of the gas, kg/m3.
    """
    share = unit_share(operation.rack_power, layout.open_unit, heat_split(layout))
    to_gas = 1 - operation.liquid_share
    gas_heat = operation.rack_power * to_gas[:, None] + operation.rack_fan_power[:, None] * share
    heat = RackHeat(jnp.sum(operation.rack_power, 1) * to_gas, jnp.sum(gas_heat, 1))
    flow = jnp.zeros_like(operation.rack_fan_power)
    for name, racks in layout.law_racks.items():
        of_law = RackHeat(heat.power[racks], heat.gas_heat[racks])
        flow = flow.at[racks].set(LAWS[name].flow(operation.airflow[name], of_law, fluid_capacity))
    row_share = layout.across * layout.inside * share.ravel()[layout.slot]
    return Racks(
        layout=layout,
        power=operation.rack_power,
        gas_heat=gas_heat,
        unit_share=share,
        flow=flow,
        airflow=operation.airflow,
        share=row_share,
        excess=unit_excess(layout, gas_heat, share),
        door_loss=layout.door_loss * density,
    )


def heat_split(layout: RackLayout) -> Float[Array, "rack"]:
    """1 for racks whose flow is split over their height units by heat, else 0."""
    split = jnp.zeros_like(layout.door_loss)
    for name, racks in layout.law_racks.items():
        split = split.at[racks].set(float(LAWS[name].by_heat))
    return split


def unit_share(
    power: Float[Array, "rack unit"], open_unit: Float[Array, "rack unit"], by_heat: Float[Array, "rack"]
) -> Float[Array, "rack unit"]:
    """Share of each rack's gas flow in each height unit: by heat where there is any, else even over the open ones."""
    total = jnp.sum(power, 1)
    weight = jnp.where(((by_heat > 0) & (total > 0))[:, None], power, open_unit)
    return weight / jnp.sum(weight, 1, keepdims=True)


def unit_excess(layout: RackLayout, heat: Array, share: Array) -> Float[Array, "row"]:
    """Heat by which a unit warms its gas more than its layer of cells does, W over the rack's whole flow.

    Cells hold the heat of all units that share their layer; the gas of each unit leaves warmed by that unit's own heat.
    The flow-weighted excess of a layer is 0, so that field and table hold the same heat.
    """
    split = layout.inside * share.ravel()[layout.slot]
    flows = split > 0
    own = jnp.where(flows, layout.inside * heat.ravel()[layout.slot], 0)
    levels = layout.level_rack.shape[0]
    of_level, flow = (jax.ops.segment_sum(layout.across * v, layout.level, levels)[layout.level] for v in (own, split))
    safe = jnp.where(flows, split, 1)
    return jnp.where(flows, own / safe - of_level / jnp.where(flow > 0, flow, 1), 0)


def follow_pressure(
    racks: Racks, flow: Float[Array, "rack"], pressure_rise: Float[Array, "rack"]
) -> Float[Array, "rack"]:
    """Flow of each rack, m3/s: given, or one step further towards what the pressure asks for.

    Args:
      flow: present flow, m3/s.
      pressure_rise: pressure rise of the gas from the front to behind the machine, Pa.
    """
    new = racks.flow
    for name, numbers in racks.layout.law_racks.items():
        follow = LAWS[name].follow
        if follow is not None:
            demand = pressure_rise + racks.door_loss * flow**2
            new = new.at[numbers].set(follow(racks.airflow[name], flow[numbers], demand[numbers]))
    return new


def by_unit(racks: Racks, row_values: Float[Array, "row"]) -> Float[Array, "rack unit"]:
    """Flow-weighted mean of values at the rows over each unit; 0 where no gas flows."""
    count, units = racks.unit_share.shape
    total = jax.ops.segment_sum(racks.share * row_values, racks.layout.slot, count * units)
    share = racks.unit_share
    return jnp.where(share > 0, total.reshape(count, units) / jnp.where(share > 0, share, 1), 0)


def unit_outlet(
    racks: Racks, temperature: Float[Array, "row"], rate: Float[Array, "rack"]
) -> Float[Array, "rack unit"]:
    """Temperature of the gas that leaves each height unit, K; 0 where no gas flows.

    Args:
      temperature: temperature of the rear cells at the rows, K.
      rate: capacity rate of each rack's whole flow, W/K.
    """
    units = racks.unit_share.shape[1]
    flow = rate[racks.layout.slot // units]
    own = jnp.where(flow > 0, racks.excess / jnp.where(flow > 0, flow, 1), 0)
    return by_unit(racks, temperature + own)


def passage_flow(racks: Racks, face_flow: Float[Array, "face"]) -> Float[Array, "rack"]:
    """Gas flow past the servers of each rack, through empty units and gaps, from front to rear, m3/s.

    Args:
      face_flow: volume flow through all faces (x-faces, then y, then z), m3/s.
    """
    layout = racks.layout
    through = layout.passage_sign * face_flow[layout.passage_face]
    return jax.ops.segment_sum(through, layout.passage_rack, racks.flow.shape[0])


def by_rack(racks: Racks, row_values: Float[Array, "row"]) -> Float[Array, "rack"]:
    """Flow-weighted mean of values at the rows over each rack."""
    count, units = racks.unit_share.shape
    return jax.ops.segment_sum(racks.share * row_values, racks.layout.slot // units, count)
