"""What a run found, as plain numbers: heat balance, racks, coils, key figures, warnings.

Temperatures in degC, heat in W, gas flows in m3/s, water flows in kg/s. One `Outcome` feeds the result file,
the table on the terminal and the JSON object, so that they cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from jamsu.cases.results import ashrae
from jamsu.cases.results.condensation import coldest_surface, machine_surfaces
from jamsu.cases.results.patches import hull_patches
from jamsu.cases.schema.case import BoxVessel, Case, CylinderVessel, SphereVessel
from jamsu.solver.march.averaging import Average
from jamsu.solver.module import Loads, Module
from jamsu.solver.variables import VARIABLES

ZERO_CELSIUS = 273.15


@dataclass(frozen=True)
class Outcome:
    """Balance by name (W); racks, coils and blocks by name; key figures and their spreads."""

    balance: dict[str, float]
    racks: dict[str, dict[str, Any]]
    coils: dict[str, dict[str, float]]
    kpis: dict[str, Any]
    units: dict[str, np.ndarray]  # (rack, unit): power, gas_heat, flow, inlet_temperature, outlet_temperature
    blocks: dict[str, dict[str, float]]  # power, mean temperature, stored heat, conductance to what is around


def celsius(case: Case, difference: Any) -> Any:
    """degC from K above the run's reference, the sea's temperature."""
    return np.asarray(difference, float) + case.site.seawater_temperature - ZERO_CELSIUS


def find_outcome(case: Case, module: Module, average: Average) -> Outcome:
    """Evaluate a window's averages; every power, flow and conductance is the one that the solver used.

    Args:
      case: for names, extents and what its keys mean; no operated value is read from it.
    """
    balance = _balance(average)
    units = _units(case, average)
    racks = _racks(case, units)
    coils = _coils(case, average, racks)
    kpis = _kpis(case, module, balance, racks, coils, units, average)
    kpis |= _spreads(balance, kpis, _to_the_water(case, balance, coils, average)[0], average)
    wall = (
        None
        if case.vessel.outside == "adiabatic"
        else celsius(case, hull_patches(module.hull, average).means["inner_temperature"])
    )
    kpis["coldest_surface"] = coldest_surface(machine_surfaces(case, coils, kpis), wall)
    return Outcome(balance, racks, coils, kpis, units, _blocks(case, average))


def _balance(average: Average) -> dict[str, float]:
    """P_IT + P_fans = Q_coils + Q_hull + Q_liquid + dE/dt + imbalance, W (means over the window)."""
    found = {name: float(value) for name, value in average.group("balance").items()}
    found.pop("pump_power")
    heat_in = found["it_power"] + found["fan_power"]
    away = sum(value for name, value in found.items() if name not in ("it_power", "fan_power"))
    return found | {"imbalance": heat_in - away}


def _units(case: Case, average: Average) -> dict[str, np.ndarray]:
    means = average.group("racks")
    shape = means["power"].shape
    heights = np.array([rack.height_units for rack in case.racks.values()], int).reshape(-1, 1)
    there = np.arange(shape[1]) < heights
    passed = (means["flow"] > 0) & there
    shown = {"power": there, "gas_heat": there, "flow": there}
    units = {name: np.where(where, means[name], np.nan) for name, where in shown.items()}
    for name in ("inlet_temperature", "outlet_temperature"):
        units[name] = np.where(passed, celsius(case, means[name]), np.nan)
    return units


def _blocks(case: Case, average: Average) -> dict[str, dict[str, float]]:
    means = average.group("blocks")
    means["temperature"] = celsius(case, means["temperature"])
    return {name: {key: float(values[i]) for key, values in means.items()} for i, name in enumerate(case.blocks)}


def _racks(case: Case, units: dict[str, np.ndarray]) -> dict[str, dict[str, Any]]:
    result: dict[str, dict[str, Any]] = {}
    for i, name in enumerate(case.racks):
        flow, inlet, outlet = (units[k][i] for k in ("flow", "inlet_temperature", "outlet_temperature"))
        total = float(np.nansum(flow))
        weight = np.nan_to_num(flow) / total if total > 0 else np.nan_to_num(flow)
        passed = np.isfinite(inlet)
        result[name] = {
            "power": float(np.nansum(units["power"][i])),
            "flow": total,
            "inlet_temperature": float(np.sum((weight * inlet)[passed])) if total > 0 else float("nan"),
            "outlet_temperature": float(np.sum((weight * outlet)[passed])) if total > 0 else float("nan"),
            "inlet_maximum": float(np.max(inlet[passed])) if passed.any() else float("nan"),
            "ashrae_class": ashrae.class_met(inlet[passed]) if passed.any() else "not applicable",
        }
    return result


def _coils(case: Case, average: Average, racks: dict[str, dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Coils, and after them the cooling units, of which no water is known."""
    result = {}
    for kind, things in (("coils", case.coils), ("coolers", case.coolers)):
        means = average.group(kind)
        for name in means:
            if name.endswith("_temperature"):
                means[name] = celsius(case, means[name])
        for i, name in enumerate(things):
            found = {key: float(means[key][i]) if key in means else float("nan") for key in COIL_NUMBERS}
            rack = getattr(things[name], "rack", None)
            if rack is not None and racks[rack]["flow"] <= 0:  # nothing passes it
                found |= dict.fromkeys(("gas_inlet_temperature", "gas_outlet_temperature", "effectiveness"), np.nan)
            result[name] = found | {"approach": found["gas_outlet_temperature"] - found["water_inlet_temperature"]}
    return result


