"""jamsu's side of the comparison: solves one problem in this process and prints what it took as one JSON object.

    python -m jamsu.benchmarks.peers.program_jamsu cube 64 64 float32

Stamps are those of the system's monotonic clock, so that whoever started the process can count from its start.
"""

from __future__ import annotations

import json
import sys
import time
from functools import cache, partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from jamsu.benchmarks.marching import STEPS_A_ROUND, diffusive_decay, falling_along, hot_side, steady_on_grids
from jamsu.benchmarks.peers.jamsu_cylinder import march_cylinder
from jamsu.benchmarks.peers.jamsu_march import timed_march
from jamsu.benchmarks.peers.problems import PRANDTL, RAYLEIGH, Problem

if TYPE_CHECKING:
    from jamsu.benchmarks.marching import Steady
    from jamsu.solver.flow.model import FlowModel, FlowState

# Estimated distance from the steady state at which a march to it ends. Single precision cannot go much further: its
# round-off of 6e-8 a step looks like 0.14 x 6e-8 / dt, 4e-4 at dt = 2e-5. The cavity's Nusselt number on 64 cells a
# side is then that of a distance of 1e-5 to seven digits.
SETTLED = 1e-3
LARGEST_TIME = 5.0  # L^2/alpha on a grid: without a steady state by then there is none
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
    elif problem.is_steady:
        found = settle(problem, precision)
    else:
        found = {"cube": march_cube, "cylinder": march_cylinder}[problem.family](problem, precision)
    print(json.dumps(found))


def march_cube(problem: Problem, precision: str) -> dict[str, Any]:
    """The cube to its time: conduction and viscosity implicit (Crank-Nicolson) by factors, the pressure direct."""
    import numpy as np

    from jamsu.solver.box import box_model

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
    return timed_march(problem, model, falling_along(0, model), hot_side)


def settle(problem: Problem, precision: str) -> dict[str, Any]:
    """Cavity or cube to the steady state as the benchmarks go there: coarse grids first, Anderson's method on the last.

    The seconds a step are those of the last grid, from one round of steps to the next.
    """
    import numpy as np

    from jamsu.benchmarks.grids import wall_graded
    from jamsu.solver.box import box_model
    from jamsu.solver.march.acceleration import Mixture

    @cache
    def build(cells: int) -> FlowModel:
        edges = wall_graded(cells, RAYLEIGH)
        return box_model(
            (edges, np.array([0.0, 1.0]) if problem.is_flat else edges, edges),
            viscosity=PRANDTL,
            buoyancy=RAYLEIGH * PRANDTL,
            sides=(HOT_AND_COLD, (None, None), (None, None)),
            dtype=precision,
        )

    rounds: list[tuple[float, int, float]] = []  # stamp, cells a side, Nusselt number

    def watch(model: FlowModel, state: FlowState, _: float) -> None:
        rounds.append((time.monotonic(), model.mesh.shape[0], hot_side(model, state)))

    def solve(largest_time: float) -> Steady:
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

    first = solve(1e-9)  # one round of steps on each grid: compiles all but the acceleration
    Mixture(first.model.mesh).next(first.state, first.state)
    rounds.clear()
    started = time.monotonic()
    result = solve(LARGEST_TIME)
    if not result.remaining <= SETTLED:
        raise ArithmeticError(f"no steady state: {result.remaining:.1e} from it at t = {LARGEST_TIME}")
    stamps = [started, *(stamp for stamp, _, _ in rounds)]
    taken = [(after - before) / STEPS_A_ROUND for before, after in pairwise(stamps)]
    last = [place for place, (_, cells, _) in enumerate(rounds) if cells == problem.cells]
    history = [(rounds[place][0], rounds[place][2]) for place in last]
    return {
        "started": started,
        "answered": history[-1][0],
        "step_seconds": [taken[place] for place in last],
        "answer": history[-1][1],
        "history": history,
        "steps_an_entry": STEPS_A_ROUND,
    }


def conduct(problem: Problem, precision: str, direct: bool) -> dict[str, Any]:
    """Implicit Euler steps: solved directly, or with conjugate gradients and Jacobi's preconditioner.

    The first is what a uniform box allows, the second what solids of several materials get.
    """
    import jax
    import jax.numpy as jnp
    import numpy as np

    from jamsu.solver.box import box_model
    from jamsu.solver.flow.heat import advance_temperature

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
    return {
        "started": stamps[0],
        "answered": stamps[1],
        "step_seconds": [after - before for before, after in pairwise(stamps)],
        "answer": means[0],
    }


if __name__ == "__main__":
    main(sys.argv[1:])
