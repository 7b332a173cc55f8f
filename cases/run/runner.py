"""Running a case: from a case to its result, and checking one without solving it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np

from jamsu.cases.results.audit import audited
from jamsu.cases.results.origin import Origin, attributes
from jamsu.cases.results.output import check_output, owned
from jamsu.cases.run.checkpoint_writer import CheckpointWriter
from jamsu.cases.run.compilation import CompilationCount
from jamsu.cases.run.levels import coarsenesses, make_level
from jamsu.cases.run.progress import Progress, Watcher
from jamsu.cases.run.runtime import prepare
from jamsu.cases.run.steady import SteadyRun
from jamsu.cases.run.summary import Run, run_summary
from jamsu.cases.run.transient import run_transient
from jamsu.cases.run.warnings import collect_warnings
from jamsu.cases.schema.case import Case

__all__ = ["Progress", "Run", "Session", "check_case", "run_case"]

# Peak memory of natick2 with 0.24 and 1.7 million cells (boundary cells included): a line through both; and 42 numbers
# a cell for the eight blocks of the averaging window, in place of two half windows.
BASE_BYTES = 900e6
NUMBERS_A_CELL = 262


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
    """Solve a case; with `output` write the result there and keep a checkpoint next to it until it is done.

    `origin`, what was asked, becomes attributes of the result. Where another file has appeared at `output` meanwhile,
    the result goes to a free name next to it: the summary and a warning (`OutputWarning`) name it.

    Raises:
      CaseError: the grid cannot be made, the output cannot be written or is being written by somebody else, or the
        checkpoint is another run's.
    """
    if output is not None:
        check_output(output, overwrite=force, resume=resume)
    with owned(output, overwrite=force, resume=resume) as replaces:
        writer = CheckpointWriter(case, quality, output, replaces)
        if case.solver.mode == "transient":
            return run_transient(case, writer, quality=quality, resume=resume, progress=progress, origin=origin)
        return _run_steady(case, writer, quality, resume, progress, origin)


def _run_steady(
    case: Case, writer: CheckpointWriter, quality: str, resume: bool, progress: Watcher, origin: Origin | None
) -> Run:
    prepare(case.solver.precision)
    started = time.perf_counter()
    run = SteadyRun(case, quality, progress, writer)
    try:
        with writer.interruptible(run.keep):
            with CompilationCount() as compiled:
                run.solve(writer.begin(resume=resume))
                outcome, tree = run.result()
            compiled.seconds += run.waited
            audited(tree)
            tree.attrs.update(attributes(origin, quality))
            seconds = time.perf_counter() - started
            summary = run_summary(case, run.level, run.average, outcome, tree, compiled, seconds, writer.output)
            writer.store(tree, summary, run.keep)
    finally:
        run.finish()  # after saving: whoever ends a process may not wait for its compiler
    writer.discard()
    return Run(tree, summary)


class Session:
    """Runs of similar cases in one process: programs and cut cells of one serve the next."""

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
        "gas_density": float(level.module.gas.density),
        "warnings": collect_warnings(case, level, None, None),
    }
