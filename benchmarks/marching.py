"""Steady states for the laminar benchmarks: marched to on a coarse grid, then on finer ones from there.

Three things make it quick (Ra = 1e6, CPU seconds of one core in double precision, compiling apart):

* Coarse grids first, left early. The wall's heat flux carried from half the cells is right within 0.5 % after one round
  of steps: 1.4 s for the cavity of 128^2 cells (2.6 s with the coarse grids marched on to 10 instead of LOOSENED times
  the tolerance), 4.5 s for the cube of 64^3, of which half is computed (at a tolerance of 1e-3).
* Anderson's method on the finest grid (`jamsu.solver.march.acceleration`), for problems that ask for it, from there to
a
  tolerance of 1e-5: the cavity of 128^2 in 1950 steps instead of 4800 (about 9 instead of 22 s), of 64^2 in 1250
  instead of 3000.
  The cube of 32^3 took 850 instead of 1600. Rounds of 10 to 100 steps and depths of 10 to 30 gave at best a fifth fewer
  steps, and no less time.
* The step that a grid starts with follows from the flow carried to it, not from one that has still to begin.

Cubic instead of linear interpolation between grids changed nothing (1950 and 2000 steps).

Velocities count from the unit of the problem (alpha/L where heat drives the flow, the lid's speed where it does), so
"relative to the largest velocity" means relative to that unit where the fluid comes to rest.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from jamsu.benchmarks.registry import Parameter
from jamsu.benchmarks.stopwatch import Stopwatch

if TYPE_CHECKING:
    from jamsu.solver.flow.model import FlowModel, FlowState
    from jamsu.solver.grid.mesh import Mesh

COURANT = 0.7
STEPS_A_ROUND = 50
COARSEST = 16  # cells a side
LOOSENED = 100.0  # tolerance of the coarse grids over that of the last one, where the march is accelerated
COARSE_TIME = 1.0  # decay times after which a coarse grid is left all the same: its flow may never come to rest
VISCOUS = 0.9  # share of the largest step that explicit viscosity allows
NEAR = 1.0  # distance from the steady state, relative, within which a march may be accelerated
HELD = 1.25  # a step is held, for the sake of the history, while the flow asks for no other by more than this

PARAMETERS = {
    "tolerance": Parameter("number", 1e-5, "", "distance from the steady state, relative", above=0.0),
    "largest_time": Parameter("number", 5.0, "L^2/alpha", "gives up after this time on a grid", above=0.0),
}
ACCELERATION = {
    "acceleration": Parameter(
        "name", "anderson", "", "of the march near the steady state", choices=("anderson", "none")
    ),
}
GIVES = {
    "remaining": ("", "estimated distance from the steady state, relative"),
    "converged": ("", "whether that is within the tolerance"),
    "steps": ("", "time steps on each grid, coarse to fine"),
    "seconds": ("s", "marching on all grids, compiling apart"),
    "by_grid": ("", "the first quantities on each grid, with its cells a side"),
}


class Steady(NamedTuple):
    """What a march through the grids ends with.

    model, state: on the finest grid. found: what `measure` gives there. remaining: distance from the steady state.
    steps: on each grid. by_grid: "cells" and each wanted quantity, on each grid. seconds: of marching.
    """

    model: FlowModel
    state: FlowState
    found: dict[str, Any]
    remaining: float
    steps: list[int]
    by_grid: dict[str, list[Any]]
    seconds: float

    def report(self, tolerance: float, balance: str = "") -> dict[str, Any]:
        """The quantities with `GIVES`; `balance` names the one that must vanish as well."""
        closed = not balance or abs(self.found[balance]) <= 10 * tolerance
        return {
            **self.found,
            "remaining": self.remaining,
            "converged": self.remaining <= tolerance and closed,
            "steps": self.steps,
            "seconds": self.seconds,
            "by_grid": self.by_grid,
        }


def steady_on_grids(
    build: Callable[[int], FlowModel],
    begin: Callable[[FlowModel], FlowState],
    measure: Callable[[FlowModel, FlowState], dict[str, Any]],
    cells: int,
    *,
    decay: float,
    tolerance: float,
    largest_time: float,
    follow: tuple[str, ...] = ("nusselt_mean",),
    coarsest: int = COARSEST,
    accelerate: bool = False,
    watch: Callable[[FlowModel, FlowState, float], None] | None = None,
) -> Steady:
    """March to the steady state on a quarter and on half of the cells, where that is not too coarse, then on all.

    Args:
      build: the model for so many cells a side. begin: the state to start from on the coarsest grid.
      measure: the quantities of a state. follow: those to keep for every grid.
      decay: slowest decay time of a disturbance, see `steady`. accelerate: see `steady`.
      watch: called with model, state and the seconds of marching so far after every round of steps.
    """
    levels = [n for n in (cells // 4, cells // 2) if n >= coarsest] + [cells]
    model = build(levels[0])
    state = begin(model)
    clock = Stopwatch()
    steps: list[int] = []
    by_grid: dict[str, list[Any]] = {"cells": levels, **{name: [] for name in follow}}
    for n in levels:
        coarse, model = model, model if n == levels[0] else build(n)
        wanted, longest = tolerance, largest_time
        if n != cells:
            wanted = (LOOSENED if accelerate else 10.0) * tolerance
            longest = min(largest_time, COARSE_TIME * decay)
        seen = None if watch is None else partial(_tell, watch, clock, model)
        with clock:
            if n != levels[0]:
                state = carried(state, coarse.mesh, model.mesh)
            last = accelerate and n == cells  # coarse grids are cheap, and done before it would pay
            state, remaining, taken = steady(model, state, decay, wanted, longest, last, seen)
        found = measure(model, state)
        steps.append(taken)
        for name in follow:
            by_grid[name].append(found[name])
    return Steady(model, state, found, remaining, steps, by_grid, clock.seconds)


def _tell(
    watch: Callable[[FlowModel, FlowState, float], None], clock: Stopwatch, model: FlowModel, state: FlowState
) -> None:
    watch(model, state, clock.seconds)


def carried(state: FlowState, old: Mesh, new: Mesh) -> FlowState:
    """The state on another mesh, with the temperature of solids, which conduct here and so are as good as fluid."""
    import numpy as np

    from jamsu.solver.flow.model import initial_state
    from jamsu.solver.march.transfer import refine

    solid = (old.open_cell == 0, new.open_cell == 0)
    return refine(state, old, new, initial_state(new).velocity, (np.asarray(solid[0]), np.asarray(solid[1])))


def steady(
    model: FlowModel,
    state: FlowState,
    decay: float,
    tolerance: float,
    largest_time: float,
    accelerate: bool = False,
    watch: Callable[[FlowState], None] | None = None,
) -> tuple[FlowState, float, int]:
    """March until what is left to change is within the tolerance.

    What is left is estimated as rate of change times `decay`, the slowest decay time of a disturbance (that of
    diffusion across a closed box of side L is L^2 / (pi^2 min(alpha, nu))); relative to the unit of temperature
    and to the largest velocity.

    Args:
      accelerate: with Anderson's method, near the steady state; only for flows that have one which is stable.
      watch: called with the state after every round.

    Returns:
      state, remaining distance, time steps taken.
    """
    import jax.numpy as jnp
    import numpy as np

    from jamsu.solver.march.acceleration import Mixture

    march, rate_of = _compiled()
    # Buoyancy and advection are explicit: the step has to resolve the fastest internal wave as well.
    wave = float(jnp.sqrt(jnp.abs(model.fluid.buoyancy)))
    longest = min(0.01 * decay, viscous_limit(model))
    first = float(rate_of(model, state))
    if float(state.time) == 0:
        first = max(first, _first_rate(model, wave))
    dt = min(COURANT / max(first, wave, 1e-30), 1e-3 * decay, longest)
    end = float(state.time) + largest_time
    remaining, taken = np.inf, 0
    marched, mixture = state, Mixture(model.mesh)
    while remaining > tolerance and float(state.time) < end:
        after, changes = march(model, state, jnp.asarray(dt, model.mesh.dtype))
        rate = float(rate_of(model, after))
        taken += STEPS_A_ROUND
        change = float(jnp.max(changes))
        if not (rate * dt < 2 * COURANT and np.isfinite(change)):  # again with smaller steps, from no mixture
            dt /= 4
            state = marched
            mixture.forget()
            continue
        remaining = decay * change
        if watch is not None:
            watch(after)
        allowed = min(COURANT / max(rate, wave, 1e-30), 1.5 * dt, longest)
        if accelerate and tolerance < remaining < NEAR and dt / HELD < allowed < dt * HELD:
            state, marched = mixture.next(state, after), after
        else:
            mixture.forget()
            state, marched, dt = after, after, allowed
    return marched, remaining, taken


def _first_rate(model: FlowModel, wave: float) -> float:
    """Courant rate of the largest velocity that buoyancy and lids can give, 1/s."""
    import jax.numpy as jnp

    lid = float(jnp.max(jnp.abs(model.fluid.wall_velocity)))
    narrowest = min(float(jnp.min(model.mesh.widths(axis))) for axis in (0, 2))
    return max(wave * model.mesh.shape[2], lid / narrowest, 1e-30)


def viscous_limit(model: FlowModel) -> float:
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

    from jamsu.solver.flow.courant import courant_rate

    return jax.jit(partial(_march, steps=STEPS_A_ROUND)), jax.jit(courant_rate)


def _march(model: FlowModel, state: FlowState, dt: Any, steps: int) -> tuple[FlowState, Any]:
    """So many steps; rates of change of temperature and velocities in the last one."""
    import jax
    import jax.numpy as jnp

    from jamsu.solver.flow.step import step
    from jamsu.solver.grid.mesh import AXES

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


def falling_along(axis: int, model: FlowModel) -> FlowState:
    """Fluid at rest, temperature falling linearly from 1 to 0 along one axis of a unit box."""
    import jax.numpy as jnp

    from jamsu.solver.flow.model import initial_state
    from jamsu.solver.grid.mesh import along

    return initial_state(model.mesh, jnp.broadcast_to(1 - along(model.mesh.centres(axis), axis), model.mesh.shape))


def hot_side(model: FlowModel, state: FlowState) -> float:
    """Mean Nusselt number of the side x = 0 at temperature 1 of a unit box, by the scheme's own wall flux."""
    import numpy as np

    mesh = model.mesh
    area = np.asarray(mesh.widths(1))[:, None] * np.asarray(mesh.widths(2))
    return float(np.sum((1 - np.asarray(state.temperature[0])) / np.asarray(mesh.centres(0))[0] * area) / np.sum(area))
