"""Where a run leaves the range of a model it uses: one line each, for the table and the JSON object."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jamsu.cases.reading.stl_vessel import vessel_notes
from jamsu.cases.schema.case import BoxVessel, Case, CylinderVessel
from jamsu.cases.schema.ranges import estimates, gives_heat_to_the_sea, range_warnings
from jamsu.materials import get_fluid, get_solid, seawater
from jamsu.solver.films import check_hull_outside_film
from jamsu.solver.gas_films import check_gas_film

if TYPE_CHECKING:
    from jamsu.cases.results.outcome import Outcome
    from jamsu.cases.run.levels import Level
    from jamsu.solver.averaging import Average

BOUSSINESQ = 0.1  # largest relative density difference (Gray & Giorgini, IJHMT 19 (1976) 545)


def collect_warnings(case: Case, level: Level, average: Average | None, outcome: Outcome | None) -> list[str]:
    """Messages of all models; before a run (no average) only of what is known from the case."""
    sea = case.site.seawater_temperature
    found: list[str] = []
    if gives_heat_to_the_sea(case):
        found += seawater.check(sea, case.site.salinity)
        if case.coils and case.loop.intake_temperature_offset:
            found += seawater.check(sea + case.loop.intake_temperature_offset, case.site.salinity)
    found += vessel_notes(case)
    if case.vessel.shape == "stl" and case.vessel.outside == "sea":
        found.append(
            "outside film of an STL hull: taken as that of a flat plate along x, with the hull's extents in x and z"
        )
    for layer in case.vessel.layers:
        if layer.material is not None:
            found += get_solid(layer.material).check(sea)
    found += range_warnings(case)
    found += _constant_properties(case)
    if average is None or outcome is None:
        found += _gas_at_start(case) + _sea_film(case, level, 0.0) + estimates(case) + _too_short(case, level)
    else:
        found += _gas(case, level, average)
        found += _hull(case, level, average)
        found += _heat_limits(case, outcome)
    return list(dict.fromkeys(found))


def _gas_at_start(case: Case) -> list[str]:
    """The gas at the temperatures that the case names; a run tells those that it finds."""
    named = [case.site.seawater_temperature] if gives_heat_to_the_sea(case) else []
    named += [unit.supply_temperature for unit in case.coolers.values()]
    if case.vessel.outside_temperature is not None:
        named.append(case.vessel.outside_temperature)
    named = named or [case.site.seawater_temperature]
    return get_fluid(case.vessel.fluid).check(np.array(named), case.vessel.pressure)


def _constant_properties(case: Case) -> list[str]:
    """Properties of gas and sea are both taken at the reference temperature."""
    reference = case.solver.reference_temperature
    if case.solver.properties != "constant" or reference is None:
        return []
    found = get_fluid(case.vessel.fluid).check(reference, case.vessel.pressure)
    return found + (seawater.check(reference, case.site.salinity) if case.vessel.outside == "sea" else [])


def _too_short(case: Case, level: Level) -> list[str]:
    """A steady run that gives up before its averages can be full."""
    criteria = level.criteria
    needed = criteria.settle + criteria.window
    if case.solver.mode != "steady" or needed <= criteria.longest:
        return []
    return [
        f"solver.max_time: {criteria.longest:.3g} s; settling takes {criteria.settle:.3g} s and averaging "
        f"{criteria.window:.3g} s: a flow that keeps moving cannot converge"
    ]


def _gas(case: Case, level: Level, average: Average) -> list[str]:
    gas = level.geometry.domain.open_cell
    temperature = average.mean("temperature")[gas] + case.site.seawater_temperature
    low, high = float(temperature.min()), float(temperature.max())
    found = list(get_fluid(case.vessel.fluid).check(np.array([low, high]), case.vessel.pressure))
    expansion = float(level.properties.gas.expansion)
    difference = expansion * (high - low)
    if difference > BOUSSINESQ:
        found.append(
            f"Boussinesq gas: its density varies by {difference:.0%} "
            f"({low - 273.15:.1f} to {high - 273.15:.1f} degC); "
            f"valid to {BOUSSINESQ:.0%}: take flow and film figures as estimates"
        )
    return found


def _hull(case: Case, level: Level, average: Average) -> list[str]:
    hull, vessel = level.module.hull, case.vessel
    if vessel.outside == "adiabatic" or hull.cell.shape[0] == 0:
        return []
    wall = average.mean("wall")
    area = np.asarray(hull.area, float)
    properties = level.properties
    gas_temperature = average.mean("temperature").ravel()[np.asarray(hull.cell)]
    difference = float(np.sum(area * np.abs(gas_temperature - wall.inner)) / area.sum())
    height = vessel.diameter if isinstance(vessel, CylinderVessel) else None
    if isinstance(vessel, BoxVessel):
        height = vessel.size[2]
    found = list(check_gas_film(properties.gas, 0.0, float(np.median(hull.distance)), difference, height))
    return found + _sea_film(case, level, float(np.sum(area * wall.outer) / area.sum()))


def _sea_film(case: Case, level: Level, rise: float) -> list[str]:
    """Of a hull whose outside is warmer than the sea by `rise`, K; without a rise, of the current alone."""
    hull, sea, speed = level.module.hull, level.properties.sea, case.site.current_speed
    if case.vessel.outside != "sea" or hull.cell.shape[0] == 0:
        return []
    return check_hull_outside_film(hull.shape, float(hull.size), rise, 0.0, speed, sea, height=float(hull.height))


def _heat_limits(case: Case, outcome: Outcome) -> list[str]:
    found = []
    for name, coil in outcome.coils.items():
        if coil["water_outlet_temperature"] > 40:
            found.append(f"coils.{name}: its seawater leaves at {coil['water_outlet_temperature']:.1f} degC")
    hottest = outcome.kpis["hottest_inlet"]
    if np.isfinite(hottest) and hottest > 45:
        found.append(
            f"hottest rack inlet {hottest:.1f} degC: above every ASHRAE class (A4 ends at 45 degC); "
            "the cooling cannot carry this power"
        )
    return found
