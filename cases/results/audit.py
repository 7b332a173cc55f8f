"""The audit of a result: what must hold with any models, recomputed from the numbers in the result alone.

Each check compares a figure with what is allowed. A run in time skips checks that only a steady state meets: outlets
and duties against present flows, steady stores. Temperatures of the file are means over a window, and products of means
are not means of products: where a check multiplies two of them, it allows a share for the flow's fluctuations.
A run that fails its audit is not "converged", even if its fields are still.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from jamsu.cases.assembly.start import initial_temperature
from jamsu.cases.reading.loader import case_from_text
from jamsu.cases.schema.case import Case

ZERO_CELSIUS = 273.15
EXTREME = 0.01  # K beyond sources and sinks
SECOND_LAW = 0.02  # K by which one stream of an exchanger may pass the other
MOVING = 0.02  # share that products of means may differ from means of products
SMALL = 0.05  # K, or the heat that it makes: below, shares mean nothing
FILMS = 0.1  # share of the hull's heat: films and temperatures of its patches move together
DRIFT = 0.1  # K that gas or a block may have to go, see `jamsu.solver.march.steady.Criteria`
STILL_WATTS = 1.0  # W: less heat counts as none


@dataclass(frozen=True)
class Check:
    """One figure of a result and what is allowed of it; `what` names it, its unit and place."""

    name: str
    what: str
    found: float
    allowed: float

    @property
    def passed(self) -> bool:
        return bool(self.found <= self.allowed)

    def line(self) -> str:
        """The check in one line, as a status names it."""
        return f"{self.name}: {self.what} {self.found:.4g}, allowed {self.allowed:.3g}"


def audit(tree: xr.DataTree) -> list[Check]:
    """All checks of a result. Raises CaseError where the case in it cannot be read."""
    case = case_from_text(str(tree.attrs["case"]), label="case of the result")
    checks = [*_extremes(case, tree), *_coils(case, tree), *_units(case, tree), *_hull(tree), *_sums(case, tree)]
    if case.solver.mode == "steady":
        checks += [*_stores(case, tree)]
    return checks


def failures(checks: list[Check]) -> list[str]:
    """A line for each check that fails."""
    return [check.line() for check in checks if not check.passed]


def audited(tree: xr.DataTree) -> None:
    """Audit a result that was just made: a failure is named in its status and forbids "converged" and "finished".

    The root attribute `audit` gets the outcome.
    """
    failed = failures(audit(tree))
    tree.attrs["audit"] = "; ".join(failed) if failed else "passed"
    if failed:
        tree.attrs["status"] = "not converged"
        tree.attrs["status_meaning"] = f"fails its audit ({tree.attrs['audit']}); {tree.attrs['status_meaning']}"


def _extremes(case: Case, tree: xr.DataTree) -> Iterator[Check]:
    """No gas is colder than all sinks; gas without a source is no warmer than all gas with one and all sinks."""
    interior = tree["interior"].to_dataset()
    temperature = interior["temperature"].to_numpy()
    known = np.isfinite(temperature)
    gas = (interior["open_fraction"].to_numpy() > 0) & known
    heated = known & ((interior["power_density"].to_numpy() > 0) | ~gas)  # a block is a source, or as warm as its gas
    if not np.any(gas):
        return
    levels = _levels(case, tree)
    round_off = float(np.finfo(interior["temperature"].dtype).eps) * 4 * float(np.max(np.abs(temperature[gas])))
    held = case.solver.mode == "transient" or bool(levels)
    if held:
        sinks = [*levels, *_start(case)]
        below = min(sinks) - float(temperature[gas].min())
        yield Check("coldest gas", "below the coldest sink by K", below, EXTREME + round_off)
    others = gas & ~heated
    sources = [*levels, *_start(case), *([float(temperature[heated].max())] if np.any(heated) else [])]
    if sources and np.any(others):
        above = float(temperature[others].max()) - max(sources)
        # A mean may be hottest where the hot gas of one moment and the next one overlap.
        kpis = tree["kpis"].to_dataset()
        moving = [float(kpis[name]) for name in ("hottest_inlet_spread", "hottest_gas_spread") if name in kpis]
        # Without any source the start's own heat may still be leaving.
        allowed = (EXTREME if np.any(heated) else DRIFT) + round_off + 2 * float(np.nansum(moving))
        yield Check("hottest gas", "above the hottest source by K", above, allowed)


def _start(case: Case) -> list[float]:
    """The temperature at which a run in time begins, degC."""
    return [initial_temperature(case) - ZERO_CELSIUS] if case.solver.mode == "transient" else []


def _levels(case: Case, tree: xr.DataTree) -> list[float]:
    """Temperatures of everything that the gas may give its heat to, degC."""
    hull = tree["hull"]
    found: list[float] = []
    if hull.attrs["outside"] != "adiabatic":
        found.append(float(hull.attrs["outside_temperature"]))
    coils = tree["coils"].to_dataset()
    water = coils["water_inlet_temperature"].to_numpy() if "water_inlet_temperature" in coils else np.zeros(0)
    found += water[np.isfinite(water)].tolist()
    return found + [unit.supply_temperature - ZERO_CELSIUS for unit in case.coolers.values()]


def _coils(case: Case, tree: xr.DataTree) -> Iterator[Check]:
    """The second law on both sides of each coil; its duty against the flow of its rack or fan."""
    capacity = float(tree["racks"].attrs["gas_heat_capacity"])
    for name, coil in case.coils.items():
        at = tree["coils"].to_dataset().sel(coil=name)
        duty, gas_in, gas_out, water_in, water_out = (
            float(at[key]) for key in ("duty", *(f"{s}_temperature" for s in _STREAMS))
        )
        if not np.isfinite(gas_in) or abs(duty) < STILL_WATTS:
            continue
        sign = 1.0 if duty > 0 else -1.0
        # A coil's fans warm what it has cooled. In time its cells lag behind what enters: only a steady run adds up.
        steady = case.solver.mode == "steady"
        flow = coil.gas_flow
        if coil.rack is not None:
            flow = float(np.nansum(tree["racks/flow"].sel(rack=coil.rack)))
        fans = coil.fan_power / (capacity * flow) if flow else 0.0
        passed = sign * (water_in - gas_out) - fans
        yield Check(f"coils.{name}", "gas leaves beyond the entering water by K", passed, SECOND_LAW)
        if steady and np.isfinite(water_out):
            passed = sign * (water_out - gas_in) - fans
            yield Check(f"coils.{name}", "water leaves beyond the entering gas by K", passed, SECOND_LAW)
        if steady and flow:
            given = capacity * flow * (gas_in - gas_out) + coil.fan_power
            open_by = abs(duty - given)
            allowed = MOVING * abs(duty) + SMALL * capacity * flow
            yield Check(f"coils.{name}", "duty against its gas, open by W", open_by, allowed)
        if steady and coil.rack is not None:
            outlet, total = _mean_outlet(tree, coil.rack)
            if total > 0:
                apart = abs(outlet - gas_in)
                rise = abs(gas_in - gas_out)
                yield Check(
                    f"coils.{name}", "its gas against its rack's outlet, apart by K", apart, SMALL + MOVING * rise
                )


_STREAMS = ("gas_inlet", "gas_outlet", "water_inlet", "water_outlet")


def _mean_outlet(tree: xr.DataTree, rack: str) -> tuple[float, float]:
    at = tree["racks"].to_dataset().sel(rack=rack)
    flow = np.nan_to_num(at["flow"].to_numpy())
    outlet = np.nan_to_num(at["outlet_temperature"].to_numpy())
    return (float(np.sum(flow * outlet) / flow.sum()), float(flow.sum())) if flow.sum() > 0 else (float("nan"), 0.0)


def _units(case: Case, tree: xr.DataTree) -> Iterator[Check]:
    """Each height unit's outlet against its inlet, heat and flow (of a steady run: in time a rack's gas lags)."""
    if not case.racks or case.solver.mode != "steady":
        return
    racks = tree["racks"].to_dataset()
    capacity = float(racks.attrs["gas_heat_capacity"])
    flow, heat = racks["flow"].to_numpy(), racks["gas_heat"].to_numpy()
    passed = np.nan_to_num(flow) > 0
    rise = np.where(passed, heat / (capacity * np.where(passed, flow, 1.0)), 0.0)
    apart = np.abs(racks["outlet_temperature"].to_numpy() - racks["inlet_temperature"].to_numpy() - rise)
    for i, name in enumerate(racks["rack"].to_numpy()):
        if not passed[i].any():
            continue
        share = apart[i] / (SMALL + MOVING * np.abs(rise[i]))
        unit = int(np.nanargmax(np.where(passed[i], share, -np.inf)))
        allowed = SMALL + MOVING * float(abs(rise[i, unit]))
        what = f"unit {unit + 1}: outlet against inlet, heat and flow, apart by K"
        yield Check(f"racks.{name}", what, float(apart[i, unit]), allowed)


def _hull(tree: xr.DataTree) -> Iterator[Check]:
    """The hull's heat against its flux and area, and against its films, layers and temperatures."""
    hull = tree["hull"].to_dataset()
    if hull.attrs.get("outside") == "adiabatic" or hull.sizes.get("patch", 0) == 0:
        return
    area, flux = hull["area"].to_numpy(), hull["heat_flux"].to_numpy()
    total = float(tree["balance/hull_heat"])
    size = float(np.sum(area * np.abs(flux)))
    apart = abs(float(np.sum(area * flux)) - total)
    yield Check("hull", "heat against flux times area, apart by W", apart, 1e-3 * size + 1e-3)
    outside = float(hull.attrs["outside_temperature"])
    inner, outer = hull["film_coefficient_inner"].to_numpy(), hull["film_coefficient_outer"].to_numpy()
    with np.errstate(divide="ignore"):
        overall = 1 / (1 / inner + hull.attrs["resistance"] + 1 / (outer * hull.attrs["area_ratio"]))
    expected = overall * (hull["facing_temperature"].to_numpy() - outside)
    apart = abs(float(np.sum(area * expected)) - total)
    yield Check("hull", "heat against films and temperatures, apart by W", apart, FILMS * size + STILL_WATTS)
    between = (
        np.minimum(hull["facing_temperature"].to_numpy(), outside),
        np.maximum(hull["facing_temperature"], outside),
    )
    wall = hull["inner_temperature"].to_numpy(), hull["outer_temperature"].to_numpy()
    beyond = max(float(np.max(np.maximum(between[0] - w, w - between[1]))) for w in wall)
    yield Check("hull", "wall beyond gas and sea by K", beyond, SMALL + MOVING * float(np.max(between[1] - between[0])))


