"""The state that a run in time begins from."""

from __future__ import annotations

from jamsu.cases.schema.case import Case


def initial_temperature(case: Case) -> float:
    """Gas temperature at time 0, K: the sea's; in a room not cooled by the sea, the supply's or the outside's."""
    vessel, coolers = case.vessel, list(case.coolers.values())
    if case.coils or vessel.outside == "sea":
        return case.site.seawater_temperature
    if coolers:
        flow = sum(unit.flow for unit in coolers)
        return sum(unit.flow * unit.supply_temperature for unit in coolers) / flow
    if vessel.outside == "film" and vessel.outside_temperature is not None:
        return vessel.outside_temperature
    return case.site.seawater_temperature
