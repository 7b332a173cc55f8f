"""The direct liquid loop: how warm the coolant that reaches the cold plates is.

Q = eps C_min (T_return - T_sea),  T_return = T_supply + Q / C_coolant: both follow from the racks' liquid
heat.
"""

from __future__ import annotations

from jamsu.cases.schema.case import Case
from jamsu.cases.schema.cooling import HALF
from jamsu.solver.exchange.effectiveness import effectiveness, heat_pipe_rate

ZERO_CELSIUS = 273.15


def liquid_loop(case: Case, sea_heat_capacity: float) -> dict[str, float]:
    """Key figures of the loop, degC; empty without one.

    Args:
      sea_heat_capacity: of the seawater, J/(kg K).
    """
    if case.liquid is None:
        return {}
    loop = case.liquid
    heat = sum(rack.liquid_power for rack in case.racks.values())
    coolant, water = loop.flow * loop.heat_capacity, loop.water_flow * sea_heat_capacity
    smaller, larger = min(coolant, water), max(coolant, water)
    if loop.effectiveness is not None:
        eps = loop.effectiveness
    elif loop.arrangement == "condenser":  # vapour between coolant and seawater, half of 1/ua on either side
        side = HALF / (loop.ua or 0.0)
        eps = float(heat_pipe_rate(coolant, water, side, side)) / smaller
    else:
        eps = float(effectiveness((loop.ua or 0.0) / smaller, smaller / larger, loop.arrangement))
    sea = case.site.seawater_temperature + case.loop.intake_temperature_offset - ZERO_CELSIUS
    back = sea + heat / (eps * smaller)
    return {
        "liquid_supply_temperature": back - heat / coolant,
        "liquid_return_temperature": back,
        "liquid_water_outlet_temperature": sea + heat / water,
        "liquid_effectiveness": eps,
    }
