"""Natural convection in a square cavity and in a cube with one hot and one cold side.

    x = 0 hot, x = L cold, the other sides adiabatic, no slip, gravity -z; the references' y of the square is our z.

The steady flow in the cube is symmetric about y = L/2: half of it is computed, with a frictionless plane there.
Units of the references: lengths in L, velocities in alpha/L, stream function in alpha, temperature in the
difference of the two sides; so L = alpha = dT = 1, viscosity = Pr, gravity * expansion = Ra Pr.
Source: de Vahl Davis, Int. J. Numer. Meth. Fluids 3 (1983) 249; Le Quere, Computers & Fluids 20 (1991) 29; Fusegi et
al., Int. J. Heat Mass Transfer 34 (1991) 1543; Tric, Labrosse & Betrouni, the same 43 (2000) 4043.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from jamsu.benchmarks.grids import ONE, wall_graded
from jamsu.benchmarks.levels import GIVES, PARAMETERS, steady_on_grids
from jamsu.benchmarks.marching import diffusive_decay, falling_along
from jamsu.benchmarks.profiles import centre_lines, hot_side, peak, wall_gradient, wall_heat
from jamsu.benchmarks.registry import Parameter, benchmark
from jamsu.benchmarks.stopwatch import Answer

if TYPE_CHECKING:
    from jamsu.solver.flow.model import FlowModel, FlowState

GIVEN = {
    "rayleigh": Parameter("number", 1e5, "", "g beta dT L^3 / (nu alpha)", above=0.0),
    "prandtl": Parameter("number", 0.71, "", "nu / alpha", above=0.0),
}
MARCH = {
    **PARAMETERS,
    "acceleration": Parameter(
        "name", "anderson", "", "of the march near the steady state", choices=("anderson", "none")
    ),
}
GAINED = {
    "wall_balance": ("", "(heat in - heat out) / heat in"),
    **GIVES,
    "answer_seconds": ("s", "the same until nusselt_mean stays within 0.5 % of its last value on the grid"),
}
HOT_AND_COLD = ((1.0, np.inf), (0.0, np.inf))


@benchmark(
    "cavity",
    "Natural convection in a square cavity heated from one side and cooled from the other",
    parameters={**GIVEN, "cells": Parameter("integer", 128, "", "a side", minimum=8, maximum=1024), **MARCH},
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
        **GAINED,
    },
)
def cavity(rayleigh: float, prandtl: float, cells: int, **march: Any) -> dict[str, Any]:
    """March to the steady state on a coarse grid, then on finer ones from there."""
    return _steady(partial(cavity_model, rayleigh, prandtl), measure, cells, prandtl, **march)


@benchmark(
    "cube",
    "Natural convection in a cube heated from one side and cooled from the other",
    parameters={**GIVEN, "cells": Parameter("integer", 48, "", "a side", minimum=8, maximum=256), **MARCH},
    gives={
        "nusselt_mean": ("", "of the hot side"),
        "nusselt_midplane": ("", "of the hot side on the plane of symmetry"),
        **GAINED,
    },
)
def cube(rayleigh: float, prandtl: float, cells: int, **march: Any) -> dict[str, Any]:
    """March to the steady state on a coarse grid, then on finer ones from there."""
    build, follow = partial(cube_model, rayleigh, prandtl), ("nusselt_mean", "nusselt_midplane")
    return _steady(build, measure_cube, cells, prandtl, follow=follow, coarsest=12, **march)


def _steady(
    build: Callable[[int], FlowModel],
    measure: Callable[[FlowModel, FlowState], dict[str, Any]],
    cells: int,
    prandtl: float,
    acceleration: str,
    **options: Any,
) -> dict[str, Any]:
    answer = Answer(cells, hot_side)
    found = steady_on_grids(
        build,
        partial(falling_along, 0),
        measure,
        cells,
        decay=diffusive_decay(prandtl),
        balance="wall_balance",
        accelerate=acceleration == "anderson",
        clock=answer,
        watch=answer,
        **options,
    )
    return {**found, "answer_seconds": answer.found}


def cavity_model(rayleigh: float, prandtl: float, cells: int) -> FlowModel:
    """The cavity in units of L, alpha and dT, with direct implicit conduction and viscosity."""
    edges = wall_graded(cells, rayleigh)
    return heated_box((edges, ONE, edges), rayleigh, prandtl)


def cube_model(rayleigh: float, prandtl: float, cells: int) -> FlowModel:
    """The half y < 1/2 of the cube; an odd number of cells has one more along y."""
    edges = wall_graded(cells, rayleigh)
    half = (cells + 1) // 2
    deep = wall_graded(2 * half, rayleigh)[: half + 1]
    return heated_box((edges, deep, edges), rayleigh, prandtl, no_slip=np.array([[1, 1], [1, 0], [1, 1]]))


def heated_box(edges: tuple[np.ndarray, ...], rayleigh: float, prandtl: float, **options: Any) -> FlowModel:
    """A box that is hot at x = 0 and cold at its other end, in units of L, alpha and dT."""
    from jamsu.solver.box import box_model

    sides = (HOT_AND_COLD, (None, None), (None, None))
    return box_model(edges, viscosity=prandtl, buoyancy=rayleigh * prandtl, sides=sides, **options)


def measure(model: FlowModel, state: FlowState) -> dict[str, float]:
    """The references' quantities, by cubic splines through the grid's values.

    The mean Nusselt number is that of the scheme's own wall flux: what the heat balance makes cross every x.
    """
    from scipy.interpolate import CubicSpline

    mesh = model.mesh
    x, z, z_edge = np.asarray(mesh.centres(0)), np.asarray(mesh.centres(2)), np.asarray(mesh.z_edge)
    # Adiabatic floor and ceiling: the local Nusselt number goes on evenly beyond them.
    local = wall_gradient(x[:3], 1 - np.asarray(state.temperature)[:3, 0, :])
    even = CubicSpline(
        np.concatenate([-z[1::-1], z, 2 - z[:-3:-1]]), np.concatenate([local[1::-1], local, local[:-3:-1]])
    )
    across, along = centre_lines(model, state)
    psi = CubicSpline(z_edge, np.r_[0, np.cumsum(across(z) * np.diff(z_edge))])
    found: dict[str, float] = {"nusselt_min": peak(even, sign=-1)[1], "psi_mid": abs(float(psi(0.5)))}
    found["nusselt_max_y"], found["nusselt_max"] = peak(even)
    found["u_max_y"], found["u_max"] = peak(across)
    found["v_max_x"], found["v_max"] = peak(along)
    return {**wall_heat(model, state), **found}


def measure_cube(model: FlowModel, state: FlowState) -> dict[str, float]:
    """Nusselt numbers by the scheme's own wall flux."""
    mesh = model.mesh
    hot = (1 - np.asarray(state.temperature[0])) / float(mesh.centres(0)[0])
    # Even about the plane of symmetry: the parabola through the last two cells has no slope there.
    a, b = (np.asarray(mesh.y_edge)[-1] - np.asarray(mesh.centres(1))[[-1, -2]]) ** 2
    middle = (b * hot[-1] - a * hot[-2]) / (b - a)
    half = float(np.sum(np.asarray(mesh.area[0][0])))
    return {**wall_heat(model, state, half), "nusselt_midplane": float(np.sum(middle * np.asarray(mesh.widths(2))))}
