"""The table of `jamsu check`: what the grid is, with units, in words that fit the vessel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Row = tuple[str, str]
"""A label and a text."""


def fact_rows(facts: Mapping[str, Any]) -> list[Row]:
    """The facts of `jamsu.cases.run.runner.check_case` as a table; warnings are left out."""
    shape = " × ".join(str(count) for count in facts["shape"])
    rows = [
        ("cells", f"{facts['cells']:,} ({shape})"),
        ("cells open to the gas", f"{facts['interior_cells']:,}"),
        ("cell widths", f"{1e3 * facts['smallest_cell']:.1f} to {1e3 * facts['largest_cell']:.1f} mm"),
        ("memory, about", f"{facts['memory_bytes'] / 2**20:,.0f} MiB"),
        *_hull_rows(facts["cut_cells"]),
        ("cells inside solid blocks", f"{facts['solid_cells']:,}"),
        ("cells inside machines", f"{facts['machine_cells']:,}"),
        ("gas turned over in", f"{facts['turnover_time']:.3g} s"),
        ("time to simulate, at least", f"{facts['simulated_time']:.3g} s"),
        ("density of the gas", f"{facts['gas_density']:.4g} kg/m³"),
    ]
    return rows


def _hull_rows(cut: Mapping[str, Any]) -> list[Row]:
    """Cells that a hull cuts; of a room, whose walls lie between cells, those along the walls."""
    is_cut = cut["smallest_fraction"] < 1 - 1e-9
    rows = [
        ("cells cut by the hull", f"{cut['cut_cells']:,}, at least {100 * cut['smallest_fraction']:.0f} % open")
        if is_cut
        else ("cells along the walls", f"{cut['cut_cells']:,}, none of them cut")
    ]
    if is_cut:
        rows.append(("gap in a cut cell's surface", f"{100 * cut['closure_error']:.2g} % of a face"))
    if cut["closed_cells"]:
        rows.append(("cells outside the hull", f"{cut['closed_cells']:,}"))
    return [
        *rows,
        ("volume inside", f"{cut['open_volume']:.4g} m³"),
        ("area of the wall", f"{cut['wall_area']:.4g} m²"),
    ]
