"""Whether the streams of a case make sense: the sea, the coils' racks and water, a way out for the heat.

Each check yields `Problem`s that name key, value and what was expected; `check_circuits` raises the first.
"""

from __future__ import annotations

from collections.abc import Iterator

from jamsu.cases.errors import Problem, nearest, shown
from jamsu.cases.schema.case import Case
from jamsu.cases.schema.validation import problem_with


def check_circuits(case: Case) -> None:
    """Raise the first `Problem` of the seawater, liquid and heat paths of a case."""
    for check in (_sea, _coil_racks, _loop, _heat):
        for problem in check(case):
            raise problem


def _sea(case: Case) -> Iterator[Problem]:
    from jamsu.materials import seawater

    reason = _needs_sea(case)
    if "site" not in case.model_fields_set:
        if reason:
            yield Problem("site", "missing", f"expected the sea's temperature: {reason}")
        return
    coldest = seawater.coldest_liquid(case.site.salinity)
    offset = case.loop.intake_temperature_offset
    if case.coils and case.site.seawater_temperature + offset < coldest:
        yield Problem(
            "loop.intake_temperature_offset",
            f"{offset:g} K",
            f"the intake would be below the sea's freezing point, {coldest - 273.15:.3f} degC",
        )


def _needs_sea(case: Case) -> str:
    if case.coils:
        return f"coils.{next(iter(case.coils))} gives its heat to the sea"
    if case.liquid is not None:
        return "the liquid loop gives its heat to the sea"
    return 'vessel.outside is "sea"' if case.vessel.outside == "sea" else ""


def _coil_racks(case: Case) -> Iterator[Problem]:
    taken: dict[str, str] = {}
    for name, coil in case.coils.items():
        if coil.rack is None:
            continue
        key = f"coils.{name}.rack"
        if coil.rack not in case.racks:
            known = nearest(coil.rack, case.racks) or tuple(case.racks)
            yield Problem(key, shown(coil.rack), "no such rack", known)
            continue
        if coil.rack in taken:
            yield Problem(key, shown(coil.rack), f"this rack has a rear door already: coils.{taken[coil.rack]}")
        taken[coil.rack] = name


def _loop(case: Case) -> Iterator[Problem]:
    order = case.loop.order
    for name in order:
        if name not in case.coils:
            yield Problem("loop.order", shown(name), "no such coil", nearest(name, case.coils))
        elif order.count(name) > 1:
            yield Problem("loop.order", shown(name), "named twice: expected each coil once")
    if order and (left := [name for name in case.coils if name not in order]):
        yield Problem("loop.order", shown(list(order)), f"expected every coil: {left[0]} is missing")
    if case.loop.arrangement != "series":
        return
    flows = {name: case.coils[name].water_flow for name in case.water_order}
    first = next(iter(flows.values()), None)
    for name, flow in flows.items():
        if flow is None or first is None or abs(flow - first) > 1e-9 * first:
            expected = "the same water_flow for every coil in series"
            yield problem_with(case, f"coils.{name}.water_flow", expected)


def _heat(case: Case) -> Iterator[Problem]:
    for name, rack in case.racks.items():
        if rack.liquid_share > 0 and case.liquid is None:
            expected = "heat to the liquid loop, but the case has no [liquid] table"
            yield Problem(f"racks.{name}.liquid_share", f"{rack.liquid_share:g}", expected)
    sources = case.it_power + sum(block.power for block in case.blocks.values())
    sinks = case.vessel.outside != "adiabatic" or case.coils or case.coolers
    if sources > 0 and not sinks and case.solver.mode == "steady":
        expected = "no way out for the heat: expected coils, coolers, or a wall that gives heat away"
        yield Problem("vessel.outside", "'adiabatic'", expected)
