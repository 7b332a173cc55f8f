"""Turbulent flows: their boxes, and marching through grids to a steady state, or to the mean of one that never rests.

Velocities and temperatures are in the unit of the problem, of order 1 or larger.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from jamsu.benchmarks import levels
from jamsu.benchmarks.levels import limits, on_grids
from jamsu.benchmarks.marching import controlled, max_abs, velocity_changes, viscous_limit
from jamsu.benchmarks.registry import Parameter

if TYPE_CHECKING:
    from jamsu.benchmarks.levels import Begin, Build, Measure
    from jamsu.benchmarks.marching import Compiled
    from jamsu.solver.flow.closure import Closure
    from jamsu.solver.flow.model import FlowModel, FlowState
    from jamsu.solver.turbulence.k_epsilon import Turbulence

COURANT = 0.5  # of the rate that counts explicit eddy diffusion as well
STEPS_A_ROUND = 100
MODELS = ("k_epsilon", "zero_equation", "smagorinsky", "wale", "laminar")

PARAMETERS = limits(1e-3)
GIVES = {
    "remaining": ("", "estimated distance from the steady state, or between the means of two halves, relative"),
    "converged": ("", "whether that is within the tolerance"),
    "steady": ("", "whether the flow came to rest; otherwise the results are means over the second half of the time"),
    "steps": ("", "time steps on each grid, coarse to fine"),
    **levels.BY_GRID,
}


def model_parameter(choices: Sequence[str] = MODELS) -> Parameter:
    """The turbulence model, of those that a benchmark allows."""
    return Parameter("name", "k_epsilon", "", "of the turbulence", choices=tuple(choices))


def options(name: str) -> dict[str, Any]:
    """Of a box whose eddies are those of a model."""
    walls = name != "laminar"
    return {"conduction": "explicit", "implicit_viscosity": False, "turbulence": name, "wall_functions": walls}


class March(NamedTuple):
    """Where a march has ended.

    state: the last one. mean: the steady state, or the mean fields (the closure's k and epsilon are the last).
    """

    state: FlowState
    mean: FlowState
    remaining: float
    steady: bool
    steps: int


def marched_on_grids(
    build: Build,
    begin: Begin,
    measure: Measure,
    cells: int,
    *,
    coarsest: int,
    decay: float,
    tolerance: float,
    largest_time: float,
    follow: Sequence[str],
) -> dict[str, Any]:
    """The quantities on all of the cells, with `GIVES`, by half of them where that is not too coarse.

    Args:
      decay: slowest decay time of a disturbance: what is left to change is the rate of change times it.
      largest_time: on each grid.
    """
    ends: list[March] = []

    def once(model: FlowModel, state: FlowState, last: bool) -> tuple[FlowState, float, int]:
        ends.append(march(model, state, decay, tolerance if last else 3 * tolerance, largest_time))
        return ends[-1].state, ends[-1].remaining, ends[-1].steps

    def shown(model: FlowModel, _: FlowState) -> dict[str, Any]:
        return measure(model, ends[-1].mean)

    grids = [n for n in (cells // 2,) if n >= coarsest] + [cells]
    found = on_grids(grids, build, begin, once, shown, tolerance=tolerance, follow=follow)
    return {**found, "steady": ends[-1].steady}


def starting_fields(model: FlowModel) -> Turbulence | None:
    """k and epsilon of a tenth of the unit of velocity, everywhere; None with other models."""
    from jamsu.solver.flow.closure import initial_turbulence

    if model.turbulence != "k_epsilon":
        return None
    return initial_turbulence(model.mesh, 1.0, float(model.fluid.viscosity), 0.1)


def closed(model: FlowModel, state: FlowState) -> Closure:
    """What the turbulence model makes of a state."""
    from jamsu.solver.flow.closure import closure, renewed_walls

    return closure(renewed_walls(model, state.velocity), state.velocity, state.turbulence)


def march(model: FlowModel, state: FlowState, decay: float, tolerance: float, largest_time: float) -> March:
    """March until rate of change times `decay` is within the tolerance, or to the end of the time."""
    prandtl = float(model.fluid.viscosity * model.heat.fluid_capacity / model.heat.box_conductivity)
    begin, longest = float(state.time), viscous_limit(model) * min(1.0, 2 * prandtl)
    halves = [_Mean(), _Mean()]

    def note(now: FlowState, dt: float, means: Any) -> None:
        passed = (float(now.time) - begin) / largest_time
        if passed > 0.5:
            halves[passed > 0.75].add(means, dt)

    state, remaining, rounds = controlled(
        _compiled(), model, state, decay, tolerance, largest_time, COURANT, longest, note
    )
    steps = rounds * STEPS_A_ROUND
    if remaining <= tolerance or not np.isfinite(remaining) or not all(half.weight for half in halves):
        return March(state, state, remaining, remaining <= tolerance, steps)
    return March(state, *_mean_of(state, *halves), False, steps)


class _Mean:
    """Mean velocities and temperature over rounds of steps of different size."""

    def __init__(self) -> None:
        self.weight = 0.0
        self.total: list[Any] = [0.0, 0.0, 0.0, 0.0]

    def add(self, fields: Sequence[Any], weight: float) -> None:
        self.weight += weight
        self.total = [total + weight * field for total, field in zip(self.total, fields, strict=True)]


def _mean_of(state: FlowState, first: _Mean, second: _Mean) -> tuple[FlowState, float]:
    """The state with the mean fields, and the largest difference between the two halves, relative."""
    pairs = list(zip(first.total, second.total, strict=True))
    *velocity, temperature = ((a + b) / (first.weight + second.weight) for a, b in pairs)
    halves = [(np.asarray(a) / first.weight, np.asarray(b) / second.weight) for a, b in pairs]
    drift = max(float(np.max(np.abs(a - b))) / max(1.0, float(np.max(np.abs(a)))) for a, b in halves)
    return replace(state, velocity=tuple(velocity), temperature=temperature), drift


@cache
def _compiled() -> Compiled:
    """A round and the Courant rate, compiled once for each grid's shape and model."""
    import jax

    from jamsu.solver.flow.courant import courant_rate

    return jax.jit(partial(_round, steps=STEPS_A_ROUND)), courant_rate


def _round(model: FlowModel, state: FlowState, dt: Any, steps: int) -> tuple[FlowState, Any, Any]:
    """So many steps; rates of change in the last one, 1/time, and the mean velocity and temperature of the round."""
    import jax
    import jax.numpy as jnp

    from jamsu.solver.flow.closure import renewed_walls
    from jamsu.solver.flow.step import step

    model = renewed_walls(model, state.velocity)

    def one(_: Any, carry: Any) -> Any:
        before, total = carry
        after = step(model, before, dt)[0]
        fields = (*after.velocity, after.temperature)
        return after, [sum_ + field / steps for sum_, field in zip(total, fields, strict=True)]

    start = [jnp.zeros_like(field) for field in (*state.velocity, state.temperature)]
    before, total = jax.lax.fori_loop(0, steps - 1, one, (state, start))
    after, total = one(0, (before, total))
    changes = velocity_changes(before, after)
    changes.append(max_abs(after.temperature - before.temperature) / jnp.maximum(max_abs(after.temperature), 1))
    if after.turbulence is not None and before.turbulence is not None:
        changes.append(max_abs(after.turbulence.k - before.turbulence.k) / max_abs(after.turbulence.k))
    return after, jnp.stack(changes) / dt, total
