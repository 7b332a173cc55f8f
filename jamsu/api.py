"""The functions a notebook imports. Each mirrors a command; heavy libraries are imported in the call."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import xarray as xr

    from jamsu.cases.run.runner import Progress, Run
    from jamsu.cases.schema.case import Case

Quality = Literal["coarse", "default", "fine"]
Values = Mapping[str, Any]
"""Values by dotted path, e.g. {"site.seawater_temperature": "12 degC", "racks.*.power": "18 kW"}."""


def run(
    case: str | Path | Case,
    *,
    output: str | Path | None = None,
    set: Values | None = None,
    quality: Quality = "default",
    resume: bool = False,
    force: bool = False,
    progress: Callable[[Progress], None] | None = None,
) -> xr.DataTree:
    """Solve a case and return its result, as `jamsu run` writes it.

    `case` is a name of the library, the path of a TOML file ("-": standard input), or a Case. With `output`
    the result is written there as well, and an existing file is refused unless `force`; `resume` goes on from the
    checkpoint of an interrupted run with the same output. `progress` is called during the run with a
    `jamsu.cases.run.runner.Progress`.

    Read `tree.attrs["status"]`: a run that did not converge is returned too. Raises `jamsu.cases.errors.CaseError`
    for a bad case or an output that cannot be used.
    """
    path = None if output is None else Path(output)
    _forget_pipes()
    command = _call("run", case, output=path, set=set, quality=quality, resume=resume, force=force)
    return solve(
        case,
        overrides(set),
        output=path,
        quality=quality,
        resume=resume,
        force=force,
        progress=progress,
        command=command,
    ).tree


def solve(
    case: str | Path | Case,
    changes: Sequence[str] = (),
    *,
    output: Path | None = None,
    quality: str = "default",
    resume: bool = False,
    force: bool = False,
    progress: Callable[[Progress], None] | None = None,
    command: str = "",
) -> Run:
    """Solve a case with overrides "path=value": the run with its tree and its summary. Raises as `run`.

    `command` is the command line or the call that asked for it; the result keeps it.
    """
    if output is not None:
        from jamsu.cases.results.output import check_output

        check_output(output, overwrite=force, resume=resume)
    loaded = _loaded(case, changes)
    from jamsu.cases.errors import CaseError
    from jamsu.cases.reading.loader import error_as_typed
    from jamsu.cases.results.origin import Origin
    from jamsu.cases.run.runner import run_case  # imports jax: only once the input is known to be good

    origin = Origin(tuple(changes), command)
    try:
        return run_case(
            loaded, output=output, quality=quality, resume=resume, force=force, progress=progress, origin=origin
        )
    except CaseError as error:
        raise error_as_typed(error, case, changes) if isinstance(case, str | Path) else error from error


def library() -> tuple[str, ...]:
    """Names of the library's cases."""
    from jamsu.cases import library_names

    return tuple(library_names())


def load_case(case: str | Path, set: Values | None = None) -> Case:
    """The case of a library name or a TOML file, with values changed by dotted path.

    Raises `jamsu.cases.errors.CaseError`, one line that names file, key, value and what was expected.
    """
    from jamsu.cases import load_case as load

    _forget_pipes()
    return load(case, overrides(set))


def open_result(path: str | Path) -> xr.DataTree:
    """A result file as an xarray.DataTree in memory; the file is closed again.

    `xarray.open_datatree(path)` reads the same file piece by piece. Raises `jamsu.cases.errors.CaseError` when it
    is no result.
    """
    from jamsu.cases.results.file import read_result

    return read_result(path)


def render(
    result: str | Path,
    output: str | Path | None = None,
    *,
    size: tuple[int, int] = (1600, 900),
    view: str = "cutaway",
    field: str = "temperature",
    range: str | None = None,
    slice: str | None = None,
    time: str | None = None,
    hull: bool = True,
) -> Path:
    """Draw a result file off-screen to a PNG file (default: the result's name here) and return its path.

    `size` is in pixels; `range` ("15, 32 degC"), `slice` ("z = 1.2 m") and `time` ("90 s") are texts with units; all
    options are as in `jamsu.viz.render.render`. Raises `jamsu.cases.errors.CaseError` when the result cannot be read,
    the picture cannot be written, or this machine cannot draw.
    """
    from jamsu.viz.render import render as draw

    picture = Path(output) if output is not None else default_output(result, ".png")
    return draw(Path(result), picture, size=size, view=view, field=field, ends=range, plane=slice, time=time, hull=hull)


