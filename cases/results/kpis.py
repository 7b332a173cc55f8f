"""The key figures of a run: one entry each, with its unit, its meaning, and how it is found.

An entry of `KPIS` is all that a new one needs: file, table, JSON object, sweeps and the documentation of the file
follow. Temperatures are in degC.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from jamsu.cases.schema.case import BoxVessel, Case, CylinderVessel, SphereVessel
from jamsu.cases.schema.ranges import gives_heat_to_the_sea

if TYPE_CHECKING:
    from jamsu.solver.march.averaging import Average
    from jamsu.solver.march.settled import Verdict
    from jamsu.solver.module import Loads

UNKNOWN = float("nan")


class Findings(NamedTuple):
    """What key figures are made from.

    Attributes:
      case: for names, extents and what its keys mean.
      balance: headings of the heat balance, W.
      racks: numbers of the racks, by name and quantity.
      coils: numbers of coils and cooling units, by name and quantity.
      units: numbers of the height units by quantity, (rack, unit) each.
      wall: temperatures of the hull's inner side, degC; None where nothing cools it.
      average: means and spreads over the window.
      loads: powers and seawater.
      verdict: how well the means of a steady run are known; None where nothing is averaged so.
    """

    case: Case
    balance: dict[str, float]
    racks: dict[str, dict[str, Any]]
    coils: dict[str, dict[str, float]]
    units: dict[str, np.ndarray]
    wall: np.ndarray | None
    average: Average
    loads: Loads
    verdict: Verdict | None = None

    @property
    def inlets(self) -> np.ndarray:
        """Inlet temperatures of the height units that gas passes, degC."""
        inlet = self.units["inlet_temperature"]
        return inlet[np.isfinite(inlet)]

    @property
    def heat_out(self) -> float:
        """Heat that left, W."""
        return self.balance["coil_heat"] + self.balance["hull_heat"] + self.balance["liquid_heat"]

    @property
    def pump_power(self) -> float:
        """Power of all pumps, W."""
        return float(self.average.mean("balance.pump_power"))


class Kpi(NamedTuple):
    """One key figure.

    Attributes:
      units: CF units; "" for a name.
      meaning: a long name.
      find: function of the findings; returns the figure, or None where it makes no sense and is left out.
    """

    units: str
    meaning: str
    find: Callable[[Findings], Any]


def find_kpis(found: Findings) -> dict[str, Any]:
    """All key figures that make sense for a run."""
    values = {name: kpi.find(found) for name, kpi in KPIS.items()}
    return {name: value for name, value in values.items() if value is not None}


def to_the_water(found: Findings) -> tuple[float, float]:
    """Heat that enters the pumped seawater (W), and the flow of that water (kg/s).

    Heat that cooling units and heat pipes without a flow take enters other water, or none.
    """
    flows = {name: flow for name in found.case.coils if (flow := found.coils[name]["water_flow"]) > 0}
    given = sum(found.coils[name]["duty"] for name in flows) + found.balance["liquid_heat"]
    series = found.case.loop.arrangement == "series"
    water = max(flows.values(), default=0.0) if series else sum(flows.values())
    return given, water + float(found.average.mean("liquid.water_flow"))


def to_the_sea(found: Findings) -> float:
    """Heat that the sea takes, W: all but the heat that cooling units take."""
    hull = found.balance["hull_heat"] if found.case.vessel.outside == "sea" else 0.0
    return sum(found.coils[name]["duty"] for name in found.case.coils) + found.balance["liquid_heat"] + hull


def _wake_rise(found: Findings) -> float:
    """Mean rise of the water that the hull's frontal area sweeps: Q / (rho cp U A); unknown in still water."""
    vessel, loads = found.case.vessel, found.loads
    if isinstance(vessel, CylinderVessel):
        area = vessel.diameter * vessel.length
    elif isinstance(vessel, SphereVessel):
        area = vessel.diameter**2
    elif isinstance(vessel, BoxVessel):
        area = vessel.size[0] * vessel.size[2]
    else:
        return UNKNOWN
    speed = float(loads.current_speed)
    if speed <= 0 or vessel.outside != "sea":
        return UNKNOWN
    heat = to_the_sea(found) + found.pump_power
    return heat / (float(loads.sea_density) * float(loads.sea_heat_capacity) * speed * area)


