"""Running a case: from a case to its result, and checking one without solving it."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from jamsu.cases.errors import CaseError
from jamsu.cases.results.file import check_output, write_result
from jamsu.cases.results.origin import Origin, attributes
from jamsu.cases.results.summary import Run, run_summary
from jamsu.cases.run.keeper import Keeper
from jamsu.cases.run.levels import coarsenesses, make_level
from jamsu.cases.run.progress import Progress, Watcher
from jamsu.cases.run.runtime import prepare
from jamsu.cases.run.steady import SteadyRun
from jamsu.cases.run.transient import run_transient
from jamsu.cases.run.warnings import collect_warnings
from jamsu.cases.schema.case import Case
from jamsu.solver.compilation import CompilationCount

__all__ = ["Progress", "Run", "Session", "check_case", "run_case"]

# Peak memory of natick2 with 0.24 and 1.7 million cells (boundary cells included): a line through both.
BASE_BYTES = 900e6
NUMBERS_A_CELL = 220


def run_case(
    case: Case,
    *,
    output: Path | None = None,
    quality: str = "default",
    resume: bool = False,
    force: bool = False,
    progress: Watcher = None,
    origin: Origin | None = None,
) -> Run:
    """Solve a case; with `output` write the result there and keep a checkpoint beside it until it is done.

    `origin`, what was asked, becomes attributes of the result.

    Raises:
      CaseError: the grid cannot be made, the output cannot be written, or the checkpoint is another run's.
    """
    if output is not None:
        check_output(output, overwrite=force, resume=resume)
    if case.solver.mode == "transient":
        return run_transient(
            case, output=output, quality=quality, resume=resume, force=force, progress=progress, origin=origin
        )
    prepare(case.solver.precision)
    started = time.perf_counter()
    with CompilationCount() as compiled:
        keeper = Keeper(case, quality, output)
        run = SteadyRun(case, quality, progress, keeper)
        run.solve(keeper.load() if resume else None)
        outcome, tree = run.result()
    tree.attrs.update(attributes(origin, quality))
    seconds = time.perf_counter() - started
    summary = run_summary(case, run.level, run.average, outcome, tree, compiled, seconds, output)
    if output is not None:
        try:
            write_result(output, tree, overwrite=force or resume)
        except CaseError:
            with suppress(OSError):  # the disk may be full: what can be kept is kept
                run.keep()
            raise
        keeper.discard()
    return Run(tree, summary)


class Session:
    """Runs of like cases in one process: what was compiled and cut for one serves the next."""

    def __init__(self, case: Case, quality: str = "default") -> None:
        self._quality = quality
        prepare(case.solver.precision)

    def solve(self, case: Case, *, progress: Watcher = None) -> Run:
        return run_case(case, quality=self._quality, progress=progress)


def check_case(case: Case, quality: str = "default") -> dict[str, Any]:
    """Make the grid and everything on it without solving: what `jamsu check` shows."""
    prepare(case.solver.precision)
    level = make_level(case, coarsenesses(case, quality)[-1], None, True)
    grid, domain = level.geometry.grid, level.geometry.domain
    widths = np.concatenate([np.asarray(grid.widths(a)) for a in range(3)])
    size = 4 if case.solver.precision == "float32" else 8
    cells = int(np.prod(grid.shape))
    shortest = level.criteria.settle + level.criteria.window
    return {
        "cells": cells,
        "interior_cells": int(np.sum(domain.open_cell)),
        "shape": tuple(grid.shape),
        "memory_bytes": int(BASE_BYTES + cells * size * NUMBERS_A_CELL),
        "smallest_cell": float(widths.min()),
        "largest_cell": float(widths.max()),
        "cut_cells": domain.cut.statistics(),
        "solid_cells": int(np.sum(domain.solid >= 0)),
        "machine_cells": int(np.sum(domain.machine >= 0)),
        "turnover_time": level.turnover,
        "simulated_time": case.solver.duration if case.solver.mode == "transient" else shortest,
        "gas_density": float(level.properties.gas.density),
        "warnings": collect_warnings(case, level, None, None),
    }
