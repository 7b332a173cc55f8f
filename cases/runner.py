"""Running a case: grids from coarse to fine, progress, checkpoints, and the result."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from cases import checkpoint
from cases.build_module import properties_at
from cases.errors import CaseError, Problem
from cases.levels import Level, coarsenesses, first_state, gas_temperature, make_level, next_state
from cases.outcome import Outcome, celsius, find_outcome
from cases.result_file import check_output, write_result
from cases.result_tree import STATUS_MEANING, average_fields, interior_dataset, result_tree
from cases.runtime import prepare
from cases.schema import Case
from cases.warnings import collect_warnings
from solver.averaging import Average
from solver.compilation import CompilationCount
from solver.steady import March, begin, march_round

SECONDS_BETWEEN_CHECKPOINTS = 15.0


@dataclass(frozen=True)
class Progress:
    """How far a run is. residual: relative change a turnover; imbalance: share of the heat; inlet in degC."""

    stage: str
    step: int
    fraction: float
    residual: float
    imbalance: float
    hottest_inlet: float
    seconds_left: float | None


@dataclass(frozen=True)
class Run:
    """A finished run: the result as a tree, and its summary (the object that `--json` prints)."""

    tree: xr.DataTree
    summary: dict[str, Any]


Watcher = Callable[[Progress], None] | None


def run_case(
    case: Case,
    *,
    output: Path | None = None,
    quality: str = "default",
    resume: bool = False,
    force: bool = False,
    progress: Watcher = None,
) -> Run:
    """Solve a case; with `output` write the result there and keep a checkpoint beside it until it is done.

    Raises:
      CaseError: the grid cannot be made, the output cannot be written, or the checkpoint is another run's.
    """
    if output is not None:
        check_output(output, overwrite=force or resume)
    if case.solver.mode == "transient":
        from cases.transient import run_transient

        return run_transient(case, output=output, quality=quality, resume=resume, force=force, progress=progress)
    prepare(case.solver.precision)
    started = time.perf_counter()
    with CompilationCount() as compiled:
        keeper = _Keeper(case, quality, output)
        steady = _Steady(case, quality, progress, keeper)
        steady.solve(keeper.load() if resume else None)
        outcome, tree = steady.result()
    summary = _summary(case, steady, outcome, tree, compiled, time.perf_counter() - started, output)
    if output is not None:
        write_result(output, tree, overwrite=force or resume)
        keeper.discard()
    return Run(tree, summary)


class Session:
    """Runs of like cases in one process: what was compiled and cut for one serves the next."""

    def __init__(self, case: Case, quality: str = "default") -> None:
        self._quality = quality
        prepare(case.solver.precision)

    def solve(self, case: Case, *, progress: Watcher = None) -> Run:
        return run_case(case, quality=self._quality, progress=progress)


class _Keeper:
    """The checkpoint of one run."""

    def __init__(self, case: Case, quality: str, output: Path | None) -> None:
        self.path = None if output is None else checkpoint.checkpoint_path(output)
        self.fingerprint = checkpoint.fingerprint(case, quality)
        self._last = time.perf_counter()

    def load(self) -> checkpoint.Checkpoint | None:
        return None if self.path is None else checkpoint.load(self.path, self.fingerprint)

    def save(self, facts: dict[str, Any], trees: dict[str, Any], *, now: bool = False) -> None:
        if self.path is None or not (now or time.perf_counter() - self._last > SECONDS_BETWEEN_CHECKPOINTS):
            return
        checkpoint.save(self.path, facts | {"fingerprint": self.fingerprint}, trees)
        self._last = time.perf_counter()

    def discard(self) -> None:
        if self.path is not None:
            self.path.unlink(missing_ok=True)


class _Steady:
    """A steady run through its levels."""

    def __init__(self, case: Case, quality: str, progress: Watcher, keeper: _Keeper) -> None:
        self.case, self.progress, self.keeper = case, progress, keeper
        self.widths = coarsenesses(quality)
        self.number = 0
        self.gas: float | None = None
        self.series: list[tuple[float, float, float, float]] = []  # of the levels before
        self.level: Level
        self.march: March
        self.seconds = 0.0

    def solve(self, saved: checkpoint.Checkpoint | None) -> None:
        if saved is None:
            self.level = self._make(0)
            self.march = begin(self.level.module, first_state(self.level), self.level.criteria)
        else:
            self._restore(saved)
        while True:
            self._march()
            if self.number == len(self.widths) - 1:
                return
            self._refine()

    def _make(self, number: int) -> Level:
        self._tell("building the grid", 0.0)
        return make_level(self.case, self.widths[number], self.gas, number == len(self.widths) - 1)

    def _march(self) -> None:
        level = self.level
        cells = int(np.sum(level.geometry.domain.open_cell))
        stage = f"grid {self.number + 1} of {len(self.widths)} ({cells:,} cells)"
        if self.march.rounds == 0:
            self._tell(f"{stage}: compiling", 0.0)
        begun, first = time.perf_counter(), self.march.rounds
        try:
            while not self.march.finished:
                told = march_round(level.module, self.march, level.criteria, level.turnover)
                done = self.march.rounds - first
                elapsed = time.perf_counter() - begun
                self._tell(stage, told.fraction, told, self._seconds_left(elapsed, done, told.fraction))
                self.keeper.save(*self._facts())
        except KeyboardInterrupt:
            self.keeper.save(*self._facts(), now=True)
            raise
        except FloatingPointError as error:
            raise CaseError(
                self.case.name,
                Problem("solver", "", f"{error}; expected a finer solver.resolution or another solver.turbulence"),
            ) from None

    def _refine(self) -> None:
        average = self.march.older.merged(self.march.newer)
        self.gas = gas_temperature(self.case, self.level, average)
        self.series += self.march.series
        before, state = self.level, self.march.state
        self.number += 1
        self.level = self._make(self.number)
        self.march = begin(self.level.module, next_state(self.level, before, state), self.level.criteria)
        self.keeper.save(*self._facts(), now=True)

    def _facts(self) -> tuple[dict[str, Any], dict[str, Any]]:
        march = self.march
        facts = {
            "number": self.number,
            "gas": self.gas,
            "series": self.series,
            "start": march.start,
            "dt": march.dt,
            "rounds": march.rounds,
            "finished": march.finished,
            "converged": march.converged,
            "march_series": march.series,
            "older": march.older.duration,
            "newer": march.newer.duration,
        }
        return facts, {"state": march.state, "older": march.older.sums, "newer": march.newer.sums}

    def _restore(self, saved: checkpoint.Checkpoint) -> None:
        facts = saved.facts
        self.number, self.gas = facts["number"], facts["gas"]
        self.series = [tuple(row) for row in facts["series"]]
        self.level = self._make(self.number)
        state = checkpoint.restored(first_state(self.level), saved.trees["state"])
        self.march = March(
            state=state,
            start=facts["start"],
            dt=facts["dt"],
            older=_restored_average(self.level, facts["older"], saved.trees.get("older", [])),
            newer=_restored_average(self.level, facts["newer"], saved.trees.get("newer", [])),
            series=[tuple(row) for row in facts["march_series"]],
            rounds=facts["rounds"],
            finished=facts["finished"],
            converged=facts["converged"],
        )

    def _seconds_left(self, elapsed: float, rounds: int, fraction: float) -> float | None:
        """This level's rest at its own pace; a finer level costs about ten times as much."""
        if rounds < 3 or fraction <= 0.02:
            return None
        level = elapsed / max(fraction, 1e-3)
        later = sum(level * 0.5 * 10 ** (k + 1) for k in range(len(self.widths) - 1 - self.number))
        return max(level - elapsed, 0.0) + later

    def _tell(self, stage: str, fraction: float, told: Any = None, left: float | None = None) -> None:
        if self.progress is None:
            return
        nan = float("nan")
        self.progress(
            Progress(
                stage=stage,
                step=0 if told is None else self.march.rounds * 20,
                fraction=(self.number + fraction) / len(self.widths),
                residual=nan if told is None else told.residual,
                imbalance=nan if told is None else told.imbalance,
                hottest_inlet=nan if told is None else float(celsius(self.case, told.hottest)),
                seconds_left=left,
            )
        )

    @property
    def average(self) -> Average:
        """Over the last window."""
        march = self.march
        return march.older.merged(march.newer)

    @property
    def status(self) -> str:
        return "converged" if self.march.converged else "not converged"

    def result(self) -> tuple[Outcome, xr.DataTree]:
        level, average = self.level, self.average
        series = np.array(self.march.series, float).reshape(-1, 4)
        window = series[series[:, 0] > series[-1, 0] - average.duration * 1.0001]
        outcome = find_outcome(self.case, level.geometry, level.properties, average, window)
        interior = interior_dataset(
            self.case, level.geometry, average_fields(average), level.properties, float(series[-1, 0])
        )
        meaning = (
            f"{STATUS_MEANING[self.status]}; fields are means over the last {average.duration:.3g} s, in which the "
            f"hottest inlet varied by {outcome.kpis['hottest_inlet_spread']:.2g} K (standard deviation)"
        )
        history = np.array(self.series + self.march.series, float)
        tree = result_tree(
            self.case, interior, level.geometry, level.module, average, outcome, history, self.status, meaning
        )
        return outcome, tree


