"""A decaying exact solution of the Navier-Stokes equations in three dimensions (Ethier & Steinman 1994).

    u = -a [exp(a x) sin(a y + d z) + exp(a z) cos(a x + d y)] exp(-d^2 nu t), v and w by rotation x -> y -> z -> x
    p = -a^2 / 2 [exp(2 a x) + exp(2 a y) + exp(2 a z) + 2 sin(a x + d y) cos(a z + d x) exp(a (y + z)) + ...]
        exp(-2 d^2 nu t)

with a = pi/4, d = pi/2, nu = 1 on the cube [-1, 1]^3: the vorticity is along the velocity everywhere, and no term of
the equations vanishes. All six sides are inflows of the given velocity, renewed at each step.
Source: Ethier & Steinman, Int. J. Numer. Meth. Fluids 19 (1994) 369.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from jamsu.benchmarks.registry import Parameter, benchmark

if TYPE_CHECKING:
    from jamsu.solver.flow.model import FlowModel, FlowState
    from jamsu.solver.flow.open_sides import OpenSides

A, D = 0.7853981633974483, 1.5707963267948966
VISCOSITY = 1.0
FOURIER = 0.05  # nu dt / h^2: the time step falls with h^2, and explicit viscosity is stable up to 1/12


@benchmark(
    "beltrami",
    "Order of accuracy on an unsteady exact solution in three dimensions with given velocities on all sides",
    parameters={
        "cells": Parameter("integer", 32, "", "a side, on the finer of two grids", minimum=8, maximum=256),
        "time": Parameter("number", 0.1, "", "at which the fields are compared", above=0.0, maximum=1.0),
    },
    gives={
        "order_velocity": ("", "observed between half of the cells and all, with a quarter of the time step"),
        "order_pressure": ("", "likewise, of the pressure less its mean"),
        "error_velocity": ("", "root mean square over that of the velocity, on both grids"),
        "error_pressure": ("", "likewise"),
        "cells": ("", "of both grids"),
    },
)
def beltrami(cells: int, time: float) -> dict[str, Any]:
    """Errors at the given time on two grids."""
    levels = (cells // 2, cells // 2 * 2)
    velocity, pressure = zip(*(errors(n, time) for n in levels), strict=True)
    return {
        "order_velocity": np.log2(velocity[0] / velocity[1]),
        "order_pressure": np.log2(pressure[0] / pressure[1]),
        "error_velocity": velocity,
        "error_pressure": pressure,
        "cells": levels,
    }


def component(axis: int, place: Sequence[Any], time: Any) -> Any:
    """Velocity along an axis at places (x, y, z) that broadcast."""
    import jax.numpy as jnp

    x, y, z = (place[(axis + i) % 3] for i in range(3))
    decay = jnp.exp(-(D**2) * VISCOSITY * time)
    return -A * (jnp.exp(A * x) * jnp.sin(A * y + D * z) + jnp.exp(A * z) * jnp.cos(A * x + D * y)) * decay


def exact_pressure(place: Sequence[Any], time: Any) -> Any:
    """Pressure over density, but for a constant."""
    import jax.numpy as jnp

    total: Any = 0.0
    for axis in range(3):
        x, y, z = (place[(axis + i) % 3] for i in range(3))
        mixed = jnp.sin(A * x + D * y) * jnp.cos(A * z + D * x) * jnp.exp(A * (y + z))
        total = total + jnp.exp(2 * A * x) + 2 * mixed
    return -(A**2) / 2 * total * jnp.exp(-2 * D**2 * VISCOSITY * time)


def face_velocity(edges: Any, axis: int, time: Any) -> Any:
    """Mean velocity through all faces of an axis, by Simpson's rule: what enters then leaves to fourth order."""
    import jax.numpy as jnp

    from jamsu.solver.grid.mesh import along

    middle, half = 0.5 * (edges[1:] + edges[:-1]), 0.5 * (edges[1:] - edges[:-1])
    shape = [len(edges) if a == axis else len(middle) for a in range(3)]
    total: Any = 0.0
    b, c = (axis + 1) % 3, (axis + 2) % 3
    for i, first in ((-1, 1), (0, 4), (1, 1)):
        for j, second in ((-1, 1), (0, 4), (1, 1)):
            place = {axis: edges, b: middle + i * half, c: middle + j * half}
            value = component(axis, [along(place[a], a) for a in range(3)], time)
            total = total + first * second / 36 * jnp.broadcast_to(value, shape)
    return total


