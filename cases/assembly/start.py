"""The state that a run in time begins from."""

from __future__ import annotations

from jamsu.cases.schema.case import Case


def initial_temperature(case: Case) -> float:
    """Of the gas at time 0, K: the sea's; in a room apart from the sea what is supplied or lies outside."""
    vessel, coolers = case.vessel, list(case.coolers.values())
    if case.coils or vessel.outside == "sea":
        return case.site.seawater_temperature
    if coolers:
        flow = sum(unit.flow for unit in coolers)
        return sum(unit.flow * unit.supply_temperature for unit in coolers) / flow
    if vessel.outside == "film" and vessel.outside_temperature is not None:
        return vessel.outside_temperature
    return case.site.seawater_temperature
