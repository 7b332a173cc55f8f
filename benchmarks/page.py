"""The validation page: one table of all checks and its pictures, as Markdown and as one HTML file."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from jamsu.benchmarks.charts import Series, bar_chart, line_chart
from jamsu.benchmarks.ladder import Check, Rung

COLUMNS = (
    *("benchmark", "case", "quantity", "ours", "reference", "difference", "tolerance", "pass"),
    *("grid convergence", "source"),
)
CSS = """body{font:14px sans-serif;margin:2em;color:#222} table{border-collapse:collapse;margin:1em 0}
td,th{border:1px solid #ccc;padding:3px 7px;text-align:left;vertical-align:top} th{background:#f0f3f7}
tr.fail td{background:#fde8e8;color:#c62828;font-weight:bold} figure{display:inline-block;margin:0 1em 1em 0}"""


def write_page(rungs: Sequence[Rung], folder: Path, title: str = "Validation") -> list[Path]:
    """Write `validation.md`, `validation.html` and the pictures into a folder, made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = draw(rungs)
    checks = [check for rung in rungs for check in rung.checks]
    failed = sum(not check.passed for check in checks)
    summary = f"{len(checks)} checks of {len(rungs)} cases: {failed or 'none'} failed."
    written = []
    for name, text in {
        **{f"{name}.svg": svg for name, svg in pictures.items()},
        "validation.md": _markdown(title, summary, checks, list(pictures)),
        "validation.html": _html(title, summary, checks, list(pictures.values())),
    }.items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


def row(check: Check) -> list[str]:
    """The cells of a check's line, in the order of `COLUMNS`."""
    parameters = ", ".join(f"{key}={value:g}" for key, value in check.case.parameters.items() if _plain(value))
    return [
        check.case.benchmark,
        f"{check.case.name} ({parameters})" if parameters else check.case.name,
        f"{check.quantity} [{check.unit}]" if check.unit else check.quantity,
        shown(check.ours),
        shown(check.reference),
        _amount(check.difference, check),
        _amount(check.tolerance, check),
        "yes" if check.passed else "NO",
        check.grids,
        check.case.source,
    ]


def told(check: Check) -> str:
    """A check on one line of a terminal."""
    benchmark, case, quantity, ours, reference, difference, tolerance, _, grids, _ = row(check)
    head = f"{'ok' if check.passed else 'FAILED':7}{benchmark} {case}  {quantity}: "
    tail = f"{ours} against {reference}, {difference or '-'} of {tolerance or '-'}"
    return head + tail + (f"  ({grids})" if grids else "")


def _plain(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def shown(value: Any) -> str:
    """A number with five digits; a list by all of its numbers."""
    if isinstance(value, list):
        return ", ".join(shown(item) for item in value)
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "none"}[value]
    return f"{value:.5g}" if isinstance(value, int | float) else str(value)


def _amount(value: float, check: Check) -> str:
    if math.isnan(value):
        return ""
    if not math.isfinite(value):
        return "no number"
    return f"{100 * value:.3g} %" if check.relative else f"{value:.2g}"


def _markdown(title: str, summary: str, checks: Sequence[Check], pictures: Sequence[str]) -> str:
    lines = [f"# {title}", "", summary, "", "| " + " | ".join(COLUMNS) + " |", "|" + " --- |" * len(COLUMNS)]
    for check in checks:
        cells = [cell.replace("|", "\\|") for cell in row(check)]
        if not check.passed:
            cells = [f'<span style="color:#c62828">**{cell}**</span>' if cell else "" for cell in cells]
        lines.append("| " + " | ".join(cells) + " |")
    lines += ["", *(f"![{name}]({name}.svg)\n" for name in pictures)]
    return "\n".join(lines).rstrip() + "\n"


def _html(title: str, summary: str, checks: Sequence[Check], pictures: Sequence[str]) -> str:
    head = "".join(f"<th>{escape(column)}</th>" for column in COLUMNS)
    body = "\n".join(
        f"<tr class='{'pass' if check.passed else 'fail'}'>"
        + "".join(f"<td>{escape(cell)}</td>" for cell in row(check))
        + "</tr>"
        for check in checks
    )
    figures = "\n".join(f"<figure>{svg}</figure>" for svg in pictures)
    return (
        f"<!DOCTYPE html>\n<html lang='en'><head><meta charset='utf-8'><title>{escape(title)}</title>"
        f"<style>{CSS}</style></head>\n<body><h1>{escape(title)}</h1>\n<p>{escape(summary)}</p>\n"
        f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table>\n{figures}\n</body></html>\n"
    )


def draw(rungs: Sequence[Rung]) -> dict[str, str]:
    """The pictures by name: all differences, convergence with the grid, and each profile over its places."""
    checks = [check for rung in rungs for check in rung.checks if check.quantity != "converged"]
    labels = [f"{check.case.benchmark} {check.case.name}: {check.quantity}"[:44] for check in checks]
    pictures = {"differences": bar_chart(labels, [check.ratio for check in checks], "Difference over tolerance")}
    for name in dict.fromkeys(rung.case.benchmark for rung in rungs):
        lines = [line for rung in rungs if rung.case.benchmark == name for line in _convergence(rung)]
        if lines:
            title = f"{name}: difference from the reference"
            pictures[f"convergence-{name}"] = line_chart(lines, title, "cells a side", "relative", log=True)
    for rung in rungs:
        for name, expected in rung.case.expected.items():
            if "over" in expected and isinstance(rung.result.get(name), list):
                places = rung.result[expected["over"]]
                series = [
                    Series("reference", places, expected["value"], points=False),
                    Series("ours", places, rung.result[name], line=False),
                ]
                key = re.sub(r"[^a-z0-9]+", "-", f"{rung.case.benchmark} {rung.case.name} {name}".lower()).strip("-")
                title = f"{rung.case.benchmark} {rung.case.name}: {name}"
                pictures[key] = line_chart(series, title, expected["over"], name)
    return pictures


def _convergence(rung: Rung) -> list[Series]:
    """How far each followed quantity with a scalar reference is from it, on each grid."""
    found = rung.result.get("by_grid") or {}
    lines = []
    for name, expected in rung.case.expected.items():
        reference = expected["value"]
        if name in found and _plain(reference) and reference and len(found[name]) > 1:
            away = [abs(value / reference - 1) if _plain(value) else math.nan for value in found[name]]
            lines.append(Series(f"{rung.case.name} {name}", found["cells"], away))
    return lines