def given_sides(edges: Any, time: Any) -> OpenSides:
    """All sides with the exact velocity; the normal one less its mean outflow, so that nothing is left over."""
    import jax.numpy as jnp

    from jamsu.solver.flow.open_sides import OpenSides, layer
    from jamsu.solver.grid.mesh import along

    centre = 0.5 * (edges[1:] + edges[:-1])
    normal = [face_velocity(edges, axis, time) for axis in range(3)]
    out = sum(jnp.mean(layer(normal[a], a, 1)) - jnp.mean(layer(normal[a], a, 0)) for a in range(3)) / 6

    def velocity(axis: int, end: int) -> Any:
        values = []
        for b in range(3):
            if b == axis:
                values.append(layer(normal[axis], axis, end) + (out if end == 0 else -out))
                continue
            place = [centre, centre, centre]
            place[axis], place[b] = edges[-1:] if end else edges[:1], edges[1:-1]
            values.append(component(b, [along(place[a], a) for a in range(3)], time))
        return tuple(values)

    none = jnp.zeros((1, 1, 1), edges.dtype)
    pairs: Any = tuple((velocity(axis, 0), velocity(axis, 1)) for axis in range(3))
    return OpenSides(velocity=pairs, temperature=((none, none),) * 3, kind=(("inflow", "inflow"),) * 3)


def errors(cells: int, time: float) -> tuple[float, float]:
    """Relative errors of velocity (on faces) and pressure at a time."""
    import jax
    import jax.numpy as jnp

    from jamsu.solver.box import box_model
    from jamsu.solver.flow.model import initial_state
    from jamsu.solver.flow.step import step
    from jamsu.solver.grid.mesh import along

    edges = jnp.asarray(np.linspace(-1, 1, cells + 1))
    sides = jax.jit(given_sides)(edges, 0.0)
    model = box_model([np.asarray(edges)] * 3, viscosity=VISCOSITY, implicit_viscosity=False, open_sides=sides)
    place = [along(model.mesh.centres(a), a) for a in range(3)]
    # Compiled as a whole: one by one, the small operations take far longer to compile than to run.
    velocities = jax.jit(lambda e, t: tuple(face_velocity(e, a, t) for a in range(3)))
    pressure_at = jax.jit(exact_pressure)
    pressure = jnp.broadcast_to(pressure_at(place, 0.0), model.mesh.shape)
    start = replace(initial_state(model.mesh), velocity=velocities(edges, 0.0), pressure=pressure)
    count = int(np.ceil(time * VISCOSITY * cells**2 / (4 * FOURIER)))
    dt = time / count

    @jax.jit
    def march(model: FlowModel, state: FlowState) -> FlowState:
        def once(_: Any, now: FlowState) -> FlowState:
            # The normal velocities must be those of the step's end; friction is then late by a step, of order h^2.
            return step(replace(model, sides=given_sides(edges, now.time + dt)), now, jnp.asarray(dt))[0]

        return jax.lax.fori_loop(0, count, once, state)

    state = march(model, start)
    wanted = velocities(edges, time)
    away = [jnp.mean((v - w) ** 2) for v, w in zip(state.velocity, wanted, strict=True)]
    size = [jnp.mean(w**2) for w in wanted]
    # The pressure belongs to the middle of the last step.
    p = pressure_at(place, time - 0.5 * dt)
    p = p - jnp.mean(p)
    miss = state.pressure - jnp.mean(state.pressure) - p
    return float(jnp.sqrt(sum(away) / sum(size))), float(jnp.sqrt(jnp.mean(miss**2) / jnp.mean(p**2)))
