"""Marching of the benchmarks' flows to their steady states, on one grid.

Velocities count from the unit of the problem (alpha/L where heat drives the flow, the lid's speed where it does), so
"relative to the largest velocity" means relative to that unit where the fluid comes to rest.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from jamsu.solver.flow.model import FlowModel, FlowState

    Compiled = tuple[Callable[..., Any], Callable[..., Any]]

COURANT = 0.7
STEPS_A_ROUND = 50
VISCOUS = 0.9  # share of the largest step that explicit viscosity allows
NEAR = 1.0  # distance from the steady state, relative, within which a march may be accelerated
HELD = 1.25  # a step is held, for the sake of the history, while the flow asks for no other by more than this
SMALLEST_SHARE = 1 / 256  # of the step that should do: with less a march has broken down


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
    lid = float(np.max(np.asarray(model.fluid.wall_velocity)))
    narrowest = min(float(np.min(np.asarray(model.mesh.widths(axis)))) for axis in (0, 2))
    return max(wave * model.mesh.shape[2], lid / narrowest, 1e-30)


def controlled(
    compiled: Compiled,
    model: FlowModel,
    state: FlowState,
    decay: float,
    tolerance: float,
    largest_time: float,
    courant: float,
    longest: float,
    note: Callable[..., None] | None = None,
) -> tuple[FlowState, float, int]:
    """March until rate of change times `decay` is within the tolerance, in rounds of steps that the flow sets.

    Args:
      compiled: a round of steps (`_march` or one that gives more), and the Courant rate. longest: time step.
      note: called with state, time step and what else a round gives.

    Returns:
      state, remaining distance from the steady state (infinite if the march has broken down), rounds marched.
    """
    import jax.numpy as jnp

    march, rate_of = compiled
    end = float(state.time) + largest_time
    remaining, rounds, share = np.inf, 0, 1.0
    while remaining > tolerance and float(state.time) < end:
        dt = share * min(courant / max(float(rate_of(model, state)), 1e-30), longest)
        after, changes, *more = march(model, state, jnp.asarray(dt, model.mesh.dtype))
        rounds += 1
        change = float(jnp.max(changes))
        if not (np.isfinite(change) and float(rate_of(model, after)) * dt < 2 * courant):
            share /= 2  # again: the flow has become much faster within the round
            if share < SMALLEST_SHARE:
                return state, np.inf, rounds
            continue
        state, remaining, share = after, decay * change, min(1.0, 1.5 * share)
        if note is not None:
            note(state, dt, *more)
    return state, remaining, rounds


def viscous_limit(model: FlowModel) -> float:
    """Largest stable step of explicit Adams-Bashforth viscosity, s: 1 / |largest eigenvalue|, which is at most
    2 nu sum(area / distance) / volume over the faces of a cell (Gershgorin); infinite where viscosity is implicit.
    """
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
def _compiled() -> Compiled:
    """The march and the Courant rate, compiled once for each grid's shape."""
    import jax

    from jamsu.solver.flow.courant import courant_rate

    return jax.jit(partial(_march, steps=STEPS_A_ROUND)), jax.jit(courant_rate)


def _march(model: FlowModel, state: FlowState, dt: Any, steps: int) -> tuple[FlowState, Any]:
    """So many steps; rates of change of temperature and velocities in the last one."""
    import jax
    import jax.numpy as jnp

    from jamsu.solver.flow.step import step

    before = jax.lax.fori_loop(0, steps - 1, lambda _, s: step(model, s, dt)[0], state)
    after, _ = step(model, before, dt)
    changes = [max_abs(after.temperature - before.temperature), *velocity_changes(before, after)]
    return after, jnp.stack(changes) / dt


def velocity_changes(before: FlowState, after: FlowState) -> list[Any]:
    """Largest change of each velocity, over the largest velocity or its unit."""
    import jax.numpy as jnp

    unit = jnp.ones((), after.temperature.dtype)
    speed = jnp.max(jnp.stack([max_abs(v) for v in after.velocity] + [unit]))
    return [max_abs(v - u) / speed for u, v in zip(before.velocity, after.velocity, strict=True)]


def max_abs(values: Any) -> Any:
    """Largest absolute value."""
    import jax.numpy as jnp

    return jnp.max(jnp.abs(values))


def diffusive_decay(prandtl: float) -> float:
    """Decay time of diffusion across a unit box, in L^2/alpha: of heat or of momentum, whichever takes longer."""
    return float(1 / (np.pi**2 * min(1.0, prandtl)))


def falling_along(axis: int, model: FlowModel) -> FlowState:
    """Fluid at rest, temperature falling linearly from 1 to 0 along an axis."""
    from jamsu.solver.flow.model import initial_state
    from jamsu.solver.grid.mesh import along

    edges = model.mesh.edges[axis]
    return initial_state(model.mesh, along((edges[-1] - model.mesh.centres(axis)) / (edges[-1] - edges[0]), axis))