def _restored_average(level: Level, duration: float, leaves: list[np.ndarray]) -> Average:
    """An average from its saved leaves; its shape follows from one round's report."""
    if not leaves:
        return Average()
    import jax

    from solver.averaging import AVERAGED
    from solver.module import advance

    module = level.module
    dtype = module.model.mesh.dtype
    scalar = jax.ShapeDtypeStruct((), dtype)
    _, report = jax.eval_shape(advance, module, first_state(level), scalar, jax.ShapeDtypeStruct((), "int32"))
    template = {name: getattr(report, name) for name in AVERAGED}
    treedef = jax.tree_util.tree_structure(template)
    return Average(duration, jax.tree_util.tree_unflatten(treedef, leaves))


def _summary(
    case: Case,
    steady: _Steady,
    outcome: Outcome,
    tree: xr.DataTree,
    compiled: CompilationCount,
    total: float,
    output: Path | None,
) -> dict[str, Any]:
    return {
        "case": case.name,
        "status": steady.status,
        "status_meaning": tree.attrs["status_meaning"],
        "result": None if output is None else str(output),
        "cells": int(np.sum(steady.level.geometry.domain.open_cell)),
        "balance": outcome.balance,
        "racks": outcome.racks,
        "coils": outcome.coils,
        "kpis": outcome.kpis,
        "warnings": collect_warnings(case, steady.level, steady.average, outcome),
        "timings": {
            "compile_s": compiled.seconds,
            "solve_s": total - compiled.seconds,
            "total_s": total,
            "compilations": compiled.compilations,
        },
    }


