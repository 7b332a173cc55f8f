"""Rayleigh-Benard rolls between no-slip plates, and the Rayleigh number at which they begin.

    z = 0 hot, z = d cold; x = 0 and x = pi d / a are planes of symmetry between two rolls; gravity -z.

With the critical wave number a = 3.117 the cell is 1.0079 d long (Chandrasekhar, Hydrodynamic and Hydromagnetic
Stability, 1961, ch. II; Clever & Busse, J. Fluid Mech. 65 (1974) 625). Units: d, alpha and dT.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from jamsu.benchmarks.grids import ONE, wall_graded
from jamsu.benchmarks.levels import GIVES, limits, steady_on_grids
from jamsu.benchmarks.marching import diffusive_decay, steady
from jamsu.benchmarks.profiles import wall_heat
from jamsu.benchmarks.registry import Parameter, benchmark

if TYPE_CHECKING:
    from jamsu.solver.flow.model import FlowModel, FlowState

CRITICAL_WAVE_NUMBER = 3.117
CRITICAL_RAYLEIGH = 1707.762
LONGEST_DECAY = 10.0  # d^2/alpha: what is left close to the onset is known no better


def given(cells: int) -> dict[str, Parameter]:
    """The parameters of both benchmarks."""
    return {
        "prandtl": Parameter("number", 0.71, "", "nu / alpha", above=0.0),
        "cells": Parameter("integer", cells, "", "across the layer, and along a roll", minimum=8, maximum=512),
        "wave_number": Parameter("number", CRITICAL_WAVE_NUMBER, "1/d", "pi over the width of a roll", above=0.0),
    }


@benchmark(
    "rolls",
    "Steady convection rolls between a warm floor and a cold ceiling",
    parameters={
        "rayleigh": Parameter("number", 1e4, "", "g beta dT d^3 / (nu alpha)", above=0.0),
        **given(64),
        **limits(1e-5, 40.0, "d^2/alpha"),
    },
    gives={
        "nusselt_mean": ("", "of the floor; 1 is conduction alone"),
        "w_max": ("alpha/d", "largest vertical velocity"),
        "wall_balance": ("", "(heat in - heat out) / heat in"),
        **GIVES,
    },
)
def rolls(rayleigh: float, prandtl: float, cells: int, wave_number: float, **march: Any) -> dict[str, Any]:
    """March to the steady state on a coarse grid, then on finer ones from there."""
    return steady_on_grids(
        lambda n: rolls_model(rayleigh, prandtl, n, wave_number),
        partial(disturbed, amplitude=0.1),
        measure,
        cells,
        decay=decay_time(rayleigh, prandtl),
        balance="wall_balance",
        **march,
    )


@benchmark(
    "onset",
    "Rayleigh number at which convection between two plates begins",
    parameters=given(32),
    gives={
        "critical_rayleigh": ("", "where small disturbances neither grow nor decay"),
        "growth_rates": ("alpha/d^2", "of a small disturbance at the two Rayleigh numbers around it"),
        "rayleigh": ("", "these two"),
    },
)
def onset(prandtl: float, cells: int, wave_number: float) -> dict[str, Any]:
    """Growth rates of a small disturbance on both sides of the onset; the secant through them vanishes at it."""
    zero = CRITICAL_RAYLEIGH
    for _ in range(5):  # other wave numbers begin elsewhere
        low, high = 0.95 * zero, 1.05 * zero
        rates = [growth_rate(rolls_model(ra, prandtl, cells, wave_number)) for ra in (low, high)]
        zero = low - rates[0] * (high - low) / (rates[1] - rates[0])
        if abs(zero - 0.5 * (low + high)) < 0.1 * zero:
            break
    return {"critical_rayleigh": zero, "growth_rates": rates, "rayleigh": [low, high]}


def rolls_model(rayleigh: float, prandtl: float, cells: int, wave_number: float) -> FlowModel:
    """One roll, pi / a long, in units of d, alpha and dT."""
    from jamsu.solver.box import box_model

    return box_model(
        (np.linspace(0, np.pi / wave_number, cells + 1), ONE, wall_graded(cells, rayleigh)),
        viscosity=prandtl,
        buoyancy=rayleigh * prandtl,
        sides=((None, None), (None, None), ((1.0, np.inf), (0.0, np.inf))),
        no_slip=np.array([[0, 0], [0, 0], [1, 1]]),
    )


def disturbed(model: FlowModel, amplitude: float) -> FlowState:
    """Fluid at rest, temperature of conduction with one roll's disturbance, warm where x = 0."""
    from jamsu.solver.flow.model import initial_state

    x, z = np.asarray(model.mesh.centres(0)), np.asarray(model.mesh.centres(2))
    wave = np.cos(np.pi * x / float(model.mesh.x_edge[-1]))[:, None, None] * np.sin(np.pi * z)
    return initial_state(model.mesh, 1 - z + amplitude * wave)


def decay_time(rayleigh: float, prandtl: float) -> float:
    """Decay time of the slowest disturbance, d^2/alpha: diffusion's, or tau_0 Ra_c / |Ra - Ra_c| near the onset.

    tau_0 = (Pr + 0.5117) / (19.65 Pr) for rigid plates (Cross & Hohenberg, Rev. Mod. Phys. 65 (1993) 851).
    """
    near = (prandtl + 0.5117) / (19.65 * prandtl) / max(abs(rayleigh / CRITICAL_RAYLEIGH - 1), 1e-9)
    return max(diffusive_decay(prandtl), min(near, LONGEST_DECAY))


def growth_rate(model: FlowModel) -> float:
    """Exponential growth rate of a disturbance too small to change the mean temperature, alpha/d^2.

    The other modes of the start decay at 10 and more; the rate is taken between two times after they have.
    """
    state = disturbed(model, amplitude=1e-6)
    times, sizes = [], []
    for _ in range(2):
        state, _, _ = steady(model, state, diffusive_decay(float(model.fluid.viscosity)), 1e-30, 1.0)
        times.append(float(state.time))
        sizes.append(float(np.max(np.abs(np.asarray(state.velocity[2])))))
    return float(np.log(sizes[1] / sizes[0]) / (times[1] - times[0]))


def measure(model: FlowModel, state: FlowState) -> dict[str, float]:
    """The Nusselt number by the scheme's own wall flux: what the heat balance makes cross every z."""
    speed = float(np.max(np.abs(np.asarray(state.velocity[2]))))
    return {**wall_heat(model, state, float(model.mesh.x_edge[-1]), axis=2), "w_max": speed}