def _sums(case: Case, tree: xr.DataTree) -> Iterator[Check]:
    """The balance against the sums of its parts."""
    balance = {str(name): float(value) for name, value in tree["balance"].to_dataset().data_vars.items()}
    power = balance["it_power"] + balance["fan_power"]
    size = max(abs(power), abs(balance["coil_heat"]), abs(balance["hull_heat"]), STILL_WATTS)
    yield Check("balance", "heat not accounted for, W", abs(balance["imbalance"]), 1e-4 * size)
    coils = tree["coils"].to_dataset()
    parts = float(np.sum(coils["duty"])) if "duty" in coils else 0.0
    yield Check(
        "balance", "to the coils against their duties, apart by W", abs(parts - balance["coil_heat"]), 1e-5 * size
    )
    units = float(np.nansum(tree["racks/power"])) + sum(block.power for block in case.blocks.values())
    yield Check(
        "balance", "IT power against units and blocks, apart by W", abs(units - balance["it_power"]), 1e-5 * size
    )
    interior = tree["interior"].to_dataset()
    volume: Any = 1.0
    for axis in "zyx":
        volume = np.multiply.outer(volume, np.diff(interior[f"{axis}_edge"].to_numpy()))
    released = float(np.sum(interior["power_density"].isel(time=0).to_numpy() * volume))
    gas = power - balance["liquid_heat"] - sum(unit.fan_power for unit in case.coolers.values())
    yield Check("balance", "heat released in the cells, apart by W", abs(released - gas), 1e-4 * size)


