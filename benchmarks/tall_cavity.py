"""Turbulent natural convection of air in a tall cavity (Betts & Bokhari 2000; ERCOFTAC case 79).

             adiabatic
           .----------.
           |          |         H / W = 2.18 m / 0.076 m = 28.68
      cold |  ^    |  | hot     x from the cold wall
           |  |    v  |         (what rises does so at the hot wall)
           '----------'
             adiabatic

Computed in units of W, of the walls' difference of temperature dT, and of (g beta dT W)^(1/2): viscosity (Pr/Ra)^(1/2).
Results are given in the experiment's: its air, its width and its cold wall at 15.1 degC are kept, and dT, 19.6 K at
Ra = 0.86e6, grows in proportion to the Rayleigh number. The ends of the true cavity conduct a little.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from jamsu.benchmarks import turbulent
from jamsu.benchmarks.grids import ONE, tanh_graded
from jamsu.benchmarks.profiles import wall_heat
from jamsu.benchmarks.registry import Parameter, benchmark

if TYPE_CHECKING:
    from jamsu.solver.flow.model import FlowModel, FlowState

PRANDTL = 0.71
WIDTH, HEIGHT = 0.076, 2.18  # m
COLD, DIFFERENCE, RAYLEIGH = 15.1, 19.6, 0.86e6  # degC, K
GRAVITY = 9.81  # m/s2
EXPANSION = 1 / (273.15 + COLD + DIFFERENCE / 2)  # 1/K, of an ideal gas at the mean temperature
DECAY = 60.0  # of the stratification, in W over the unit of velocity: a few times around
LARGEST_TIME = 400.0
WALL_CELL = 0.2  # width over that of even cells
END_CELL = 0.3
COARSEST = 16
X_VELOCITY = (
    *(1.2, 2.2, 3.2, 4.2, 6.2, 8.2, 10.2, 12.2, 14.2, 16.2, 18.2, 23.2, 28.2, 33.2),
    *(38.2, 43.2, 48.2, 53.2, 58.2, 60.2, 62.2, 64.2, 66.2, 68.2, 70.2, 71.2, 72.2, 73.2),
)  # mm
X_TEMPERATURE = (0.33, 1.6, 3.88, 8.96, 15.31, 25.47, 35.63, 45.65, 55.81, 64.7, 69.78, 73.59, 75.36)  # mm


@benchmark(
    "tall_cavity",
    "Turbulent natural convection of air in a tall cavity with one hot and one cold wall",
    parameters={
        "rayleigh": Parameter("number", RAYLEIGH, "", "g beta dT W^3 / (nu alpha)", above=0.0),
        "model": turbulent.model_parameter(),
        "cells": Parameter("integer", 40, "", "across; half as many again along the walls", minimum=8, maximum=512),
        **turbulent.PARAMETERS,
    },
    gives={
        "nusselt_mean": ("", "q W / (k dT) of the hot wall"),
        "peak_velocity": ("m/s", "largest upward velocity at mid height"),
        "peak_velocity_down": ("m/s", "largest downward velocity there, negative"),
        "centre_temperature": ("degC", "in the middle"),
        "stratification": ("K", "temperature of the middle plane at 0.7 H above that at 0.3 H"),
        "viscosity_ratio": ("", "eddy over molecular viscosity in the middle"),
        "wall_y_plus": ("", "of the first cell at mid height of the hot wall"),
        "velocity_profile": ("", "upward velocity (m/s) at mid height over x (mm from the cold wall)"),
        "temperature_profile": ("", "degC at 0.1, 0.5 and 0.9 of the height over x (mm)"),
        "x_velocity": ("mm", "where the measured velocities are"),
        "velocity": ("m/s", "at mid height there"),
        "x_temperature": ("mm", "where the measured temperatures at mid height are"),
        "temperature": ("degC", "at mid height there"),
        "wall_balance": ("", "(heat in - heat out) / heat in"),
        **turbulent.GIVES,
    },
)
def tall_cavity(rayleigh: float, model: str, cells: int, tolerance: float) -> dict[str, Any]:
    """March on half of the cells, then on all."""
    return turbulent.marched_on_grids(
        lambda n: tall_cavity_model(rayleigh, model, n),
        begin,
        partial(measure, rayleigh=rayleigh),
        cells,
        coarsest=COARSEST,
        decay=DECAY,
        tolerance=tolerance,
        largest_time=LARGEST_TIME,
        follow=("nusselt_mean", "peak_velocity", "centre_temperature"),
    )


def tall_cavity_model(rayleigh: float, name: str, cells: int) -> FlowModel:
    """The cavity in its own units, a slice of unit depth."""
    from jamsu.solver.box import box_model

    return box_model(
        [tanh_graded(cells, WALL_CELL), ONE, HEIGHT / WIDTH * tanh_graded(3 * cells // 2, END_CELL)],
        viscosity=(PRANDTL / rayleigh) ** 0.5,
        buoyancy=1.0,
        conductivity=(PRANDTL * rayleigh) ** -0.5,
        sides=(((-0.5, np.inf), (0.5, np.inf)), (None, None), (None, None)),
        heat_scheme="limited",
        **turbulent.options(name),
    )


def begin(model: FlowModel) -> FlowState:
    """Air at rest; k and epsilon of a tenth of the unit of velocity."""
    from jamsu.solver.flow.model import initial_state

    conducting = np.asarray(model.mesh.centres(0))[:, None, None] - 0.5
    return initial_state(model.mesh, conducting, turbulence=turbulent.starting_fields(model))


def measure(model: FlowModel, state: FlowState, rayleigh: float) -> dict[str, Any]:
    """Heat of the walls and the profiles, in the experiment's units."""
    from scipy.interpolate import CubicSpline, PchipInterpolator

    from jamsu.solver.flow.step import with_wall_heat

    mesh, viscosity = model.mesh, float(model.fluid.viscosity)
    difference = DIFFERENCE * rayleigh / RAYLEIGH
    speed = (GRAVITY * EXPANSION * difference * WIDTH) ** 0.5
    x, z, height = np.asarray(mesh.centres(0)), np.asarray(mesh.centres(2)), float(mesh.z_edge[-1])
    upward = CubicSpline(np.asarray(mesh.z_edge), np.asarray(state.velocity[2])[:, 0, :], axis=1)
    profile = speed * upward(height / 2)
    v = PchipInterpolator(np.r_[0, x, 1], np.r_[0, profile, 0])
    fine = v(np.linspace(0, 1, 2001))

    def temperature(share: float) -> PchipInterpolator:
        columns = np.asarray(state.temperature)[:, 0, :]
        values = np.array([np.interp(share * height, z, column) for column in columns])
        return PchipInterpolator(np.r_[0, x, 1], COLD + difference * (0.5 + np.r_[-0.5, values, 0.5]))

    eddies = turbulent.closed(model, state)
    walled = replace(model, heat=with_wall_heat(model.heat, eddies))
    middle, half = temperature(0.5), len(z) // 2
    friction = 1.0 if eddies.friction_factor is None else float(eddies.friction_factor[-1, 0, half])
    eddy = 0.0 if eddies.eddy is None else float(eddies.eddy[len(x) // 2, 0, half])
    stress = viscosity * friction * abs(profile[-1]) / speed / (1 - x[-1])
    millimetres = 1000 * WIDTH
    return {
        **wall_heat(walled, state, float(model.heat.box_conductivity) * height, hot=-1),
        "peak_velocity": fine.max(),
        "peak_velocity_down": fine.min(),
        "centre_temperature": middle(0.5),
        "stratification": temperature(0.7)(0.5) - temperature(0.3)(0.5),
        "viscosity_ratio": eddy / viscosity,
        "wall_y_plus": stress**0.5 * (1 - x[-1]) / viscosity,
        "velocity_profile": {"x": millimetres * x, "velocity": profile},
        "temperature_profile": {
            "x": millimetres * x,
            **{f"{share:g}": temperature(share)(x) for share in (0.1, 0.5, 0.9)},
        },
        "x_velocity": X_VELOCITY,
        "velocity": v(np.asarray(X_VELOCITY) / millimetres),
        "x_temperature": X_TEMPERATURE,
        "temperature": middle(np.asarray(X_TEMPERATURE) / millimetres),
    }
