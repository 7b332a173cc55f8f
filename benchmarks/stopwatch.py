"""Seconds that a benchmark's own work takes, compiling apart, and when its answer was there."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jamsu.cases.run.compilation import CompilationCount
    from jamsu.solver.flow.model import FlowModel, FlowState

WITHIN = 0.005  # of the last value, within which an answer counts as found


class Stopwatch:
    """Use as a context, several times over: `seconds` adds up what is done inside it, without compiling."""

    def __init__(self) -> None:
        self.past, self.started = 0.0, math.nan
        self.compiling: CompilationCount | None = None

    def __enter__(self) -> Stopwatch:
        from jamsu.cases.run.compilation import CompilationCount

        self.compiling = CompilationCount().__enter__()
        self.started = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.past, compiling, self.compiling = self.seconds, self.compiling, None
        if compiling is not None:
            compiling.__exit__()

    @property
    def seconds(self) -> float:
        """So far."""
        if self.compiling is None:
            return self.past
        return self.past + time.perf_counter() - self.started - self.compiling.seconds


class Answer(Stopwatch):
    """A stopwatch that notes a quantity on the grid of so many cells along x: give it as `watch` of a march too."""

    def __init__(self, cells: int, quantity: Callable[[FlowModel, FlowState], float]) -> None:
        super().__init__()
        self.cells, self.quantity = cells, quantity
        self.history: list[tuple[float, float]] = []

    def __call__(self, model: FlowModel, state: FlowState) -> None:
        """Note what the quantity is by now."""
        if model.mesh.shape[0] == self.cells:
            self.history.append((self.seconds, self.quantity(model, state)))

    @property
    def found(self) -> float | None:
        """Seconds after which all values are within WITHIN of the last one; None without any."""
        return self.history[reached(self.history)][0] if self.history else None


def reached(history: Sequence[tuple[float, float]]) -> int:
    """Where a history of (stamp, value) comes within a share of its last value and stays there."""
    final = history[-1][1]
    outside = [place for place, (_, value) in enumerate(history) if not abs(value - final) <= WITHIN * abs(final)]
    return outside[-1] + 1 if outside else 0
