"""`jamsu sweep`: solve the product of several axes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jamsu.errors import KEPT_BESIDE, NOT_CONVERGED
from jamsu.options import (
    CaseArgument,
    ForceOption,
    JsonOption,
    OutputOption,
    Quality,
    QualityOption,
    ResumeOption,
    SetOption,
    command_line,
    only_one,
)

if TYPE_CHECKING:
    import xarray as xr
    from rich.table import Table

    from jamsu.cases.sweep.axis import Axis
    from jamsu.cases.sweep.file import Point


def sweep(
    case: CaseArgument,
    vary: Annotated[
        list[str],
        typer.Option(
            "--vary",
            metavar="PATH=A,B,C",
            help="An axis: a path and its values, parted by semicolons where one is several numbers; "
            "the last one's unit holds for bare numbers. Repeatable.",
        ),
    ],
    output: OutputOption = None,
    force: ForceOption = False,
    set_: SetOption = None,
    quality: QualityOption = Quality.default,
    resume: ResumeOption = False,
    as_json: JsonOption = False,
) -> None:
    """Solve all combinations of values; collect key numbers.

    Writes one netCDF file (xarray.open_dataset) whose dimensions are the axes; without -o it is CASE's name
    with -sweep.nc in this folder. Values that make no case are named before anything is solved; their points,
    and those that fail later, are marked in `status` and `message`, and the others go on. Where no point makes
    a case the sweep is refused. After an interruption the same command goes on with the first point that is not
    done; with --resume also a sweep that is done is accepted, and shown.

    \b
    Examples:
      jamsu sweep natick2 --vary "site.seawater_temperature=8,12,16,20 degC" -o sea.nc
      jamsu sweep natick2 --vary "racks.*.power=15,20,25 kW" --vary "site.current_speed=0.1,0.5 m/s"
      jamsu sweep natick2 --vary "racks.R12.position=10.75, -0.65, -0.95 m; 10.95, -0.65, -0.95 m"
      jamsu sweep natick2 --vary "coils.*.ua=2,4 kW/K" --set "site.depth=20 m" --quality coarse

    \b
    Exit codes:
      0  all points converged
      2  bad input; nothing was solved
      3  the file is written, but a point made no case, failed or did not converge
      4  solved, but another file came to lie at the output: the file is beside it, as told
      130, 143, 129  ended by Ctrl-C, SIGTERM, SIGHUP; --resume goes on with the first point that is not done

    While a sweep writes an output, no other sweep or run can: a file .lock beside it says who does.
    """
    only_one(force=force, resume=resume)
    from jamsu.api import default_name
    from jamsu.cases.results.origin import Origin, in_summary
    from jamsu.cases.results.output import check_output
    from jamsu.cases.sweep.axis import parse_axis
    from jamsu.cases.sweep.sweep import run_sweep
    from jamsu.console import answers, print_json
    from jamsu.progress import shown_progress
    from jamsu.report import GOOD_STATUS

    name = default_name(case)
    path = output if output is not None else Path(f"{name}-sweep.nc")
    check_output(path, overwrite=force or resume)
    axes = [parse_axis(text) for text in vary]
    with shown_progress(name) as display:
        count = itertools.count(1)

        def on_point(point: Point, total: int, done_before: bool) -> None:
            here = next(count)
            display.say(f"{here}/{total} {describe(point, axes)}{' (done before)' * done_before}")
            display.title = f"{name} {min(here + 1, total)}/{total}"

        data = run_sweep(
            case,
            axes,
            overrides=set_ or (),
            quality=quality.value,
            output=path,
            resume=resume,
            force=force,
            on_point=on_point,
            progress=display,
            origin=Origin(tuple(set_ or ()), command_line()),
            warn=lambda text: display.say(f"jamsu: warning: {text}"),
        )
    stored = Path(data.encoding.get("source", path))
    if as_json:
        print_json({"result": stored, **in_summary(data.attrs), "points": list(rows(data, axes))})
    else:
        console = answers()
        console.print(table(data, axes))
        console.print(f"result: [bold]{stored}[/]", soft_wrap=True)
    if stored != path:
        raise typer.Exit(KEPT_BESIDE)
    if not all(status in GOOD_STATUS for status in data["status"].values.ravel()):
        raise typer.Exit(NOT_CONVERGED)


def describe(point: Point, axes: list[Axis]) -> str:
    """A point in one line: where it is, how it ended."""
    where = ", ".join(axis.override(i) for axis, i in zip(axes, point.index, strict=True))
    end = f"{point.status}: {point.message}" if point.message else point.status
    inlet = point.summary.get("kpis", {}).get("hottest_inlet")
    return f"{where}: {end}" + (f", hottest inlet {inlet:.1f} °C" if inlet is not None else "")


def rows(data: xr.Dataset, axes: list[Axis]) -> Iterator[dict[str, Any]]:
    """Each point with its axes' values and all scalars of the dataset."""
    dims = tuple(axis.path for axis in axes)
    scalars = [name for name, variable in data.data_vars.items() if variable.dims == dims]
    for index in itertools.product(*(range(len(axis)) for axis in axes)):
        values = {axis.path: axis.texts[i] for axis, i in zip(axes, index, strict=True)}
        yield {"values": values} | {str(name): data[name].values[index] for name in scalars}


def table(data: xr.Dataset, axes: list[Axis]) -> Table:
    """The sweep as an engineer's table: a line for each point."""
    from rich.markup import escape
    from rich.table import Table

    from jamsu.report import GOOD_STATUS, number, share

    result = Table(show_edge=False, pad_edge=False)
    for axis in axes:
        result.add_column(escape(axis.path), justify="right")
    # A room on land has neither a hull nor a sea.
    hull, sea = ("hull_share" in data, "seawater_rise" in data)
    figures = ["hottest inlet, °C", "ASHRAE class", *["hull share"] * hull, *["seawater rise, K"] * sea]
    for name in figures:
        result.add_column(name, justify="right")
    result.add_column("status", justify="left")
    for row in rows(data, axes):
        good = row["status"] in GOOD_STATUS
        end = f"{row['status']}: {row['message']}" if row["message"] else row["status"]
        result.add_row(
            *(escape(text) for text in row["values"].values()),
            number(row.get("hottest_inlet"), 1),
            str(row.get("ashrae_class", "")),
            *([share(row["hull_share"])] if hull else []),
            *([number(row["seawater_rise"], 2)] if sea else []),
            escape(end),
            style="" if good else "red",
        )
    return result
