"""Sweeps: the product of several axes of a case's values, solved one after the other without compiling anew.

A point that fails is recorded and the sweep goes on; a sweep that is interrupted keeps its finished points in
a journal beside the output and goes on from there when it is started again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jamsu import cases
from jamsu.cases.errors import CaseError, Problem
from jamsu.cases.results.origin import Origin, attributes
from jamsu.cases.results.output import Stamp, beside, owned, tell
from jamsu.cases.sweep.axis import Axis, refusal, refuse_parted_values
from jamsu.cases.sweep.file import (
    FAILED,
    Point,
    dataset,
    difference,
    finished_point,
    read_dataset,
    write_dataset,
)
from jamsu.cases.sweep.journal import Journal, Labels
from jamsu.cases.sweep.plan import Plan, make_plan, refusals

if TYPE_CHECKING:
    import xarray as xr

    from jamsu.cases.run.runner import Progress
    from jamsu.cases.schema.case import Case

PointReport = Callable[[Point, int, bool], None]
"""Called with each point when it is done, the number of points in all, and whether it was done before."""


def run_sweep(
    case: str | Path,
    axes: Sequence[Axis],
    *,
    overrides: Sequence[str] = (),
    quality: str = "default",
    output: Path | None = None,
    resume: bool = False,
    force: bool = False,
    on_point: PointReport | None = None,
    progress: Callable[[Progress], None] | None = None,
    origin: Origin | None = None,
    warn: Callable[[str], None] | None = None,
) -> xr.Dataset:
    """Solve the product of `axes` (the last one runs fastest) and return, and write, a dataset of its KPIs.

    `overrides` hold for all points. With `output`, finished points of an interrupted sweep of the same case,
    axes and quality are taken from its journal unless `force`; failed ones are tried again. An output that
    exists is refused, except with `force` (solved anew) or `resume` (returned, if it is this sweep's). `origin`,
    what was asked, becomes attributes of the dataset. Where another file came to lie at `output` meanwhile, the
    dataset goes to a free name beside it: its `encoding["source"]` says where, and so does a warning (`OutputWarning`).

    Raises CaseError for a bad case, for axes of which no point makes a case (before anything is solved, with all that
    is wrong), and for an output that belongs to something else or is being written by somebody else. Where some
    points make no case, `warn` is called once with all their values, before the others are solved. They end up with
    the `status` "failed" and a `message`, and so does a point at which something else goes wrong.
    """
    _check_axes(axes)
    base = cases.load_case(case, overrides)
    refuse_parted_values(axes, base.to_tree())
    header = _header(base, axes, quality)
    with owned(output, overwrite=force or resume) as there:
        journal = Journal(output, header, there) if output is not None else None
        if output is not None and journal is not None and not force:
            finished = _finished_file(output, journal, header, there)
            if finished is not None:
                return finished
        planned = make_plan(case, axes, overrides, quality, progress)
        if warn is not None and (bad := refusals(planned, axes)):
            count = sum(isinstance(entry, CaseError) for entry in planned.values())
            warn(f"{count} of {len(planned)} points make no case and are left out: {'; '.join(bad)}")
        with _interruptible(journal, len(planned)):
            points = _solved(
                planned, journal, Labels(axes, planned, quality), force, _Solver(quality, progress), on_point
            )
            data = dataset(axes, (points[index] for index in planned), header)
            data.attrs.update(attributes(origin, quality))
            if output is not None and journal is not None:
                _write(data, output, journal)
    return data


def _solved(
    planned: Plan,
    journal: Journal | None,
    labels: Labels,
    force: bool,
    solve: _Solver,
    on_point: PointReport | None,
) -> dict[tuple[int, ...], Point]:
    """All points: those of the journal that are good, and the others as they are solved."""
    points = _kept_points(journal, labels, force)
    for index, planned_case in planned.items():
        done_before = index in points
        if not done_before:
            points[index] = solve(index, planned_case)
            if journal is not None:
                journal.append(points[index], labels)
        if on_point is not None:
            on_point(points[index], len(planned), done_before)
    return points


@contextlib.contextmanager
def _interruptible(journal: Journal | None, count: int) -> Iterator[None]:
    """Say in the notes of an interruption from where the sweep goes on."""
    try:
        yield
    except KeyboardInterrupt as stop:
        if journal is not None:
            kept = f"{journal.kept} of {count} points are kept in {journal.path}"
            advice = "the same command with --resume goes on from there"
            stop.add_note(f"{kept}: {advice}" if journal.kept else "no point was done")
        raise


def _write(data: xr.Dataset, output: Path, journal: Journal) -> None:
    """Write the dataset and delete the journal, whose points are then in it."""
    try:
        stored = write_dataset(data, output, journal.replaces)
    except CaseError as error:
        kept = f"; {journal.kept} of {data['status'].size} points are kept in {journal.path}"
        expected = error.expected + (f"{kept}, for the same command with --resume" if journal.kept else "")
        raise CaseError(error.file, Problem(error.key, error.value, expected)) from None
    if stored != output:
        tell(beside(output, stored))
    data.encoding["source"] = str(stored)
    journal.remove()


class _Solver:
    """Solves one point after the other in one session, begun with the first point that makes a case."""

    def __init__(self, quality: str, progress: Callable[[Progress], None] | None) -> None:
        self._quality = quality
        self._progress = progress
        self._session: Any = None

    def __call__(self, index: tuple[int, ...], case: Case | CaseError) -> Point:
        if isinstance(case, CaseError):
            return Point(index, FAILED, str(case))
        from jamsu.cases.run.runner import Session  # jax: only when there is something to solve

        try:
            if self._session is None:
                self._session = Session(case, self._quality)
            run = self._session.solve(case, progress=self._progress)
        except Exception as error:  # whatever it was, the other points are worth having
            return Point(index, FAILED, _message(error))
        return finished_point(index, run.summary)


def _check_axes(axes: Sequence[Axis]) -> None:
    if not axes:
        raise refusal("", "", "a sweep needs one axis or more: path=value,value,...")
    paths = [axis.path for axis in axes]
    for path in paths:
        if paths.count(path) > 1:
            raise refusal(path, "", "the path is given twice")


def _header(base: Case, axes: Sequence[Axis], quality: str) -> dict[str, str]:
    """What makes a sweep the same sweep; also the attributes of its file."""
    return {
        "case": base.to_toml(),
        "axes": "; ".join(f"{axis.path}={axis.listed()}" for axis in axes),
        "quality": quality,
        "jamsu_version": version("jamsu"),
    }


def _finished_file(output: Path, journal: Journal, header: Mapping[str, str], there: Stamp) -> xr.Dataset | None:
    """The dataset of a finished sweep that is asked for again; None when there is something to solve.

    Raises CaseError when neither the journal nor the file is of this sweep.
    """
    if there is None:
        journal.open()
        return None
    found, reason = None, None
    try:
        found = _own_dataset(output, header)
    except CaseError as error:
        reason = error
    try:
        interrupted = journal.open()
    except CaseError:
        if found is not None:
            return found
        raise
    if interrupted and journal.replaces == there:  # it was started with --force
        return None
    if interrupted and found is None:
        tell(f"{output}: is not of this sweep and is kept; this one's file will go beside it")
        return None
    if reason is not None:
        raise reason
    return found


def _own_dataset(output: Path, header: Mapping[str, str]) -> xr.Dataset:
    found = read_dataset(output)
    if differing := difference(header, found.attrs):
        raise CaseError(str(output), Problem("", "", f"holds a sweep with {differing} (--force replaces it)"))
    found.encoding["source"] = str(output)
    return found


def _kept_points(journal: Journal | None, labels: Labels, force: bool) -> dict[tuple[int, ...], Point]:
    """Finished points of the journal, which is begun anew with them."""
    if journal is None:
        return {}
    if force:
        journal.forget()
    kept = {} if force else {i: point for i, point in journal.read(labels).items() if not point.failed}
    journal.start(kept.values(), labels)
    return kept


def _message(error: Exception) -> str:
    """One line of an error that the sweep survives."""
    text = " ".join(str(error).split())
    return text if isinstance(error, CaseError) else f"{type(error).__name__}: {text}"
