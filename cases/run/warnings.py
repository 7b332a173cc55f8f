"""Where a run leaves the range of a model it uses: one line each, for the table and the JSON object."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jamsu.cases.reading.stl_vessel import vessel_notes
from jamsu.cases.results.condensation import (
    InnerWall,
    condensation_warnings,
    expected_condensation,
    machine_surfaces,
)
from jamsu.cases.results.patches import hull_patches
from jamsu.cases.results.placement_notes import placement_notes
from jamsu.cases.run.levels import Level, gas_temperature
from jamsu.cases.schema.case import BoxVessel, Case, CylinderVessel
from jamsu.cases.schema.ranges import estimates, gives_heat_to_the_sea, range_warnings
from jamsu.materials import get_fluid, get_solid, seawater
from jamsu.solver.exchange.gas_films import check_gas_film
from jamsu.solver.exchange.outside_films import FilmProperties, check_hull_outside_film
from jamsu.solver.exchange.sea_film import check_density_maximum, sea_film_properties

if TYPE_CHECKING:
    from jamsu.cases.results.outcome import Outcome
    from jamsu.solver.march.averaging import Average

FAR_PROPERTIES = 10.0  # K between the gas's mean and the temperature of its properties: 3 % of its density
BOUSSINESQ = 0.1  # largest relative density difference (Gray & Giorgini, IJHMT 19 (1976) 545)


def collect_warnings(case: Case, level: Level, average: Average | None, outcome: Outcome | None) -> list[str]:
    """Messages of all models; before a run (no average) only on what is known from the case."""
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
    found += placement_notes(level.geometry.placement)
    found += _constant_properties(case)
    if average is None or outcome is None:
        found += _gas_at_start(case) + sea_film(case, level, 0.0) + estimates(case) + _too_short(case, level)
        found += expected_condensation(case)
    else:
        found += _gas(case, level, average)
        found += _hull(case, level, average)
        found += _heat_limits(case, outcome)
        surfaces = machine_surfaces(case, outcome.coils, outcome.kpis)
        found += condensation_warnings(case, surfaces, _inner_wall(case, level, average))
    return list(dict.fromkeys(found))


def _gas_at_start(case: Case) -> list[str]:
    """Messages on the gas at the temperatures that the case names; a run checks the ones that it finds."""
    named = [case.site.seawater_temperature] if gives_heat_to_the_sea(case) else []
    named += [unit.supply_temperature for unit in case.coolers.values()]
    if case.vessel.outside_temperature is not None:
        named.append(case.vessel.outside_temperature)
    named = named or [case.site.seawater_temperature]
    return get_fluid(case.vessel.fluid).check(np.array(named), case.vessel.pressure)


def _constant_properties(case: Case) -> list[str]:
    """Messages on a gas at its reference temperature; the sea's properties keep their own temperature."""
    reference = case.solver.reference_temperature
    if case.solver.properties != "constant" or reference is None:
        return []
    return get_fluid(case.vessel.fluid).check(reference, case.vessel.pressure)


def _too_short(case: Case, level: Level) -> list[str]:
    """A message on a steady run that gives up before its averages can be full."""
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
    temperature = average.mean("interior.temperature")[gas] + case.site.seawater_temperature
    low, high = float(temperature.min()), float(temperature.max())
    found = list(get_fluid(case.vessel.fluid).check(np.array([low, high]), case.vessel.pressure))
    found += gas_properties(case, level, gas_temperature(case, level, average))
    expansion = float(level.module.gas.expansion)
    difference = expansion * (high - low)
    if difference > BOUSSINESQ:
        found.append(
            f"Boussinesq gas: its density varies by {difference:.0%} "
            f"({low - 273.15:.1f} to {high - 273.15:.1f} degC); "
            f"valid to {BOUSSINESQ:.0%}: take flow and film figures as estimates"
        )
    return found


def gas_properties(case: Case, level: Level, mean: float) -> list[str]:
    """Messages on the gas's properties, which a run in time or at a reference temperature keeps throughout."""
    taken = float(level.operation.gas_temperature)
    if abs(mean - taken) <= FAR_PROPERTIES:
        return []
    fluid, pressure = get_fluid(case.vessel.fluid), case.vessel.pressure
    change = [
        float(getattr(fluid, name)(mean, pressure)) / float(getattr(fluid, name)(taken, pressure)) - 1
        for name in ("density", "viscosity")
    ]
    advice = 'solver.properties = "constant" with a reference_temperature near that mean'
    return [
        f"gas properties: those of {taken - 273.15:.1f} degC, its mean is {mean - 273.15:.1f} degC, where its density "
        f"differs by {change[0]:+.1%} and its viscosity by {change[1]:+.0%}; expected {advice}"
    ]


def _hull(case: Case, level: Level, average: Average) -> list[str]:
    hull, vessel = hull_patches(level.module.hull, average), case.vessel
    if vessel.outside == "adiabatic" or hull.area.size == 0:
        return []
    wall, area = hull.means, hull.area
    beside = wall["facing_temperature"]
    difference = float(np.sum(area * np.abs(beside - wall["inner_temperature"])) / area.sum())
    height = vessel.diameter if isinstance(vessel, CylinderVessel) else None
    if isinstance(vessel, BoxVessel):
        height = vessel.size[2]
    found = list(check_gas_film(_floats(level.module.gas), 0.0, float(np.median(hull.distance)), difference, height))
    return found + sea_film(case, level, float(np.sum(area * wall["outer_temperature"]) / area.sum()))


def _floats(properties: FilmProperties) -> FilmProperties:
    return FilmProperties(*(float(value) for value in properties))


def sea_film(case: Case, level: Level, rise: float) -> list[str]:
    """Messages on a hull whose outside is warmer than the sea by `rise`, K; without a rise, on the current alone."""
    hull, sea, speed = level.module.hull.layout, case.site.seawater_temperature, case.site.current_speed
    if case.vessel.outside != "sea" or hull.cell.shape[0] == 0:
        return []
    salinity = case.site.salinity
    properties = _floats(sea_film_properties(sea + rise, sea, salinity))
    found = check_hull_outside_film(
        hull.shape, float(hull.size), rise, 0.0, speed, properties, height=float(hull.height)
    )
    found += seawater.check(sea + 0.5 * rise, salinity) if rise > 0 else []
    return found + check_density_maximum(sea + rise, sea, salinity)


def _inner_wall(case: Case, level: Level, average: Average) -> InnerWall | None:
    """The hull's inner side; None where the gas touches none that is cooled."""
    hull, domain = hull_patches(level.module.hull, average), level.geometry.domain
    if case.vessel.outside == "adiabatic" or hull.area.size == 0:
        return None
    return InnerWall(
        temperature=hull.means["inner_temperature"] + case.site.seawater_temperature - 273.15,
        area=hull.area,
        position=domain.cut.wall_centroid.reshape(3, -1)[:, hull.cell].T,
    )


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
