"""Running a case through time, from power-on: one grid, fields at given times, a checkpoint, the result.

At the start the gas has the sea's temperature and rests but for the machines; all power is switched on at
once. A room that gives nothing to the sea begins at its cooling units' supply temperature, or at the outside
temperature. Solid blocks hold heat by their own capacity; the hull and the metal of racks and coils hold none.
Properties are taken at the sea's temperature plus the rise expected of a module (`levels.EXPECTED_RISE`), or at
reference_temperature, and stay constant.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import jax.numpy as jnp
import numpy as np
import xarray as xr

from jamsu.cases.assembly.start import initial_temperature
from jamsu.cases.errors import CaseError, Problem
from jamsu.cases.results.audit import audited
from jamsu.cases.results.origin import Origin, attributes
from jamsu.cases.results.outcome import Outcome, celsius, find_outcome
from jamsu.cases.results.tree import STATUS_MEANING, result_tree
from jamsu.cases.run import checkpoint
from jamsu.cases.run.checkpoint_writer import CheckpointWriter, restored_average, saved_average
from jamsu.cases.run.compilation import CompilationCount
from jamsu.cases.run.levels import coarsenesses, first_state, make_level
from jamsu.cases.run.progress import Progress, Watcher
from jamsu.cases.run.runtime import prepare
from jamsu.cases.run.summary import Run, run_summary
from jamsu.cases.run.transient_fields import SavedFields, fields_of, interior_in_time
from jamsu.cases.schema.case import Case
from jamsu.solver.march.transient import Schedule, TimeMarch, begin, march_on, step_limits
from jamsu.solver.module import ModuleState

STATUS = "finished"


def run_transient(
    case: Case,
    writer: CheckpointWriter,
    *,
    quality: str = "default",
    resume: bool = False,
    progress: Watcher = None,
    origin: Origin | None = None,
) -> Run:
    """Solve a case in time; `jamsu.cases.run.runner.run_case` calls it for solver.mode = "transient".

    Where `writer` has an output the result is written there once, at the end. Until then a checkpoint and the saved
    fields lie next to it; with `resume` a killed run continues from them to the same numbers.

    Raises:
      CaseError: the grid cannot be made, the flow diverges, the output cannot be written, or the checkpoint
        is another run's.
    """
    prepare(case.solver.precision)
    started = time.perf_counter()
    transient = _Transient(case, quality, writer, progress)
    with writer.interruptible(transient.keep):
        with CompilationCount() as compiled:
            transient.solve(resume=resume)
            outcome, tree = transient.result()
        audited(tree)
        tree.attrs.update(attributes(origin, quality))
        total = time.perf_counter() - started
        window = transient.march.window
        summary = run_summary(case, transient.level, window, outcome, tree, compiled, total, writer.output)
        writer.store(tree, summary, transient.keep)
    writer.discard()
    return Run(tree, summary)


class _Transient:
    """A run in time."""

    march: TimeMarch

    def __init__(self, case: Case, quality: str, writer: CheckpointWriter, progress: Watcher) -> None:
        self.case, self.progress, self.writer, self.quality = case, progress, writer, quality
        duration = case.solver.duration
        assert duration is not None  # the schema asks for it
        self.schedule = Schedule(duration, case.solver.output_interval, case.solver.averaging_time)
        self.saved = SavedFields(writer.output, writer.fingerprint)

    def solve(self, *, resume: bool) -> None:
        found = self.writer.begin(resume=resume)
        self._tell("building the grid")
        self.level = make_level(self.case, coarsenesses(self.case, self.quality)[-1], None, True)
        self.limits = step_limits(self.level.module)
        if found is None:
            self.march = begin(self.level.module, self._initial_state(), self.limits)
        else:
            self.march = self._restored(found)
            self._keep_fields()
        cells = int(np.sum(self.level.geometry.domain.open_cell))
        self._tell(f"{cells:,} cells: compiling")
        begun, first = time.perf_counter(), self.march.time
        try:
            while self.march.time < self.schedule.duration:
                self._round()
                gone = time.perf_counter() - begun
                pace = gone / (self.march.time - first)
                self._tell(f"{cells:,} cells", pace * (self.schedule.duration - self.march.time))
        except FloatingPointError as error:
            wanted = "expected a finer solver.resolution or another solver.turbulence"
            raise CaseError(self.case.name, Problem("solver", "", f"{error}; {wanted}")) from None

    def _round(self) -> None:
        level = self.level
        self.march = march_on(level.module, self.march, self.schedule, self.limits, level.turnover)
        if self._keep_fields() or self.writer.due():
            self.keep()

    def keep(self) -> None:
        """Save the run's state for `--resume`; before it has begun there is nothing to save."""
        if hasattr(self, "march"):
            self.writer.save(*self._facts(), first=self.saved.write)

    def _keep_fields(self) -> bool:
        """Keep the fields where an output falls on the present time; returns whether one does."""
        number = self.schedule.output_at(self.march.time)
        if number is not None:
            self.saved.keep(number, fields_of(self.level.module, self.march.state.flow))
        return number is not None

    def _initial_state(self) -> ModuleState:
        state = first_state(self.level)
        rise = initial_temperature(self.case) - self.case.site.seawater_temperature
        temperature = jnp.full_like(state.flow.temperature, rise)
        return state.with_flow(replace(state.flow, temperature=temperature))

    def _facts(self) -> tuple[dict[str, Any], dict[str, Any]]:
        march = self.march
        facts = {
            "time": march.time,
            "dt": march.dt,
            "steps": march.steps,
            "window": march.window.duration,
            "series": march.series,
            "probes": march.probes if self.case.probes else [],
        }
        return facts, {"state": march.state, **saved_average("window", march.window)}

    def _restored(self, found: checkpoint.Checkpoint) -> TimeMarch:
        facts, trees = found.facts, found.trees
        state = checkpoint.restored(self._initial_state(), trees["state"])
        return TimeMarch(
            state=state,
            time=facts["time"],
            dt=facts["dt"],
            steps=facts["steps"],
            window=restored_average("window", facts["window"], trees),
            series=[(row[0], row[1], row[2], row[3]) for row in facts["series"]],
            probes=facts["probes"],
        )

    def _tell(self, stage: str, left: float | None = None) -> None:
        if self.progress is None:
            return
        march = getattr(self, "march", None)
        row = march.series[-1] if march is not None and march.series else (0.0, *3 * (float("nan"),))
        self.progress(
            Progress(
                stage=stage,
                step=0 if march is None else march.steps,
                fraction=row[0] / self.schedule.duration,
                residual=row[1],
                imbalance=row[2],
                hottest_inlet=float(celsius(self.case, row[3])),
                seconds_left=left,
            )
        )

    def result(self) -> tuple[Outcome, xr.DataTree]:
        case, level, march, schedule = self.case, self.level, self.march, self.schedule
        series = np.array(march.series, float)
        outcome = find_outcome(case, level.module, march.window)
        times = [schedule.output(number) for number in range(1, schedule.count + 1)]
        interior = interior_in_time(case, level.geometry, level.module, self.saved, times)
        start = initial_temperature(case) - 273.15
        interior.attrs["initial_state"] = (
            f"gas at {start:.6g} degC, at rest but for the machines; all power switched on at time 0"
        )
        interior.attrs["time_sampling"] = "fields at the instants of the time coordinate"
        meaning = (
            f"{STATUS_MEANING[STATUS]}, {schedule.duration:g} s after power-on with the gas at "
            f"{start:.4g} degC; fields are of an instant, racks, coils, hull and balance are means over the "
            f"last {schedule.duration - schedule.window_start:.4g} s; the hull itself holds no heat"
        )
        of_run = (case, interior, level.geometry, level.module, march.window, outcome, series, STATUS, meaning)
        tree = result_tree(*of_run, np.array(march.probes, float))
        return outcome, tree
