"""The validation ladder: benchmarks run with the parameters of published cases and compared with their numbers.

Each file `reference/NAME.json` holds the cases of the benchmark NAME:

    {"source": "who published or computed the numbers",
     "cases": [{"name": "Ra 1e5",
                "parameters": {"rayleigh": 1e5, "cells": 128},
                "quick": {"parameters": {"cells": 32}, "looser": 6},
                "source": "only if another one",
                "expected": {"nusselt_mean": {"value": 4.52, "tolerance": 0.005},
                             "u_centreline": {"value": [...], "absolute": 0.005, "over": "y"}}}]}

`tolerance` is relative to each reference value (a number, or one for each), `absolute` is in the quantity's unit; both
together allow the larger. They hold for every number of a list, or with `"rms": true` for the root mean square of the
differences. "quick" says what changes with --quick, on a coarse grid, and by how much the tolerances then widen; cases
without it are left out. `over` names the result that a list belongs to, and makes a picture of it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from jamsu.benchmarks import registry

REFERENCE = Path(__file__).parent / "reference"


@dataclass(frozen=True)
class Case:
    """One published case of a benchmark; see the module's text."""

    benchmark: str
    name: str
    parameters: Mapping[str, Any]
    expected: Mapping[str, Mapping[str, Any]]
    source: str
    looser: float = 1.0


@dataclass(frozen=True)
class Check:
    """One compared quantity.

    difference, tolerance: at the place where their ratio is largest, or root mean squares; relative to the reference
    where `relative`, otherwise in the quantity's unit. ratio: difference over tolerance, infinite where there is no
    number.
    grids: the quantity on each grid, as text.
    """

    case: Case
    quantity: str
    unit: str
    ours: Any
    reference: Any
    difference: float
    tolerance: float
    relative: bool
    ratio: float
    grids: str

    @property
    def passed(self) -> bool:
        return self.ratio <= 1.0

    def plain(self) -> dict[str, Any]:
        """As JSON knows it."""
        names = ("quantity", "ours", "reference", "difference", "tolerance", "passed")
        values = {name: registry.plain(getattr(self, name)) for name in names}
        return {"benchmark": self.case.benchmark, "case": self.case.name, **values}


@dataclass(frozen=True)
class Rung:
    """A case with what the benchmark gave and the checks of it."""

    case: Case
    result: Mapping[str, Any]
    checks: tuple[Check, ...]


def load_cases(only: Sequence[str] = (), quick: bool = False) -> list[Case]:
    """The cases of the ladder, of the benchmarks named in `only` if there are any.

    Raises:
      BenchmarkError: a name without a case.
    """
    files = {path.stem: path for path in sorted(REFERENCE.glob("*.json"))}
    for name in only:
        if name not in files:
            registry.find(name)
            raise registry.BenchmarkError(f"validate: no published case for {name!r}; known: {', '.join(files)}")
    cases = []
    for name, path in files.items():
        if only and name not in only:
            continue
        held = json.loads(path.read_text(encoding="utf-8"))
        cases += [_case(name, item, held["source"], quick) for item in held["cases"] if not quick or "quick" in item]
    return cases


def _case(benchmark: str, item: Mapping[str, Any], source: str, quick: bool) -> Case:
    change = item["quick"] if quick else {}
    return Case(
        benchmark=benchmark,
        name=item["name"],
        parameters={**item["parameters"], **change.get("parameters", {})},
        expected=item["expected"],
        source=item.get("source", source),
        looser=float(change.get("looser", 1.0)),
    )


Run = Callable[..., Mapping[str, Any]]


def climb(cases: Sequence[Case], run: Run = registry.run, half: bool = False) -> Iterator[Rung]:
    """Run one case after the other and compare; cases that differ in their references only are run once.

    Args:
      half: whether benchmarks that do not go from grid to grid by themselves are also run on half of the cells.
    """
    results: dict[str, Mapping[str, Any]] = {}
    for case in cases:
        key = json.dumps([case.benchmark, case.parameters], sort_keys=True)
        if key not in results:
            result = run(case.benchmark, case.parameters)
            results[key] = _with_half_the_cells(case, result, run) if half else result
        yield Rung(case, results[key], compare(case, results[key]))


