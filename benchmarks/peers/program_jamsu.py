"""jamsu's side of the comparison: solves one problem in this process and prints what it took as one JSON object.

    python -m jamsu.benchmarks.peers.program_jamsu cube 64 64 float32

Stamps are those of the system's monotonic clock, so that whoever started the process can count from its start.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from functools import cache, partial
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jamsu.benchmarks.cavity import heated_box
from jamsu.benchmarks.grids import ONE, wall_graded
from jamsu.benchmarks.levels import steady_on_grids
from jamsu.benchmarks.marching import STEPS_A_ROUND, diffusive_decay, falling_along
from jamsu.benchmarks.peers.jamsu_cylinder import duct_model, nusselt
from jamsu.benchmarks.peers.problems import PRANDTL, RAYLEIGH, Problem
from jamsu.benchmarks.profiles import hot_side
from jamsu.solver.box import box_model
from jamsu.solver.flow.heat import advance_temperature
from jamsu.solver.flow.model import FlowModel, FlowState, initial_state
from jamsu.solver.flow.step import step
from jamsu.solver.grid.operators import divergence
from jamsu.solver.march.acceleration import Mixture

STEPS_A_CALL = 8
# Estimated distance from the steady state at which a march to it ends. Single precision cannot go much further: its
# round-off of 6e-8 a step looks like 0.14 x 6e-8 / dt, 4e-4 at dt = 2e-5. The cavity's Nusselt number on 64 cells a
# side is then that of a distance of 1e-5 to seven digits.
SETTLED = 1e-3
LARGEST_TIME = 5.0  # L^2/alpha on a grid: without a steady state by then there is none
WARM = ((1.0, np.inf), (1.0, np.inf))


def main(arguments: list[str]) -> None:
    """Solve and print."""
    family, cells, steps, precision, *solver = arguments
    jax.config.update("jax_enable_x64", precision == "float64")
    jax.config.update("jax_enable_compilation_cache", False)  # the whole wait is that of a first run
    problem = Problem(family, int(cells), int(steps))  # type: ignore[arg-type]  # given by a Problem
    if family == "conduction":
        found = conduct(problem, precision, direct=solver != ["cg"])
    elif problem.is_steady:
        found = settle(problem, precision)
    else:
        found = (march_cube if family == "cube" else march_cylinder)(problem, precision)
    print(json.dumps(found))


def march_cube(problem: Problem, precision: str) -> dict[str, Any]:
    """The cube to its time: conduction and viscosity implicit (Crank-Nicolson) by factors, the pressure direct."""
    model = heated_box(
        (np.array(problem.edges),) * 3,
        RAYLEIGH,
        PRANDTL,
        heat_scheme="limited",
        conduction="factored",
        factored_viscosity=True,
        implicitness=0.5,
        dtype=precision,
    )
    return timed_march(problem, model, falling_along(0, model), hot_side)


def march_cylinder(problem: Problem, precision: str) -> dict[str, Any]:
    """The cylinder from rest to its time; viscosity and conduction explicit, as in a module."""
    model = duct_model(problem.cells, precision)
    found = timed_march(problem, model, initial_state(model.mesh), nusselt)
    return {**found, "cells": int(jnp.sum(model.mesh.open_cell))}


def stamped(stamps: list[float], steps: int = 1) -> dict[str, Any]:
    """The start, and the seconds of a step, from stamps with so many steps between them."""
    return {"started": stamps[0], "step_seconds": [(after - before) / steps for before, after in pairwise(stamps)]}


def timed_march(
    problem: Problem, model: FlowModel, state: FlowState, answer: Callable[[FlowModel, FlowState], float]
) -> dict[str, Any]:
    """All steps of a flow in time, compiled before the clock starts, with a stamp after each call of them.

    Raises:
      ValueError: the steps are not a multiple of `STEPS_A_CALL`.
    """
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
    told = {"answered": time.monotonic(), "answer": found, "continuity": continuity(model, state, problem.dt)}
    return {**stamped(stamps, STEPS_A_CALL), **told}


def continuity(model: FlowModel, state: FlowState, dt: float) -> float:
    """dt times the volume-weighted mean of |div u| in the open cells, OpenFOAM's local continuity error."""
    mesh = model.mesh
    net = divergence(mesh, state.velocity) * mesh.open_cell
    return dt * float(jnp.sum(jnp.abs(net)) / jnp.sum(mesh.volume * mesh.open_cell))


def settle(problem: Problem, precision: str) -> dict[str, Any]:
    """Cavity or cube to the steady state as the benchmarks go there: coarse grids first, Anderson's method on the last.

    The seconds a step are those of the last grid, from one round of steps to the next.
    """

    @cache
    def build(cells: int) -> FlowModel:
        edges = wall_graded(cells, RAYLEIGH)
        return heated_box((edges, ONE if problem.is_flat else edges, edges), RAYLEIGH, PRANDTL, dtype=precision)

    rounds: list[tuple[float, int, float]] = []  # stamp, cells a side, Nusselt number

    def watch(model: FlowModel, state: FlowState) -> None:
        rounds.append((time.monotonic(), model.mesh.shape[0], hot_side(model, state)))

    def solve(largest_time: float) -> dict[str, Any]:
        return steady_on_grids(
            build,
            partial(falling_along, 0),
            lambda model, state: {"nusselt_mean": hot_side(model, state)},
            problem.cells,
            decay=diffusive_decay(PRANDTL),
            tolerance=SETTLED,
            largest_time=largest_time,
            accelerate=True,
            watch=watch,
        )

    solve(1e-9)  # one round of steps on each grid: compiles all but the acceleration
    model = build(problem.cells)
    start = falling_along(0, model)
    Mixture(model.mesh).next(start, start)
    rounds.clear()
    started = time.monotonic()
    remaining = solve(LARGEST_TIME)["remaining"]
    if not remaining <= SETTLED:
        raise ArithmeticError(f"no steady state: {remaining:.1e} from it at t = {LARGEST_TIME}")
    told = stamped([started, *(stamp for stamp, _, _ in rounds)], STEPS_A_ROUND)
    last = [place for place, (_, cells, _) in enumerate(rounds) if cells == problem.cells]
    history = [(rounds[place][0], rounds[place][2]) for place in last]
    return {
        "started": started,
        "answered": history[-1][0],
        "step_seconds": [told["step_seconds"][place] for place in last],
        "answer": history[-1][1],
        "history": history,
        "steps_an_entry": STEPS_A_ROUND,
    }


def conduct(problem: Problem, precision: str, direct: bool) -> dict[str, Any]:
    """Implicit Euler steps: solved directly, or with conjugate gradients and Jacobi's preconditioner.

    The first is what a uniform box allows, the second what solids of several materials get.
    """
    model = box_model(
        [np.array(problem.edges)] * 3,
        sides=(WARM, WARM, WARM),
        conduction="direct" if direct else "implicit",
        dtype=precision,
    )
    solver = model.heat_solver if direct else None
    dt = jnp.asarray(problem.dt, precision)
    still = jnp.zeros(model.mesh.shape, precision)

    def euler(model: FlowModel, temperature: Any) -> tuple[Any, Any]:
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
    return {**stamped(stamps), "answered": stamps[1], "answer": means[0]}


if __name__ == "__main__":
    main(sys.argv[1:])
