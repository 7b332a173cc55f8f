"""What one run of one program took, and what several take together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from jamsu.benchmarks.peers.problems import Problem
from jamsu.benchmarks.stopwatch import reached


class PeerError(Exception):
    """A program that is there failed: one line, and the end of its output."""


@dataclass(frozen=True)
class Run:
    """One run of one program.

    startup: s from the launch to the first step: reading, mesh, splitting, importing, compiling.
    step: s, median of its steps. answer_time: s from the first step to the answer. steps: until then.
    answer: see `Problem.answer`. memory: highest, bytes. continuity: dt mean |div u| at the end.
    cells: that it computed, where they are not those of the problem.
    """

    startup: float
    step: float
    answer_time: float
    steps: int
    answer: float
    memory: int | None = None
    continuity: float | None = None
    cells: int | None = None

    @property
    def wait(self) -> float:
        """From the launch to the answer, s."""
        return self.startup + self.answer_time


def median_run(runs: Sequence[Run]) -> Run:
    """Medians of several runs, each quantity by itself."""
    middles: dict[str, Any] = {}
    for name in ("startup", "step", "answer_time", "answer", "memory", "continuity"):
        values = [value for run in runs if (value := getattr(run, name)) is not None]
        middles[name] = median(values) if values else None
    return replace(runs[0], **middles)


def run_of(
    problem: Problem,
    *,
    launched: float,
    started: float,
    step_seconds: Sequence[float],
    history: Sequence[tuple[float, float]],
    steps_an_entry: int,
    memory: int | None = None,
    continuity: float | None = None,
    cells: int | None = None,
) -> Run:
    """A run from its stamps; the history ends at the answer, or holds a march to a steady state."""
    place = reached(history) if problem.is_steady else len(history) - 1
    return Run(
        startup=started - launched,
        step=median(step_seconds),
        answer_time=history[place][0] - started,
        steps=(place + 1) * steps_an_entry,
        answer=history[-1][1],
        memory=memory,
        continuity=continuity,
        cells=cells,
    )
