"""Marching of turbulent flows through grids: to a steady state, or to the mean of a flow that does not come to rest.

Velocities and temperatures are in the unit of the problem, of order 1 or larger.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from jamsu.benchmarks.registry import Parameter

if TYPE_CHECKING:
    from jamsu.solver.flow.model import FlowModel, FlowState
    from jamsu.solver.grid.mesh import Vector
    from jamsu.solver.turbulence.k_epsilon import Turbulence

COURANT = 0.5  # of the rate that counts explicit eddy diffusion as well
STEPS_A_ROUND = 100
SMALLEST_SHARE = 1 / 256  # of the step that should do: with less a march has broken down

PARAMETERS = {
    "tolerance": Parameter("number", 1e-3, "", "distance from the steady state, relative", above=0.0),
}
GIVES = {
    "remaining": ("", "estimated distance from the steady state, or between the means of two halves, relative"),
    "converged": ("", "whether that is within the tolerance"),
    "steady": ("", "whether the flow came to rest; otherwise the results are means over the second half of the time"),
    "steps": ("", "time steps on each grid, coarse to fine"),
    "by_grid": ("", "the first quantities on each grid, with its cells"),
}


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
    build: Callable[[int], FlowModel],
    begin: Callable[[FlowModel], FlowState],
    measure: Callable[[FlowModel, FlowState], dict[str, Any]],
    levels: Sequence[int],
    *,
    decay: float,
    tolerance: float,
    largest_time: float,
    follow: tuple[str, ...],
) -> dict[str, Any]:
    """The quantities on the last of the grids, with `GIVES`; each grid goes on from the one before.

    Args:
      build: the model for so many cells. begin: the state to start from on the first grid.
      measure: the quantities of a state. follow: those to keep for every grid.
      decay: slowest decay time of a disturbance: what is left to change is the rate of change times it.
      largest_time: on each grid.
    """
    from jamsu.benchmarks.marching import carried

    model = build(levels[0])
    state = begin(model)
    steps: list[int] = []
    by_grid: dict[str, list[Any]] = {"cells": list(levels), **{name: [] for name in follow}}
    for n in levels:
        if steps:
            coarse, model = model, build(n)
            state = carried(state, coarse.mesh, model.mesh)
        wanted = tolerance if n == levels[-1] else 3 * tolerance
        end = march(model, state, decay, wanted, largest_time)
        state = end.state
        found = measure(model, end.mean)
        steps.append(end.steps)
        for name in follow:
            by_grid[name].append(found[name])
    return {
        **found,
        "remaining": end.remaining,
        "converged": end.remaining <= tolerance,
        "steady": end.steady,
        "steps": steps,
        "by_grid": by_grid,
    }


def starting_fields(model: FlowModel) -> Turbulence | None:
    """k and epsilon of a tenth of the unit of velocity, everywhere; None with other models."""
    from jamsu.solver.flow.closure import initial_turbulence

    if model.turbulence != "k_epsilon":
        return None
    return initial_turbulence(model.mesh, 1.0, float(model.fluid.viscosity), 0.1)


def march(model: FlowModel, state: FlowState, decay: float, tolerance: float, largest_time: float) -> March:
    """March until rate of change times `decay` is within the tolerance, or to the end of the time."""
    import jax.numpy as jnp
    import numpy as np

    from jamsu.benchmarks.marching import viscous_limit

    round_of, rate_of = _compiled()
    begin = float(state.time)
    longest = viscous_limit(model) * min(1.0, 2 * _prandtl(model))
    halves = [_Mean(), _Mean()]
    remaining, taken, share = np.inf, 0, 1.0
    while remaining > tolerance and float(state.time) - begin < largest_time:
        dt = share * min(COURANT / max(float(rate_of(model, state)), 1e-30), longest)
        after, changes, means = round_of(model, state, jnp.asarray(dt, model.mesh.dtype))
        taken += STEPS_A_ROUND
        change = float(jnp.max(changes))
        if not (np.isfinite(change) and float(rate_of(model, after)) * dt < 2 * COURANT):
            share /= 2  # again: flow or eddies have become much faster within the round
            if share < SMALLEST_SHARE:
                return March(state, state, np.inf, False, taken)
            continue
        state, remaining, share = after, decay * change, min(1.0, 1.5 * share)
        passed = (float(state.time) - begin) / largest_time
        if passed > 0.5:
            halves[passed > 0.75].add(means, dt)
    if remaining <= tolerance or not all(half.weight for half in halves):
        return March(state, state, remaining, remaining <= tolerance, taken)
    return March(state, *_mean_of(state, *halves), False, taken)


class _Mean:
    """Mean velocities and temperature over rounds of steps of different size."""

    def __init__(self) -> None:
        self.weight = 0.0
        self.total: Any = None

    def add(self, fields: tuple[Vector, Any], weight: float) -> None:
        import jax

        scaled = jax.tree_util.tree_map(lambda f: weight * f, fields)
        self.total = scaled if self.total is None else jax.tree_util.tree_map(lambda a, b: a + b, self.total, scaled)
        self.weight += weight


def _mean_of(state: FlowState, first: _Mean, second: _Mean) -> tuple[FlowState, float]:
    """The state with the mean fields, and the largest difference between the two halves, relative."""
    from dataclasses import replace

    import jax
    import numpy as np

    weight = first.weight + second.weight
    velocity, temperature = jax.tree_util.tree_map(lambda a, b: (a + b) / weight, first.total, second.total)
    pairs = zip(jax.tree_util.tree_leaves(first.total), jax.tree_util.tree_leaves(second.total), strict=True)
    differences = [(a / first.weight, b / second.weight) for a, b in pairs]
    drift = [float(np.max(np.abs(a - b))) / max(1.0, float(np.max(np.abs(a)))) for a, b in differences if a.size]
    return replace(state, velocity=velocity, temperature=temperature), max(drift)


def _prandtl(model: FlowModel) -> float:
    return float(model.fluid.viscosity * model.heat.fluid_capacity / model.heat.box_conductivity)


@cache
def _compiled() -> tuple[Callable[..., Any], Callable[..., Any]]:
    """A round and the Courant rate, compiled once for each grid's shape and model."""
    import jax

    from jamsu.solver.flow.courant import courant_rate

    return jax.jit(partial(_round, steps=STEPS_A_ROUND)), courant_rate


