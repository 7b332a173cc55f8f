"""What a run found, as plain numbers: heat balance, racks, coils, key figures, warnings.

Temperatures in degC, heat in W, gas flows in m3/s, water flows in kg/s. One `Outcome` feeds the result file,
the table on the terminal and the JSON object, so that they cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from jamsu.cases.assembly.machines import unit_heat
from jamsu.cases.assembly.module import Geometry
from jamsu.cases.assembly.properties import Properties
from jamsu.cases.results import ashrae
from jamsu.cases.results.condensation import coldest_surface, machine_surfaces
from jamsu.cases.results.liquid import liquid_loop
from jamsu.cases.schema.case import BoxVessel, Case, CylinderVessel, SphereVessel
from jamsu.materials import seawater
from jamsu.solver.march.averaging import Average

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


def find_outcome(case: Case, geometry: Geometry, properties: Properties, average: Average) -> Outcome:
    """Evaluate a window's averages."""
    balance = _balance(case, average)
    units = _units(case, geometry, average)
    racks = _racks(case, units)
    coils = _coils(case, properties, average, racks)
    kpis = _kpis(case, balance, racks, coils, units)
    kpis |= _spreads(balance, kpis, _to_the_water(case, balance, coils)[0], average)
    wall = None if case.vessel.outside == "adiabatic" else celsius(case, average.mean("wall").inner)
    kpis["coldest_surface"] = coldest_surface(machine_surfaces(case, coils, kpis), wall)
    return Outcome(balance, racks, coils, kpis, units, _blocks(case, average))


def _balance(case: Case, average: Average) -> dict[str, float]:
    """P_IT + P_fans = Q_coils + Q_hull + Q_liquid + dE/dt + imbalance, W (means over the window)."""
    fans = [rack.fan_power for rack in case.racks.values()]
    for things in (case.coils, case.fans, case.coolers):
        fans += [thing.fan_power for thing in things.values()]
    blocks = sum(block.power for block in case.blocks.values())
    cooler_fans = sum(unit.fan_power for unit in case.coolers.values())
    it_power, fan_power = case.it_power + blocks, float(sum(fans))
    coil = float(np.sum(average.mean("coil_duty")) + np.sum(average.mean("cooler_duty"))) + cooler_fans
    hull = float(average.mean("hull_heat"))
    liquid = sum(rack.liquid_power for rack in case.racks.values())
    stored = float(average.mean("stored"))
    return {
        "it_power": it_power,
        "fan_power": fan_power,
        "coil_heat": coil,
        "hull_heat": hull,
        "liquid_heat": liquid,
        "stored_heat": stored,
        "imbalance": it_power + fan_power - coil - hull - liquid - stored,
    }


def _units(case: Case, geometry: Geometry, average: Average) -> dict[str, np.ndarray]:
    share = geometry.machinery.unit_share
    racks = list(case.racks.values())
    power, heat = np.full(share.shape, np.nan), np.full(share.shape, np.nan)
    for i, rack in enumerate(racks):
        power[i, : rack.height_units] = rack.unit_powers
        heat[i, : rack.height_units] = unit_heat(rack)
    flow = share * np.asarray(average.mean("machine_flow"))[: len(racks), None]
    passed = flow > 0
    inlet = np.where(passed, celsius(case, average.mean("rack_inlet")), np.nan)
    outlet = np.where(passed, celsius(case, average.mean("rack_outlet")), np.nan)
    flow = np.where(np.isnan(power), np.nan, flow)
    return {
        "power": power,
        "gas_heat": heat,
        "flow": flow,
        "inlet_temperature": inlet,
        "outlet_temperature": outlet,
    }


def _blocks(case: Case, average: Average) -> dict[str, dict[str, float]]:
    return {
        name: {
            "power": block.power,
            "temperature": float(celsius(case, average.mean("block_temperature")[i])),
            "stored_heat": float(average.mean("block_stored")[i]),
            "conductance": float(average.mean("block_exchange")[i]),
        }
        for i, (name, block) in enumerate(case.blocks.items())
    }


def _racks(case: Case, units: dict[str, np.ndarray]) -> dict[str, dict[str, Any]]:
    result: dict[str, dict[str, Any]] = {}
    for i, (name, rack) in enumerate(case.racks.items()):
        flow, inlet, outlet = (units[k][i] for k in ("flow", "inlet_temperature", "outlet_temperature"))
        total = float(np.nansum(flow))
        weight = np.nan_to_num(flow) / total if total > 0 else np.nan_to_num(flow)
        passed = np.isfinite(inlet)
        result[name] = {
            "power": rack.power,
            "flow": total,
            "inlet_temperature": float(np.sum((weight * inlet)[passed])) if total > 0 else float("nan"),
            "outlet_temperature": float(np.sum((weight * outlet)[passed])) if total > 0 else float("nan"),
            "inlet_maximum": float(np.max(inlet[passed])) if passed.any() else float("nan"),
            "ashrae_class": ashrae.class_met(inlet[passed]) if passed.any() else "not applicable",
        }
    return result


