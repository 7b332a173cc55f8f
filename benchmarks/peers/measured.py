"""What one run of one program took, and what several take together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from jamsu.benchmarks.peers.problems import WITHIN, Problem


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

    def middle(name: str) -> float | None:
        values = [getattr(run, name) for run in runs if getattr(run, name) is not None]
        return median(values) if values else None

    startup, step, answer_time = (
        median(getattr(run, name) for run in runs) for name in ("startup", "step", "answer_time")
    )
    memory = middle("memory")
    return Run(
        startup,
        step,
        answer_time,
        runs[0].steps,
        median(run.answer for run in runs),
        None if memory is None else int(memory),
        middle("continuity"),
        runs[0].cells,
    )


def reached(history: Sequence[tuple[float, float]], within: float = WITHIN) -> int:
    """Where a history of (stamp, value) comes within a share of its last value and stays there."""
    final = history[-1][1]
    outside = [place for place, (_, value) in enumerate(history) if not abs(value - final) <= within * abs(final)]
    return outside[-1] + 1 if outside else 0


def run_of(
    problem: Problem,
    *,
    launched: float,
    started: float,
    step_seconds: Sequence[float],
    history: Sequence[tuple[float, float]],
    steps_an_entry: int,
    memory: int | None,
    continuity: float | None,
    cells: int | None = None,
) -> Run:
    """A run from its stamps; the history ends at the answer, or holds a march to a steady state."""
    place = reached(history) if problem.is_steady else len(history) - 1
    stamp, _ = history[place]
    return Run(
        startup=started - launched,
        step=median(step_seconds),
        answer_time=stamp - started,
        steps=(place + 1) * steps_an_entry,
        answer=history[-1][1],
        memory=memory,
        continuity=continuity,
        cells=cells,
    )
