"""Cooling units that supply gas at a given temperature: the heat is what the flow carries into their cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from jamsu.solver.exchange.exchanger import DomainFields, Exchange
from jamsu.solver.operation import Operation
from jamsu.solver.variables import Values


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class CoolerLayout:
    """Where the cooling units' cells are.

    Attributes:
      cell: flat number of each inner cell.
      cell_cooler: unit of each inner cell.
      intake_cell: flat number of each cell before the intake's faces.
      intake_cooler: unit of each of these cells.
      intake_share: share of the unit's flow that each of them gives.
    """

    cell: Int[Array, "cell"]
    cell_cooler: Int[Array, "cell"]
    intake_cell: Int[Array, "intake"]
    intake_cooler: Int[Array, "intake"]
    intake_share: Float[Array, "intake"]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Coolers:
    """The cooling units at one operating point.

    Attributes:
      layout: where they are.
      supply: temperature of the gas that leaves each unit, K from the reference.
      fan_power: power of each unit's fans, W; the unit takes it out again.
    """

    layout: CoolerLayout
    supply: Float[Array, "cooler"]
    fan_power: Float[Array, "cooler"]

    balance: ClassVar[str] = "coil_heat"
    holds: ClassVar[bool] = True

    def initial_state(self) -> None:
        return None

    def exchange(self, fields: DomainFields, state: Any) -> tuple[Exchange, None]:
        """The units' cells, held at the supply temperature."""
        units = self.supply.shape[0]
        # The last machines are the cooling units; gas that gets warmer gives each more heat at its capacity rate.
        flow = fields.machine_flow[fields.machine_flow.shape[0] - units :]
        of_cell = self.layout.cell_cooler
        cells = jax.ops.segment_sum(jnp.ones(of_cell.shape, flow.dtype), of_cell, units)
        rate = (fields.fluid_capacity * flow / jnp.maximum(cells, 1))[of_cell]
        return Exchange(self.layout.cell, rate, self.supply[of_cell], notes=flow), None

    def report(
        self, exchange: Exchange, heat: Float[Array, "own"], temperature: Float[Array, "cell"], state: Any
    ) -> tuple[Values, None]:
        """Duties, and flow and temperature of the gas that each unit draws in."""
        layout, units = self.layout, self.supply.shape[0]
        told = {
            "duty": jax.ops.segment_sum(heat, layout.cell_cooler, units) + self.fan_power,
            "gas_flow": exchange.notes,
            "gas_inlet_temperature": jax.ops.segment_sum(
                layout.intake_share * temperature[layout.intake_cell], layout.intake_cooler, units
            ),
            "gas_outlet_temperature": self.supply,
        }
        return {"coolers": told}, None

    def heat(self, values: Values) -> Array:
        return jnp.sum(values["coolers"]["duty"])

    def coldest(self) -> Array | None:
        return jnp.min(self.supply) if self.supply.shape[0] else None


def coolers_at(layout: CoolerLayout, operation: Operation) -> Coolers:
    """The cooling units at an operating point."""
    supply = operation.cooler_supply_temperature - operation.reference_temperature
    return Coolers(layout, supply, operation.cooler_fan_power)
