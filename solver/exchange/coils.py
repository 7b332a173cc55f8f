"""Gas-to-seawater coils in the gas domain and their seawater circuit.

A coil of conductance UA, gas capacity rate C_g and water capacity rate C_w moves
    Q = eps(NTU, C_r) C_min (T_gas,in - T_water,in)
(`jamsu.solver.exchange.effectiveness`). In the cells it occupies, n in a row along the gas flow, each column of gas
with capacity rate C loses heat to the water's inlet temperature through the conductance per cell

    g = C [(1 - eps_g)^(-1/n) - 1],     eps_g = eps C_min / C_g,

which with upwind advection takes exactly the share eps_g off the column's temperature difference and, being
positive, never more than the second law allows. Gas that passes a coil on its own may pass it either way: a column's
inlet is the side that the gas comes from.
A heat pipe ("condenser") has UA in two parts, from the gas to the vapour and from the vapour to the water
(`jamsu.solver.exchange.effectiveness.heat_pipe_rate`).
The circuit is parallel (each coil at the intake temperature) or series (each at its predecessor's outlet).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from jamsu.solver.exchange.effectiveness import effectiveness, heat_pipe_rate

# A column may lose this share of its temperature difference at most: keeps the conductance finite.
LARGEST_SHARE = 0.9999


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Coils:
    """Attributes:
    cell, cell_column: flat cell number and column of each coil cell.
    column_coil, column_face, column_cells: of each column: its coil, the number of the face at its front among all
      faces (x-faces, then y, then z, flattened), and how many cells it has from front to rear.
    column_sign: 1 where gas that enters at the front flows along the axis, -1 where it flows against it.
    column_before, column_first, column_last, column_behind: flat numbers of the cells before its front, at its two
      ends and behind its rear.
    conductance: (coil,) UA, W/K. water_rate: (coil,) capacity rate of the water, W/K.
    water_resistance: (coil,) the part of 1/UA between a heat pipe's vapour and the water, K/W; else not read.
    intake: temperature of the circuit's intake, K from the reference.
    order: (coil,) coils in the order in which the water meets them.
    arrangement: by coil. series: whether the circuit is in series.
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
    conductance: Float[Array, "coil"]
    water_rate: Float[Array, "coil"]
    water_resistance: Float[Array, "coil"]
    intake: Array
    order: Int[Array, "coil"]
    arrangement: tuple[str, ...] = field(metadata={"static": True}, default=())
    series: bool = field(metadata={"static": True}, default=False)


def coil_effectiveness(coils: Coils, gas_rate: Float[Array, "coil"]) -> tuple[Array, Array]:
    """(effectiveness, share of the gas side eps_g) of every coil at its gas capacity rate, W/K."""
    smaller = jnp.minimum(gas_rate, coils.water_rate)
    larger = jnp.maximum(gas_rate, coils.water_rate)
    ntu = coils.conductance / jnp.maximum(smaller, 1e-6 * coils.conductance)
    ratio = smaller / larger
    result = jnp.zeros_like(gas_rate)
    for name in sorted(set(coils.arrangement)):
        chosen = jnp.asarray([a == name for a in coils.arrangement])
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
    if not coils.series:
        return jnp.broadcast_to(coils.intake, duty.shape)
    rise = (duty / coils.water_rate)[coils.order]
    before = jnp.cumsum(rise) - rise
    return coils.intake + jnp.zeros_like(duty).at[coils.order].set(before)


def column_rate(coils: Coils, face_flow: Float[Array, "face"], fluid_capacity: Array) -> Float[Array, "column"]:
    """Gas capacity rate of each column from its front to its rear, W/K, from the volume flow through all faces, m3/s;
    negative where the gas passes it from the rear."""
    return fluid_capacity * coils.column_sign * face_flow[coils.column_face]


def gas_rate(coils: Coils, rate: Float[Array, "column"]) -> Float[Array, "coil"]:
    """Gas capacity rate of each coil, W/K, whichever way its columns are passed."""
    return jax.ops.segment_sum(jnp.abs(rate), coils.column_coil, coils.conductance.shape[0])


def cell_conductance(coils: Coils, rate: Float[Array, "column"], share: Float[Array, "coil"]) -> Array:
    """g of every coil cell, W/K."""
    kept = 1.0 - jnp.minimum(share, LARGEST_SHARE)[coils.column_coil]
    g = jnp.abs(rate) * (kept ** (-1.0 / coils.column_cells) - 1.0)
    return g[coils.cell_column]


def coil_of_cell(coils: Coils) -> Int[Array, "cell"]:
    return coils.column_coil[coils.cell_column]


def gas_temperatures(
    coils: Coils, rate: Float[Array, "column"], temperature: Float[Array, "cell"]
) -> tuple[Array, Array]:
    """Flow-weighted mean temperatures of the gas that enters and that leaves each coil: (coil,) each.

    Args:
      rate: of the columns, with its sign. temperature: of all cells, flat.
    """
    forward = rate >= 0
    entering = jnp.where(forward, temperature[coils.column_before], temperature[coils.column_behind])
    leaving = jnp.where(forward, temperature[coils.column_last], temperature[coils.column_first])
    return _column_mean(coils, rate, entering), _column_mean(coils, rate, leaving)


def _column_mean(coils: Coils, rate: Float[Array, "column"], values: Float[Array, "column"]) -> Array:
    """Flow-weighted mean over the columns of each coil; without a flow, their mean."""
    count = coils.conductance.shape[0]
    through = jax.ops.segment_sum(jnp.abs(rate), coils.column_coil, count)
    weight = jnp.where(through[coils.column_coil] > 0, jnp.abs(rate), 1)  # of gas at rest all columns alike
    total = jax.ops.segment_sum(weight * values, coils.column_coil, count)
    flow = jax.ops.segment_sum(weight, coils.column_coil, count)
    return total / jnp.where(flow > 0, flow, 1)
