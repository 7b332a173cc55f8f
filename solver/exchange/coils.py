"""Gas-to-seawater coils in the gas domain and their seawater circuit.

A coil of conductance UA, gas capacity rate C_g and water capacity rate C_w moves
    Q = eps(NTU, C_r) C_min (T_gas,in - T_water,in)
(`jamsu.solver.exchange.effectiveness`). In the cells it occupies, n in a row along the gas flow, each column of gas
with capacity rate C loses heat to the water's inlet temperature through the conductance per cell

    g = C [(1 - eps_g)^(-1/n) - 1],     eps_g = eps C_min / C_g,

which with upwind advection takes exactly the share eps_g off the column's temperature difference. It is positive, so
the heat never exceeds what the second law allows. Gas that no fan drives may pass a coil either way: a column's inlet
is the side that the gas comes from.
A heat pipe ("condenser") has UA in two parts, from the gas to the vapour and from the vapour to the water
(`jamsu.solver.exchange.effectiveness.heat_pipe_rate`).
The circuit is parallel (each coil at the intake temperature) or series (each at its predecessor's outlet).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from jamsu.solver.exchange.effectiveness import effectiveness, heat_pipe_rate
from jamsu.solver.exchange.exchanger import DomainFields, Exchange
from jamsu.solver.operation import Operation
from jamsu.solver.variables import Values

# A column loses at most this share of its temperature difference, so that the conductance stays finite.
LARGEST_SHARE = 0.9999


INFINITE_RATE = 1e12  # W/K: capacity rate of a sink whose temperature does not change


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class CoilLayout:
    """Where the coils' cells are, and in which order water passes the coils.

    Attributes:
      cell: flat number of each coil cell.
      cell_column: column of each coil cell.
      column_coil: coil of each column.
      column_face: number of the face at the column's front among all faces (x-faces, then y, then z, flattened).
      column_sign: 1 where gas that enters at the front flows along the axis, -1 where it flows against it.
      column_before: flat number of the cell before the column's front.
      column_first: flat number of the column's first cell.
      column_last: flat number of its last cell.
      column_behind: flat number of the cell behind its rear.
      column_cells: number of cells from front to rear.
      area: seawater-side area that fouling covers, m2; infinite where none is known.
      sea_is_sink: 1 where the sea itself takes the heat, without a water flow, else 0.
      order: coils in the order in which the water meets them.
      arrangement: arrangement of the two streams, by coil.
      series: whether the water passes the coils in turn.
    """

    cell: Int[Array, "cell"]
    cell_column: Int[Array, "cell"]
    column_coil: Int[Array, "column"]
    column_face: Int[Array, "column"]
    column_sign: Float[Array, "column"]
    column_before: Int[Array, "column"]
    column_first: Int[Array, "column"]
    column_last: Int[Array, "column"]
    column_behind: Int[Array, "column"]
    column_cells: Float[Array, "column"]
    area: Float[Array, "coil"]
    sea_is_sink: Float[Array, "coil"]
    order: Int[Array, "coil"]
    arrangement: tuple[str, ...] = field(metadata={"static": True}, default=())
    series: bool = field(metadata={"static": True}, default=False)


class _Notes(NamedTuple):
    rate: Array  # gas capacity rate of the columns from front to rear, W/K
    gas_flow: Array  # by coil, m3/s
    water_inlet: Array  # by coil, K from the reference
    effectiveness: Array  # by coil


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Coils:
    """The coils at one operating point; their state is the heat that each took in the last round, W.

    Attributes:
      layout: where they are.
      conductance: UA of each coil with its fouling, W/K.
      water_rate: capacity rate of the water, W/K.
      water_flow: mass flow of the water, kg/s; 0 where the sea itself is the sink.
      water_resistance: part of 1/UA between a heat pipe's vapour and the water, K/W; else not read.
      intake: temperature of the circuit's intake, K from the reference.
    """

    layout: CoilLayout
    conductance: Float[Array, "coil"]
    water_rate: Float[Array, "coil"]
    water_flow: Float[Array, "coil"]
    water_resistance: Float[Array, "coil"]
    intake: Array

    balance: ClassVar[str] = "coil_heat"
    holds: ClassVar[bool] = False

    def initial_state(self) -> Float[Array, "coil"]:
        return jnp.zeros_like(self.conductance)

    def exchange(self, fields: DomainFields, state: Float[Array, "coil"]) -> tuple[Exchange, Array]:
        """Conductances by effectiveness at the present gas flow, and the water's inlet temperatures."""
        rate = column_rate(self.layout, fields.face_flow, fields.fluid_capacity)
        gas = gas_rate(self.layout, rate)
        effective, share = coil_effectiveness(self, gas)
        water = water_inlet(self, state)
        conductance = cell_conductance(self.layout, rate, share)
        notes = _Notes(rate, gas / fields.fluid_capacity, water, effective)
        return Exchange(self.layout.cell, conductance, water[coil_of_cell(self.layout)], notes=notes), state

    def report(
        self, exchange: Exchange, heat: Float[Array, "own"], temperature: Float[Array, "cell"], state: Array
    ) -> tuple[Values, Array]:
        """Duties, temperatures and effectiveness; the duties are the new state."""
        notes: _Notes = exchange.notes
        duty = jax.ops.segment_sum(heat, coil_of_cell(self.layout), self.conductance.shape[0])
        gas_in, gas_out = gas_temperatures(self.layout, notes.rate, temperature)
        own_water = self.layout.sea_is_sink == 0
        told = {
            "duty": duty,
            "gas_flow": notes.gas_flow,
            "gas_inlet_temperature": gas_in,
            "gas_outlet_temperature": gas_out,
            "water_inlet_temperature": notes.water_inlet,
            "water_outlet_temperature": jnp.where(own_water, notes.water_inlet + duty / self.water_rate, jnp.nan),
            "water_flow": jnp.where(own_water, self.water_flow, jnp.nan),
            "conductance": self.conductance,
            "effectiveness": notes.effectiveness,
        }
        return {"coils": told}, duty

    def heat(self, values: Values) -> Array:
        return jnp.sum(values["coils"]["duty"])

    def coldest(self) -> Array | None:
        return self.intake if self.conductance.shape[0] else None