def _where(holds: Callable[[Case], bool], find: Callable[[Findings], Any]) -> Callable[[Findings], Any]:
    """A figure that a case has only where it has the thing that the figure is of; else it is left out."""
    return lambda found: find(found) if holds(found.case) else None


def has_hull(case: Case) -> bool:
    """Whether the walls pass heat."""
    return case.vessel.outside != "adiabatic"


def _seawater_rise(found: Findings) -> float:
    given, water = to_the_water(found)
    if water <= 0:
        return _wake_rise(found)
    return (given + found.pump_power) / (water * float(found.loads.sea_heat_capacity))


def _of_inlets(function: Callable[[np.ndarray], Any], otherwise: Any = UNKNOWN) -> Callable[[Findings], Any]:
    """A figure of the inlets; `otherwise` where no gas passes a rack."""
    return lambda found: function(found.inlets) if found.inlets.size else otherwise


def _mean_inlet(found: Findings) -> float:
    inlet, flow = found.units["inlet_temperature"], np.nan_to_num(found.units["flow"])
    return float(np.nansum(inlet * flow) / flow.sum()) if flow.sum() > 0 else UNKNOWN


def _inlet_spread(name: str) -> Callable[[Findings], float]:
    return lambda found: found.average.spread(f"key_figures.{name}") if found.inlets.size else UNKNOWN


def _of_verdict(name: str) -> Callable[[Findings], float | None]:
    """A figure of how well the hottest inlet is known; None where it is not averaged or no gas passes a rack."""
    return lambda found: float(getattr(found.verdict, name)) if found.verdict and found.inlets.size else None


def _hull_share(found: Findings, heat: float) -> float:
    heat_in = found.balance["it_power"] + found.balance["fan_power"]
    return heat / found.heat_out if heat_in > 0 and found.heat_out else UNKNOWN


def _rise_spread(found: Findings) -> float:
    given = to_the_water(found)[0]
    return abs(_seawater_rise(found) * found.average.spread("balance.coil_heat") / given) if given else UNKNOWN


def _pue(found: Findings) -> float:
    it = found.balance["it_power"]
    return (it + found.balance["fan_power"] + found.pump_power) / it if it else UNKNOWN


# Some imports stand in functions, so that a reader of units and meanings alone does not wait for jax.
def _class_met(inlets: np.ndarray) -> str:
    from jamsu.cases.results import ashrae

    return ashrae.class_met(inlets)


def _rack_cooling_index(side: str) -> Callable[[np.ndarray], float]:
    def find(inlets: np.ndarray) -> float:
        from jamsu.cases.results import ashrae

        return float(getattr(ashrae.rack_cooling_index(inlets), side))

    return find


def _air_index(name: str) -> Callable[[Findings], float]:
    def find(found: Findings) -> float:
        from jamsu.cases.results.air_indices import air_indices

        if found.case.solver.mode == "transient":  # what enters has not come from what leaves yet
            return UNKNOWN
        return air_indices(found.units, found.coils)[name]

    return find


def _high_density_range(found: Findings) -> str | None:
    from jamsu.cases.results.air_indices import high_density_range

    return high_density_range(found.racks, found.units)


def _coldest_surface(found: Findings) -> float:
    from jamsu.cases.results.condensation import coldest_surface, machine_surfaces

    supply = _liquid("supply_temperature")(found)
    liquid = {} if supply is None else {"liquid_supply_temperature": supply}
    return coldest_surface(machine_surfaces(found.case, found.coils, liquid), found.wall)


def _liquid(name: str) -> Callable[[Findings], float | None]:
    """A figure of the direct liquid loop; None without a loop."""

    def find(found: Findings) -> float | None:
        if found.case.liquid is None:
            return None
        value = float(found.average.mean(f"liquid.{name}"))
        return value + found.case.site.seawater_temperature - 273.15 if name.endswith("temperature") else value

    return find


