"""Machines that set the gas flow through themselves: racks, coils with fans, fans, cooling units.

A machine's faces carry a velocity = (velocity at unit flow) x (its flow): a leaf, so a new flow compiles
nothing. Flow in, flow out and every cell between balance exactly, so the pressure need not act inside a
machine.

Fan curve: the flow Q at which the curve's pressure rise equals what the rack's surroundings ask for,
    dp_fan(Q) = (p_rear - p_front) + K Q^2,
found by under-relaxation along the march (Patankar 1980, sec. 4.5).
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from jamsu.solver.grid.mesh import AXES, Vector

FAN_RELAXATION = 0.3


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Machines:
    """Attributes:
    unit_velocity: by axis on all faces, velocity at a flow of 1 m3/s, 1/m2.
    index: by axis on all faces, number of the machine that owns the face counted from 1; 0 nobody's.
    """

    unit_velocity: Vector
    index: Vector


def prescribed_velocity(machines: Machines, flow: Float[Array, "machine"]) -> Vector:
    """Velocity that the machines set, on all faces by axis, m/s; 0 elsewhere."""
    padded = jnp.concatenate([jnp.zeros(1, flow.dtype), flow])
    u, v, w = (machines.unit_velocity[a] * padded[machines.index[a]] for a in AXES)
    return (u, v, w)


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class FanCurves:
    """Fan curves of the racks.

    Attributes:
      flow, pressure: (rack, point), m3/s rising and Pa falling; rows of racks without a curve are not used.
      active: (rack,) 1 where the flow follows the curve, 0 where it is given.
      loss: (rack,) K of what stands in the rack's own stream (rear door), Pa s2/m6.
    """

    flow: Float[Array, "rack point"]
    pressure: Float[Array, "rack point"]
    active: Float[Array, "rack"]
    loss: Float[Array, "rack"]


def fan_flow(
    curves: FanCurves, flow: Float[Array, "rack"], pressure_rise: Float[Array, "rack"]
) -> Float[Array, "rack"]:
    """Flow of each rack after one relaxed step towards its operating point, m3/s.

    Args:
      pressure_rise: gas pressure behind the rack minus that in front of it, Pa.
    """
    demand = pressure_rise + curves.loss * flow**2

    def operating_point(p, pressures, flows):
        return jnp.interp(p, pressures[::-1], flows[::-1])

    target = jax.vmap(operating_point)(demand, curves.pressure, curves.flow)
    return flow + curves.active * FAN_RELAXATION * (target - flow)


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class RackPorts:
    """Where the gas enters and leaves the racks: one row per pair of an intake face and a height unit.

    Attributes:
      front_cell, rear_cell, behind_cell: flat cell numbers: in front of the intake face, the rack's last cell
        of the same stream tube, and the first cell outside the machine (behind a rear door if there is one).
      slot: rack * units + unit.
      share: of the rack's flow that belongs to this row; sums to one over a rack. unit_share: that of a height unit.
      excess: by how much the height unit warms its gas more than the row's cells hold, W over the rack's whole flow.
    """

    front_cell: Int[Array, "row"]
    rear_cell: Int[Array, "row"]
    behind_cell: Int[Array, "row"]
    slot: Int[Array, "row"]
    share: Float[Array, "row"]
    excess: Float[Array, "row"]
    unit_share: Float[Array, "rack unit"]


def by_unit(ports: RackPorts, row_values: Float[Array, "row"]) -> Float[Array, "rack unit"]:
    """Flow-weighted mean of values at the rows over each unit; 0 where no gas flows."""
    racks, units = ports.unit_share.shape
    total = jax.ops.segment_sum(ports.share * row_values, ports.slot, racks * units)
    share = ports.unit_share
    return jnp.where(share > 0, total.reshape(racks, units) / jnp.where(share > 0, share, 1), 0)


def unit_outlet(
    ports: RackPorts, temperature: Float[Array, "row"], rate: Float[Array, "rack"]
) -> Float[Array, "rack unit"]:
    """Temperature of the gas that leaves each height unit, K; 0 where no gas flows.

    Args:
      temperature: of the rear cells at the rows. rate: capacity rate of each rack's whole flow, W/K.
    """
    units = ports.unit_share.shape[1]
    flow = rate[ports.slot // units]
    own = jnp.where(flow > 0, ports.excess / jnp.where(flow > 0, flow, 1), 0)
    return by_unit(ports, temperature + own)


def by_rack(ports: RackPorts, row_values: Float[Array, "row"]) -> Float[Array, "rack"]:
    """Flow-weighted mean of values at the rows over each rack."""
    racks, units = ports.unit_share.shape
    return jax.ops.segment_sum(ports.share * row_values, ports.slot // units, racks)