def _with_half_the_cells(case: Case, result: Mapping[str, Any], run: Run) -> Mapping[str, Any]:
    """A result with `by_grid` of all that it holds, where the benchmark has none and allows half of the cells."""
    parameter = registry.find(case.benchmark).parameters.get("cells")
    if parameter is None or result.get("by_grid"):
        return result
    cells = result.get("cells") or case.parameters.get("cells") or parameter.default
    if not isinstance(cells, int) or cells // 2 < (parameter.minimum or 1):
        return result
    coarse = run(case.benchmark, {**case.parameters, "cells": cells // 2})
    grids = {name: [coarse.get(name), value] for name, value in result.items()}
    return {**result, "by_grid": {**grids, "cells": [cells // 2, cells]}}


def compare(case: Case, result: Mapping[str, Any]) -> tuple[Check, ...]:
    """Every expected quantity, and that the march has converged where the benchmark says so."""
    gives = registry.find(case.benchmark).gives
    checks = [
        _check(case, name, gives[name][0], result.get(name), expected, result.get("by_grid") or {})
        for name, expected in case.expected.items()
    ]
    if "converged" in result:
        checks.append(_settled(case, bool(result["converged"]), result.get("remaining")))
    return tuple(checks)


def _check(
    case: Case, name: str, unit: str, ours: Any, expected: Mapping[str, Any], by_grid: Mapping[str, Any]
) -> Check:
    reference = expected["value"]
    wanted = list(reference) if isinstance(reference, list) else [reference]
    found = list(ours) if isinstance(ours, list) else [ours]
    share = expected.get("tolerance", 0.0)
    shares = share if isinstance(share, list) else [share] * len(wanted)
    relative = "tolerance" in expected and "absolute" not in expected
    if len(found) != len(wanted):
        found = [None] * len(wanted)
    places = []  # of each number: difference over tolerance, difference, tolerance
    for a, b, part in zip(found, wanted, shares, strict=True):
        scale = abs(b) if relative else 1.0
        allowed = case.looser * max(part * abs(b), expected.get("absolute", 0.0)) / scale
        difference = abs(a - b) / scale if isinstance(a, int | float) else math.inf
        places.append((difference / allowed, difference, allowed))
    if expected.get("rms"):
        ratio, difference, allowed = (
            math.hypot(*column) / math.sqrt(len(places)) for column in zip(*places, strict=True)
        )
    else:
        # The largest; what is not a number counts as larger than all.
        ratio, difference, allowed = max(places, key=lambda at: math.inf if math.isnan(at[0]) else at[0])
    grids = convergence(by_grid.get("cells", []), by_grid.get(name, [])) or _worst(by_grid, name, wanted, relative)
    return Check(case, name, unit, ours, reference, difference, allowed, relative, ratio, grids)


def _settled(case: Case, converged: bool, remaining: float | None) -> Check:
    left = math.inf if remaining is None else remaining
    return Check(case, "converged", "", converged, True, left, math.nan, False, 0.0 if converged else math.inf, "")


def _worst(by_grid: Mapping[str, Any], name: str, wanted: Sequence[float], relative: bool) -> str:
    """The largest difference of a list from its reference on each grid, as text."""
    parts = []
    for cells, values in zip(by_grid.get("cells", []), by_grid.get(name, []), strict=False):
        if not isinstance(values, list) or len(values) != len(wanted) or not all(isinstance(v, float) for v in values):
            return ""
        if relative and not all(wanted):
            return ""
        away = [abs(a - b) / (abs(b) if relative else 1.0) for a, b in zip(values, wanted, strict=True)]
        parts.append(f"{cells}: {max(away):.2%}" if relative else f"{cells}: {max(away):.3g}")
    return "largest difference " + ", ".join(parts) if parts else ""


def convergence(cells: Sequence[int], values: Sequence[Any]) -> str:
    """A quantity on each grid, with the observed order and the value extrapolated to no cell width.

    Richardson's extrapolation over three grids of half the width each: p = log2((a - b) / (b - c)),
    c + (c - b) / (2^p - 1) (Roache, Verification and Validation in Computational Science and Engineering, 1998).
    """
    if not values or not all(isinstance(v, int | float) for v in values):
        return ""
    text = ", ".join(f"{n}: {v:.5g}" for n, v in zip(cells, values, strict=True))
    halved = len(values) >= 3 and all(fine == 2 * coarse for coarse, fine in pairwise(cells[-3:]))
    if halved:
        a, b, c = values[-3:]
        if (a - b) * (b - c) > 0 and abs(a - b) > abs(b - c):
            ratio = (a - b) / (b - c)
            text += f"; order {math.log2(ratio):.2f}, limit {c + (c - b) / (ratio - 1):.5g}"
    return text
