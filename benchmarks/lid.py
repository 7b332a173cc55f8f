"""Lid-driven square cavity (Ghia, Ghia & Shin 1982; Botella & Peyret 1998).

    The side at the top moves in +x at U, the three others stand still. The references' y is our z.

Units of the references: L and U, so viscosity = 1 / Re.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from jamsu.benchmarks.grids import ONE, tanh_graded
from jamsu.benchmarks.levels import GIVES, limits, steady_on_grids
from jamsu.benchmarks.profiles import centre_lines, peak
from jamsu.benchmarks.registry import Parameter, benchmark

if TYPE_CHECKING:
    from jamsu.solver.flow.model import FlowModel, FlowState

# Where Ghia, Ghia & Shin, J. Comput. Phys. 48 (1982) 387, tables I and II, print velocities.
STATIONS_Y = (
    0.0, 0.0547, 0.0625, 0.0703, 0.1016, 0.1719, 0.2813, 0.4531, 0.5,
    0.6172, 0.7344, 0.8516, 0.9531, 0.9609, 0.9688, 0.9766, 1.0,
)  # fmt: skip
STATIONS_X = (
    0.0, 0.0625, 0.0703, 0.0781, 0.0938, 0.1563, 0.2266, 0.2344, 0.5,
    0.8047, 0.8594, 0.9063, 0.9453, 0.9531, 0.9609, 0.9688, 1.0,
)  # fmt: skip
WALL_CELL = 0.5  # of a uniform one


@benchmark(
    "lid",
    "Flow in a square cavity driven by its moving lid",
    parameters={
        "reynolds": Parameter("number", 1000.0, "", "U L / nu", above=0.0),
        "cells": Parameter("integer", 128, "", "a side", minimum=8, maximum=1024),
        **limits(3e-4, 400.0, "L/U"),
    },
    gives={
        "u_centreline": ("U", "horizontal velocity on x = 1/2 at the heights y"),
        "y": ("L", "Ghia's 17 heights"),
        "v_centreline": ("U", "vertical velocity on y = 1/2 at the distances x"),
        "x": ("L", "Ghia's 17 distances from the left side"),
        "u_min": ("U", "smallest horizontal velocity on x = 1/2"),
        "v_max": ("U", "largest vertical velocity on y = 1/2"),
        "v_min": ("U", "smallest vertical velocity on y = 1/2"),
        **GIVES,
    },
)
def lid(reynolds: float, cells: int, **march: Any) -> dict[str, Any]:
    """March to the steady state on a coarse grid, then on finer ones from there.

    Diffusion across the cavity decays in Re L / (pi^2 U); at least a tenth of the lid's own time L / U.
    """
    from jamsu.solver.flow.model import initial_state

    return steady_on_grids(
        lambda n: lid_model(reynolds, n),
        lambda model: initial_state(model.mesh),
        measure,
        cells,
        decay=max(reynolds / float(np.pi**2), 0.1),
        follow=("u_min", "v_max", "v_min"),
        **march,
    )


def lid_model(reynolds: float, cells: int) -> FlowModel:
    """The cavity in units of L and U."""
    from jamsu.solver.box import box_model

    edges = tanh_graded(cells, WALL_CELL)
    moving = np.zeros((3, 2, 3))
    moving[2, 1, 0] = 1.0  # the upper side of z moves along x
    return box_model((edges, ONE, edges), viscosity=1 / reynolds, wall_velocity=moving)


def measure(model: FlowModel, state: FlowState) -> dict[str, Any]:
    """Velocities on the two centre lines, by cubic splines through the grid's values and the sides'."""
    across, along = centre_lines(model, state, lid=1.0)
    return {
        "u_centreline": across(STATIONS_Y),
        "y": STATIONS_Y,
        "v_centreline": along(STATIONS_X),
        "x": STATIONS_X,
        "u_min": peak(across, sign=-1)[1],
        "v_max": peak(along)[1],
        "v_min": peak(along, sign=-1)[1],
    }
