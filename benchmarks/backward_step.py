"""Flow over a backward-facing step, its channel heated behind it (Gartling 1990; Blackwell & Pepper 1992).

      z = 1/2  ------------------------------------------------------  heat flux 32/5
    u = 24 z (1/2 - z) ->
      z = 0    --.                                                     out at zero pressure
                 |  eddy  \\  reattachment
      z = -1/2   `----------------------------------------------------  heat flux 32/5
               x = 0                                         x = length

Units: height H of the channel behind the step (twice the step's), mean velocity of the inflow, and a temperature in
which the fluid's conductivity is 1. The inflow is developed, T = -(1 - s^2) (1 - s^2 / 5) with s = 4 z - 1; the step is
adiabatic. Nusselt numbers are of 2 H and the flow-weighted mean temperature. The references' y is our z.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from jamsu.benchmarks.grids import ONE
from jamsu.benchmarks.levels import BY_GRID, ENDS, limits, on_grids
from jamsu.benchmarks.profiles import crossings
from jamsu.benchmarks.registry import Parameter, benchmark
from jamsu.benchmarks.streams import open_box, passing, settle, streaming

if TYPE_CHECKING:
    from jamsu.solver.flow.model import FlowModel, FlowState

STATIONS = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 12.0, 14.0, 15.0, 18.0)
FLUX = 32 / 5  # into the fluid at both walls
LENGTHWISE = 1.5  # cells are up to so many times longer than high near the step,
STRETCHED = 6.0  # and so many times at the outflow
COURANT = 0.6  # of central differences with implicit viscosity


@benchmark(
    "step",
    "Flow over a backward-facing step with heated walls",
    parameters={
        "reynolds": Parameter("number", 100.0, "", "U H / nu, H behind the step", above=0.0),
        "prandtl": Parameter("number", 0.71, "", "nu / alpha", above=0.0),
        "cells": Parameter("integer", 48, "", "across the channel behind the step; even", minimum=8, maximum=256),
        "length": Parameter("number", 30.0, "H", "of the channel behind the step", minimum=5.0, maximum=200.0),
        "stations": Parameter("numbers", list(STATIONS), "H", "distances from the step for Nusselt numbers", above=0.0),
        **limits(1e-3, 1000.0, "H/U"),
    },
    gives={
        "reattachment": ("H", "of the main eddy on the lower wall, from the step"),
        "upper_separation": ("H", "start of the eddy on the upper wall; none without one"),
        "upper_reattachment": ("H", "its end"),
        "nusselt_lower": ("", "at the stations"),
        "nusselt_upper": ("", "at the stations"),
        "stations": ("H", "distances from the step"),
        **ENDS,
        **BY_GRID,
    },
)
def step(
    reynolds: float,
    prandtl: float,
    cells: int,
    length: float,
    stations: list[float],
    tolerance: float,
    largest_time: float,
) -> dict[str, Any]:
    """March to the steady state on half of the cells, then on all."""

    def march(model: FlowModel, state: FlowState, last: bool) -> tuple[FlowState, float, int]:
        # Disturbances are washed out, the slow ones of the eddy diffuse across it.
        return settle(model, state, length / 2, tolerance * (1 if last else 10), largest_time, COURANT)

    found = on_grids(
        [n for n in (cells // 4 * 2,) if n >= 16] + [cells + cells % 2],
        lambda n: step_model(reynolds, prandtl, n, length),
        developed,
        march,
        lambda model, state: {**eddies(model, state), **nusselt(model, state, stations)},
        tolerance=tolerance,
        follow=("reattachment",),
    )
    return {**found, "stations": stations}


def lengthwise(cells: int, length: float) -> np.ndarray:
    """Edges along the channel: cells grow evenly from the step to the outflow."""
    count = int(np.ceil(2 * length * cells / (LENGTHWISE + STRETCHED)))
    s = np.linspace(0.0, 1.0, count + 1)
    share = LENGTHWISE / (0.5 * (LENGTHWISE + STRETCHED))
    return length * (share * s + (1 - share) * s**2)


def step_model(reynolds: float, prandtl: float, cells: int, length: float) -> FlowModel:
    """The channel in units of H and U; what the walls give is released in the cells beside them."""
    x, z = lengthwise(cells, length), np.linspace(-0.5, 0.5, cells + 1)
    # Means over the faces, by the integrals of both polynomials (flux and heat that enters are then exact).
    u = np.diff(np.where(z > 0, 6 * z**2 - 8 * z**3, 0.0)) / np.diff(z)
    s = 2 * (z[1:] + z[:-1]) - 1
    warmth = np.where(s > -1, -(1 - s**2) * (1 - s**2 / 5), 0.0)
    diffusivity = 1 / (reynolds * prandtl)
    source = np.zeros((len(x) - 1, 1, cells))
    source[:, 0, [0, -1]] = FLUX * diffusivity * cells
    model = open_box(
        [x, ONE, z],
        passing(u[None, None, :], warmth[None, None, :]),
        viscosity=1 / reynolds,
        conductivity=diffusivity,
        source=source,
        conduction="implicit",
    )
    # Conduction from the inlet's given temperature; none through the step.
    inlet = np.where(u > 0, diffusivity / cells / (0.5 * (x[1] - x[0])), 0.0)
    exchange, temperature = model.heat.exchange.at[0, 0], model.heat.exchange_temperature.at[0, 0]
    heat = replace(model.heat, exchange=exchange.set(inlet), exchange_temperature=temperature.set(warmth))
    return replace(model, heat=heat)


def developed(model: FlowModel) -> FlowState:
    """The developed flow of the whole channel, everywhere."""
    return streaming(model, 0.75 * (1 - 4 * model.mesh.centres(2) ** 2))


def eddies(model: FlowModel, state: FlowState) -> dict[str, float | None]:
    """Where the shear at a wall changes sign: the last return to forward flow below, the first eddy above.

    The slope at the wall is that of the parabola through it and two cells, (9 u_1 - u_2) / (3 h).
    """
    x = np.asarray(model.mesh.x_edge)[1:]
    u = np.asarray(state.velocity[0])[1:, 0, :]
    below, above = 9 * u[:, 0] - u[:, 1], 9 * u[:, -1] - u[:, -2]

    def first(places: np.ndarray) -> float | None:
        return float(places[0]) if len(places) else None

    separation, closing = first(crossings(x, above, rising=False)), crossings(x, above)
    return {
        "reattachment": first(crossings(x, below)[::-1]),
        "upper_separation": separation,
        "upper_reattachment": None if separation is None else first(closing[closing > separation]),
    }


def nusselt(model: FlowModel, state: FlowState, stations: Sequence[float]) -> dict[str, list[float | None]]:
    """(32/5) 2 H / (T_wall - T_mean) at the stations; none beyond the channel."""
    mesh = model.mesh
    x, dz = np.asarray(mesh.centres(0)), np.asarray(mesh.widths(2))
    temperature, u = np.asarray(state.temperature)[:, 0, :], np.asarray(state.velocity[0])[:, 0, :]
    flow = 0.5 * (u[1:] + u[:-1]) * dz
    mean = (flow * temperature).sum(1) / flow.sum(1)
    result: dict[str, list[float | None]] = {}
    for name, (first, second), width in (("lower", (0, 1), dz[0]), ("upper", (-1, -2), dz[-1])):
        # The parabola with the wall's slope through the last two cells, at the wall.
        a, b = temperature[:, first], temperature[:, second]
        wall = a + (a - b - FLUX * width) / 8 + FLUX * width / 2
        local = 2 * FLUX / (wall - mean)
        result[f"nusselt_{name}"] = [float(np.interp(s, x, local)) if x[0] <= s <= x[-1] else None for s in stations]
    return result
