"""The points of a sweep before any of them is solved: their cases, and a value that makes none refused at once."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from jamsu import cases
from jamsu.cases.errors import CaseError, shown
from jamsu.cases.run.progress import Progress
from jamsu.cases.sweep.axis import Axis, refusal

if TYPE_CHECKING:
    from jamsu.cases.schema.case import Case

Index = tuple[int, ...]
Plan = dict[Index, "Case | CaseError"]
MOST_POINTS = 10_000  # of coarse runs of a minute, a week


def make_plan(
    case: str | Path,
    axes: Sequence[Axis],
    overrides: Sequence[str],
    quality: str,
    progress: Callable[[Progress], None] | None = None,
) -> Plan:
    """The case of each point, or the reason why there is none (values that are right alone may not go together).

    Raises CaseError that names axis and value where no point with that value makes a case and a grid, and where a
    value makes the same case as another of its axis.
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
    _refuse_bad_values(plan, axes)
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

    build_grid(case, QUALITY[quality])


def _refuse_bad_values(plan: Plan, axes: Sequence[Axis]) -> None:
    """Raise for a value with which no point makes a case; of several, one that its error is about."""
    bad = [(axis, i, error) for axis, i, error in _values(plan, axes) if error is not None]
    if not bad:
        return
    about = [entry for entry in bad if fnmatchcase(entry[2].key, entry[0].path)]
    if not about and all(isinstance(entry, CaseError) for entry in plan.values()):
        raise bad[0][2]  # it is about no axis: all of them meet it
    axis, i, error = (about or bad)[0]
    itself = fnmatchcase(error.key, axis.path)
    reason = error.expected if itself else f"{error.key}: {error.value}: {error.expected}"
    near = f" (nearest: {', '.join(error.near)})" if error.near else ""
    raise refusal(axis.path, shown(axis.texts[i]), reason + near)


def _values(
    plan: Mapping[Index, Case | CaseError], axes: Sequence[Axis]
) -> Iterator[tuple[Axis, int, CaseError | None]]:
    """Each value of each axis, with the first error where all points with it have one."""
    for position, axis in enumerate(axes):
        for i in range(len(axis)):
            ends = [entry for index, entry in plan.items() if index[position] == i]
            errors = [entry for entry in ends if isinstance(entry, CaseError)]
            yield axis, i, errors[0] if len(errors) == len(ends) else None


def _refuse_idle_values(plan: Plan, axes: Sequence[Axis]) -> None:
    """Raise for a value that changes nothing, as another axis sets the same keys: its points would look alike."""
    for position, axis in enumerate(axes):
        for i in range(1, len(axis)):
            first = plan[(0,) * len(axes)]
            other = plan[tuple(i if p == position else 0 for p in range(len(axes)))]
            if not isinstance(first, CaseError) and first == other:
                expected = f"makes the same case as {axis.texts[0]}: expected an axis that no other one overrides"
                raise refusal(axis.path, shown(axis.texts[i]), expected)


def _checking(fraction: float) -> Progress:
    nan = math.nan
    return Progress("checking the points", 0, fraction, nan, nan, nan, None)
