"""Airflow laws: how much gas a rack draws, from its heat, from a setting, or from the pressure around it.

A law is an entry of `LAWS`: the names of its parameters, the flow that it asks for, and, where the flow follows the
pressure, how. Flows are vectors over the racks of that law, m3/s.

    per_power         flow = flow_per_power * power * (1 - liquid_share)
    temperature_rise  flow = gas heat / (rho cp rise)
    fixed             flow
    fan_curve         dp_fan(flow) = (p_rear - p_front) + K flow^2, found by under-relaxation along the march
                      (Patankar 1980, sec. 4.5)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

FAN_RELAXATION = 0.3

Parameters = Mapping[str, Array]


class RackHeat(NamedTuple):
    """What racks burn.

    Attributes:
      power: electrical power less the liquid loop's share, without `fan_power`, W.
      gas_heat: heat that the gas takes, fans included, W.
    """

    power: Float[Array, "rack"]
    gas_heat: Float[Array, "rack"]


class AirflowLaw(NamedTuple):
    """One law.

    Attributes:
      parameters: name of each, with its meaning and unit.
      flow: from the parameters, the racks' heat and the gas's rho cp (J/m3/K) to the flow, m3/s.
      by_heat: whether the flow is split over the height units by their heat; else evenly over the open ones.
      follow: from the parameters, the present flow and the pressure rise that surroundings and rear door ask for (Pa)
        to the new flow; None where the flow does not follow the pressure.
    """

    parameters: Mapping[str, str]
    flow: Callable[[Parameters, RackHeat, Array], Array]
    by_heat: bool = False
    follow: Callable[[Parameters, Array, Array], Array] | None = None


def _follow_curve(curve: Parameters, flow: Array, pressure_rise: Array) -> Array:
    """One relaxed step towards the flow at which the curve meets the pressure."""

    def operating_point(p, pressures, flows):
        return jnp.interp(p, pressures[::-1], flows[::-1])

    target = jax.vmap(operating_point)(pressure_rise, curve["pressures"], curve["flows"])
    return flow + FAN_RELAXATION * (target - flow)


LAWS: dict[str, AirflowLaw] = {
    "per_power": AirflowLaw(
        {"flow_per_power": "gas flow per watt given to the gas, m3/s/W"},
        lambda p, heat, capacity: p["flow_per_power"] * heat.power,
        by_heat=True,
    ),
    "temperature_rise": AirflowLaw(
        {"rise": "outlet minus inlet temperature, K"},
        lambda p, heat, capacity: heat.gas_heat / (capacity * p["rise"]),
        by_heat=True,
    ),
    "fixed": AirflowLaw({"flow": "gas flow, m3/s"}, lambda p, heat, capacity: p["flow"]),
    "fan_curve": AirflowLaw(
        {"flows": "flows of the curve, rising, m3/s", "pressures": "pressure rise at each flow, falling, Pa"},
        # The march begins in the middle of the curve.
        lambda p, heat, capacity: 0.5 * (p["flows"][:, 0] + p["flows"][:, -1]),
        follow=_follow_curve,
    ),
}
