"""jamsu's side of the comparison: solves one problem in this process and prints what it took as one JSON object.

    python -m benchmarks.peers.program_jamsu cube 64 64 float32

Stamps are those of the system's monotonic clock, so that whoever started the process can count from its start.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from benchmarks.peers.problems import PRANDTL, RAYLEIGH, Problem

if TYPE_CHECKING:
    from solver.step import Model, State

STEPS_A_CALL = 8  # of the cube's compiled loop
STEPS_A_ROUND = 50  # of the cavity's
COARSEST = 16  # cells a side on which the cavity begins
COURANT = 0.7
SETTLED = 1e-3  # estimated distance from the steady state at which the cavity's march ends, on coarse grids 10 times it
HOT_AND_COLD = ((1.0, float("inf")), (0.0, float("inf")))
WARM = ((1.0, float("inf")), (1.0, float("inf")))


def main(arguments: list[str]) -> None:
    """Solve and print."""
    family, cells, steps, precision, *solver = arguments
    import jax

    jax.config.update("jax_enable_x64", precision == "float64")
    jax.config.update("jax_enable_compilation_cache", False)  # the whole wait is that of a first run
    problem = Problem(family, int(cells), int(steps))  # type: ignore[arg-type]  # given by a Problem
    if problem.family == "conduction":
        found = conduct(problem, precision, direct=solver != ["cg"])
    else:
        found = {"cube": march_cube, "cavity": settle_cavity}[problem.family](problem, precision)
    print(json.dumps(found))


def march_cube(problem: Problem, precision: str) -> dict[str, Any]:
    """The cube to its time: conduction and viscosity implicit (Crank-Nicolson) by factors, the pressure direct."""
    import jax
    import jax.numpy as jnp
    import numpy as np

    from solver.box import box_model
    from solver.step import step

    model = box_model(
        [np.array(problem.edges)] * 3,
        viscosity=PRANDTL,
        buoyancy=RAYLEIGH * PRANDTL,
        sides=(HOT_AND_COLD, (None, None), (None, None)),
        heat_scheme="limited",
        conduction="factored",
        factored_viscosity=True,
        implicitness=0.5,
        dtype=precision,
    )
    state = falling(model)
    dt = jnp.asarray(problem.dt, precision)

    def march(model: Model, state: State) -> State:
        return jax.lax.fori_loop(0, STEPS_A_CALL, lambda _, s: step(model, s, dt)[0], state)

    compiled = jax.jit(march).lower(model, state).compile()
    nusselt = jax.jit(hot_side)
    jax.block_until_ready((compiled(model, state), nusselt(model, state)))
    calls, over = divmod(problem.steps, STEPS_A_CALL)
    if over:
        raise ValueError(f"{problem.steps} steps are not a multiple of {STEPS_A_CALL}")

    stamps = [time.monotonic()]
    for _ in range(calls):
        state = jax.block_until_ready(compiled(model, state))
        stamps.append(time.monotonic())
    answer = float(nusselt(model, state))
    return {
        "started": stamps[0],
        "answered": time.monotonic(),
        "step_seconds": [(after - before) / STEPS_A_CALL for before, after in pairwise(stamps)],
        "answer": answer,
        "continuity": continuity(model, state, problem.dt),
    }


def settle_cavity(problem: Problem, precision: str) -> dict[str, Any]:
    """The cavity to its steady state: marched on a quarter and half of the cells first."""
    import numpy as np

    from benchmarks.grids import wall_graded
    from benchmarks.marching import carried
    from solver.box import box_model

    levels = [n for n in (problem.cells // 4, problem.cells // 2) if n >= COARSEST] + [problem.cells]
    edges = [wall_graded(n, RAYLEIGH) for n in levels]
    most = problem.steps // STEPS_A_ROUND
    models = [
        box_model(
            (edge, np.array([0.0, 1.0]), edge),
            viscosity=PRANDTL,
            buoyancy=RAYLEIGH * PRANDTL,
            sides=(HOT_AND_COLD, (None, None), (None, None)),
            dtype=precision,
        )
        for edge in edges
    ]

    def solve(rounds: int | None = None) -> tuple[State, list[tuple[float, float]], list[float]]:
        state = falling(models[0])
        for coarse, fine in pairwise(models):
            state, _, _ = settle(coarse, state, 10 * SETTLED, rounds or most)
            state = carried(state, coarse.mesh, fine.mesh)
        return settle(models[-1], state, SETTLED, rounds or most)

    solve(rounds=2)  # compiles
    started = time.monotonic()
    _, history, step_seconds = solve()
    if len(history) == most:
        raise ArithmeticError(f"no steady state within {problem.steps} steps")
    return {
        "started": started,
        "answered": history[-1][0],
        "step_seconds": step_seconds,
        "answer": history[-1][1],
        "history": history,
        "steps_an_entry": STEPS_A_ROUND,
    }


def settle(
    model: Model, state: State, tolerance: float, rounds: int
) -> tuple[State, list[tuple[float, float]], list[float]]:
    """March until what is left to change is within the tolerance, for so many rounds at most.

    What is left is its rate times the decay time of diffusion, as in `benchmarks.marching`.

    Returns:
      state; (stamp, Nusselt number) after each round of steps; seconds a step in each round.
    """
    import jax.numpy as jnp
    import numpy as np

    from benchmarks.marching import diffusive_decay

    march = _round()
    decay = diffusive_decay(PRANDTL)
    # Buoyancy is explicit: its waves must be resolved, on the first rounds as if they had their full speed.
    wave = float(np.sqrt(RAYLEIGH * PRANDTL))
    dt = COURANT / (wave * model.mesh.shape[2])
    history: list[tuple[float, float]] = []
    seconds: list[float] = []
    remaining, before = np.inf, time.monotonic()
    while remaining > tolerance and len(history) < rounds:
        state, change, rate, nusselt = march(model, state, jnp.asarray(dt, model.mesh.dtype))
        history.append((time.monotonic(), float(nusselt)))
        seconds.append((history[-1][0] - before) / STEPS_A_ROUND)
        before = history[-1][0]
        remaining = decay * float(change)
        if not np.isfinite(remaining):
            raise ArithmeticError("the cavity's march diverged")
        dt = min(COURANT / max(float(rate), wave), 1.5 * dt, 0.01 * decay)
    return state, history, seconds


_ROUND: list[Callable[..., Any]] = []


def _round() -> Callable[..., Any]:
    """A compiled round: state, rate of change of temperature, Courant rate, Nusselt number."""
    import jax
    import jax.numpy as jnp

    from solver.step import courant_rate, step

    def march(model: Model, state: State, dt: Any) -> tuple[State, Any, Any, Any]:
        before = jax.lax.fori_loop(0, STEPS_A_ROUND - 1, lambda _, s: step(model, s, dt)[0], state)
        after = step(model, before, dt)[0]
        change = jnp.max(jnp.abs(after.temperature - before.temperature)) / dt
        return after, change, courant_rate(model, after), hot_side(model, after)

    if not _ROUND:
        _ROUND.append(jax.jit(march))
    return _ROUND[0]


def conduct(problem: Problem, precision: str, direct: bool) -> dict[str, Any]:
    """Implicit Euler steps: solved directly, or with conjugate gradients and Jacobi's preconditioner.

    The first is what a uniform box allows, the second what solids of several materials get.
    """
    import jax
    import jax.numpy as jnp
    import numpy as np

    from solver.box import box_model
    from solver.energy import advance_temperature

    model = box_model(
        [np.array(problem.edges)] * 3,
        sides=(WARM, WARM, WARM),
        conduction="direct" if direct else "implicit",
        dtype=precision,
    )
    solver = model.heat_solver if direct else None
    dt = jnp.asarray(problem.dt, precision)
    still = jnp.zeros(model.mesh.shape, precision)

    def euler(model: Model, temperature: Any) -> tuple[Any, Any]:
        heat = model.heat
        new = advance_temperature(heat, temperature, still, heat.conductance, dt, solver)[0]
        return new, jnp.mean(new)

    compiled = jax.jit(euler).lower(model, still).compile()
    jax.block_until_ready(compiled(model, still))
    temperature, means, stamps = still, [], [time.monotonic()]
    for _ in range(problem.steps):
        temperature, mean = compiled(model, temperature)
        means.append(float(mean))
        stamps.append(time.monotonic())
    return {
        "started": stamps[0],
        "answered": stamps[1],
        "step_seconds": [after - before for before, after in pairwise(stamps)],
        "answer": means[0],
    }


def falling(model: Model) -> State:
    """Fluid at rest, T = 1 - x."""
    import jax.numpy as jnp

    from solver.mesh import along
    from solver.step import initial_state

    return initial_state(model.mesh, jnp.broadcast_to(1 - along(model.mesh.centres(0), 0), model.mesh.shape))


def hot_side(model: Model, state: State) -> Any:
    """Mean Nusselt number of x = 0 by the scheme's own wall flux."""
    import jax.numpy as jnp

    mesh = model.mesh
    area = mesh.widths(1)[:, None] * mesh.widths(2)
    return jnp.sum((1 - state.temperature[0]) / mesh.centres(0)[0] * area) / jnp.sum(area)


def continuity(model: Model, state: State, dt: float) -> float:
    """dt times the volume-weighted mean of |div u|: what OpenFOAM calls the local continuity error."""
    import jax.numpy as jnp

    from solver.operators import divergence

    net = divergence(model.mesh, state.velocity)
    return dt * float(jnp.sum(jnp.abs(net)) / jnp.sum(model.mesh.volume))


if __name__ == "__main__":
    main(sys.argv[1:])
