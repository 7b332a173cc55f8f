"""What a run found, as plain numbers: heat balance, racks, coils, key figures, warnings.

Temperatures in degC, heat in W, gas flows in m3/s, water flows in kg/s. One `Outcome` feeds the result file,
the table on the terminal and the JSON object, so that they cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from jamsu.cases.results import ashrae
from jamsu.cases.results.kpis import Findings, find_kpis
from jamsu.cases.results.patches import hull_patches
from jamsu.cases.schema.case import Case
from jamsu.solver.march.averaging import Average
from jamsu.solver.march.settled import Verdict
from jamsu.solver.module import Module
from jamsu.solver.variables import VARIABLES

ZERO_CELSIUS = 273.15


@dataclass(frozen=True)
class Outcome:
    """Balance by name (W); racks, coils, blocks and probes by name; key figures and their spreads."""

    balance: dict[str, float]
    racks: dict[str, dict[str, Any]]
    coils: dict[str, dict[str, float]]
    kpis: dict[str, Any]
    units: dict[str, np.ndarray]  # (rack, unit): power, gas_heat, flow, inlet_temperature, outlet_temperature
    blocks: dict[str, dict[str, float]]  # power, mean temperature, stored heat, conductance to what is around
    probes: dict[str, dict[str, list]]  # position, temperature, speed; one entry a point


def celsius(case: Case, difference: Any) -> Any:
    """degC from K above the run's reference, the sea's temperature."""
    return np.asarray(difference, float) + case.site.seawater_temperature - ZERO_CELSIUS


def find_outcome(case: Case, module: Module, average: Average, verdict: Verdict | None = None) -> Outcome:
    """Evaluate a window's averages; every power, flow and conductance is the one that the solver used.

    Args:
      case: gives names, extents and what its keys mean; no operated value is read from it.
      verdict: how well the means of a steady run are known.
    """
    balance = _balance(average)
    units = _units(case, average)
    racks = _racks(case, units, average.group("racks")["passage_flow"])
    coils = _coils(case, average, racks)
    wall = None
    if case.vessel.outside != "adiabatic":
        wall = celsius(case, hull_patches(module.hull, average).means["inner_temperature"])
    found = Findings(case, balance, racks, coils, units, wall, average, module.loads, verdict)
    return Outcome(balance, racks, coils, find_kpis(found), units, _blocks(case, average), _probes(case, average))


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
    return {name: {key: float(values[i]) for key, values in means.items()} for i, name in enumerate(case.solids)}


def _probes(case: Case, average: Average) -> dict[str, dict[str, list]]:
    means = average.group("probes")
    temperature, speed = celsius(case, means["temperature"]).tolist(), means["speed"].tolist()
    found, first = {}, 0
    for name, probe in case.probes.items():
        rows = slice(first, first := first + len(probe.points))
        positions = [list(point) for point in probe.points]
        found[name] = {"position": positions, "temperature": temperature[rows], "speed": speed[rows]}
    return found


def _racks(case: Case, units: dict[str, np.ndarray], passage_flow: np.ndarray) -> dict[str, dict[str, Any]]:
    result: dict[str, dict[str, Any]] = {}
    for i, name in enumerate(case.racks):
        flow, inlet, outlet = (units[k][i] for k in ("flow", "inlet_temperature", "outlet_temperature"))
        total = float(np.nansum(flow))
        weight = np.nan_to_num(flow) / total if total > 0 else np.nan_to_num(flow)
        passed = np.isfinite(inlet)
        result[name] = {
            "power": float(np.nansum(units["power"][i])),
            "flow": total,
            "passage_flow": float(passage_flow[i]),
            "inlet_temperature": float(np.sum((weight * inlet)[passed])) if total > 0 else float("nan"),
            "outlet_temperature": float(np.sum((weight * outlet)[passed])) if total > 0 else float("nan"),
            "inlet_maximum": float(np.max(inlet[passed])) if passed.any() else float("nan"),
            "ashrae_class": ashrae.class_met(inlet[passed]) if passed.any() else "not applicable",
        }
    return result


def _coils(case: Case, average: Average, racks: dict[str, dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Coils, then the cooling units, whose water is not known."""
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
