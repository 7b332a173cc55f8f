"""jamsu's heated cylinder across a duct, on cut cells of a graded grid."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from jamsu.benchmarks.peers.cylinder import END, RADIUS, REYNOLDS, START, WALL, cut_edges
from jamsu.benchmarks.peers.jamsu_march import timed_march
from jamsu.benchmarks.peers.problems import PRANDTL, Problem

if TYPE_CHECKING:
    from jamsu.solver.box import OpenSide
    from jamsu.solver.flow.model import FlowModel, FlowState

# The pressure is solved until the divergence has fallen to this share: then dt mean |div u| is OpenFOAM's.
PRESSURE_TOLERANCE = 1e-2


def march_cylinder(problem: Problem, precision: str) -> dict[str, Any]:
    """From rest to the problem's time; viscosity and conduction explicit, as in a module."""
    import jax.numpy as jnp

    from jamsu.solver.flow.model import initial_state

    model = duct_model(problem.cells, precision)
    found = timed_march(problem, model, initial_state(model.mesh), nusselt)
    return {**found, "cells": int(jnp.sum(model.mesh.open_cell))}


def duct_model(cells: int, precision: str) -> FlowModel:
    """Fluid of unit density and heat capacity in units of D, U and the cylinder's temperature."""
    from jamsu.benchmarks.obstacles import with_cut_walls
    from jamsu.cases.assembly.grid import SMALLEST_OPEN_SHARE
    from jamsu.geometry.cutcells import cut_cells
    from jamsu.geometry.grid import Grid
    from jamsu.geometry.shapes import Box, Cylinder
    from jamsu.geometry.smallcells import close_small_cells
    from jamsu.solver.box import box_model, open_box_sides

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

    def walled(shape: Any) -> FlowModel:
        cut = close_small_cells(cut_cells(Grid(*edges), shape, closed_box=False), SMALLEST_OPEN_SHARE)
        return with_cut_walls(box, cut, conductivity, 1.0)

    # All walls rub, but only the cylinder gives heat.
    model = replace(walled(duct), heat=walled(wide).heat)
    return replace(model, pressure_tolerance=PRESSURE_TOLERANCE)


def nusselt(model: FlowModel, state: FlowState) -> float:
    """Mean of h D / k over the cylinder: the heat that its cells receive, over the cylinder's true area."""
    import numpy as np

    heat = model.heat
    given = np.sum(np.asarray(heat.exchange, float) * (1 - np.asarray(state.temperature, float)))
    return float(given) * REYNOLDS * PRANDTL / (2 * np.pi * RADIUS * 2 * WALL)