def _coils(
    case: Case, properties: Properties, average: Average, racks: dict[str, dict[str, Any]]
) -> dict[str, dict[str, float]]:
    result = {}
    means = {name: np.asarray(average.mean(f"coil_{name}")) for name in _COIL_MEANS}
    for i, (name, coil) in enumerate(case.coils.items()):
        water_in = float(celsius(case, means["water_inlet"][i]))
        flow = float("nan") if coil.water_flow is None else coil.water_flow
        duty = float(means["duty"][i])
        water_out = water_in + duty / (flow * float(properties.sea.heat_capacity))
        still = coil.rack is not None and racks[coil.rack]["flow"] <= 0
        gas_in, gas_out = (
            float("nan") if still else float(celsius(case, means[side][i])) for side in ("gas_inlet", "gas_outlet")
        )
        result[name] = {
            "duty": duty,
            "gas_inlet_temperature": gas_in,
            "gas_outlet_temperature": gas_out,
            "water_inlet_temperature": water_in,
            "water_outlet_temperature": water_out,
            "water_flow": flow,
            "effectiveness": float("nan") if still else float(means["effectiveness"][i]),
            "approach": gas_out - water_in,
        }
    for i, (name, unit) in enumerate(case.coolers.items()):
        supply = unit.supply_temperature - ZERO_CELSIUS
        unknown = float("nan")
        result[name] = {
            "duty": float(np.asarray(average.mean("cooler_duty"))[i]) + unit.fan_power,
            "gas_inlet_temperature": float(celsius(case, np.asarray(average.mean("cooler_intake"))[i])),
            "gas_outlet_temperature": supply,
            "water_inlet_temperature": unknown,
            "water_outlet_temperature": unknown,
            "water_flow": unknown,
            "effectiveness": unknown,
            "approach": unknown,
        }
    return result


_COIL_MEANS = ("duty", "gas_inlet", "gas_outlet", "water_inlet", "effectiveness")


def _kpis(
    case: Case,
    balance: dict[str, float],
    racks: dict[str, dict[str, Any]],
    coils: dict[str, dict[str, float]],
    units: dict[str, np.ndarray],
) -> dict[str, Any]:
    inlet, flow = units["inlet_temperature"], np.nan_to_num(units["flow"])
    passed = np.isfinite(inlet)
    heat_out = balance["coil_heat"] + balance["hull_heat"] + balance["liquid_heat"]
    heat_in = balance["it_power"] + balance["fan_power"]
    pumps = case.loop.pump_power + (case.liquid.pump_power if case.liquid else 0.0)
    capacity = float(seawater.heat_capacity(case.site.seawater_temperature, case.site.salinity))
    given, water = _to_the_water(case, balance, coils)
    wake = _wake_rise(case, _to_the_sea(case, balance, coils) + pumps)
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
    return kpis | liquid_loop(case, capacity)


def _to_the_water(case: Case, balance: dict[str, float], coils: dict[str, dict[str, float]]) -> tuple[float, float]:
    """Heat that enters the seawater that is pumped (W), and how much of that there is (kg/s).

    What cooling units and heat pipes without a flow take enters other water, or none.
    """
    flows = {name: coil.water_flow for name, coil in case.coils.items() if coil.water_flow}
    given = sum(coils[name]["duty"] for name in flows) + balance["liquid_heat"]
    series = case.loop.arrangement == "series"
    water = max(flows.values(), default=0.0) if series else sum(flows.values())
    return given, water + (case.liquid.water_flow if case.liquid else 0.0)


def _to_the_sea(case: Case, balance: dict[str, float], coils: dict[str, dict[str, float]]) -> float:
    """Heat that the sea takes, W: all but what cooling units do."""
    hull = balance["hull_heat"] if case.vessel.outside == "sea" else 0.0
    return sum(coils[name]["duty"] for name in case.coils) + balance["liquid_heat"] + hull


def _spreads(balance: dict[str, float], kpis: dict[str, Any], given: float, average: Average) -> dict[str, float]:
    """Standard deviation over the window of the key figures that move with the flow; `given` to the pumped water, W."""
    spread = average.spread()
    heat_out = balance["coil_heat"] + balance["hull_heat"] + balance["liquid_heat"]
    nan = float("nan")
    inlets = ("hottest_inlet", "coldest_inlet", "mean_inlet")
    found = {f"{name}_spread": spread[name] if np.isfinite(kpis[name]) else nan for name in inlets}
    # Where no gas enters a rack the march's figure is that of the gas itself.
    found["hottest_gas_spread"] = nan if np.isfinite(kpis["hottest_inlet"]) else spread["hottest_inlet"]
    found["hull_share_spread"] = abs(spread["hull_heat"] / heat_out) if np.isfinite(kpis["hull_share"]) else nan
    found["seawater_rise_spread"] = abs(kpis["seawater_rise"] * spread["coil_heat"] / given) if given else nan
    return found


def _wake_rise(case: Case, heat: float) -> float:
    """Mean rise of the water that the hull's frontal area sweeps, K: Q / (rho cp U A); NaN in still water."""
    site, vessel = case.site, case.vessel
    if isinstance(vessel, CylinderVessel):
        area = vessel.diameter * vessel.length
    elif isinstance(vessel, SphereVessel):
        area = vessel.diameter**2
    elif isinstance(vessel, BoxVessel):
        area = vessel.size[0] * vessel.size[2]
    else:
        return float("nan")
    if site.current_speed <= 0 or vessel.outside != "sea":
        return float("nan")
    capacity = float(
        seawater.density(site.seawater_temperature, site.salinity)
        * seawater.heat_capacity(site.seawater_temperature, site.salinity)
    )
    return heat / (capacity * site.current_speed * area)
