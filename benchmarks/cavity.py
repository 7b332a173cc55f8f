"""Natural convection in a square cavity with one hot and one cold side (de Vahl Davis 1983; Le Quere 1991).

    x = 0 hot, x = L cold, floor and ceiling adiabatic, no slip, gravity -z; the references' y is our z.

Units of the references: lengths in L, velocities in alpha/L, stream function in alpha, temperature in the
difference of the two sides; so L = alpha = dT = 1, viscosity = Pr, gravity * expansion = Ra Pr.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from benchmarks.registry import Parameter, benchmark

if TYPE_CHECKING:
    import numpy as np

    from solver.step import Model, State

COURANT = 0.7
STEPS_A_ROUND = 50
COARSEST = 16  # cells a side


@benchmark(
    "cavity",
    "Natural convection in a square cavity heated from one side and cooled from the other",
    parameters={
        "rayleigh": Parameter("number", 1e5, "", "g beta dT L^3 / (nu alpha)", above=0.0),
        "prandtl": Parameter("number", 0.71, "", "nu / alpha", above=0.0),
        "cells": Parameter("integer", 128, "", "a side", minimum=8, maximum=1024),
        "tolerance": Parameter("number", 1e-5, "", "distance from the steady state, relative", above=0.0),
        "largest_time": Parameter("number", 5.0, "L^2/alpha", "gives up after this time on a grid", above=0.0),
    },
    gives={
        "nusselt_mean": ("", "of the hot side"),
        "nusselt_max": ("", "largest on the hot side"),
        "nusselt_max_y": ("L", "its height"),
        "nusselt_min": ("", "smallest on the hot side"),
        "u_max": ("alpha/L", "largest horizontal velocity on x = 1/2"),
        "u_max_y": ("L", "its height"),
        "v_max": ("alpha/L", "largest vertical velocity on y = 1/2"),
        "v_max_x": ("L", "its distance from the hot side"),
        "psi_mid": ("alpha", "stream function at the centre, absolute"),
        "wall_balance": ("", "(heat in - heat out) / heat in"),
        "remaining": ("", "estimated distance from the steady state, relative"),
        "converged": ("", "whether that is within the tolerance"),
        "steps": ("", "time steps on each grid, coarse to fine"),
    },
)
def cavity(rayleigh: float, prandtl: float, cells: int, tolerance: float, largest_time: float) -> dict[str, Any]:
    """March to the steady state on a coarse grid, then on finer ones from there."""
    from solver.step import initial_state
    from solver.transfer import refine

    levels = [n for n in (cells // 4, cells // 2) if n >= COARSEST] + [cells]
    model = cavity_model(rayleigh, prandtl, levels[0])
    state = conduction_state(model)
    steps = []
    for n in levels:
        if n != levels[0]:
            coarse, model = model, cavity_model(rayleigh, prandtl, n)
            state = refine(state, coarse.mesh, model.mesh, initial_state(model.mesh).velocity)
        wanted = tolerance if n == cells else 10 * tolerance
        state, remaining, taken = steady(model, state, prandtl, wanted, largest_time)
        steps.append(taken)
    found = measure(model, state)
    converged = remaining <= tolerance and abs(found["wall_balance"]) <= 10 * tolerance
    return {**found, "remaining": remaining, "converged": converged, "steps": steps}


def wall_graded(cells: int, rayleigh: float) -> np.ndarray:
    """Edges on [0, 1] by a hyperbolic tangent; the wall cell shrinks with the boundary layer, as Ra^(-1/4).

    x(s) = (1 + tanh(b s) / tanh(b)) / 2 on s in [-1, 1]: the wall cell is 2 b / sinh(2 b) of the uniform one.
    """
    import numpy as np
    from scipy.optimize import brentq

    share = float(np.clip(10 * rayleigh**-0.25, 0.05, 1.0))
    s = np.linspace(-1, 1, cells + 1)
    if share == 1.0:
        return (1 + s) / 2
    b = brentq(lambda b: 2 * b / np.sinh(2 * b) - share, 1e-3, 10)
    return (1 + np.tanh(b * s) / np.tanh(b)) / 2


def cavity_model(rayleigh: float, prandtl: float, cells: int) -> Model:
    """The cavity in units of L, alpha and dT, with direct implicit conduction and viscosity."""
    import numpy as np

    from solver.box import box_model

    edges = wall_graded(cells, rayleigh)
    return box_model(
        (edges, np.array([0.0, 1.0]), edges),
        viscosity=prandtl,
        buoyancy=rayleigh * prandtl,
        sides=(((1.0, np.inf), (0.0, np.inf)), (None, None), (None, None)),
    )


def conduction_state(model: Model) -> State:
    """Fluid at rest, temperature falling linearly from the hot to the cold side."""
    import jax.numpy as jnp

    from solver.step import initial_state

    x = model.mesh.centres(0)[:, None, None]
    return initial_state(model.mesh, jnp.broadcast_to(1 - x, model.mesh.shape))


def steady(
    model: Model, state: State, prandtl: float, tolerance: float, largest_time: float
) -> tuple[State, float, int]:
    """March until what is left to change is within the tolerance.

    What is left is estimated as rate of change times the slowest decay time, that of diffusion across the
    cavity, 1 / (pi^2 min(1, Pr)); relative to dT and to the largest velocity.

    Returns:
      state, remaining distance, time steps taken.
    """
    import jax.numpy as jnp
    import numpy as np

    march, rate_of = _compiled()
    decay = 1 / (np.pi**2 * min(1.0, prandtl))
    # Buoyancy and advection are explicit: the step has to resolve the fastest internal wave as well.
    wave = float(jnp.sqrt(model.fluid.buoyancy))
    free_fall = wave * model.mesh.shape[2]  # Courant rate of the velocity that buoyancy can give at most
    dt = min(COURANT / max(float(rate_of(model, state)), free_fall), 1e-3 * decay)
    end = float(state.time) + largest_time
    remaining, taken = np.inf, 0
    while remaining > tolerance and float(state.time) < end:
        after, changes = march(model, state, jnp.asarray(dt, model.mesh.dtype))
        rate = float(rate_of(model, after))
        taken += STEPS_A_ROUND
        if not rate * dt < 2 * COURANT:  # also where it is not finite: again with smaller steps
            dt /= 4
            continue
        state, remaining = after, decay * float(jnp.max(changes))
        dt = min(COURANT / max(rate, wave), 1.5 * dt, 0.01 * decay)
    return state, remaining, taken


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

    from solver.step import step

    before = jax.lax.fori_loop(0, steps - 1, lambda _, s: step(model, s, dt)[0], state)
    after, _ = step(model, before, dt)
    speed = jnp.maximum(max_abs(after.velocity[0]), max_abs(after.velocity[2]))
    changes = [max_abs(after.temperature - before.temperature)]
    changes += [max_abs(after.velocity[a] - before.velocity[a]) / speed for a in (0, 2)]
    return after, jnp.stack(changes) / dt


def max_abs(values: Any) -> Any:
    """Largest absolute value."""
    import jax.numpy as jnp

    return jnp.max(jnp.abs(values))


def measure(model: Model, state: State) -> dict[str, float]:
    """The references' quantities, by cubic splines through the grid's values."""
    import numpy as np
    from scipy.interpolate import CubicSpline

    mesh = model.mesh
    x, z = np.asarray(mesh.centres(0)), np.asarray(mesh.centres(2))
    x_edge, z_edge = np.asarray(mesh.x_edge), np.asarray(mesh.z_edge)
    dz = np.diff(z_edge)
    temperature = np.asarray(state.temperature)[:, 0, :]
    u, w = np.asarray(state.velocity[0])[:, 0, :], np.asarray(state.velocity[2])[:, 0, :]

    # The mean is that of the scheme's own wall flux: what the heat balance makes cross every x.
    heat_in = float(np.sum((1 - temperature[0]) / x[0] * dz))
    heat_out = float(np.sum(temperature[-1] / (1 - x[-1]) * dz))
    # Adiabatic floor and ceiling: the local Nusselt number goes on evenly beyond them.
    local = wall_gradient(x[:3], 1 - temperature[:3])
    even = CubicSpline(
        np.concatenate([-z[1::-1], z, 2 - z[:-3:-1]]), np.concatenate([local[1::-1], local, local[:-3:-1]])
    )
    largest_y, largest = peak(even)
    _, smallest = peak(even, sign=-1)

    u_mid = CubicSpline(x_edge, u)(0.5)
    w_mid = CubicSpline(z_edge, w, axis=1)(0.5)
    u_max_y, u_max = peak(CubicSpline(np.r_[0, z, 1], np.r_[0, u_mid, 0]))
    v_max_x, v_max = peak(CubicSpline(np.r_[0, x, 1], np.r_[0, w_mid, 0]))
    psi = CubicSpline(z_edge, np.r_[0, np.cumsum(u_mid * dz)])
    return {
        "nusselt_mean": heat_in,
        "nusselt_max": largest,
        "nusselt_max_y": largest_y,
        "nusselt_min": smallest,
        "u_max": u_max,
        "u_max_y": u_max_y,
        "v_max": v_max,
        "v_max_x": v_max_x,
        "psi_mid": abs(float(psi(0.5))),
        "wall_balance": (heat_in - heat_out) / heat_in,
    }


def wall_gradient(x: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Slope at x = 0 of the cubic through 0 there and `values` (3, n) at x (3,): third order."""
    import numpy as np

    powers = x[:, None] ** np.arange(1, 4)
    return np.asarray(np.linalg.solve(powers, values)[0])


def peak(spline: Any, sign: int = 1) -> tuple[float, float]:
    """Where on [0, 1] a cubic spline is largest (sign -1: smallest), and its value there."""
    import numpy as np

    turning = spline.derivative().roots(extrapolate=False)
    places = np.r_[0.0, turning[(turning > 0) & (turning < 1)], 1.0]
    best = int(np.argmax(sign * spline(places)))
    return float(places[best]), float(spline(places[best]))
