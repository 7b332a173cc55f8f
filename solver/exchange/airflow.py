"""Airflow laws: how much gas a rack draws, from its heat, from a setting, or from the pressure around it.

A law is an entry of `LAWS`: its parameters, the flow that it asks for, and, where the flow follows the pressure, how.
The keys of a case follow from it (`cases/schema/airflow.py`). Flows are vectors over the racks of that law, m3/s.
jax is imported where it is used, so that a reader of the names alone does not wait for it.

    per_power         flow = flow_per_power * power * (1 - liquid_share)
    temperature_rise  flow = gas heat / (rho cp rise)
    fixed             flow
    fan_curve         dp_fan(flow) = (p_rear - p_front) + K flow^2, found by under-relaxation along the march
                      (Patankar 1980, sec. 4.5)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from jaxtyping import Array, Float

FAN_RELAXATION = 0.3


class RackHeat(NamedTuple):
    """Powers of racks, (rack,) each.

    Attributes:
      power: electrical power less the liquid loop's share, without `fan_power`, W.
      gas_heat: heat that the gas takes, fans included, W.
    """

    power: Float[Array, "rack"]
    gas_heat: Float[Array, "rack"]


class Parameter(NamedTuple):
    """A parameter of a law.

    Attributes:
      quantity: name in `cases/schema/quantities.py`, which gives dimension, bounds and usual values.
      description: one sentence, with the unit.
    """

    quantity: str
    description: str


class AirflowLaw(NamedTuple):
    """One law.

    Attributes:
      description: one sentence.
      parameters: parameters by name; a message about a flow out of bounds names the first one.
      flow: function of the parameters, the racks' heat and the gas's rho cp (J/m3/K); returns the flow, m3/s.
      by_heat: whether the flow is split over the height units by their heat; else evenly over the open ones.
      largest: the largest flow, where it is not what `flow` gives.
      follow: function of the parameters, the present flow and the pressure rise that surroundings and rear door ask
        for (Pa); returns the new flow. None where the flow does not follow the pressure.
    """

    description: str
    parameters: Mapping[str, Parameter]
    flow: Callable[[Mapping[str, Array], RackHeat, Array], Array]
    by_heat: bool = False
    largest: Callable[[Mapping[str, Array]], Array] | None = None
    follow: Callable[[Mapping[str, Array], Array, Array], Array] | None = None


def _follow_curve(curve: Mapping[str, Array], flow: Array, pressure_rise: Array) -> Array:
    """One relaxed step towards the flow at which the curve meets the pressure."""
    import jax
    import jax.numpy as jnp

    def operating_point(p, pressures, flows):
        return jnp.interp(p, pressures[::-1], flows[::-1])

    target = jax.vmap(operating_point)(pressure_rise, curve["pressures"], curve["flows"])
    return flow + FAN_RELAXATION * (target - flow)


LAWS: dict[str, AirflowLaw] = {
    "per_power": AirflowLaw(
        "Flow in proportion to the rack's heat to the gas.",
        {"flow_per_power": Parameter("FlowPerPower", "Gas flow per watt given to the gas, m3/s/W.")},
        lambda p, heat, capacity: p["flow_per_power"] * heat.power,
        by_heat=True,
    ),
    "temperature_rise": AirflowLaw(
        "The flow that makes the gas warmer by `rise`.",
        {"rise": Parameter("TemperatureRise", "Outlet minus inlet temperature, K.")},
        lambda p, heat, capacity: heat.gas_heat / (capacity * p["rise"]),
        by_heat=True,
    ),
    "fixed": AirflowLaw(
        "A fixed flow.",
        {"flow": Parameter("PositiveFlow", "Gas flow through the whole rack, m3/s.")},
        lambda p, heat, capacity: p["flow"],
    ),
    "fan_curve": AirflowLaw(
        "The flow at which the fans' curve meets the pressure.",
        {
            "flows": Parameter("Flows", "Flows of the curve, rising from 0, m3/s."),
            "pressures": Parameter("PressureRises", "Pressure rise at each flow, falling, Pa."),
        },
        # The march begins in the middle of the curve.
        lambda p, heat, capacity: 0.5 * (p["flows"][:, 0] + p["flows"][:, -1]),
        largest=lambda p: p["flows"][:, -1],
        follow=_follow_curve,
    ),
}
