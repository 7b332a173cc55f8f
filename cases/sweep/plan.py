"""The points of a sweep before any of them is solved: their cases, and what is wrong with those that make none."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from jamsu import cases
from jamsu.cases.errors import CaseError, shown
from jamsu.cases.run.progress import Progress
from jamsu.cases.sweep.axis import Axis, refusal

if TYPE_CHECKING:
    from jamsu.cases.schema.case import Case

Index = tuple[int, ...]
Plan = dict[Index, "Case | CaseError"]
MOST_POINTS = 10_000  # of coarse runs of a minute, a week
MOST_NAMED = 10  # points that one message names


def make_plan(
    case: str | Path,
    axes: Sequence[Axis],
    overrides: Sequence[str],
    quality: str,
    progress: Callable[[Progress], None] | None = None,
) -> Plan:
    """The case of each point, or the reason why there is none (values that are right alone may not go together).

    Raises CaseError where no point makes a case and a grid, naming every value that is wrong, and where a value makes
    the same case as another of its axis.
    """
    count = math.prod(len(axis) for axis in axes)
    if count > MOST_POINTS:
        raise refusal("", "", f"these axes make {count:,} points: expected at most {MOST_POINTS:,}")
    plan: Plan = {}
    for index in itertools.product(*(range(len(axis)) for axis in axes)):
        if progress is not None and len(plan) % 50 == 49:
            progress(_checking(len(plan) / count))
        values = [axis.override(i) for axis, i in zip(axes, index, strict=True)]
        plan[index] = _case(case, [*overrides, *values], quality)
    _refuse_bad_plan(plan, axes)
    _refuse_idle_values(plan, axes)
    return plan


def _case(case: str | Path, overrides: Sequence[str], quality: str) -> Case | CaseError:
    try:
        loaded = cases.load_case(case, overrides)
        check_grid(loaded, quality)
    except CaseError as error:
        return error
    return loaded


def check_grid(case: Case, quality: str) -> None:
    """Make the case's grid, without what stands on it. Raises CaseError where there is none."""
    from jamsu.cases.assembly.grid import QUALITY, build_grid
    from jamsu.cases.assembly.placing import place

    build_grid(place(case, QUALITY[quality]).case, QUALITY[quality])


def refusals(plan: Plan, axes: Sequence[Axis]) -> list[str]:
    """What makes no case, a line each: values of an axis (those with one reason together), then single points."""
    bad = [entry for entry in _bad_values(plan, axes) if _is_named(entry, axes)]
    reasons: dict[tuple[str, str], list[str]] = {}
    for value in bad:
        reasons.setdefault((value.axis.path, _reason(value.error, value.axis)), []).append(
            shown(value.axis.texts[value.number])
        )
    found = [f"{path}: {', '.join(texts)}: {reason}" for (path, reason), texts in reasons.items()]
    told = {(axes.index(value.axis), value.number) for value in bad}
    points = [
        (index, error)
        for index, error in plan.items()
        if isinstance(error, CaseError) and not told & set(enumerate(index))
    ]
    for index, error in points[:MOST_NAMED]:
        where = ", ".join(axis.override(i) for axis, i in zip(axes, index, strict=True))
        found.append(f"{where}: {_reason(error)}")
    if (more := len(points) - MOST_NAMED) > 0:
        found.append(f"{more} more points, whose values do not go together")
    return found


def _refuse_bad_plan(plan: Plan, axes: Sequence[Axis]) -> None:
    """Raise where no point makes a case, with all that is wrong; where it is about no axis, with that alone."""
    errors = [entry for entry in plan.values() if isinstance(entry, CaseError)]
    if len(errors) < len(plan):
        return
    if not any(fnmatchcase(error.key, axis.path) for error in errors for axis in axes) and _alike(errors):
        raise errors[0]
    raise refusal("", "", "; ".join(refusals(plan, axes)))


def _alike(errors: Sequence[CaseError]) -> bool:
    return len({str(error) for error in errors}) == 1


class _BadValue(NamedTuple):
    """A value with which no point makes a case, and the error of the first of them."""

    axis: Axis
    number: int
    error: CaseError


def _bad_values(plan: Plan, axes: Sequence[Axis]) -> Iterator[_BadValue]:
    ends: dict[tuple[int, int], list[Case | CaseError]] = {}
    for index, entry in plan.items():
        for place in enumerate(index):
            ends.setdefault(place, []).append(entry)
    for position, axis in enumerate(axes):
        for i in range(len(axis)):
            errors = [entry for entry in ends[position, i] if isinstance(entry, CaseError)]
            if len(errors) == len(ends[position, i]):
                about = [error for error in errors if fnmatchcase(error.key, axis.path)]
                yield _BadValue(axis, i, (about or errors)[0])


def _is_named(value: _BadValue, axes: Sequence[Axis]) -> bool:
    """Whether a bad value is what is wrong, and not one of another axis that every point with it has."""
    about = [axis for axis in axes if fnmatchcase(value.error.key, axis.path)]
    return value.axis in about or not about


def _reason(error: CaseError, axis: Axis | None = None) -> str:
    itself = axis is not None and fnmatchcase(error.key, axis.path)
    reason = error.expected if itself else ": ".join(filter(None, (error.key, error.value, error.expected)))
    return reason + (f" (nearest: {', '.join(error.near)})" if error.near else "")


def _refuse_idle_values(plan: Plan, axes: Sequence[Axis]) -> None:
    """Raise for a value that changes nothing, as another axis sets the same keys: its points would look alike."""
    for position, axis in enumerate(axes):
        first: dict[Index, tuple[int, Case]] = {}  # by the other axes' values
        for index, entry in plan.items():
            if isinstance(entry, CaseError):
                continue
            i, other = first.setdefault((*index[:position], *index[position + 1 :]), (index[position], entry))
            if i != index[position] and other == entry:
                expected = f"makes the same case as {axis.texts[i]}: expected an axis that no other one overrides"
                raise refusal(axis.path, shown(axis.texts[index[position]]), expected)


def _checking(fraction: float) -> Progress:
    nan = math.nan
    return Progress("checking the points", 0, fraction, nan, nan, nan, None)