def _stores(case: Case, tree: xr.DataTree) -> Iterator[Check]:
    """Whether gas and blocks are steady, each by its own measure."""
    balance = tree["balance"].to_dataset()
    blocks = tree["blocks"].to_dataset() if "blocks" in tree.children else None
    held = np.zeros(0) if blocks is None else blocks["stored_heat"].to_numpy()
    fans = sum(unit.fan_power for unit in case.coolers.values())  # taken out again by the units themselves
    power = float(balance["it_power"]) + float(balance["fan_power"]) - float(balance["liquid_heat"]) - fans
    coils = tree["coils"].to_dataset()
    taken = [float(coils["duty"].sel(coil=list(names)).sum()) for names in (case.coils, case.coolers) if names]
    passing = max(abs(power), abs(float(balance["hull_heat"])), *(abs(heat) for heat in taken), abs(sum(taken) - fans))
    gas = abs(float(balance["stored_heat"]) - float(held.sum()))
    # Without any heat a share has no meaning; the march has its own measure (`jamsu.solver.march.steady`).
    if power != 0:
        yield Check("stored heat", "of the gas, W", gas, case.solver.tolerance * passing * 1.01 + 1e-6)
    if blocks is not None:
        for i, name in enumerate(blocks["block"].to_numpy()):
            tied = max(float(blocks["conductance"][i]), 1e-12)
            allowed = max(DRIFT, case.solver.tolerance * float(blocks["power"][i]) / tied)
            yield Check(f"blocks.{name}", "still to go, K", abs(float(held[i])) / tied, allowed * 1.01)