def coils_at(layout: CoilLayout, operation: Operation, sea_heat_capacity: Array) -> Coils:
    """The coils at an operating point; `sea_heat_capacity`: specific heat of the seawater, J/(kg K).

    Fouling lies on the seawater side: 1/UA = 1/UA_clean + R/A.
    """
    fouling = operation.coil_fouling / layout.area
    flow = operation.coil_water_flow
    sea_is_sink = layout.sea_is_sink > 0
    return Coils(
        layout=layout,
        conductance=1 / (1 / operation.coil_ua + fouling),
        water_rate=jnp.where(sea_is_sink, INFINITE_RATE, flow * sea_heat_capacity),
        water_flow=flow,
        water_resistance=operation.coil_water_share / operation.coil_ua + fouling,
        intake=operation.sea_temperature - operation.reference_temperature + operation.intake_offset,
    )


def coil_effectiveness(coils: Coils, gas_rate: Float[Array, "coil"]) -> tuple[Array, Array]:
    """(effectiveness, share of the gas side eps_g) of every coil at its gas capacity rate, W/K."""
    smaller = jnp.minimum(gas_rate, coils.water_rate)
    larger = jnp.maximum(gas_rate, coils.water_rate)
    ntu = coils.conductance / jnp.maximum(smaller, 1e-6 * coils.conductance)
    ratio = smaller / larger
    result = jnp.zeros_like(gas_rate)
    for name in sorted(set(coils.layout.arrangement)):
        chosen = jnp.asarray([a == name for a in coils.layout.arrangement])
        found = _heat_pipe(coils, gas_rate, smaller) if name == "condenser" else effectiveness(ntu, ratio, name)
        result = jnp.where(chosen, found, result)
    return result, result * smaller / jnp.maximum(gas_rate, 1e-9)


def _heat_pipe(coils: Coils, gas_rate: Array, smaller: Array) -> Array:
    """Effectiveness of heat pipes whose vapour has one temperature."""
    water_side = coils.water_resistance
    gas_side = jnp.maximum(1.0 / coils.conductance - water_side, 0.0)
    return heat_pipe_rate(gas_rate, coils.water_rate, gas_side, water_side) / jnp.maximum(smaller, 1e-9)


def water_inlet(coils: Coils, duty: Float[Array, "coil"]) -> Float[Array, "coil"]:
    """Water temperature at each coil's inlet, K from the reference."""
    if not coils.layout.series:
        return jnp.broadcast_to(coils.intake, duty.shape)
    rise = (duty / coils.water_rate)[coils.layout.order]
    before = jnp.cumsum(rise) - rise
    return coils.intake + jnp.zeros_like(duty).at[coils.layout.order].set(before)


def column_rate(layout: CoilLayout, face_flow: Float[Array, "face"], fluid_capacity: Array) -> Float[Array, "column"]:
    """Gas capacity rate of each column from its front to its rear, W/K, from the volume flow through all faces, m3/s;
    negative where the gas passes it from the rear."""
    return fluid_capacity * layout.column_sign * face_flow[layout.column_face]


def gas_rate(layout: CoilLayout, rate: Float[Array, "column"]) -> Float[Array, "coil"]:
    """Gas capacity rate of each coil, W/K; the direction of the flow does not count."""
    return jax.ops.segment_sum(jnp.abs(rate), layout.column_coil, layout.area.shape[0])


def cell_conductance(layout: CoilLayout, rate: Float[Array, "column"], share: Float[Array, "coil"]) -> Array:
    """g of every coil cell, W/K."""
    kept = 1.0 - jnp.minimum(share, LARGEST_SHARE)[layout.column_coil]
    g = jnp.abs(rate) * (kept ** (-1.0 / layout.column_cells) - 1.0)
    return g[layout.cell_column]


def coil_of_cell(layout: CoilLayout) -> Int[Array, "cell"]:
    return layout.column_coil[layout.cell_column]


def gas_temperatures(
    layout: CoilLayout, rate: Float[Array, "column"], temperature: Float[Array, "cell"]
) -> tuple[Array, Array]:
    """Flow-weighted mean temperatures of the gas that enters and that leaves each coil: (coil,) each.

    Args:
      rate: capacity rate of the columns, with its sign, W/K.
      temperature: temperature of all cells, flat, K from the reference.
    """
    forward = rate >= 0
    entering = jnp.where(forward, temperature[layout.column_before], temperature[layout.column_behind])
    leaving = jnp.where(forward, temperature[layout.column_last], temperature[layout.column_first])
    return _column_mean(layout, rate, entering), _column_mean(layout, rate, leaving)


def _column_mean(layout: CoilLayout, rate: Float[Array, "column"], values: Float[Array, "column"]) -> Array:
    """Flow-weighted mean over the columns of each coil; without a flow, their mean."""
    count = layout.area.shape[0]
    through = jax.ops.segment_sum(jnp.abs(rate), layout.column_coil, count)
    weight = jnp.where(through[layout.column_coil] > 0, jnp.abs(rate), 1)  # gas at rest: equal weights
    total = jax.ops.segment_sum(weight * values, layout.column_coil, count)
    flow = jax.ops.segment_sum(weight, layout.column_coil, count)
    return total / jnp.where(flow > 0, flow, 1)
