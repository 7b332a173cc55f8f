"""The tables at the end of a run, for an engineer: is it converged, how hot, where does the heat go."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from jamsu.cases.results import ashrae
from jamsu.progress import duration

# How a run may end well: a steady one converges, a transient one comes to its last time.
GOOD_STATUS = ("converged", "finished")
MISSING = "–"
MEANDERS = 0.1  # K of standard deviation above which a flow counts as one that keeps moving
NEAR_EVEN = 5.0  # percent by which a return temperature index may miss 100 and nothing be said of it

Summary = Mapping[str, Any]
"""The object that `jamsu run --json` prints."""


def print_report(summary: Summary, console: Console) -> None:
    """Print the whole report of a run."""
    good = summary["status"] in GOOD_STATUS
    style = "bold green" if good else "bold red"
    console.print(f"[{style}]{escape(str(summary['status']))}[/]" + ("" if good else _warning(summary)))
    coils, units = ({name: summary["coils"][name] for name in summary["sinks"][k]} for k in ("coils", "coolers"))
    tables = [balance_table(summary["balance"], summary["sinks"]), key_table(summary)]
    if units:
        tables.insert(0, unit_table(units))
    if coils:
        tables.insert(0, coil_table(coils))
    if summary["racks"]:
        tables.insert(0, rack_table(summary["racks"]))
    if summary.get("probes"):
        tables.insert(-2, probe_table(summary["probes"]))
    for table in tables:
        console.print()
        console.print(table)
    console.print()
    for warning in summary["warnings"]:
        console.print(f"[yellow]warning:[/] {escape(str(warning))}", soft_wrap=True)
    if summary.get("result"):
        console.print(f"result: [bold]{escape(str(summary['result']))}[/]", soft_wrap=True)


def rack_table(racks: Mapping[str, Summary]) -> Table:
    """A line for each rack, the hottest inlet marked."""
    hottest = hottest_rack(racks)
    headings = ("power, kW", "gas flow, m³/s", "inlet, °C", "hottest, °C", "outlet, °C", "ASHRAE, class")
    table = _table("Racks", *headings)
    for name, rack in racks.items():
        table.add_row(
            escape(name),
            number(rack["power"], 2, 1e-3),
            number(rack["flow"], 3),
            number(rack["inlet_temperature"], 1),
            number(rack["inlet_maximum"], 1),
            number(rack["outlet_temperature"], 1),
            str(rack["ashrae_class"]),
            style="bold" if name == hottest else "",
        )
    return table


def coil_table(coils: Mapping[str, Summary]) -> Table:
    """A line for each coil, gas side then water side."""
    gas, water = ("gas in, °C", "gas out, °C"), ("water in, °C", "water out, °C", "water, kg/s")
    table = _table("Coils", "duty, kW", *gas, *water, "ε", "approach, K")
    for name, coil in coils.items():
        table.add_row(
            escape(name),
            number(coil["duty"], 2, 1e-3),
            number(coil["gas_inlet_temperature"], 1),
            number(coil["gas_outlet_temperature"], 1),
            number(coil["water_inlet_temperature"], 2),
            number(coil["water_outlet_temperature"], 2),
            number(coil["water_flow"], 2),
            number(coil["effectiveness"], 3),
            number(coil["approach"], 1),
        )
    return table


def unit_table(units: Mapping[str, Summary]) -> Table:
    """A line for each cooling unit of a room, whose water is not known."""
    table = _table("Cooling units", "duty, kW", "air flow, m³/s", "return, °C", "supply, °C")
    for name, unit in units.items():
        table.add_row(
            escape(name),
            number(unit["duty"], 2, 1e-3),
            number(unit["gas_flow"], 3),
            number(unit["gas_inlet_temperature"], 1),
            number(unit["gas_outlet_temperature"], 1),
        )
    return table


def probe_table(probes: Mapping[str, Summary]) -> Table:
    """A line for each point of the probes."""
    table = _table("Probes", "x, m", "y, m", "z, m", "temperature, °C", "speed, m/s")
    for name, probe in probes.items():
        rows = zip(probe["position"], probe["temperature"], probe["speed"], strict=True)
        for i, (position, temperature, speed) in enumerate(rows):
            place = [number(value, 2) for value in position]
            table.add_row("" if i else escape(name), *place, number(temperature, 2), number(speed, 2))
    return table


def balance_labels(sinks: Summary) -> dict[str, str]:
    """Headings of the heat balance by name; those of what a case does not have are left out."""
    units, coils, outside = bool(sinks["coolers"]), bool(sinks["coils"]), sinks["outside"]
    cooled = " and ".join(["coils"] * coils + ["cooling units"] * units)
    labels = {
        "it_power": "IT power",
        "fan_power": "fan power",
        "coil_heat": cooled and f"to the {cooled}",
        "hull_heat": {"sea": "through the hull", "film": "through the walls"}.get(outside, ""),
        "liquid_heat": "to the liquid loop" if sinks["liquid"] else "",
        "stored_heat": "stored",
        "imbalance": "not accounted for",
    }
    return {key: label for key, label in labels.items() if label}


def balance_table(balance: Summary, sinks: Summary) -> Table:
    """Heat in, heat out, and what is left over, with shares of the IT power."""
    table = _table("Heat balance", "power, kW", "share, of IT")
    for key, label in balance_labels(sinks).items():
        power = balance.get(key)
        table.add_row(label, number(power, 3, 1e-3), share(_ratio(power, balance["it_power"])))
    return table


def key_table(summary: Summary) -> Table:
    """The handful of numbers that answer the question."""
    kpis, timings, racks = summary["kpis"], summary["timings"], summary["racks"]
    table = _table("Key numbers", "")
    table.show_header = False
    hottest = hottest_rack(racks)
    where = f" (rack {escape(hottest)})" if hottest else ""
    spread = kpis.get("hottest_inlet_spread")
    moving = f" ± {number(spread, 2)}" if _known(spread) else ""
    table.add_row("hottest rack inlet", f"{number(kpis.get('hottest_inlet'), 1)}{moving} °C{where}")
    if _known(spread) and spread > MEANDERS and _known(kpis.get("hottest_inlet_uncertainty")):
        scale = 2 * kpis.get("hottest_inlet_time_scale", 0.0)
        table.add_row("it meanders", f"by {number(spread, 2)} K over some {number(scale, 0)} s")
        table.add_row("its mean is known to", f"± {number(kpis['hottest_inlet_uncertainty'], 2)} K (95 %)")
    table.add_row("ASHRAE class met", escape(class_text(kpis.get("ashrae_class"), racks)))
    if kpis.get("h1_range"):
        table.add_row("range of class H1 met by racks above 30 kW", escape(str(kpis["h1_range"])))
    if _known(kpis.get("rti")):
        table.add_row("return temperature index (RTI)", f"{number(kpis.get('rti'), 1)} %{_air(kpis['rti'])}")
        table.add_row("supply heat index (SHI)", number(kpis.get("shi"), 3))
    if "hull_share" in kpis:
        walls = "hull" if summary["sinks"]["outside"] == "sea" else "walls"
        table.add_row(f"share of heat through the {walls}", share(kpis["hull_share"]))
    if "seawater_rise" in kpis:
        table.add_row("seawater rise", f"{number(kpis['seawater_rise'], 2)} K")
    balance = summary["balance"]
    # What is stored has no place in a steady balance; in time it is part of the answer.
    stored = 0.0 if summary["status"] == "finished" else balance.get("stored_heat", 0.0)
    table.add_row("heat balance open by", share(_ratio(balance["imbalance"] + stored, _it_power(summary))))
    table.add_row("cells", f"{summary['cells']:,}")
    table.add_row(
        "time",
        f"{duration(timings['total_s'])}, of it compiling {timings['compile_s']:.1f} s"
        f" ({timings['compilations']} programs), solving {timings['solve_s']:.1f} s",
    )
    return table


def class_text(name: str | None, racks: Mapping[str, Summary]) -> str:
    """The class met with what goes with it: "A1, within recommended 18 to 27 °C"."""
    if not name:
        return MISSING
    inlets = [rack[key] for rack in racks.values() for key in ("inlet_temperature", "inlet_maximum")]
    if name != ashrae.NO_CLASS and ashrae.within_recommended(_numbers(inlets)):
        low, high = ashrae.RECOMMENDED
        return f"{name}, all inlets within the recommended {low:.0f} to {high:.0f} °C"
    return name


def _air(rti: float) -> str:
    """What a return temperature index says of the gas; nothing near 100 %."""
    if abs(rti - 100.0) < NEAR_EVEN:
        return ""
    return ", hot gas recirculates" if rti > 100.0 else ", cold gas bypasses the racks"


def hottest_rack(racks: Mapping[str, Summary]) -> str | None:
    """Name of the rack with the hottest inlet; None without any."""
    known = {name: rack["inlet_maximum"] for name, rack in racks.items() if _known(rack["inlet_maximum"])}
    return max(known, key=lambda name: known[name]) if known else None


def number(value: float | None, digits: int, scale: float = 1.0) -> str:
    """A number with so many decimals, a dash where there is none."""
    return f"{value * scale:,.{digits}f}" if value is not None and _known(value) else MISSING


def share(value: float | None) -> str:
    """A share as percent."""
    return f"{number(value, 2, 100.0)} %"


def _warning(summary: Summary) -> str:
    meaning = summary.get("status_meaning") or "the numbers below may still change"
    return f": {escape(str(meaning))}"


def _it_power(summary: Summary) -> float | None:
    return summary["balance"].get("it_power")


def _ratio(value: float | None, whole: float | None) -> float | None:
    return value / whole if value is not None and whole else None


def _known(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _numbers(values: list[float | None]) -> list[float]:
    return [math.nan if value is None else value for value in values]


def _table(title: str, *columns: str) -> Table:
    """An empty table: names on the left, then a column for each heading ("name, unit" in two lines)."""
    table = Table(title=title, title_justify="left", title_style="bold", show_edge=False, pad_edge=False)
    table.add_column("", no_wrap=True)
    for column in columns:
        table.add_column(column.replace(", ", "\n"), justify="right" if column else "left")
    return table
