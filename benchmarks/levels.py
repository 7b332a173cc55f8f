"""From a coarse grid to finer ones: how the benchmarks reach a steady state, and what they say of it.

benchmarks/README.md has what coarse grids and acceleration are worth.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from jamsu.benchmarks.marching import steady
from jamsu.benchmarks.registry import Parameter
from jamsu.benchmarks.stopwatch import Stopwatch

if TYPE_CHECKING:
    from jamsu.solver.flow.model import FlowModel, FlowState
    from jamsu.solver.grid.mesh import Mesh

    Build = Callable[[int], FlowModel]
    Begin = Callable[[FlowModel], FlowState]
    Measure = Callable[[FlowModel, FlowState], dict[str, Any]]
    March = Callable[[FlowModel, FlowState, bool], tuple[FlowState, float, int]]

COARSEST = 16  # cells a side
LOOSENED = 100.0  # tolerance of the coarse grids over that of the last one, where the march is accelerated
COARSE_TIME = 1.0  # decay times after which a coarse grid is left all the same: its flow may never come to rest

ENDS = {
    "remaining": ("", "estimated distance from the steady state, relative"),
    "converged": ("", "whether that is within the tolerance"),
    "steps": ("", "time steps, on each grid where there are several"),
}
BY_GRID = {"by_grid": ("", "the first quantities on each grid, with its cells a side")}
GIVES = {**ENDS, "seconds": ("s", "marching on all grids, compiling apart"), **BY_GRID}


def limits(tolerance: float, largest_time: float | None = None, unit: str = "") -> dict[str, Parameter]:
    """The parameters of a march that may be given, by their defaults."""
    given = {"tolerance": Parameter("number", tolerance, "", "distance from the steady state, relative", above=0.0)}
    if largest_time is not None:
        text = "gives up after this time on a grid"
        given["largest_time"] = Parameter("number", largest_time, unit, text, above=0.0)
    return given


PARAMETERS = limits(1e-5, 5.0, "L^2/alpha")


def ended(found: dict[str, Any], remaining: float, tolerance: float, steps: int | list[int]) -> dict[str, Any]:
    """Quantities with those of `ENDS`."""
    return {**found, "remaining": remaining, "converged": remaining <= tolerance, "steps": steps}


def on_grids(
    levels: Sequence[int],
    build: Build,
    begin: Begin,
    march: March,
    measure: Measure,
    *,
    tolerance: float,
    follow: Sequence[str],
    clock: AbstractContextManager[Any] | None = None,
) -> dict[str, Any]:
    """The quantities on the last of the grids, with `ENDS` and `BY_GRID`; each grid goes on from the one before.

    Args:
      build: the model for so many cells. begin: the state to start from on the first grid.
      march: from a state towards the steady one, told whether the grid is the last; state, what remains, steps.
      measure: the quantities of a state. follow: those to keep for every grid.
      clock: runs while a state is carried and marched.
    """
    model = build(levels[0])
    state = begin(model)
    steps: list[int] = []
    by_grid: dict[str, list[Any]] = {"cells": list(levels), **{name: [] for name in follow}}
    for n in levels:
        coarse, model = model, build(n) if steps else model
        with clock or nullcontext():
            if steps:
                state = carried(state, coarse.mesh, model.mesh)
            state, remaining, taken = march(model, state, n == levels[-1])
        found = measure(model, state)
        steps.append(taken)
        for name in follow:
            by_grid[name].append(found[name])
    return {**ended(found, remaining, tolerance, steps), "by_grid": by_grid}


def steady_on_grids(
    build: Build,
    begin: Begin,
    measure: Measure,
    cells: int,
    *,
    decay: float,
    tolerance: float,
    largest_time: float,
    balance: str = "",
    follow: Sequence[str] = ("nusselt_mean",),
    coarsest: int = COARSEST,
    accelerate: bool = False,
    clock: Stopwatch | None = None,
    watch: Callable[[FlowModel, FlowState], None] | None = None,
) -> dict[str, Any]:
    """The steady state, by a quarter and half of the cells, where that is not too coarse, and then all: `GIVES`.

    Args:
      decay: slowest decay time of a disturbance, see `steady`. accelerate: see `steady`.
      balance: the quantity that must vanish as well.
      clock: takes the seconds of marching. watch: called with model and state after every round of steps.
    """
    clock = clock or Stopwatch()

    def march(model: FlowModel, state: FlowState, last: bool) -> tuple[FlowState, float, int]:
        wanted, longest = tolerance, largest_time
        if not last:
            wanted *= LOOSENED if accelerate else 10.0
            longest = min(largest_time, COARSE_TIME * decay)
        seen = None if watch is None else partial(watch, model)
        # Coarse grids are cheap, and done before acceleration would pay.
        return steady(model, state, decay, wanted, longest, accelerate and last, seen)

    levels = [n for n in (cells // 4, cells // 2) if n >= coarsest] + [cells]
    found = on_grids(levels, build, begin, march, measure, tolerance=tolerance, follow=follow, clock=clock)
    closed = not balance or abs(found[balance]) <= 10 * tolerance
    return {**found, "converged": found["converged"] and closed, "seconds": clock.seconds}


def carried(state: FlowState, old: Mesh, new: Mesh) -> FlowState:
    """The state on another mesh, with the temperature of solids, which conduct here and so are as good as fluid."""
    from jamsu.solver.flow.model import initial_state
    from jamsu.solver.march.transfer import refine

    solid = (np.asarray(old.open_cell == 0), np.asarray(new.open_cell == 0))
    return refine(state, old, new, initial_state(new).velocity, solid)
