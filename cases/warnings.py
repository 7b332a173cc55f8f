"""Where a run leaves the range of a model it uses: one line each, for the table and the JSON object."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cases.schema import BoxVessel, Case, CylinderVessel
from materials import get_fluid, get_solid, seawater
from solver.films import check_gas_film, check_hull_outside_film

if TYPE_CHECKING:
    from cases.levels import Level
    from cases.outcome import Outcome
    from solver.averaging import Average

BOUSSINESQ = 0.1  # largest relative density difference (Gray & Giorgini, IJHMT 19 (1976) 545)


def collect_warnings(case: Case, level: Level, average: Average | None, outcome: Outcome | None) -> list[str]:
    """Messages of all models; before a run (no average) only of what is known from the case."""
    sea = case.site.seawater_temperature
    found: list[str] = []
    if case.coils or case.vessel.outside == "sea":
        found += seawater.check(sea, case.site.salinity)
    if case.vessel.shape == "stl" and case.vessel.outside == "sea":
        found.append(
            "outside film of an STL hull: taken as that of a flat plate along x, with the hull's extents in x and z"
        )
    for layer in case.vessel.layers:
        if layer.material is not None:
            found += get_solid(layer.material).check(sea)
    if average is not None and outcome is not None:
        found += _gas(case, level, average)
        found += _hull(case, level, average)
        found += _heat_limits(case, outcome)
    return list(dict.fromkeys(found))


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
    if vessel.outside == "sea":
        outer = float(np.sum(area * wall.outer) / area.sum())
        found += check_hull_outside_film(
            hull.shape,
            float(hull.size),
            outer,
            0.0,
            case.site.current_speed,
            properties.sea,
            height=float(hull.height),
        )
    return found


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
