"""Natural convection from a hot horizontal cylinder in a wide fluid, on cut cells (Kuehn & Goldstein; Saitoh 1993).

             plume, 180 deg
                  |
               .--|            T = 0, drawn in or leaving at the pressure of the fluid at rest
        T = 1 (   |            on the three sides, `distance` from the centre
               `--|
                0 deg

The half x > 0 is computed, to the right of the plane of symmetry; angles count from the bottom. Units: diameter D,
(g beta dT D)^(1/2), and dT: then nu = (Pr / Ra)^(1/2) and alpha = (Ra Pr)^(-1/2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jamsu.benchmarks.registry import Parameter, benchmark

if TYPE_CHECKING:
    from jamsu.geometry.cutcells import CutCells
    from jamsu.solver.flow.model import FlowModel, FlowState

ANGLES = (0.0, 30.0, 60.0, 90.0, 120.0, 150.0, 180.0)  # degrees from the bottom
ASIDE, ABOVE = 0.7, 1.0  # from the centre the cells are uniform, D
GROWTH = 1.1  # of a cell to the next outer one
PASSED = 3.0  # disturbances near the cylinder are gone after this time; those of the plume far above take longer
LONGEST = 0.05  # time step
COARSER = 2  # the first grid's cells, times the last one's


@benchmark(
    "cylinder_natural",
    "Natural convection from a horizontal cylinder in a wide fluid, on cut cells",
    parameters={
        "rayleigh": Parameter("number", 1e4, "", "g beta dT D^3 / (nu alpha)", minimum=10.0, maximum=1e7),
        "prandtl": Parameter("number", 0.7, "", "nu / alpha", above=0.0),
        "cells": Parameter("integer", 32, "", "across the diameter; even", minimum=8, maximum=256),
        "distance": Parameter("number", 25.0, "D", "of the open sides from the centre", minimum=3.0),
        "tolerance": Parameter("number", 1e-2, "", "distance from the steady state, relative", above=0.0),
        "largest_time": Parameter("number", 200.0, "", "gives up after this time on a grid", above=0.0),
    },
    gives={
        "nusselt_mean": ("", "h D / k"),
        "nusselt_local": ("", "at the angles"),
        "angles": ("deg", "from the bottom"),
        "wall_area": ("", "of the cut cells' walls over the cylinder's"),
        "remaining": ("", "estimated distance from the steady state, relative"),
        "converged": ("", "whether that is within the tolerance"),
        "steps": ("", "time steps on each grid"),
        "by_grid": ("", "mean Nusselt number on each grid"),
    },
)
def cylinder_natural(
    rayleigh: float, prandtl: float, cells: int, distance: float, tolerance: float, largest_time: float
) -> dict[str, Any]:
    """March to the steady state on half of the cells, then on all."""
    from jamsu.benchmarks.marching import carried
    from jamsu.benchmarks.streams import settle
    from jamsu.solver.flow.model import initial_state

    levels = [n for n in (cells // COARSER,) if 8 <= n < cells] + [cells]
    steps, means = [], []
    found: dict[str, Any] = {}
    cut = cut_half(levels[0], distance)
    model = natural_model(cut, rayleigh, prandtl)
    state, remaining = initial_state(model.mesh), 0.0
    for n in levels:
        if n != levels[0]:
            cut = cut_half(n, distance)
            coarse, model = model, natural_model(cut, rayleigh, prandtl)
            state = carried(state, coarse.mesh, model.mesh)
        wanted = tolerance if n == cells else 4 * tolerance
        state, remaining, taken = settle(model, state, PASSED, wanted, largest_time, longest=LONGEST)
        found = measure(model, state, cut)
        steps.append(taken)
        means.append(found["nusselt_mean"])
    return {
        **found,
        "angles": list(ANGLES),
        "remaining": remaining,
        "converged": remaining <= tolerance,
        "steps": steps,
        "by_grid": {"cells": levels, "nusselt_mean": means},
    }


def cut_half(cells: int, distance: float) -> CutCells:
    """The half x > 0 of the fluid around the cylinder at the origin."""
    import numpy as np

    from jamsu.benchmarks.streams import growing
    from jamsu.cases.assembly.grid import SMALLEST_OPEN_SHARE
    from jamsu.geometry.cutcells import cut_cells
    from jamsu.geometry.grid import Grid
    from jamsu.geometry.shapes import Box, Cylinder
    from jamsu.geometry.smallcells import close_small_cells

    width = 1 / cells
    side, below, above = (growing(width, width, reach, distance, GROWTH) for reach in (ASIDE, ASIDE, ABOVE))
    far = 4 * distance
    fluid = Box((-far, -far, -far), (far, far, far)) - Cylinder((0.0, -far, 0.0), (0.0, far, 0.0), 0.5)
    grid = Grid(side, np.array([0.0, 1.0]), np.concatenate([-below[:0:-1], above]))
    return close_small_cells(cut_cells(grid, fluid, closed_box=False), SMALLEST_OPEN_SHARE)


def natural_model(cut: CutCells, rayleigh: float, prandtl: float) -> FlowModel:
    """The fluid at rest far away, drawn in through three sides."""
    from jamsu.benchmarks.cut_streams import cut_stream_model

    drawn = ("entraining", (0.0, 0.0, 0.0), 0.0)
    return cut_stream_model(
        cut,
        {(0, 1): drawn, (2, 0): drawn, (2, 1): drawn},  # type: ignore[dict-item]  # literal kinds
        viscosity=(prandtl / rayleigh) ** 0.5,
        conductivity=(rayleigh * prandtl) ** -0.5,
        wall_temperature=1.0,
        buoyancy=1.0,
    )


def measure(model: FlowModel, state: FlowState, cut: CutCells) -> dict[str, Any]:
    """Nusselt numbers by the heat that the patches of wall exchange with their cells."""
    import numpy as np

    from jamsu.benchmarks.annulus import WINDOW, WINDOW_CELLS, local

    heat = model.heat
    cell = np.flatnonzero(cut.wall_area > 0)
    area = cut.wall_area.reshape(-1)[cell]
    x, _, z = (component.reshape(-1)[cell] for component in cut.wall_centroid)
    lost = np.asarray(heat.exchange * (heat.exchange_temperature - state.temperature)).reshape(-1)[cell]
    lost = lost / float(heat.box_conductivity)  # over k dT
    angle = np.degrees(np.arctan2(x, -z))
    width = float(np.diff(model.mesh.x_edge).min())
    window = max(WINDOW, float(np.degrees(WINDOW_CELLS * width / 0.5)))
    # Local values count on the true area, as the mean does: patches of closed small cells share theirs unevenly.
    flux = lost / area * (area.sum() / (np.pi / 2))
    return {
        "nusselt_mean": float(lost.sum()) / (np.pi / 2),
        "nusselt_local": [local(angle, area, flux, at, window) for at in ANGLES],
        "wall_area": float(area.sum()) / (np.pi / 2),
    }