COIL_NUMBERS = tuple(VARIABLES["coils"])


def _kpis(
    case: Case,
    module: Module,
    balance: dict[str, float],
    racks: dict[str, dict[str, Any]],
    coils: dict[str, dict[str, float]],
    units: dict[str, np.ndarray],
    average: Average,
) -> dict[str, Any]:
    inlet, flow = units["inlet_temperature"], np.nan_to_num(units["flow"])
    passed = np.isfinite(inlet)
    heat_out = balance["coil_heat"] + balance["hull_heat"] + balance["liquid_heat"]
    heat_in = balance["it_power"] + balance["fan_power"]
    pumps = float(average.mean("balance.pump_power"))
    capacity = float(module.loads.sea_heat_capacity)
    given, water = _to_the_water(case, balance, coils, average)
    wake = _wake_rise(case, module.loads, _to_the_sea(case, balance, coils) + pumps)
    kpis: dict[str, Any] = {
        "hottest_inlet": float(np.max(inlet[passed])) if passed.any() else float("nan"),
        "coldest_inlet": float(np.min(inlet[passed])) if passed.any() else float("nan"),
        "mean_inlet": float(np.nansum(inlet * flow) / flow.sum()) if flow.sum() > 0 else float("nan"),
        "hottest_outlet": float(np.nanmax(units["outlet_temperature"])) if passed.any() else float("nan"),
        "ashrae_class": ashrae.class_met(inlet[passed]) if passed.any() else "not applicable",
        "hull_share": balance["hull_heat"] / heat_out if heat_in > 0 and heat_out else float("nan"),
        "seawater_rise": (given + pumps) / (water * capacity) if water > 0 else wake,
        "wake_rise": wake,
        "pue_partial": (balance["it_power"] + balance["fan_power"] + pumps) / balance["it_power"]
        if balance["it_power"]
        else float("nan"),
    }
    if passed.any():
        index = ashrae.rack_cooling_index(inlet[passed])
        kpis["rci_high"], kpis["rci_low"] = float(index.high), float(index.low)
    return kpis | _liquid_loop(case, average)


def _liquid_loop(case: Case, average: Average) -> dict[str, float]:
    """Key figures of the direct liquid loop; none without one."""
    if case.liquid is None:
        return {}
    means = {
        name: float(value) for name, value in average.group("liquid").items() if name not in ("heat", "water_flow")
    }
    return {f"liquid_{n}": float(celsius(case, v)) if n.endswith("temperature") else v for n, v in means.items()}


def _to_the_water(
    case: Case, balance: dict[str, float], coils: dict[str, dict[str, float]], average: Average
) -> tuple[float, float]:
    """Heat that enters the seawater that is pumped (W), and how much of that there is (kg/s).

    What cooling units and heat pipes without a flow take enters other water, or none.
    """
    flows = {name: flow for name in case.coils if (flow := coils[name]["water_flow"]) > 0}
    given = sum(coils[name]["duty"] for name in flows) + balance["liquid_heat"]
    series = case.loop.arrangement == "series"
    water = max(flows.values(), default=0.0) if series else sum(flows.values())
    return given, water + float(average.mean("liquid.water_flow"))


def _to_the_sea(case: Case, balance: dict[str, float], coils: dict[str, dict[str, float]]) -> float:
    """Heat that the sea takes, W: all but what cooling units do."""
    hull = balance["hull_heat"] if case.vessel.outside == "sea" else 0.0
    return sum(coils[name]["duty"] for name in case.coils) + balance["liquid_heat"] + hull


def _spreads(balance: dict[str, float], kpis: dict[str, Any], given: float, average: Average) -> dict[str, float]:
    """Standard deviation over the window of the key figures that move with the flow; `given` to the pumped water, W."""
    heat_out = balance["coil_heat"] + balance["hull_heat"] + balance["liquid_heat"]
    nan = float("nan")
    inlets = ("hottest_inlet", "coldest_inlet", "mean_inlet")
    found = {
        f"{name}_spread": average.spread(f"key_figures.{name}") if np.isfinite(kpis[name]) else nan for name in inlets
    }
    # Where no gas enters a rack the march's figure is that of the gas itself.
    found["hottest_gas_spread"] = (
        nan if np.isfinite(kpis["hottest_inlet"]) else average.spread("key_figures.hottest_inlet")
    )
    found["hull_share_spread"] = (
        abs(average.spread("balance.hull_heat") / heat_out) if np.isfinite(kpis["hull_share"]) else nan
    )
    found["seawater_rise_spread"] = (
        abs(kpis["seawater_rise"] * average.spread("balance.coil_heat") / given) if given else nan
    )
    return found


def _wake_rise(case: Case, loads: Loads, heat: float) -> float:
    """Mean rise of the water that the hull's frontal area sweeps, K: Q / (rho cp U A); NaN in still water."""
    vessel, speed = case.vessel, float(loads.current_speed)
    if isinstance(vessel, CylinderVessel):
        area = vessel.diameter * vessel.length
    elif isinstance(vessel, SphereVessel):
        area = vessel.diameter**2
    elif isinstance(vessel, BoxVessel):
        area = vessel.size[0] * vessel.size[2]
    else:
        return float("nan")
    if speed <= 0 or vessel.outside != "sea":
        return float("nan")
    return heat / (float(loads.sea_density) * float(loads.sea_heat_capacity) * speed * area)
