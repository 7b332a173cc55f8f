"""Steady states for the laminar benchmarks: marched to on a coarse grid, then on finer ones from there.

Velocities count from the unit of the problem (alpha/L where heat drives the flow, the lid's speed where it does), so
"relative to the largest velocity" means relative to that unit where the fluid comes to rest.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.registry import Parameter

if TYPE_CHECKING:
    from solver.mesh import Mesh
    from solver.step import Model, State

COURANT = 0.7
STEPS_A_ROUND = 50
COARSEST = 16  # cells a side
VISCOUS = 0.9  # share of the largest step that explicit viscosity allows

PARAMETERS = {
    "tolerance": Parameter("number", 1e-5, "", "distance from the steady state, relative", above=0.0),
    "largest_time": Parameter("number", 5.0, "L^2/alpha", "gives up after this time on a grid", above=0.0),
}
GIVES = {
    "remaining": ("", "estimated distance from the steady state, relative"),
    "converged": ("", "whether that is within the tolerance"),
    "steps": ("", "time steps on each grid, coarse to fine"),
    "by_grid": ("", "the first quantities on each grid, with its cells a side"),
}


class Steady(NamedTuple):
    """What a march through the grids ends with.

    model, state: on the finest grid. found: what `measure` gives there. remaining: distance from the steady state.
    steps: on each grid. by_grid: "cells" and each wanted quantity, on each grid.
    """

    model: Model
    state: State
    found: dict[str, Any]
    remaining: float
    steps: list[int]
    by_grid: dict[str, list[Any]]

    def report(self, tolerance: float, balance: str = "") -> dict[str, Any]:
        """The quantities with `GIVES`; `balance` names the one that must vanish as well."""
        closed = not balance or abs(self.found[balance]) <= 10 * tolerance
        return {
            **self.found,
            "remaining": self.remaining,
            "converged": self.remaining <= tolerance and closed,
            "steps": self.steps,
            "by_grid": self.by_grid,
        }


def steady_on_grids(
    build: Callable[[int], Model],
    begin: Callable[[Model], State],
    measure: Callable[[Model, State], dict[str, Any]],
    cells: int,
    *,
    decay: float,
    tolerance: float,
    largest_time: float,
    follow: tuple[str, ...] = ("nusselt_mean",),
    coarsest: int = COARSEST,
) -> Steady:
    """March to the steady state on a quarter and on half of the cells, where that is not too coarse, then on all.

    Args:
      build: the model for so many cells a side. begin: the state to start from on the coarsest grid.
      measure: the quantities of a state. follow: those to keep for every grid.
      decay: slowest decay time of a disturbance, see `steady`.
    """
    levels = [n for n in (cells // 4, cells // 2) if n >= coarsest] + [cells]
    model = build(levels[0])
    state = begin(model)
    steps: list[int] = []
    by_grid: dict[str, list[Any]] = {"cells": levels, **{name: [] for name in follow}}
    for n in levels:
        if n != levels[0]:
            coarse, model = model, build(n)
            state = carried(state, coarse.mesh, model.mesh)
        wanted = tolerance if n == cells else 10 * tolerance
        state, remaining, taken = steady(model, state, decay, wanted, largest_time)
        found = measure(model, state)
        steps.append(taken)
        for name in follow:
            by_grid[name].append(found[name])
    return Steady(model, state, found, remaining, steps, by_grid)


def carried(state: State, old: Mesh, new: Mesh) -> State:
    """The state on another mesh, with the temperature of solids, which conduct here and so are as good as fluid."""
    import numpy as np

    from solver.step import initial_state
    from solver.transfer import refine

    solid = (old.open_cell == 0, new.open_cell == 0)
    return refine(state, old, new, initial_state(new).velocity, (np.asarray(solid[0]), np.asarray(solid[1])))


def steady(model: Model, state: State, decay: float, tolerance: float, largest_time: float) -> tuple[State, float, int]:
    """March until what is left to change is within the tolerance.

    What is left is estimated as rate of change times `decay`, the slowest decay time of a disturbance (that of
    diffusion across a closed box of side L is L^2 / (pi^2 min(alpha, nu))); relative to the unit of temperature
    and to the largest velocity.

    Returns:
      state, remaining distance, time steps taken.
    """
    import jax.numpy as jnp
    import numpy as np

    march, rate_of = _compiled()
    # Buoyancy and advection are explicit: the step has to resolve the fastest internal wave as well.
    wave = float(jnp.sqrt(jnp.abs(model.fluid.buoyancy)))
    longest = min(0.01 * decay, viscous_limit(model))
    dt = min(COURANT / max(float(rate_of(model, state)), _first_rate(model, wave)), 1e-3 * decay, longest)
    end = float(state.time) + largest_time
    remaining, taken = np.inf, 0
    while remaining > tolerance and float(state.time) < end:
        after, changes = march(model, state, jnp.asarray(dt, model.mesh.dtype))
        rate = float(rate_of(model, after))
        taken += STEPS_A_ROUND
        change = float(jnp.max(changes))
        if not (rate * dt < 2 * COURANT and np.isfinite(change)):  # again with smaller steps
            dt /= 4
            continue
        state, remaining = after, decay * change
        dt = min(COURANT / max(rate, wave, 1e-30), 1.5 * dt, longest)
    return state, remaining, taken


def _first_rate(model: Model, wave: float) -> float:
    """Courant rate of the largest velocity that buoyancy and lids can give, 1/s."""
    import jax.numpy as jnp

    lid = float(jnp.max(jnp.abs(model.fluid.wall_velocity)))
    narrowest = min(float(jnp.min(model.mesh.widths(axis))) for axis in (0, 2))
    return max(wave * model.mesh.shape[2], lid / narrowest, 1e-30)


def viscous_limit(model: Model) -> float:
    """Largest stable step of explicit Adams-Bashforth viscosity, s: 1 / |largest eigenvalue|, which is at most
    2 nu sum(area / distance) / volume over the faces of a cell (Gershgorin); infinite where viscosity is implicit.
    """
    import numpy as np

    if model.viscous_solver is not None:
        return np.inf
    mesh = model.mesh
    total = np.zeros(mesh.shape)
    for axis, area in enumerate(mesh.area):
        if mesh.shape[axis] > 1:
            shape = [-1 if a == axis else 1 for a in range(3)]
            link = np.asarray(area) / np.asarray(mesh.spacing(axis)).reshape(shape)
            total += np.take(link, range(mesh.shape[axis]), axis) + np.take(link, range(1, mesh.shape[axis] + 1), axis)
    fastest = float(np.max(2 * total / np.asarray(mesh.volume)))
    return VISCOUS / (float(model.fluid.viscosity) * fastest)


@cache
def _compiled() -> tuple[Callable[..., Any], Callable[..., Any]]:
    """The march and the Courant rate, compiled once for each grid's shape."""
    import jax

    from solver.step import courant_rate

    return jax.jit(partial(_march, steps=STEPS_A_ROUND)), jax.jit(courant_rate)


