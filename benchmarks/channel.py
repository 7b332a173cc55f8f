"""Fully developed flow between two plates, driven by a pressure gradient (Moser, Kim & Mansour 1999; Kader 1981).

                        u
      z = h    - - - - ---> - - - - - - - - - -    symmetry
                     -->         periodic in x
      z = 0    ================================    wall, T = 0; the fluid releases heat evenly

Units: half height h, friction velocity u_tau, and q_w / (rho c u_tau) for the temperature above the wall's. So the
driving acceleration is 1, the viscosity 1 / Re_tau, the source of temperature 1: at the end friction and heat flux at
the wall are 1, and velocities and temperatures are u+ and Theta+.

A resolved wall has its first cell's centre at y+ < 1; further out it is the wall function that gives friction and heat.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from jamsu.benchmarks import turbulent
from jamsu.benchmarks.grids import ONE, tanh_graded
from jamsu.benchmarks.registry import BenchmarkError, Parameter, benchmark
from jamsu.benchmarks.streams import streaming

if TYPE_CHECKING:
    from jamsu.solver.flow.model import FlowModel, FlowState

STATIONS = (1.0, 5.0, 10.0, 30.0, 50.0, 100.0, 300.0, 1000.0)
DECAY = 15.0  # of the bulk temperature, h/u_tau: about Theta_b+; that of the bulk velocity is u_b+ / 2
LARGEST_TIME = 200.0  # h/u_tau
COARSEST = 12
RESOLVED = 3.0  # y+ of a first cell up to which the profile goes on to the wall


@benchmark(
    "channel",
    "Fully developed turbulent flow and heat between two plates",
    parameters={
        "reynolds_tau": Parameter("number", 178.12, "", "u_tau h / nu, h half the height", minimum=10.0, maximum=1e5),
        "prandtl": Parameter("number", 0.71, "", "nu / alpha", minimum=0.1, maximum=100.0),
        "model": turbulent.model_parameter(("k_epsilon", "zero_equation", "laminar")),
        "cells": Parameter("integer", 48, "", "from the wall to the middle", minimum=8, maximum=1024),
        "first_y_plus": Parameter(
            "number", 0.5, "", "of the first cell's centre; cells are even where that is too much", above=0.0
        ),
        "stations": Parameter("numbers", None, "y+", "of the profiles u_plus and theta_plus", minimum=0.0),
        **turbulent.PARAMETERS,
    },
    gives={
        "bulk_velocity_plus": ("", "mean over the section"),
        "centre_velocity_plus": ("", "in the middle"),
        "profile": ("", "y_plus, u_plus and theta_plus at the cells' centres"),
        "stations": ("y+", "where the next two are given"),
        "u_plus": ("", "at the stations; none below a first cell that does not resolve the wall"),
        "theta_plus": ("", "at the stations"),
        "first_y_plus": ("", "of the first cell's centre"),
        "friction": ("", "at the wall over what drives the flow"),
        "heat_flux": ("", "at the wall over what is released"),
        **turbulent.GIVES,
    },
)
def channel(
    reynolds_tau: float, prandtl: float, model: str, cells: int, first_y_plus: float, stations: Any, **march: Any
) -> dict[str, Any]:
    """March to the developed profiles, on half of the cells and then on all."""
    wanted = [y for y in STATIONS if y <= reynolds_tau] if stations is None else stations
    for y in wanted:
        if y > reynolds_tau:
            raise BenchmarkError(f"channel: stations={y:g}: expected y+ up to the middle, {reynolds_tau:g}")
    found = turbulent.marched_on_grids(
        lambda n: channel_model(reynolds_tau, prandtl, model, n, first_y_plus * cells / n),
        begin,
        partial(measure, stations=wanted),
        cells,
        coarsest=COARSEST,
        decay=DECAY,
        largest_time=LARGEST_TIME,
        follow=("bulk_velocity_plus", "centre_velocity_plus"),
        **march,
    )
    return {**found, "stations": wanted}


def channel_model(reynolds_tau: float, prandtl: float, name: str, cells: int, first_y_plus: float) -> FlowModel:
    """Half of the channel, one cell along the flow."""
    from jamsu.solver.box import box_model

    # The lower half of a grid that is graded towards both plates.
    z = 2 * tanh_graded(2 * cells, min(1.0, 2 * first_y_plus / reynolds_tau * cells))[: cells + 1]
    return box_model(
        [ONE, ONE, z],
        viscosity=1 / reynolds_tau,
        conductivity=1 / (reynolds_tau * prandtl),
        source=1.0,
        sides=((None, None), (None, None), ((0.0, np.inf), None)),
        no_slip=np.array([[0, 0], [0, 0], [1, 0]]),
        periodic=(True, False, False),
        acceleration=(1.0, 0.0, 0.0),
        **turbulent.options(name),
    )


def begin(model: FlowModel) -> FlowState:
    """The parabolas of a laminar flow; or the law of the wall with the k and epsilon of a log layer."""
    import jax.numpy as jnp

    from jamsu.solver.turbulence.k_epsilon import C_MU, Turbulence
    from jamsu.solver.turbulence.wall_law import VON_KARMAN, kader_temperature, reichardt_velocity

    z, reynolds = np.asarray(model.mesh.centres(2)), 1 / float(model.fluid.viscosity)
    prandtl = float(model.heat.fluid_capacity / model.heat.box_conductivity) / reynolds
    if model.turbulence == "laminar":
        u = reynolds * (z - z**2 / 2)
        temperature = prandtl * u
    else:
        u = np.asarray(reichardt_velocity(jnp.asarray(z * reynolds))[0])
        temperature = np.asarray(kader_temperature(z * reynolds, prandtl))
    fields = None
    if model.turbulence == "k_epsilon":
        # C_mu^(-1/2) u_tau^2 and u_tau^3 / (kappa z), and what is left of them below the log layer.
        k = C_MU**-0.5 * (1.1 - z) * (1 - np.exp(-z * reynolds / 10)) ** 2 + 1e-3
        epsilon = (1.1 - z) / (VON_KARMAN * (z + 10 / reynolds))
        fields = Turbulence(*(jnp.broadcast_to(jnp.asarray(f), model.mesh.shape) for f in (k, epsilon)))
    return streaming(model, u, temperature, fields)


def measure(model: FlowModel, state: FlowState, stations: Sequence[float]) -> dict[str, Any]:
    """Profiles, and what the wall takes of momentum and heat."""
    from jamsu.solver.flow.step import with_wall_heat

    mesh, reynolds = model.mesh, 1 / float(model.fluid.viscosity)
    z, dz = np.asarray(mesh.centres(2)), np.asarray(mesh.widths(2))
    u, temperature = np.asarray(state.velocity[0])[0, 0], np.asarray(state.temperature)[0, 0]
    eddies = turbulent.closed(model, state)
    factor = 1.0 if eddies.friction_factor is None else float(eddies.friction_factor[0, 0, 0])
    exchange = float(with_wall_heat(model.heat, eddies).exchange[0, 0, 0])
    y_plus = z * reynolds
    return {
        "bulk_velocity_plus": float(np.sum(u * dz)),
        "centre_velocity_plus": _middle(z, u),
        "profile": {"y_plus": y_plus, "u_plus": u, "theta_plus": temperature},
        "u_plus": _at(stations, y_plus, u, reynolds),
        "theta_plus": _at(stations, y_plus, temperature, reynolds),
        "first_y_plus": y_plus[0],
        "friction": factor * u[0] / y_plus[0],
        "heat_flux": exchange * temperature[0],
    }


def _middle(z: np.ndarray, values: np.ndarray) -> float:
    """Value at z = 1 of the even parabola through the last two cells."""
    a, b = (1 - z[-1]) ** 2, (1 - z[-2]) ** 2
    return float((b * values[-1] - a * values[-2]) / (b - a))


def _at(stations: Sequence[float], y_plus: np.ndarray, values: np.ndarray, reynolds: float) -> list[float | None]:
    """Values at stations, over the logarithm of 1 + y+; none where the wall function's layer hides them."""
    from scipy.interpolate import PchipInterpolator

    low = 0.0 if y_plus[0] <= RESOLVED else float(y_plus[0])
    places = np.r_[[0.0] if low == 0 else [], y_plus, reynolds]
    known = np.r_[[0.0] if low == 0 else [], values, _middle(y_plus / reynolds, values)]
    curve = PchipInterpolator(np.log1p(places), known)
    return [float(curve(np.log1p(y))) if y >= low else None for y in stations]
