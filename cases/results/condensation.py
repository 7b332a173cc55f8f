"""Whether the gas condenses on what it touches: the surfaces and their temperatures against the gas's dew point.

Surfaces are the hull's inner side, the metal of coils, what cooling units supply, and the coolant's pipes. A coil's
metal is taken as cold as the seawater that enters it: its fins are warmer, the tube at the inlet nearly as cold. A
cooling unit's own coil is colder than its supply by a difference that no case states. The heat of condensation and the
drying of the gas are left out.
Temperatures in degC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from jamsu.cases.schema.case import Case
from jamsu.materials.moist_air import saturation_pressure

ZERO_CELSIUS = 273.15
ROOM = 20.0  # degC at which a relative humidity is given with a dew point


@dataclass(frozen=True)
class Surface:
    """A surface in the gas, as cold as `temperature` (degC): its dotted path or name, and in words what is cold."""

    name: str
    part: str
    temperature: float


@dataclass(frozen=True)
class InnerWall:
    """The hull's patches: temperatures in degC, areas in m2, places in m."""

    temperature: Float[np.ndarray, "patch"]
    area: Float[np.ndarray, "patch"]
    position: Float[np.ndarray, "patch 3"]


def dew_point(case: Case) -> float | None:
    """The gas's dew point, degC; None where no moisture is stated."""
    stated = case.vessel.stated_dew_point()
    return None if stated is None else stated - ZERO_CELSIUS


def machine_surfaces(case: Case, coils: Mapping[str, Mapping[str, float]], kpis: Mapping[str, Any]) -> list[Surface]:
    """Surfaces of coils, cooling units and the liquid loop, from what a run found of them."""
    found = [
        Surface(f"coils.{name}", "its metal, taken as cold as its entering seawater,", value)
        for name in case.coils
        if np.isfinite(value := coils[name]["water_inlet_temperature"])
    ]
    found += [
        Surface(f"coolers.{name}", "what it supplies, its own coil colder,", unit.supply_temperature - ZERO_CELSIUS)
        for name, unit in case.coolers.items()
    ]
    supply = kpis.get("liquid_supply_temperature")
    return found if supply is None else [*found, Surface("liquid", "its pipes to the racks", float(supply))]


def coldest_surface(surfaces: list[Surface], wall: Float[np.ndarray, "patch"] | None) -> float:
    """Lowest temperature of machines and hull patches, degC; NaN without any."""
    values = [surface.temperature for surface in surfaces] + ([] if wall is None else np.asarray(wall).tolist())
    return min(values, default=float("nan"))


def condensation_warnings(case: Case, surfaces: list[Surface], wall: InnerWall | None) -> list[str]:
    """Messages on surfaces below the dew point; for air of unknown moisture, where it would begin to condense."""
    point = dew_point(case)
    if wall is not None:
        surfaces = [Surface("hull", f"its inner side {_place(wall)}", float(wall.temperature.min())), *surfaces]
    if point is not None:
        return _grouped([s for s in surfaces if s.temperature < point], point, wall)
    if case.vessel.fluid != "air" or not surfaces:
        return []
    coldest = min(surfaces, key=lambda surface: surface.temperature)
    return [
        f"vessel.dew_point: not given for air, so condensation is not judged; the coldest surface, {coldest.name} "
        f"({coldest.part.strip(',')}), has {coldest.temperature:.1f} degC: air of a higher dew point"
        f"{_humidity(coldest.temperature)} condenses there"
    ]


def expected_condensation(case: Case) -> list[str]:
    """`condensation_warnings` before a run, with surfaces as cold as what cools them."""
    sea = case.site.seawater_temperature - ZERO_CELSIUS
    surfaces = [Surface("hull", "as cold as the sea", sea)] if case.vessel.outside == "sea" else []
    if case.vessel.outside_temperature is not None:
        surfaces.append(Surface("hull", "as cold as outside", case.vessel.outside_temperature - ZERO_CELSIUS))
    intake = sea + case.loop.intake_temperature_offset
    surfaces += machine_surfaces(case, {name: {"water_inlet_temperature": intake} for name in case.coils}, {})
    return condensation_warnings(case, surfaces, None)


def _grouped(cold: list[Surface], point: float, wall: InnerWall | None) -> list[str]:
    """A line for each kind of surface, with its coldest one and the number of the others."""
    kinds: dict[str, list[Surface]] = {}
    for surface in cold:
        kinds.setdefault(surface.name.split(".")[0], []).append(surface)
    lines = []
    for kind, members in kinds.items():
        coldest = min(members, key=lambda surface: surface.temperature)
        others = f" and {len(members) - 1} more" if len(members) > 1 else ""
        share = "" if kind != "hull" or wall is None else _wet_area(wall, point)
        becomes = "water condenses" if coldest.temperature >= 0 else "frost grows"
        lines.append(
            f"{coldest.name}{others}: {coldest.part} has {coldest.temperature:.1f} degC, below the gas's dew point of "
            f"{point:.1f} degC: {becomes} there{share}"
        )
    return lines


def _wet_area(wall: InnerWall, point: float) -> str:
    wet = wall.area[wall.temperature < point].sum()
    return f", on {wet:.3g} of {wall.area.sum():.3g} m2"


def _place(wall: InnerWall) -> str:
    x, y, z = wall.position[int(np.argmin(wall.temperature))]
    return f"at x, y, z = {x:.2f}, {y:.2f}, {z:.2f} m"


def _humidity(celsius: float) -> str:
    """The relative humidity that belongs to a dew point, at a usual temperature."""
    if celsius >= ROOM:
        return ""
    share = float(saturation_pressure(celsius + ZERO_CELSIUS) / saturation_pressure(ROOM + ZERO_CELSIUS))
    return f" ({share:.0%} relative humidity at {ROOM:g} degC)"