def _march(model: Model, state: State, dt: Any, steps: int) -> tuple[State, Any]:
    """So many steps; rates of change of temperature and velocities in the last one."""
    import jax
    import jax.numpy as jnp

    from solver.mesh import AXES
    from solver.step import step

    before = jax.lax.fori_loop(0, steps - 1, lambda _, s: step(model, s, dt)[0], state)
    after, _ = step(model, before, dt)
    speed = jnp.max(jnp.stack([max_abs(v) for v in after.velocity] + [jnp.ones((), model.mesh.dtype)]))
    changes = [max_abs(after.temperature - before.temperature)]
    changes += [max_abs(after.velocity[a] - before.velocity[a]) / speed for a in AXES]
    return after, jnp.stack(changes) / dt


def max_abs(values: Any) -> Any:
    """Largest absolute value."""
    import jax.numpy as jnp

    return jnp.max(jnp.abs(values))


def diffusive_decay(prandtl: float) -> float:
    """Decay time of diffusion across a unit box, in L^2/alpha: of heat or of momentum, whichever takes longer."""
    import numpy as np

    return float(1 / (np.pi**2 * min(1.0, prandtl)))


def falling_along(axis: int, model: Model) -> State:
    """Fluid at rest, temperature falling linearly from 1 to 0 along one axis of a unit box."""
    import jax.numpy as jnp

    from solver.mesh import along
    from solver.step import initial_state

    return initial_state(model.mesh, jnp.broadcast_to(1 - along(model.mesh.centres(axis), axis), model.mesh.shape))