KPIS: dict[str, Kpi] = {
    "hottest_inlet": Kpi("degC", "hottest rack inlet of any height unit", _of_inlets(lambda t: float(np.max(t)))),
    "hottest_inlet_spread": Kpi(
        "K",
        "standard deviation of the hottest rack inlet over the averaging window",
        _inlet_spread("hottest_inlet"),
    ),
    "hottest_inlet_uncertainty": Kpi(
        "K", "half-width of the mean of the hottest rack inlet at 95 % confidence", _of_verdict("uncertainty")
    ),
    "hottest_inlet_time_scale": Kpi(
        "s",
        "integral time scale of the hottest rack inlet over the averaging window",
        _of_verdict("time_scale"),
    ),
    "hottest_gas_spread": Kpi(
        "K",
        "standard deviation of the hottest gas over the window, where no gas enters a rack",
        # There the march's figure is the gas's own.
        lambda found: UNKNOWN if found.inlets.size else found.average.spread("key_figures.hottest_inlet"),
    ),
    "coldest_inlet": Kpi("degC", "coldest rack inlet of any height unit", _of_inlets(lambda t: float(np.min(t)))),
    "coldest_inlet_spread": Kpi(
        "K",
        "standard deviation of the coldest rack inlet over the averaging window",
        _inlet_spread("coldest_inlet"),
    ),
    "mean_inlet": Kpi("degC", "flow-weighted mean of the rack inlets", _mean_inlet),
    "mean_inlet_spread": Kpi(
        "K", "standard deviation of the mean rack inlet over the averaging window", _inlet_spread("mean_inlet")
    ),
    "hottest_outlet": Kpi(
        "degC",
        "hottest rack outlet of any height unit",
        lambda found: float(np.nanmax(found.units["outlet_temperature"])) if found.inlets.size else UNKNOWN,
    ),
    "ashrae_class": Kpi(
        "",
        "ASHRAE TC 9.9 class whose allowable range all rack inlets meet",
        _of_inlets(_class_met, "not applicable"),
    ),
    "hull_share": Kpi(
        "1",
        "share of the heat that leaves through the hull",
        _where(has_hull, lambda found: _hull_share(found, found.balance["hull_heat"])),
    ),
    "hull_share_spread": Kpi(
        "1",
        "standard deviation of the hull's share over the averaging window",
        _where(has_hull, lambda found: abs(_hull_share(found, found.average.spread("balance.hull_heat")))),
    ),
    "seawater_rise": Kpi(
        "K",
        "rise of the seawater through all coils together; of the water that sweeps the hull where coils use none",
        _where(gives_heat_to_the_sea, _seawater_rise),
    ),
    "seawater_rise_spread": Kpi(
        "K",
        "standard deviation of the seawater's rise over the averaging window",
        _where(gives_heat_to_the_sea, _rise_spread),
    ),
    "wake_rise": Kpi(
        "K",
        "mean rise of the water that the current carries past the hull",
        _where(gives_heat_to_the_sea, _wake_rise),
    ),
    "pue_partial": Kpi("1", "IT, fan and pump power over IT power", _pue),
    "rci_high": Kpi(
        "percent",
        "rack cooling index, high side, class A1",
        _of_inlets(_rack_cooling_index("high"), None),
    ),
    "rci_low": Kpi(
        "percent",
        "rack cooling index, low side, class A1",
        _of_inlets(_rack_cooling_index("low"), None),
    ),
    "rti": Kpi(
        "percent",
        "return temperature index: below 100 gas bypasses the racks, above it recirculates",
        _air_index("rti"),
    ),
    "shi": Kpi(
        "1",
        "supply heat index: share of the heat at the rack outlets that the gas held at their inlets",
        _air_index("shi"),
    ),
    "rhi": Kpi("1", "return heat index, 1 less the supply heat index", _air_index("rhi")),
    "h1_range": Kpi(
        "", "range of ASHRAE TC 9.9 class H1 that the inlets of racks above 30 kW meet", _high_density_range
    ),
    "coldest_surface": Kpi(
        "degC", "coldest surface in the gas: hull, coils at their water's inlet, units' supply", _coldest_surface
    ),
    "liquid_supply_temperature": Kpi("degC", "coolant to the cold plates", _liquid("supply_temperature")),
    "liquid_return_temperature": Kpi("degC", "coolant from the cold plates", _liquid("return_temperature")),
    "liquid_water_outlet_temperature": Kpi(
        "degC", "seawater leaving the liquid loop's exchanger", _liquid("water_outlet_temperature")
    ),
    "liquid_effectiveness": Kpi("1", "effectiveness of the liquid loop's exchanger", _liquid("effectiveness")),
}