def check_case(case: Case, quality: str = "default") -> dict[str, Any]:
    """Make the grid and everything on it without solving: what `jamsu check` shows."""
    prepare(case.solver.precision)
    level = make_level(case, coarsenesses(quality)[-1], None, True)
    grid, domain = level.geometry.grid, level.geometry.domain
    widths = np.concatenate([np.asarray(grid.widths(a)) for a in range(3)])
    size = 4 if case.solver.precision == "float32" else 8
    cells = int(np.prod(grid.shape))
    steps = level.criteria.settle + level.criteria.window
    properties = properties_at(case, level.properties.gas_temperature, case.site.seawater_temperature + 1)
    return {
        "cells": cells,
        "interior_cells": int(np.sum(domain.open_cell)),
        "shape": tuple(grid.shape),
        "memory_bytes": cells * size * ARRAYS_A_CELL,
        "smallest_cell": float(widths.min()),
        "largest_cell": float(widths.max()),
        "cut_cells": domain.cut.statistics(),
        "solid_cells": int(np.sum(domain.solid >= 0)),
        "machine_cells": int(np.sum(domain.machine >= 0)),
        "turnover_time": level.turnover,
        "simulated_time": steps,
        "gas_density": float(properties.gas.density),
        "warnings": collect_warnings(case, level, None, None),
    }


ARRAYS_A_CELL = 60  # fields, geometry and work arrays per cell that a run keeps, measured on natick2
