"""A heated circular cylinder across a uniform stream, on cut cells (Dennis & Chang 1970; Fornberg 1980; Lange 1998).

                 frictionless side, `distance` from the centre
      U ->         ( T = 1 )  ~~~ wake            out at zero pressure
      T = 0      frictionless side

Below the Reynolds number 47 the flow is steady and symmetric: half of it is computed. Above, the wake sheds vortices
after a small push, and all values are means over whole periods. Units: diameter, velocity of the stream.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from benchmarks.registry import Parameter, benchmark

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from geometry.cutcells import CutCells
    from solver.step import Model, State

ONSET = 47.0  # Reynolds number above which vortices are shed (Jackson, J. Fluid Mech. 182 (1987) 23)
BEFORE, ASIDE, BEHIND = 1.0, 1.0, 3.0  # of the centre the cells are uniform, D
GROWTH = 1.1  # of a cell to the next outer one
PERIODS = 6  # averaged over
PROBE = (2.0, 0.0)  # x, z from the centre where the oscillation is followed, D
STEPS = 100
SHEDDING_COURANT = 0.25  # of the stream in the smallest cells; beside the cylinder it is up to 1.5 times as fast


@benchmark(
    "cylinder_forced",
    "A heated circular cylinder across a uniform stream, on cut cells",
    parameters={
        "reynolds": Parameter("number", 20.0, "", "U D / nu", minimum=1.0, maximum=300.0),
        "prandtl": Parameter("number", 0.7, "", "nu / alpha", above=0.0),
        "cells": Parameter("integer", 24, "", "across the diameter", minimum=8, maximum=128),
        "distance": Parameter("number", 40.0, "D", "of sides and inflow; the outflow is as far", minimum=5.0),
        "tolerance": Parameter("number", 2e-3, "", "distance from the steady state, relative", above=0.0),
        "largest_time": Parameter("number", 300.0, "D/U", "gives up after this time", above=0.0),
    },
    gives={
        "drag": ("", "2 F / (rho U^2 D) per unit of length"),
        "drag_pressure": ("", "its part by pressure"),
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
    reynolds: float, prandtl: float, cells: int, distance: float, tolerance: float, largest_time: float
) -> dict[str, Any]:
    """March to the steady state, or into periodic shedding."""
    from benchmarks.streams import settle

    steady = reynolds < ONSET
    cut = cut_stream(cells, distance, half=steady)
    model = stream_model(cut, reynolds, prandtl)
    state = starting(model, push=0.0 if steady else 0.1)
    if steady:
        state, remaining, steps = settle(model, state, 10.0, tolerance, largest_time)
        whole = {name: 2 * float(value) for name, value in forces(model, state).items() if name != "probe"}
        found: dict[str, Any] = {**whole, "wake_length": wake_length(model, state), "strouhal": None}
        converged = remaining <= tolerance
    else:
        found, remaining, steps = shed(model, state, largest_time)
        converged = remaining <= 0.01
    return {
        **found,
        "blockage": 0.5 / distance,
        "remaining": remaining,
        "converged": converged,
        "steps": steps,
    }


def cut_stream(cells: int, distance: float, half: bool) -> CutCells:
    """The stream without the cylinder at the origin; the half z > 0 or the whole."""
    import numpy as np

    from benchmarks.streams import growing
    from cases.assembly.grid import SMALLEST_OPEN_SHARE
    from geometry.cutcells import cut_cells
    from geometry.grid import Grid
    from geometry.shapes import Box, Cylinder

    width = 1 / cells
    up, down = (growing(width, width, reach, distance, GROWTH) for reach in (BEFORE, BEHIND))
    side = growing(width, width, ASIDE, distance, GROWTH)
    z = side if half else np.concatenate([-side[:0:-1], side])
    far = 4 * distance
    around = Box((-far, -far, -far), (far, far, far)) - Cylinder((0.0, -far, 0.0), (0.0, far, 0.0), 0.5)
    grid = Grid(np.concatenate([-up[:0:-1], down]), np.array([0.0, 1.0]), z)
    return cut_cells(grid, around, closed_box=False).floor(SMALLEST_OPEN_SHARE)


def stream_model(cut: CutCells, reynolds: float, prandtl: float) -> Model:
    """The stream in units of D and U."""
    from benchmarks.cut_streams import cut_stream_model

    return cut_stream_model(
        cut,
        {(0, 0): ("inflow", (1.0, 0.0, 0.0), 0.0), (0, 1): ("outflow", (0.0, 0.0, 0.0), 0.0)},
        viscosity=1 / reynolds,
        conductivity=1 / (reynolds * prandtl),
        wall_temperature=1.0,
    )


def starting(model: Model, push: float) -> State:
    """The undisturbed stream, and where it is to oscillate a cross-flow behind the cylinder."""
    import jax.numpy as jnp

    from solver.mesh import along
    from solver.step import initial_state

    mesh = model.mesh
    state = initial_state(mesh)
    assert mesh.obstacles is not None
    u = jnp.ones_like(state.velocity[0]) * (mesh.obstacles.area[0] > 0)
    x, z = along(mesh.centres(0), 0) - PROBE[0], along(mesh.z_edge, 2)
    w = push * jnp.exp(-(x**2) - z**2) * mesh.obstacles.free[2]
    return replace(state, velocity=(u, state.velocity[1], jnp.broadcast_to(w, state.velocity[2].shape)))


def forces(model: Model, state: State) -> dict[str, Any]:
    """Drag, its pressure part and mean Nusselt number, as far as the part that is computed makes them, and the
    cross-flow at the probe.

    Friction is what walls take from the momentum of the faces' fluid, and what its stress gives to closed faces, which
    stand still: the sum over all open faces of the stress between them is nothing. The pressure's force on the fluid
    is that of both ends of the box less what it exerts on the cylinder; it is the sum over the faces' volumes.
    """
    import jax.numpy as jnp

    from solver.flow import control_volume, inner_faces, viscous_force
    from solver.mesh import along
    from solver.operators import difference

    mesh, heat = model.mesh, model.heat
    assert mesh.obstacles is not None
    free, p = inner_faces(mesh.obstacles.free[0], 0), state.pressure
    u = inner_faces(state.velocity[0], 0)
    nu = model.fluid.viscosity
    stress = viscous_force(mesh, model.fluid, state.velocity, nu, 0)
    friction = jnp.sum(free * (nu * inner_faces(mesh.obstacles.friction[0], 0) * u - stress))
    slope = difference(p, 0) / along(mesh.spacing(0)[1:-1], 0)
    ends = jnp.sum(p[0] * mesh.area[0][0]) - jnp.sum(p[-1] * mesh.area[0][-1])
    pressed = ends + jnp.sum(free * control_volume(mesh, 0) * slope)
    lost = jnp.sum(heat.exchange * (heat.exchange_temperature - state.temperature))
    at = jnp.argmin(jnp.abs(mesh.centres(0) - PROBE[0])), 0, jnp.argmin(jnp.abs(mesh.z_edge - PROBE[1]))
    return {
        "drag": 2 * (friction + pressed),
        "drag_pressure": 2 * pressed,
        "nusselt_mean": lost / heat.box_conductivity / jnp.pi,
        "probe": state.velocity[2][at],
    }


def wake_length(model: Model, state: State) -> float | None:
    """Where the velocity on the axis behind the cylinder turns forward, from its rear; None if it always is.

    On the axis the velocity is that of the parabola through two cells that is even about it, (9 u_1 - u_2) / 8.
    """
    import numpy as np

    x, u = np.asarray(model.mesh.x_edge), np.asarray(state.velocity[0])[:, 0, :2]
    axis = ((9 * u[:, 0] - u[:, 1]) / 8)[x > 0.5]
    x = x[x > 0.5]
    turns = np.flatnonzero((axis[:-1] < 0) & (axis[1:] >= 0))
    if not len(turns):
        return None
    i = turns[-1]
    return float(x[i] - axis[i] * (x[i + 1] - x[i]) / (axis[i + 1] - axis[i]) - 0.5)


def shed(model: Model, state: State, largest_time: float) -> tuple[dict[str, Any], float, int]:
    """March until two runs of periods agree; means over the last one, their change, and steps taken."""
    import jax.numpy as jnp
    import numpy as np

    from benchmarks.marching import viscous_limit
    from benchmarks.streams import VISCOUS

    dt = min(SHEDDING_COURANT * float(np.diff(model.mesh.x_edge).min()), VISCOUS * viscous_limit(model))
    parts: list[dict[str, np.ndarray]] = []
    found: dict[str, Any] = dict.fromkeys(("drag", "drag_pressure", "nusselt_mean", "strouhal"))
    change = np.inf
    while change > 0.01 and len(parts) * STEPS * dt < largest_time:
        state, series = _recorded()(model, state, jnp.asarray(dt))
        parts.append({name: np.asarray(values) for name, values in series.items()})
        if not np.isfinite(parts[-1]["probe"]).all():
            return {**found, "wake_length": None}, np.inf, len(parts) * STEPS
        found, change = periodic({name: np.concatenate([part[name] for part in parts]) for name in parts[0]}, dt)
    return {**found, "wake_length": None}, change, len(parts) * STEPS


@cache
def _recorded() -> Callable[..., Any]:
    """So many steps with the forces after each of them, compiled."""
    import jax

    from solver.step import step

    def march(model: Model, state: State, dt: Any) -> Any:
        def once(now: State, _: Any) -> Any:
            after = step(model, now, dt)[0]
            return after, forces(model, after)

        return jax.lax.scan(once, state, None, length=STEPS)

    return jax.jit(march)


def periodic(series: dict[str, np.ndarray], dt: float) -> tuple[dict[str, Any], float]:
    """Means over the last whole periods, and their largest relative change from those before, the amplitude's too."""
    import numpy as np

    probe = series["probe"]
    up = np.flatnonzero((probe[:-1] < 0) & (probe[1:] >= 0))
    names = ("drag", "drag_pressure", "nusselt_mean", "strouhal")
    if len(up) < 2 * PERIODS + 1:
        return dict.fromkeys(names), np.inf
    at = up - probe[up] / (probe[up + 1] - probe[up])  # in steps, between them
    runs = []
    for first, last in ((-2 * PERIODS - 1, -PERIODS - 1), (-PERIODS - 1, -1)):
        part = slice(up[first], up[last])
        means = {name: float(series[name][part].mean()) for name in names[:-1]}
        runs.append({**means, "strouhal": PERIODS / ((at[last] - at[first]) * dt), "swing": float(np.ptp(probe[part]))})
    change = max(abs(runs[1][name] / runs[0][name] - 1) for name in runs[0])
    return {name: runs[1][name] for name in names}, change
