"""Seconds that a benchmark's own work takes, compiling apart, and when its answer was there."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jamsu.cases.run.compilation import CompilationCount
    from jamsu.solver.flow.model import FlowModel, FlowState

SHARE = 0.005  # of the answer, within which it counts as found


class Stopwatch:
    """Use as a context, several times over: `seconds` adds up what is done inside it, without compiling."""

    def __init__(self) -> None:
        self.past = 0.0
        self.started: float | None = None
        self.compiling: CompilationCount

    def __enter__(self) -> Stopwatch:
        from jamsu.cases.run.compilation import CompilationCount

        self.compiling = CompilationCount()
        self.compiling.__enter__()
        self.started = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.past = self.seconds
        self.started = None
        self.compiling.__exit__()

    @property
    def seconds(self) -> float:
        """So far."""
        if self.started is None:
            return self.past
        return self.past + time.perf_counter() - self.started - self.compiling.seconds


class Answer:
    """When a quantity was found, and stayed so: give it as the `watch` of a march."""

    def __init__(self, cells: int, quantity: Callable[[FlowModel, FlowState], float]) -> None:
        self.cells, self.quantity = cells, quantity
        self.history: list[tuple[float, float]] = []

    def __call__(self, model: FlowModel, state: FlowState, seconds: float) -> None:
        """Note what the quantity is after so many seconds, once the grid is the one of `cells` along x."""
        if model.mesh.shape[0] == self.cells:
            self.history.append((seconds, self.quantity(model, state)))

    @property
    def seconds(self) -> float | None:
        """After which all values are within SHARE of the last one; None without any."""
        found = None
        for seconds, value in self.history:
            if abs(value - self.history[-1][1]) > SHARE * abs(self.history[-1][1]):
                found = None
            elif found is None:
                found = seconds
        return found
