"""A heated circular cylinder across a stream, on cut cells (Dennis & Chang 1970; Fornberg 1980; Lange 1998), and in a
channel (Schaefer & Turek 1996).

                 frictionless side, `distance` from the centre
      U ->         ( T = 1 )  ~~~ wake            out at zero pressure
      T = 0      frictionless side

Below the Reynolds number 47 the flow is steady and, in a wide stream, symmetric: half of it is computed. Above, the
wake sheds vortices after a small push, and all values are means over whole periods. In the channel the stream enters as
a parabola between no-slip walls that let no heat through, 2 D below and 2.1 D above the centre. Units: diameter, (mean)
velocity of the stream. The references' y is our z.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from jamsu.benchmarks.cylinder_forces import PROBE, REACH, forces, front_to_rear, wake_length
from jamsu.benchmarks.grids import growing, mirrored
from jamsu.benchmarks.levels import ended, limits
from jamsu.benchmarks.marching import viscous_limit
from jamsu.benchmarks.registry import Parameter, benchmark
from jamsu.benchmarks.streams import VISCOUS, around_cylinder, cut_stream, passing, settle, streaming

if TYPE_CHECKING:
    from jamsu.geometry.cutcells import CutCells
    from jamsu.solver.flow.model import FlowModel, FlowState

MEANS = ("drag", "drag_pressure", "nusselt_mean")
SHEDDING = (*MEANS, "strouhal", "lift", "lift_max", "drag_max", "pressure_difference")  # measured in a shedding wake
ONSET = 47.0  # Reynolds number above which vortices are shed (Jackson, J. Fluid Mech. 182 (1987) 23)
BEFORE, ASIDE, BEHIND = 1.0, 1.0, 3.0  # of the centre the cells are uniform, D
GROWTH = 1.1  # of a cell to the next outer one
CHANNEL = ((-2.0, 20.0), (-2.0, 2.1))  # ends and walls from the centre, D
CHANNEL_GROWTH = 1.05
PERIODS = 6  # averaged over
STEPS = 100
SHEDDING_CHANGE = 0.01  # of the last period, relative, within which shedding is periodic
SHEDDING_COURANT = 0.4  # in the smallest cells
FASTEST = {False: 1.6, True: 2.4}  # the fluid beside the cylinder, in a wide stream and in the channel


@benchmark(
    "cylinder_forced",
    "A heated circular cylinder across a stream, on cut cells",
    parameters={
        "reynolds": Parameter("number", 20.0, "", "U D / nu", minimum=1.0, maximum=300.0),
        "prandtl": Parameter("number", 0.7, "", "nu / alpha", above=0.0),
        "cells": Parameter("integer", 24, "", "across the diameter", minimum=8, maximum=128),
        "distance": Parameter("number", 40.0, "D", "of sides and inflow; the outflow is as far", minimum=5.0),
        "channel": Parameter("flag", False, "", "in the channel of Schaefer & Turek; `distance` has no meaning then"),
        **limits(2e-3, 300.0, "D/U"),
    },
    gives={
        "drag": ("", "2 F / (rho U^2 D) per unit of length"),
        "drag_pressure": ("", "its part by pressure"),
        "lift": ("", "likewise, across the stream, its mean; none where half of the stream is computed"),
        "drag_max": ("", "largest in a period; none where the flow is steady"),
        "lift_max": ("", "likewise"),
        "pressure_difference": ("rho U^2", "from front to rear; with shedding, half a period after the largest lift"),
        "nusselt_mean": ("", "h D / k"),
        "wake_length": ("D", "of the standing eddies, from the rear of the cylinder; none where it sheds"),
        "strouhal": ("", "f D / U; none where the flow is steady"),
        "blockage": ("", "diameter over the width of the stream"),
        "remaining": ("", "estimated distance from the steady state, or change of the last period, relative"),
        "converged": ("", "whether that is within the tolerance (shedding: 1 %)"),
        "steps": ("", "time steps"),
    },
)
def cylinder_forced(
    reynolds: float, prandtl: float, cells: int, distance: float, channel: bool, tolerance: float, largest_time: float
) -> dict[str, Any]:
    """March to the steady state, or into periodic shedding."""
    steady = reynolds < ONSET
    half = steady and not channel
    cut = cut_channel(cells) if channel else wide_cut(cells, distance, half)
    model = (channel_model if channel else stream_model)(cut, reynolds, prandtl)
    state = starting(model, push=0.0 if steady else 0.3)
    ends = front_to_rear(cut)
    found: dict[str, Any] = dict.fromkeys((*SHEDDING, "wake_length"))
    if steady:
        state, remaining, steps = settle(model, state, 10.0, tolerance, largest_time)
        measured = {name: float(value) for name, value in forces(model, state, ends).items()}
        found |= {name: (2 if half else 1) * measured[name] for name in MEANS}
        found["lift"] = None if half else measured["lift"]
        found["pressure_difference"] = measured["pressure_difference"]
        found["wake_length"] = wake_length(model, state)
    else:
        tolerance = SHEDDING_CHANGE
        periods, remaining, steps = shed(model, state, ends, FASTEST[channel], largest_time)
        found |= periods
    low, high = CHANNEL[1] if channel else (-distance, distance)
    return ended({**found, "blockage": 1 / (high - low)}, remaining, tolerance, steps)


def wide_cut(cells: int, distance: float, half: bool) -> CutCells:
    """The stream without the cylinder at the origin; the half z > 0 or the whole."""
    width = 1 / cells
    up, down, side = (growing(width, width, reach, distance, GROWTH) for reach in (BEFORE, BEHIND, ASIDE))
    return around_cylinder(mirrored(up, down), side if half else mirrored(side, side))


def cut_channel(cells: int) -> CutCells:
    """The channel without the cylinder at the origin, its walls on the outermost faces."""
    (start, end), (low, high) = CHANNEL
    width = 1 / cells
    before, below, above = (np.linspace(0.0, abs(to), round(abs(to) * cells) + 1) for to in (start, low, high))
    x = mirrored(before, growing(width, width, BEHIND, end, CHANNEL_GROWTH))
    return around_cylinder(x, mirrored(below, above), CHANNEL[1])


def stream_model(cut: CutCells, reynolds: float, prandtl: float, inflow: float | np.ndarray = 1.0) -> FlowModel:
    """The stream in units of D and U."""
    return cut_stream(
        cut, passing(inflow), viscosity=1 / reynolds, conductivity=1 / (reynolds * prandtl), wall_temperature=1.0
    )


def channel_model(cut: CutCells, reynolds: float, prandtl: float) -> FlowModel:
    """The channel in units of D and mean velocity; only the cylinder is hot."""
    low, high = CHANNEL[1]
    s = (np.asarray(cut.grid.edges(2)) - low) / (high - low)
    parabola = np.diff(3 * s**2 - 2 * s**3) / np.diff(s)  # means over the faces
    model = stream_model(cut, reynolds, prandtl, parabola[None, None, :])
    near = np.abs(np.asarray(cut.grid.centres(2))) < REACH
    return replace(model, heat=replace(model.heat, exchange=model.heat.exchange * near))


def starting(model: FlowModel, push: float) -> FlowState:
    """The undisturbed stream, and where it is to oscillate a cross-flow behind the cylinder."""
    import jax.numpy as jnp

    mesh = model.mesh
    assert mesh.obstacles is not None
    state = streaming(model)
    u = state.velocity[0] * (mesh.obstacles.area[0] > 0)
    x, z = mesh.centres(0)[:, None, None] - PROBE[0], mesh.z_edge
    w = push * jnp.exp(-(x**2) - z**2) * mesh.obstacles.free[2]
    return replace(state, velocity=(u, state.velocity[1], w))


def shed(
    model: FlowModel, state: FlowState, ends: np.ndarray, fastest: float, largest_time: float
) -> tuple[dict[str, Any], float, int]:
    """March until two runs of periods agree; means over the last one, their change, and steps taken."""
    import jax.numpy as jnp

    smallest = float(np.diff(model.mesh.x_edge).min())
    dt = min(SHEDDING_COURANT * smallest / fastest, VISCOUS * viscous_limit(model))
    parts: list[dict[str, np.ndarray]] = []
    found: dict[str, Any] = dict.fromkeys(SHEDDING)
    change = np.inf
    while change > SHEDDING_CHANGE and len(parts) * STEPS * dt < largest_time:
        state, series = _recorded()(model, state, ends, jnp.asarray(dt))
        parts.append({name: np.asarray(values) for name, values in series.items()})
        if not np.isfinite(parts[-1]["probe"]).all():
            return dict.fromkeys(SHEDDING), np.inf, len(parts) * STEPS
        found, change = periodic({name: np.concatenate([part[name] for part in parts]) for name in parts[0]}, dt)
    return found, change, len(parts) * STEPS


@cache
def _recorded() -> Callable[..., Any]:
    """So many steps with the forces after each of them, compiled."""
    import jax

    from jamsu.solver.flow.step import step

    def march(model: FlowModel, state: FlowState, ends: Any, dt: Any) -> Any:
        def once(now: FlowState, _: Any) -> Any:
            after = step(model, now, dt)[0]
            return after, forces(model, after, ends)

        return jax.lax.scan(once, state, None, length=STEPS)

    return jax.jit(march)


def periodic(series: dict[str, np.ndarray], dt: float) -> tuple[dict[str, Any], float]:
    """Means and extremes over the last whole periods, and the largest relative change of the means and of the amplitude
    from the periods before."""
    probe = series["probe"]
    up = np.flatnonzero((probe[:-1] < 0) & (probe[1:] >= 0))
    if len(up) < 2 * PERIODS + 1:
        return dict.fromkeys(SHEDDING), np.inf
    at = up - probe[up] / (probe[up + 1] - probe[up])  # in steps, between them
    runs = []
    for first, last in ((-2 * PERIODS - 1, -PERIODS - 1), (-PERIODS - 1, -1)):
        part = slice(up[first], up[last])
        means = {name: float(series[name][part].mean()) for name in MEANS}
        runs.append({**means, "strouhal": PERIODS / ((at[last] - at[first]) * dt), "swing": float(np.ptp(probe[part]))})
    change = max(abs(runs[1][name] / runs[0][name] - 1) for name in runs[0])
    last_runs = slice(up[-PERIODS - 1], up[-1])
    lift = series["lift"][last_runs]
    period = (at[-1] - at[-PERIODS - 1]) / PERIODS
    highest = int(np.argmax(lift[: len(lift) - round(period)]))
    extremes = {
        "lift": float(lift.mean()),
        "lift_max": float(lift.max()),
        "drag_max": float(series["drag"][last_runs].max()),
        "pressure_difference": float(series["pressure_difference"][last_runs][highest + round(period / 2)]),
    }
    return {name: {**runs[1], **extremes}[name] for name in SHEDDING}, change
