"""A flow in time on jamsu's side: its steps in a compiled loop, a stamp after each call of it, then the answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from jamsu.benchmarks.peers.problems import Problem

if TYPE_CHECKING:
    from jamsu.solver.flow.model import FlowModel, FlowState

STEPS_A_CALL = 8


def timed_march(
    problem: Problem,
    model: FlowModel,
    state: FlowState,
    answer: Callable[[FlowModel, FlowState], float],
) -> dict[str, Any]:
    """All steps of a problem, compiled before the clock starts.

    Raises:
      ValueError: the steps are not a multiple of `STEPS_A_CALL`.
    """
    import jax
    import jax.numpy as jnp

    from jamsu.solver.flow.step import step

    calls, over = divmod(problem.steps, STEPS_A_CALL)
    if over:
        raise ValueError(f"{problem.steps} steps are not a multiple of {STEPS_A_CALL}")
    dt = jnp.asarray(problem.dt, model.mesh.dtype)

    def march(model: FlowModel, state: FlowState) -> FlowState:
        return jax.lax.fori_loop(0, STEPS_A_CALL, lambda _, s: step(model, s, dt)[0], state)

    compiled = jax.jit(march).lower(model, state).compile()
    answer(model, jax.block_until_ready(compiled(model, state)))
    stamps = [time.monotonic()]
    for _ in range(calls):
        state = jax.block_until_ready(compiled(model, state))
        stamps.append(time.monotonic())
    found = answer(model, state)
    return {
        "started": stamps[0],
        "answered": time.monotonic(),
        "step_seconds": [(after - before) / STEPS_A_CALL for before, after in pairwise(stamps)],
        "answer": found,
        "continuity": continuity(model, state, problem.dt),
    }


def continuity(model: FlowModel, state: FlowState, dt: float) -> float:
    """dt times the volume-weighted mean of |div u| in the open cells, OpenFOAM's local continuity error."""
    import jax.numpy as jnp

    from jamsu.solver.grid.operators import divergence

    mesh = model.mesh
    net = divergence(mesh, state.velocity) * mesh.open_cell
    return dt * float(jnp.sum(jnp.abs(net)) / jnp.sum(mesh.volume * mesh.open_cell))
