"""A steady run: level by level, with progress, checkpoints and a result."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
import xarray as xr

from jamsu.cases.errors import CaseError, Problem
from jamsu.cases.results.outcome import Outcome, celsius, find_outcome
from jamsu.cases.results.tree import STATUS_MEANING, interior_dataset, result_tree
from jamsu.cases.run import checkpoint
from jamsu.cases.run.ahead import Ahead
from jamsu.cases.run.checkpoint_writer import CheckpointWriter, restored_window, saved_window
from jamsu.cases.run.levels import (
    MOST_RENEWALS,
    Level,
    coarsenesses,
    compile_ahead,
    first_state,
    gas_temperature,
    make_level,
    next_state,
    properties_moved,
)
from jamsu.cases.run.progress import Progress, Watcher, meandering, steady_doing
from jamsu.cases.schema.case import Case
from jamsu.solver.march.averaging import Average
from jamsu.solver.march.settled import Verdict, judge
from jamsu.solver.march.steady import STEPS_A_ROUND, March, begin, march_round, missed
from jamsu.solver.march.window import FEWEST_BLOCKS

# Of a `March`, for a checkpoint.
MARCH_FACTS = ("rounds", "agreed", "direction", "expected", "passing", "finished", "converged")


class SteadyRun:
    """A steady run through its levels."""

    def __init__(self, case: Case, quality: str, progress: Watcher, writer: CheckpointWriter) -> None:
        self.case, self.progress, self.writer = case, progress, writer
        self.widths = coarsenesses(case, quality)
        self.number = 0
        self.gas: float | None = None
        self.series: list[tuple[float, float, float, float]] = []  # of the levels before
        self.level: Level
        self.march: March
        self.waited = 0.0  # for the next grid's program, s
        self._ahead = Ahead()

    def solve(self, saved: checkpoint.Checkpoint | None) -> None:
        """March all grids. Raises CaseError where a grid cannot be made or the flow diverges."""
        if saved is None:
            self.level = self._make(0, None)
            self._prepare_next()
            self.march = begin(self.level.module, first_state(self.level), self.level.criteria)
        else:
            self._restore(saved)
        while True:
            self._march()
            if self.number == len(self.widths) - 1 and not self._once_more():
                return
            self._refine()

    def _once_more(self) -> bool:
        """Whether the last grid is marched again, with the gas's properties at the temperature that it found."""
        again = self.widths[-1:]
        moved = self.march.converged and properties_moved(self.case, self.level, self.average)
        if not moved or self.widths.count(again[0]) > MOST_RENEWALS:
            return False
        self.widths += again
        return True

    def _make(self, number: int, gas: float | None) -> Level:
        self._tell("building the grid", float(number - self.number))
        return make_level(self.case, self.widths[number], gas, number == len(self.widths) - 1)

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
                if self.writer.due():
                    self.keep()
        except FloatingPointError as error:
            raise CaseError(
                self.case.name,
                Problem("solver", "", f"{error}; expected a finer solver.resolution or another solver.turbulence"),
            ) from None

    def _prepare_next(self) -> None:
        """Get the next grid ready during the march on this one; its gas is guessed, which changes no shape."""
        if self.number + 1 < len(self.widths) and self.widths[self.number + 1] != self.widths[self.number]:
            width, last = self.widths[self.number + 1], self.number + 2 == len(self.widths)
            gas = float(self.level.operation.gas_temperature)
            self._ahead.begin(lambda: compile_ahead(make_level(self.case, width, gas, last)))

    def finish(self) -> None:
        """Wait for a preparation that is still under way: called after an interrupted run has been saved."""
        self._ahead.wait()

    def _refine(self) -> None:
        self.waited += self._ahead.wait()
        gas = gas_temperature(self.case, self.level, self.average)
        level = self._make(self.number + 1, gas)
        march = begin(level.module, next_state(level, self.level, self.march.state), level.criteria)
        # All at once: an interruption before this saves the former level, a later one the new level.
        self.series += self.march.series
        self.number, self.gas, self.level, self.march = self.number + 1, gas, level, march
        self._prepare_next()
        self.keep()

    def keep(self) -> None:
        """Save the run's state for `--resume`; before it has begun there is nothing to save."""
        if hasattr(self, "march"):
            self.writer.save(*self._facts())

    def _facts(self) -> tuple[dict[str, Any], dict[str, Any]]:
        march = self.march
        facts = {
            "number": self.number,
            "gas": self.gas,
            "series": self.series,
            "start": march.start,
            "dt": march.dt,
            **{name: getattr(march, name) for name in MARCH_FACTS},
            "march_series": march.series,
        }
        facts["window"], window = saved_window(march.window)
        return facts, {"state": march.state, **window}

    def _restore(self, saved: checkpoint.Checkpoint) -> None:
        facts = saved.facts
        self.number, self.gas = facts["number"], facts["gas"]
        self.series = [tuple(row) for row in facts["series"]]
        self.widths += self.widths[-1:] * (self.number + 1 - len(self.widths))  # the last grid, marched again
        self.level = self._make(self.number, self.gas)
        self._prepare_next()
        state = checkpoint.restored(first_state(self.level), saved.trees["state"])
        self.march = March(
            state=state,
            start=facts["start"],
            dt=facts["dt"],
            window=restored_window(facts["window"], saved.trees),
            series=[tuple(row) for row in facts["march_series"]],
            **{name: facts[name] for name in MARCH_FACTS},
        )
        self.march.verdict = self._verdict()

    def _seconds_left(self, elapsed: float, rounds: int, fraction: float) -> float | None:
        """Seconds left: the rest of this level at its own pace; a finer level costs about ten times as much."""
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
                step=0 if told is None else self.march.rounds * STEPS_A_ROUND,
                fraction=(self.number + fraction) / len(self.widths),
                residual=nan if told is None else told.residual,
                imbalance=nan if told is None else told.imbalance,
                hottest_inlet=nan if told is None else float(celsius(self.case, told.hottest)),
                seconds_left=left,
                doing="" if told is None or self.march.finished else self._doing(told.time),
            )
        )

    def _doing(self, time: float) -> str:
        march, criteria = self.march, self.level.criteria
        wanted = max(criteria.window, march.expected)
        moving = self._moving(march.verdict)
        return steady_doing(time - march.start, criteria.settle, march.averaged, wanted, march.agreed, moving)

    def _moving(self, verdict: Verdict | None) -> str:
        """How the flow meanders, in words; "" where it hardly does."""
        if verdict is None or verdict.spread <= self.level.criteria.drift:
            return ""
        return meandering(verdict.spread, verdict.time_scale, verdict.uncertainty)

    def _verdict(self) -> Verdict | None:
        """What is known of the window's means now; None where it is too short to be judged."""
        window = self.march.window
        if window is None or len(window.blocks) < FEWEST_BLOCKS:
            return None
        return judge(window, self.march.series, self.level.criteria)

    @property
    def average(self) -> Average:
        """The average over the last window."""
        return self.march.average

    @property
    def status(self) -> str:
        return "converged" if self.march.converged else "not converged"

    def result(self) -> tuple[Outcome, xr.DataTree]:
        level, average = self.level, self.average
        verdict = self._verdict()
        outcome = find_outcome(self.case, level.module, average, verdict)
        # A steady state has no time. With the marched one, xarray would find nothing in common in two results.
        interior = interior_dataset(self.case, level.geometry, level.module, average.group("interior"), 0.0)
        meaning = f"{self._status_meaning(verdict)}; {self._means(average, verdict, outcome)}"
        history = np.array(self.series + self.march.series, float)
        tree = result_tree(
            self.case, interior, level.geometry, level.module, average, outcome, history, self.status, meaning
        )
        return outcome, tree

    def _status_meaning(self, verdict: Verdict | None) -> str:
        """What the status means; of a run that did not converge, which criteria it misses."""
        march, criteria = self.march, self.level.criteria
        meaning = STATUS_MEANING[self.status]
        if march.converged:
            return meaning
        misses = [miss.text for miss in missed(self.level.module, replace(march, verdict=verdict), criteria)]
        if verdict is None or march.averaged < criteria.shortest:
            misses.insert(0, f"only {march.averaged:.3g} s were averaged of {criteria.window:.3g} s")
        return f"{meaning} (after {criteria.longest:.4g} s {'; '.join(misses)})" if misses else meaning

    def _means(self, average: Average, verdict: Verdict | None, outcome: Outcome) -> str:
        """Over which time the fields are means, and how the flow moved in it."""
        hottest = "hottest inlet" if np.isfinite(outcome.kpis["hottest_inlet"]) else "hottest gas"
        fields = f"fields are means over the last {average.duration:.3g} s, in which the {hottest}"
        moving = self._moving(verdict)
        if moving:
            return f"{fields} {moving}"
        return f"{fields} varied by {average.spread('key_figures.hottest_inlet'):.2g} K (standard deviation)"
