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

import numpy as np

from jamsu.benchmarks.annulus import ANGLES, at_angles
from jamsu.benchmarks.grids import growing, mirrored
from jamsu.benchmarks.levels import BY_GRID, ENDS, limits, on_grids
from jamsu.benchmarks.profiles import received
from jamsu.benchmarks.registry import Parameter, benchmark
from jamsu.benchmarks.streams import DRAWN, around_cylinder, cut_stream, settle

if TYPE_CHECKING:
    from jamsu.geometry.cutcells import CutCells
    from jamsu.solver.flow.model import FlowModel, FlowState

ASIDE, ABOVE = 0.7, 1.0  # from the centre the cells are uniform, D
GROWTH = 1.1  # of a cell to the next outer one
PASSED = 3.0  # disturbances near the cylinder are gone after this time; those of the plume far above take longer
LONGEST = 0.05  # time step


@benchmark(
    "cylinder_natural",
    "Natural convection from a horizontal cylinder in a wide fluid, on cut cells",
    parameters={
        "rayleigh": Parameter("number", 1e4, "", "g beta dT D^3 / (nu alpha)", minimum=10.0, maximum=1e7),
        "prandtl": Parameter("number", 0.7, "", "nu / alpha", above=0.0),
        "cells": Parameter("integer", 32, "", "across the diameter; even", minimum=8, maximum=256),
        "distance": Parameter("number", 25.0, "D", "of the open sides from the centre", minimum=3.0),
        **limits(1e-2, 200.0),
    },
    gives={
        "nusselt_mean": ("", "h D / k"),
        "nusselt_local": ("", "at the angles"),
        "angles": ("deg", "from the bottom"),
        "wall_area": ("", "of the cut cells' walls over the cylinder's"),
        **ENDS,
        **BY_GRID,
    },
)
def cylinder_natural(
    rayleigh: float, prandtl: float, cells: int, distance: float, tolerance: float, largest_time: float
) -> dict[str, Any]:
    """March to the steady state on half of the cells, then on all."""
    from jamsu.solver.flow.model import initial_state

    cuts: list[CutCells] = []

    def build(n: int) -> FlowModel:
        cuts.append(cut_half(n, distance))
        return natural_model(cuts[-1], rayleigh, prandtl)

    def march(model: FlowModel, state: FlowState, last: bool) -> tuple[FlowState, float, int]:
        return settle(model, state, PASSED, tolerance * (1 if last else 4), largest_time, longest=LONGEST)

    return on_grids(
        [n for n in (cells // 2,) if n >= 8] + [cells],
        build,
        lambda model: initial_state(model.mesh),
        march,
        lambda model, state: measure(model, state, cuts[-1]),
        tolerance=tolerance,
        follow=("nusselt_mean",),
    )


def cut_half(cells: int, distance: float) -> CutCells:
    """The half x > 0 of the fluid around the cylinder at the origin."""
    width = 1 / cells
    side, above = (growing(width, width, reach, distance, GROWTH) for reach in (ASIDE, ABOVE))
    return around_cylinder(side, mirrored(side, above))


def natural_model(cut: CutCells, rayleigh: float, prandtl: float) -> FlowModel:
    """The fluid at rest far away, drawn in through three sides."""
    return cut_stream(
        cut,
        {(0, 1): DRAWN, (2, 0): DRAWN, (2, 1): DRAWN},
        viscosity=(prandtl / rayleigh) ** 0.5,
        conductivity=(rayleigh * prandtl) ** -0.5,
        wall_temperature=1.0,
        buoyancy=1.0,
    )


def measure(model: FlowModel, state: FlowState, cut: CutCells) -> dict[str, Any]:
    """Nusselt numbers by the heat that the patches of wall exchange with their cells."""
    cell = np.flatnonzero(cut.wall_area > 0)
    area = cut.wall_area.reshape(-1)[cell]
    x, _, z = (component.reshape(-1)[cell] for component in cut.wall_centroid)
    lost = received(model, state).reshape(-1)[cell] / float(model.heat.box_conductivity)  # over k dT
    width = float(np.diff(np.asarray(model.mesh.x_edge)).min())
    # Local values count on the true area, as the mean does: patches of closed small cells share theirs unevenly.
    flux = lost / area * (area.sum() / (np.pi / 2))
    return {
        "nusselt_mean": float(lost.sum()) / (np.pi / 2),
        "nusselt_local": at_angles(np.degrees(np.arctan2(x, -z)), area, flux, width / 0.5),
        "angles": ANGLES,
        "wall_area": float(area.sum()) / (np.pi / 2),
    }
