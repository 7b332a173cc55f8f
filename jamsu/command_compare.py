"""`jamsu compare`: two results side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jamsu.options import JsonOption, file_name, result_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.table import Table

    from jamsu.cases.results.comparison import Row

ResultArgument = Annotated[Path, typer.Argument(metavar="A", parser=result_name, help="A result file of `jamsu run`.")]


def compare(
    first: ResultArgument,
    second: Annotated[Path, typer.Argument(metavar="B", parser=result_name, help="Another one.")],
    as_json: JsonOption = False,
    picture: Annotated[
        Path | None,
        typer.Option("--picture", metavar="PNG", parser=file_name, help="Draw B less A too.", show_default=False),
    ] = None,
    field: Annotated[
        str, typer.Option("--field", help="What the picture shows: a field of the results, or velocity.")
    ] = "temperature",
    view: Annotated[str, typer.Option("--view", help="Where the picture looks from.")] = "cutaway",
) -> None:
    """Say in what two results differ: their inputs, their key numbers, and their fields as a picture.

    Values of the cases that are the same are left out, and so are equal numbers. The picture has one scale about zero;
    B is carried to A's grid where the grids differ.

    \b
    Examples:
      jamsu compare natick2.vtkhdf warm.vtkhdf
      jamsu compare natick2.vtkhdf warm.vtkhdf --picture warmer.png --view section
      jamsu compare natick2.vtkhdf warm.vtkhdf --json
    """
    from jamsu.api import compare as compared
    from jamsu.api import open_result
    from jamsu.cases.results.comparison import figures, gathered, inputs
    from jamsu.console import answers, print_json

    if picture is not None:
        compared(first, second, picture=picture, field=field, view=view)
    if as_json:
        print_json(compared(first, second) | ({"picture": picture} if picture else {}))
        return
    trees = open_result(first), open_result(second)
    names = _names(first, second)
    console = answers()
    changed = gathered(inputs(*trees), *trees)
    console.print(_table("Inputs that differ", names, changed) if changed else "no input differs")
    console.print()
    rows = [row for row in figures(*trees) if row.differs and not row.name.endswith("_spread")]
    console.print(_table("Numbers that differ", names, rows) if rows else "no number differs")
    status = [str(tree.attrs.get("status", "unknown")) for tree in trees]
    console.print(f"\nstatus: {names[0]} {status[0]}, {names[1]} {status[1]}", markup=False)
    if picture is not None:
        console.print(f"picture: {picture}", markup=False)


def _names(first: Path, second: Path) -> tuple[str, str]:
    """What the results are called: the shortest of their names that tells them apart."""
    return (first.stem, second.stem) if first.stem != second.stem else (str(first), str(second))


def _table(title: str, names: tuple[str, str], rows: Iterable[Row]) -> Table:
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold", show_edge=False, pad_edge=False)
    table.add_column("")
    rows = list(rows)
    gaps = any(row.group for row in rows)
    for column in (*names, "difference") if gaps else names:
        table.add_column(escape(column), justify="right")
    for row in rows:
        group = "" if row.group in ("", "kpis") else f"{row.group}/"
        unit = f", {row.units}" if row.units not in ("", "1") else ""
        gap = row.difference
        cells = (_written(row.first), _written(row.second), "" if gap is None or gap != gap else f"{gap:+.4g}")
        table.add_row(escape(f"{group}{row.name}{unit}"), *map(escape, cells if gaps else cells[:2]))
    return table


def _written(value: Any) -> str:
    if value is None or (isinstance(value, float) and value != value):
        return "–"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