def compare(
    first: str | Path,
    second: str | Path,
    *,
    picture: str | Path | None = None,
    size: tuple[int, int] = (1600, 900),
    view: str = "cutaway",
    field: str = "temperature",
) -> dict[str, Any]:
    """In what two result files differ, as `jamsu compare --json` prints it: inputs, numbers, second less first.

    With `picture` the difference of `field` is drawn there (PNG). Raises `jamsu.cases.errors.CaseError` when a result
    cannot be read, or the picture cannot be drawn.
    """
    from jamsu.cases.results.comparison import figures, inputs

    trees = open_result(first), open_result(second)
    if picture is not None:
        from jamsu.viz.difference import render_difference

        names = Path(first).stem, Path(second).stem
        render_difference(*trees, names, picture, size=size, view=view, field=field)
    rows = figures(*trees)
    return {
        "results": [str(first), str(second)],
        "status": [tree.attrs.get("status") for tree in trees],
        "inputs": {row.name: [row.first, row.second] for row in inputs(*trees)},
        "numbers": {
            f"{row.group}/{row.name}": {
                "units": row.units, "first": row.first, "second": row.second, "difference": row.difference
            }
            for row in rows
            if row.differs
        },
    }  # fmt: skip


def default_output(source: str | Path, suffix: str) -> Path:
    """The file in the current folder named after a result ("natick2.vtkhdf" -> natick2.png)."""
    return Path(Path(source).stem + suffix)


def default_name(case: str | Path) -> str:
    """What a case's results are called after: its file, or the name in its text where it comes from a pipe."""
    from jamsu.cases.reading.source import is_pipe

    if not is_pipe(case):
        return Path(case).stem
    from jamsu.cases.reading.loader import case_name

    return case_name(case)


def sweep(
    case: str | Path,
    vary: Mapping[str, Sequence[object]],
    *,
    output: str | Path | None = None,
    set: Values | None = None,
    quality: Quality = "default",
    resume: bool = False,
    force: bool = False,
) -> xr.Dataset:
    """Solve the product of several axes and return the KPIs with the axes as dimensions.

    `vary` maps a dotted path to its values, e.g. {"site.current_speed": ["0.2 m/s", "0.5 m/s"]}. A point that
    fails has NaN KPIs and its `status` and `message` say why; a warning names those that make no case. With `output`
    the dataset is written as netCDF; an interrupted sweep with the same output goes on where it was. Raises
    `jamsu.cases.errors.CaseError` for a bad case, and for axes of which no point makes a case.
    """
    from jamsu.cases.results.origin import Origin
    from jamsu.cases.sweep.axis import make_axis
    from jamsu.cases.sweep.sweep import run_sweep

    _forget_pipes()
    path = None if output is None else Path(output)
    if path is not None:
        from jamsu.cases.results.output import check_output

        check_output(path, overwrite=force or resume)
    axes = [make_axis(key, values) for key, values in vary.items()]
    origin = Origin(overrides(set), _call("sweep", case, vary, output=path, set=set, quality=quality))
    return run_sweep(
        case,
        axes,
        overrides=overrides(set),
        quality=quality,
        output=path,
        resume=resume,
        force=force,
        origin=origin,
        warn=lambda text: warnings.warn(text, stacklevel=4),
    )


def overrides(values: Values | None) -> tuple[str, ...]:
    """Values by path as the "path=value" texts of the command line."""
    if not values:
        return ()
    from jamsu.cases.sweep.axis import as_text

    return tuple(f"{path}={as_text(value)}" for path, value in values.items())


def _call(function: str, case: str | Path | Case, *values: object, **options: object) -> str:
    """A call as it is written in Python; options that are not given are left out."""
    first = repr(str(case) if isinstance(case, Path) else case) if isinstance(case, str | Path) else f"<{case.name}>"
    given = [f"{key}={_written(value)}" for key, value in options.items() if value]
    return f"jamsu.{function}({', '.join([first, *map(_written, values), *given])})"


def _written(value: object) -> str:
    return repr(str(value) if isinstance(value, Path) else value)


def _forget_pipes() -> None:
    """Each call reads a named pipe anew, but only once."""
    from jamsu.cases.reading.source import forget_pipes

    forget_pipes()


def _loaded(case: str | Path | Case, changes: Sequence[str]) -> Case:
    from jamsu.cases import load_case as load

    if isinstance(case, str | Path):
        return load(case, changes)
    if changes:
        raise TypeError("set= changes a case that is loaded by name or path: give it to load_case instead")
    return case
