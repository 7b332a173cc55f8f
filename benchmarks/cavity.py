"""Natural convection in a square cavity with one hot and one cold side (de Vahl Davis 1983; Le Quere 1991).

    x = 0 hot, x = L cold, floor and ceiling adiabatic, no slip, gravity -z; the references' y is our z.

Units of the references: lengths in L, velocities in alpha/L, stream function in alpha, temperature in the
difference of the two sides; so L = alpha = dT = 1, viscosity = Pr, gravity * expansion = Ra Pr.
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
from jamsu.benchmarks.profiles import peak, wall_gradient
from jamsu.benchmarks.registry import Parameter, benchmark
from jamsu.benchmarks.stopwatch import Answer

if TYPE_CHECKING:
    from jamsu.solver.flow.model import FlowModel, FlowState


@benchmark(
    "cavity",
    "Natural convection in a square cavity heated from one side and cooled from the other",
    parameters={
        "rayleigh": Parameter("number", 1e5, "", "g beta dT L^3 / (nu alpha)", above=0.0),
        "prandtl": Parameter("number", 0.71, "", "nu / alpha", above=0.0),
        "cells": Parameter("integer", 128, "", "a side", minimum=8, maximum=1024),
        **PARAMETERS,
        **ACCELERATION,
    },
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
        "wall_balance": ("", "(heat in - heat out) / heat in"),
        **GIVES,
        "answer_seconds": ("s", "the same until nusselt_mean stays within 0.5 % of its last value on the grid"),
    },
)
def cavity(
    rayleigh: float, prandtl: float, cells: int, tolerance: float, largest_time: float, acceleration: str
) -> dict[str, Any]:
    """March to the steady state on a coarse grid, then on finer ones from there."""
    answer = Answer(cells, hot_side)
    result = steady_on_grids(
        lambda n: cavity_model(rayleigh, prandtl, n),
        partial(falling_along, 0),
        measure,
        cells,
        decay=diffusive_decay(prandtl),
        tolerance=tolerance,
        largest_time=largest_time,
        accelerate=acceleration == "anderson",
        watch=answer,
    )
    return {**result.report(tolerance, "wall_balance"), "answer_seconds": answer.seconds}


def cavity_model(rayleigh: float, prandtl: float, cells: int) -> FlowModel:
    """The cavity in units of L, alpha and dT, with direct implicit conduction and viscosity."""
    import numpy as np

    from jamsu.solver.box import box_model

    edges = wall_graded(cells, rayleigh)
    return box_model(
        (edges, np.array([0.0, 1.0]), edges),
        viscosity=prandtl,
        buoyancy=rayleigh * prandtl,
        sides=(((1.0, np.inf), (0.0, np.inf)), (None, None), (None, None)),
    )


def measure(model: FlowModel, state: FlowState) -> dict[str, float]:
    """The references' quantities, by cubic splines through the grid's values."""
    import numpy as np
    from scipy.interpolate import CubicSpline

    mesh = model.mesh
    x, z = np.asarray(mesh.centres(0)), np.asarray(mesh.centres(2))
    x_edge, z_edge = np.asarray(mesh.x_edge), np.asarray(mesh.z_edge)
    dz = np.diff(z_edge)
    temperature = np.asarray(state.temperature)[:, 0, :]
    u, w = np.asarray(state.velocity[0])[:, 0, :], np.asarray(state.velocity[2])[:, 0, :]

    # The mean is that of the scheme's own wall flux: what the heat balance makes cross every x.
    heat_in = float(np.sum((1 - temperature[0]) / x[0] * dz))
    heat_out = float(np.sum(temperature[-1] / (1 - x[-1]) * dz))
    # Adiabatic floor and ceiling: the local Nusselt number goes on evenly beyond them.
    local = wall_gradient(x[:3], 1 - temperature[:3])
    even = CubicSpline(
        np.concatenate([-z[1::-1], z, 2 - z[:-3:-1]]), np.concatenate([local[1::-1], local, local[:-3:-1]])
    )
    largest_y, largest = peak(even)
    _, smallest = peak(even, sign=-1)

    u_mid = CubicSpline(x_edge, u)(0.5)
    w_mid = CubicSpline(z_edge, w, axis=1)(0.5)
    u_max_y, u_max = peak(CubicSpline(np.r_[0, z, 1], np.r_[0, u_mid, 0]))
    v_max_x, v_max = peak(CubicSpline(np.r_[0, x, 1], np.r_[0, w_mid, 0]))
    psi = CubicSpline(z_edge, np.r_[0, np.cumsum(u_mid * dz)])
    return {
        "nusselt_mean": heat_in,
        "nusselt_max": largest,
        "nusselt_max_y": largest_y,
        "nusselt_min": smallest,
        "u_max": u_max,
        "u_max_y": u_max_y,
        "v_max": v_max,
        "v_max_x": v_max_x,
        "psi_mid": abs(float(psi(0.5))),
        "wall_balance": (heat_in - heat_out) / heat_in,
    }
