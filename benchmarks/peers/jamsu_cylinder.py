"""jamsu's heated cylinder across a duct, on cut cells of a graded grid."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from benchmarks.peers.cylinder import END, RADIUS, REYNOLDS, START, WALL, cut_edges
from benchmarks.peers.problems import PRANDTL, Problem

if TYPE_CHECKING:
    from solver.box import OpenSide
    from solver.step import Model, State

STEPS_A_CALL = 8
# The pressure is solved until the divergence has fallen to this share: then dt mean |div u| is OpenFOAM's.
PRESSURE_TOLERANCE = 1e-2


def march_cylinder(problem: Problem, precision: str) -> dict[str, Any]:
    """From rest to the problem's time; viscosity and conduction explicit, as in a module."""
    import jax
    import jax.numpy as jnp

    from solver.step import initial_state, step

    model = duct_model(problem.cells, precision)
    state = initial_state(model.mesh)
    dt = jnp.asarray(problem.dt, precision)

    def march(model: Model, state: State) -> State:
        return jax.lax.fori_loop(0, STEPS_A_CALL, lambda _, s: step(model, s, dt)[0], state)

    compiled = jax.jit(march)
    nusselt(model, jax.block_until_ready(compiled(model, state)))
    calls, over = divmod(problem.steps, STEPS_A_CALL)
    if over:
        raise ValueError(f"{problem.steps} steps are not a multiple of {STEPS_A_CALL}")
    stamps = [time.monotonic()]
    for _ in range(calls):
        state = jax.block_until_ready(compiled(model, state))
        stamps.append(time.monotonic())
    answer = nusselt(model, state)
    return {
        "started": stamps[0],
        "answered": time.monotonic(),
        "step_seconds": [(after - before) / STEPS_A_CALL for before, after in pairwise(stamps)],
        "answer": answer,
        "continuity": continuity(model, state, problem.dt),
        "cells": int(jnp.sum(model.mesh.open_cell)),
    }


def duct_model(cells: int, precision: str) -> Model:
    """Fluid of unit density and heat capacity in units of D, U and the cylinder's temperature."""
    from benchmarks.obstacles import with_cut_walls
    from cases.assembly.grid import SMALLEST_OPEN_SHARE
    from geometry.cutcells import cut_cells
    from geometry.grid import Grid
    from geometry.shapes import Box, Cylinder
    from solver.box import box_model, open_box_sides

    edges = cut_edges(cells)
    viscosity, conductivity = 1 / REYNOLDS, 1 / (REYNOLDS * PRANDTL)
    ends: dict[tuple[int, int], OpenSide] = {
        (0, 0): ("inflow", (1.0, 0.0, 0.0), 0.0),
        (0, 1): ("outflow", (0.0, 0.0, 0.0), 0.0),
    }
    box = box_model(
        edges,
        viscosity=viscosity,
        conductivity=conductivity,
        conduction="explicit",
        implicit_viscosity=False,
        open_sides=open_box_sides(ends, precision),
        dtype=precision,
    )
    cylinder = Cylinder((0.0, -2 * WALL, 0.0), (0.0, 2 * WALL, 0.0), RADIUS)
    duct = Box((2 * START, -WALL, -WALL), (2 * END, WALL, WALL)) - cylinder
    wide = Box((2 * START, -2 * WALL, -2 * WALL), (2 * END, 2 * WALL, 2 * WALL)) - cylinder

    def walled(shape: Any) -> Model:
        cut = cut_cells(Grid(*edges), shape, closed_box=False).floor(SMALLEST_OPEN_SHARE)
        return with_cut_walls(box, cut, conductivity, 1.0)

    # All walls rub, but only the cylinder gives heat.
    model = replace(walled(duct), heat=walled(wide).heat)
    return replace(model, pressure_tolerance=PRESSURE_TOLERANCE)


def nusselt(model: Model, state: State) -> float:
    """Mean of h D / k over the cylinder: the heat that its cells receive, over the cylinder's true area."""
    import numpy as np

    heat = model.heat
    given = np.sum(np.asarray(heat.exchange, float) * (1 - np.asarray(state.temperature, float)))
    return float(given) * REYNOLDS * PRANDTL / (2 * np.pi * RADIUS * 2 * WALL)


def continuity(model: Model, state: State, dt: float) -> float:
    """dt times the volume-weighted mean of |div u| in the open cells."""
    import jax.numpy as jnp

    from solver.operators import divergence

    net = divergence(model.mesh, state.velocity) * model.mesh.open_cell
    return dt * float(jnp.sum(jnp.abs(net)) / jnp.sum(model.mesh.volume * model.mesh.open_cell))
