"""Natural convection in a cube with one hot and one cold side (Fusegi et al. 1991; Tric, Labrosse & Betrouni 2000).

    x = 0 hot, x = L cold, the four other sides adiabatic, no slip everywhere, gravity -z.

The steady flow is symmetric about y = L/2: half of the cube is computed, with a frictionless plane there. Units as in
`jamsu.benchmarks.cavity`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from jamsu.benchmarks.grids import wall_graded
from jamsu.benchmarks.marching import (
    ACCELERATION,
    GIVES,
    PARAMETERS,
    diffusive_decay,
    falling_along,
    hot_side,
    steady_on_grids,
)
from jamsu.benchmarks.registry import Parameter, benchmark
from jamsu.benchmarks.stopwatch import Answer

if TYPE_CHECKING:
    from jamsu.solver.flow.model import FlowModel, FlowState


@benchmark(
    "cube",
    "Natural convection in a cube heated from one side and cooled from the other",
    parameters={
        "rayleigh": Parameter("number", 1e5, "", "g beta dT L^3 / (nu alpha)", above=0.0),
        "prandtl": Parameter("number", 0.71, "", "nu / alpha", above=0.0),
        "cells": Parameter("integer", 48, "", "a side", minimum=8, maximum=256),
        **PARAMETERS,
        **ACCELERATION,
    },
    gives={
        "nusselt_mean": ("", "of the hot side"),
        "nusselt_midplane": ("", "of the hot side on the plane of symmetry"),
        "wall_balance": ("", "(heat in - heat out) / heat in"),
        **GIVES,
        "answer_seconds": ("s", "the same until nusselt_mean stays within 0.5 % of its last value on the grid"),
    },
)
def cube(
    rayleigh: float, prandtl: float, cells: int, tolerance: float, largest_time: float, acceleration: str
) -> dict[str, Any]:
    """March to the steady state on a coarse grid, then on finer ones from there."""
    answer = Answer(cells, hot_side)
    result = steady_on_grids(
        lambda n: cube_model(rayleigh, prandtl, n),
        partial(falling_along, 0),
        measure,
        cells,
        decay=diffusive_decay(prandtl),
        tolerance=tolerance,
        largest_time=largest_time,
        accelerate=acceleration == "anderson",
        watch=answer,
        follow=("nusselt_mean", "nusselt_midplane"),
        coarsest=12,
    )
    return {**result.report(tolerance, "wall_balance"), "answer_seconds": answer.seconds}


def cube_model(rayleigh: float, prandtl: float, cells: int) -> FlowModel:
    """The half y < 1/2 of the cube in units of L, alpha and dT; an odd number of cells has one more along y."""
    import numpy as np

    from jamsu.solver.box import box_model

    edges = wall_graded(cells, rayleigh)
    half = (cells + 1) // 2
    return box_model(
        (edges, wall_graded(2 * half, rayleigh)[: half + 1], edges),
        viscosity=prandtl,
        buoyancy=rayleigh * prandtl,
        sides=(((1.0, np.inf), (0.0, np.inf)), (None, None), (None, None)),
        no_slip=np.array([[1, 1], [1, 0], [1, 1]]),
    )


def measure(model: FlowModel, state: FlowState) -> dict[str, float]:
    """Nusselt numbers by the scheme's own wall flux: what the heat balance makes cross every x."""
    import numpy as np

    mesh = model.mesh
    x, dy, dz = np.asarray(mesh.centres(0)), np.asarray(mesh.widths(1)), np.asarray(mesh.widths(2))
    temperature = np.asarray(state.temperature)
    area = dy[:, None] * dz
    hot, cold = (1 - temperature[0]) / x[0], temperature[-1] / (1 - x[-1])
    heat_in, heat_out = (float(np.sum(flux * area) / np.sum(area)) for flux in (hot, cold))
    # Even about the plane of symmetry: the parabola through the last two cells has no slope there.
    a, b = (np.asarray(mesh.y_edge)[-1] - np.asarray(mesh.centres(1))[[-1, -2]]) ** 2
    middle = (b * hot[-1] - a * hot[-2]) / (b - a)
    return {
        "nusselt_mean": heat_in,
        "nusselt_midplane": float(np.sum(middle * dz)),
        "wall_balance": (heat_in - heat_out) / heat_in,
    }
