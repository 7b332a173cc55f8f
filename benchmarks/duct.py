"""Heat transfer to a developed laminar flow from the place where its duct becomes warm (Graetz).

    pipe     a round pipe, a quarter of it, its wall cut out of a Cartesian grid
    plates   two parallel plates, both heated, half of the gap

            wall at T = 0
      u(r) ----------------->  T = 1 at the inlet; station x* = (x / Dh) / (Re Pr)
            axis

Dh is the pipe's diameter, twice the gap of plates. Conduction along the flow is left out by the problem: here the
station is 300 Dh from the inlet, and the Peclet number so large that it plays no part. Nor does the Reynolds number,
for the flow is developed: it enters with the profile that the solver's own friction gives it. Units: Dh, mean velocity,
inlet above wall.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from jamsu.benchmarks.grids import ONE
from jamsu.benchmarks.levels import ENDS, ended, limits
from jamsu.benchmarks.profiles import received
from jamsu.benchmarks.registry import Parameter, benchmark
from jamsu.benchmarks.streams import cut_out, cut_stream, open_box, passing, settle, streaming

if TYPE_CHECKING:
    from jamsu.solver.flow.model import FlowModel, FlowState

DISTANCE = 300.0  # of the station from the inlet, Dh
BEYOND = 1.2  # cells along the duct over those to the station
DIFFUSION = 0.05  # viscosity over (cell width across)^2 / (time to pass a cell)
HEIGHT = {"pipe": 1.0, "plates": 0.5}  # of the pipe or the gap, Dh
SECTION = {"pipe": np.pi / 16, "plates": 0.25}  # of the part that is computed, Dh2 or Dh x depth


@benchmark(
    "duct",
    "Laminar heat transfer in a pipe or between plates from the thermal entrance on",
    parameters={
        "shape": Parameter("name", "pipe", "", "pipe (cut cells) or plates (both heated)", choices=("pipe", "plates")),
        "station": Parameter("number", 0.01, "", "(x / Dh) / (Re Pr)", minimum=1e-5, maximum=1.0),
        "cells": Parameter(
            "integer", None, "", "across the pipe or gap; none: enough for the station", minimum=8, maximum=512
        ),
        **limits(1e-4),
    },
    gives={
        "nusselt_local": ("", "h Dh / k at the station"),
        "mean_temperature": ("", "(T_m - T_wall) / (T_in - T_wall) at the station, weighted by the flow"),
        "friction_reynolds": ("", "Fanning's friction factor times Re"),
        "cells": ("", "across"),
        **ENDS,
    },
)
def duct(shape: str, station: float, cells: int | None, tolerance: float) -> dict[str, Any]:
    """March the temperature to its steady state in the developed flow."""
    across = enough_cells(station) if cells is None else cells
    model, friction = duct_model(shape, station, across)
    start = streaming(model, temperature=model.mesh.open_cell)
    state, remaining, steps = settle(model, start, DISTANCE, tolerance, 100 * DISTANCE)
    found = {**measure(model, state, SECTION[shape]), "friction_reynolds": friction, "cells": across}
    return ended(found, remaining, tolerance, steps)


def enough_cells(station: float) -> int:
    """At least five within the thermal layer, about Dh x*^(1/3) thick."""
    return 2 * round(max(24.0, 2.5 * station ** (-1 / 3)))


def duct_model(shape: str, station: float, cells: int) -> tuple[FlowModel, float]:
    """The duct with its developed flow, and f Re of that."""
    before = int(np.ceil(cells / BEYOND))
    width = DISTANCE / (before + 0.5)  # the station is in the middle of a cell
    fluid = {
        "viscosity": DIFFUSION * (HEIGHT[shape] / cells) ** 2 / width,
        "conductivity": station / DISTANCE,
    }  # 1 / Pe

    def build(profile: float | np.ndarray) -> FlowModel:
        part = pipe if shape == "pipe" else plates
        return part(width * np.arange(cells + 1), cells, profile, scheme="limited", heat_scheme="limited", **fluid)

    profile, friction = developed(build(0.0), SECTION[shape])
    return build(profile), friction


def pipe(edges: np.ndarray, cells: int, profile: float | np.ndarray, **fluid: Any) -> FlowModel:
    """The quarter y, z > 0 of a pipe of diameter 1."""
    from jamsu.geometry.shapes import Cylinder

    length = float(edges[-1])
    across = np.linspace(0.0, 0.5, cells // 2 + 1)
    cut = cut_out((edges, across, across), Cylinder((-length, 0.0, 0.0), (2 * length, 0.0, 0.0), 0.5))
    return cut_stream(cut, passing(profile, 1.0), wall_temperature=0.0, **fluid)


def plates(edges: np.ndarray, cells: int, profile: float | np.ndarray, **fluid: Any) -> FlowModel:
    """The half 0 < z < 1/4 of a gap of 1/2, wall at z = 0."""
    return open_box(
        [edges, ONE, np.linspace(0.0, 0.25, cells // 2 + 1)],
        passing(profile, 1.0),
        sides=((None, None), (None, None), ((0.0, np.inf), None)),
        no_slip=np.array([[0, 0], [0, 0], [1, 0]]),
        implicit_viscosity=False,
        **fluid,
    )


def developed(model: FlowModel, section: float) -> tuple[np.ndarray, float]:
    """Velocity on the inlet's faces, (1, ny, nz), at which the model's friction balances a pressure gradient.

    Its mean is 1. With the gradient G = dp/dx / nu that this takes, f Re = 2 (G / 4) Dh^2 / (U Dh) = G / 2.
    """
    import jax

    faces = np.asarray(model.mesh.area[0])[1:2]
    profile = np.asarray(jax.jit(_balance)(model))
    mean = float(np.sum(profile * faces)) / section
    return profile / mean, 0.5 / mean


def _balance(model: FlowModel) -> Any:
    """Profile in balance with the gradient 1 on the first inner faces, for a viscosity of 1."""
    import jax.numpy as jnp

    from jamsu.solver.flow.model import initial_state
    from jamsu.solver.flow.momentum import control_volume, viscous_force
    from jamsu.solver.grid.fusion import halo_padded
    from jamsu.solver.linear.conjugate_gradient import conjugate_gradient

    mesh = model.mesh
    still = initial_state(mesh).velocity
    one = jnp.ones((), mesh.dtype)
    fluid = replace(model.fluid, viscosity=one)
    free, friction = one, 0.0 * one
    if mesh.obstacles is not None:
        free, friction = (a[0][1:2] for a in (mesh.obstacles.free, mesh.obstacles.friction))

    def resistance(profile: Any) -> Any:
        velocity = (jnp.broadcast_to(profile, still[0].shape), still[1], still[2])
        return free * (friction * profile - viscous_force(mesh, fluid, velocity, halo_padded(velocity[0]), one, 0)[:1])

    def same(residual: Any) -> Any:
        return residual

    load = free * control_volume(mesh, 0)[:1]
    return conjugate_gradient(resistance, load, jnp.zeros_like(load), same, 1e-12 * jnp.linalg.norm(load), 5000).x


def measure(model: FlowModel, state: FlowState, section: float) -> dict[str, float]:
    """At the cells of the station: mean temperature, and the heat that their walls exchange with them.

    The wall is 4 / Dh times as large as the section is long: that is what the hydraulic diameter means.
    """
    mesh = model.mesh
    at = int(np.argmin(np.abs(np.asarray(mesh.centres(0)) - DISTANCE)))
    temperature = np.asarray(state.temperature)[at]
    flow = np.asarray(mesh.area[0] * state.velocity[0])[at : at + 2].mean(0)
    mean = float(np.sum(flow * temperature) / np.sum(flow))
    lost = -float(np.sum(received(model, state)[at]))
    wall = 4 * section * float(mesh.widths(0)[at])
    return {"nusselt_local": lost / float(model.heat.box_conductivity) / (wall * mean), "mean_temperature": mean}