def _round(model: FlowModel, state: FlowState, dt: Any, steps: int) -> tuple[FlowState, Any, Any]:
    """So many steps; rates of change in the last one, 1/time, and the mean velocity and temperature of the round."""
    import jax
    import jax.numpy as jnp

    from jamsu.benchmarks.marching import max_abs
    from jamsu.solver.flow.closure import renewed_walls
    from jamsu.solver.flow.step import step

    model = renewed_walls(model, state.velocity)

    def one(_: Any, carry: Any) -> Any:
        before, total = carry
        after = step(model, before, dt)[0]
        fields = (after.velocity, after.temperature)
        return after, jax.tree_util.tree_map(lambda sum_, f: sum_ + f / steps, total, fields)

    start = jax.tree_util.tree_map(jnp.zeros_like, (state.velocity, state.temperature))
    before, total = jax.lax.fori_loop(0, steps - 1, one, (state, start))
    after, total = one(0, (before, total))

    one_ = jnp.ones((), model.mesh.dtype)
    speed = jnp.max(jnp.stack([max_abs(v) for v in after.velocity] + [one_]))
    changes = [max_abs(after.velocity[a] - before.velocity[a]) / speed for a in range(3) if after.velocity[a].size]
    changes.append(max_abs(after.temperature - before.temperature) / jnp.maximum(max_abs(after.temperature), 1))
    if after.turbulence is not None and before.turbulence is not None:
        changes.append(max_abs(after.turbulence.k - before.turbulence.k) / max_abs(after.turbulence.k))
    return after, jnp.stack(changes) / dt, total
