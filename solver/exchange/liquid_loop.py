"""The direct liquid loop: it carries heat of the racks' cold plates to the seawater, past the gas.

Q = eps C_min (T_return - T_sea),  T_return = T_supply + Q / C_coolant: both follow from the racks' liquid heat.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from jamsu.solver.exchange.effectiveness import effectiveness, heat_pipe_rate
from jamsu.solver.exchange.exchanger import DomainFields, Exchange
from jamsu.solver.operation import Operation
from jamsu.solver.variables import VARIABLES, Values

HALF = 0.5  # of a heat pipe's resistance on the seawater's side


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class LiquidLayout:
    """Kind of the loop's exchanger.

    Attributes:
      arrangement: arrangement of its two streams; "" where there is no loop.
      given: whether its effectiveness is given; else it follows from UA.
    """

    arrangement: str = field(metadata={"static": True}, default="")
    given: bool = field(metadata={"static": True}, default=False)


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class LiquidLoop:
    """The loop at one operating point; it touches no gas.

    Attributes:
      layout: kind of its exchanger.
      heat_taken: heat taken from all racks, W.
      coolant_rate: capacity rate of the coolant, W/K.
      water_rate: capacity rate of the seawater, W/K.
      conductance: UA, W/K.
      effectiveness: effectiveness of the exchanger, where it is given.
      intake: temperature of the seawater, K from the reference.
      water_flow: mass flow of the seawater, kg/s.
    """

    layout: LiquidLayout
    heat_taken: Array
    coolant_rate: Array
    water_rate: Array
    conductance: Array
    effectiveness: Array
    intake: Array
    water_flow: Array

    balance: ClassVar[str] = "liquid_heat"
    holds: ClassVar[bool] = False

    def initial_state(self) -> None:
        return None

    def exchange(self, fields: DomainFields, state: Any) -> tuple[Exchange, None]:
        """No cell of the gas."""
        none = jnp.zeros(0, fields.temperature.dtype)
        return Exchange(jnp.zeros(0, jnp.int32), none, none), None

    def report(
        self, exchange: Exchange, heat: Float[Array, "own"], temperature: Float[Array, "cell"], state: Any
    ) -> tuple[Values, None]:
        """Temperatures of coolant and seawater."""
        if not self.layout.arrangement:
            nothing = dict.fromkeys(VARIABLES["liquid"], jnp.full_like(self.heat_taken, jnp.nan))
            return {"liquid": nothing | {"heat": self.heat_taken, "water_flow": self.water_flow}}, None
        smaller = jnp.minimum(self.coolant_rate, self.water_rate)
        found = self._effectiveness(smaller)
        back = self.intake + self.heat_taken / (found * smaller)
        told = {
            "heat": self.heat_taken,
            "supply_temperature": back - self.heat_taken / self.coolant_rate,
            "return_temperature": back,
            "water_outlet_temperature": self.intake + self.heat_taken / self.water_rate,
            "water_flow": self.water_flow,
            "effectiveness": found,
        }
        return {"liquid": told}, None

    def _effectiveness(self, smaller: Array) -> Array:
        if self.layout.given:
            return self.effectiveness
        if self.layout.arrangement == "condenser":  # vapour between coolant and seawater
            side = HALF / self.conductance
            return heat_pipe_rate(self.coolant_rate, self.water_rate, side, side) / smaller
        ratio = smaller / jnp.maximum(self.coolant_rate, self.water_rate)
        return effectiveness(self.conductance / smaller, ratio, self.layout.arrangement)

    def heat(self, values: Values) -> Array:
        return values["liquid"]["heat"]

    def coldest(self) -> Array | None:
        return None


def liquid_loop_at(layout: LiquidLayout, operation: Operation, sea_heat_capacity: Array) -> LiquidLoop:
    """The loop at an operating point; `sea_heat_capacity`: specific heat of the seawater, J/(kg K)."""
    power = jnp.sum(operation.rack_power, 1)
    return LiquidLoop(
        layout=layout,
        heat_taken=jnp.sum(power * operation.liquid_share),
        coolant_rate=operation.liquid_flow * operation.liquid_heat_capacity,
        water_rate=operation.liquid_water_flow * sea_heat_capacity,
        conductance=operation.liquid_ua,
        effectiveness=operation.liquid_effectiveness,
        intake=operation.sea_temperature - operation.reference_temperature + operation.intake_offset,
        water_flow=operation.liquid_water_flow,
    )
