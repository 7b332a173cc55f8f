"""Natural convection in a square cavity that shares its heat with a conducting solid.

    conducting_body   a square solid in the centre          House, Beckermann & Smith 1990
    conducting_wall   a thick wall on the hot side          Kaminski & Prakash 1986

    x = 0 (outer face of the wall) hot, the opposite side cold, floor and ceiling adiabatic, no slip, gravity -z.

Units: side L of the cavity, alpha of the fluid, dT between the two outermost sides. Solids are made of whole cells, and
fluid and solid conduct through both half cells in series where they meet.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from jamsu.benchmarks.cavity import HOT_AND_COLD
from jamsu.benchmarks.grids import ONE, segments, tanh_graded, wall_share
from jamsu.benchmarks.levels import GIVES, PARAMETERS, steady_on_grids
from jamsu.benchmarks.marching import diffusive_decay, falling_along
from jamsu.benchmarks.profiles import wall_heat
from jamsu.benchmarks.registry import Parameter, benchmark

if TYPE_CHECKING:
    from jamsu.solver.flow.model import FlowModel, FlowState


@benchmark(
    "conducting_body",
    "Natural convection in a square cavity around a conducting square body",
    parameters={
        "rayleigh": Parameter("number", 1e5, "", "g beta dT L^3 / (nu alpha)", above=0.0),
        "prandtl": Parameter("number", 0.71, "", "nu / alpha", above=0.0),
        "size": Parameter("number", 0.5, "L", "side of the body", minimum=0.02, maximum=0.98),
        "conductivity_ratio": Parameter("number", 5.0, "", "of body to fluid", above=0.0),
        "cells": Parameter("integer", 96, "", "a side", minimum=16, maximum=512),
        **PARAMETERS,
    },
    gives={
        "nusselt_mean": ("", "of the hot side"),
        "wall_balance": ("", "(heat in - heat out) / heat in"),
        **GIVES,
    },
)
def conducting_body(prandtl: float, cells: int, tolerance: float, largest_time: float, **body: float) -> dict[str, Any]:
    """March to the steady state on a coarse grid, then on finer ones from there."""
    return steady_on_grids(
        lambda n: body_model(prandtl=prandtl, cells=n, **body),
        partial(falling_along, 0),
        wall_heat,
        cells,
        decay=diffusive_decay(prandtl),
        tolerance=tolerance,
        largest_time=largest_time,
        balance="wall_balance",
    )


@benchmark(
    "conducting_wall",
    "Natural convection in a square cavity heated through a thick conducting wall",
    parameters={
        "grashof": Parameter("number", 1e5, "", "g beta dT L^3 / nu^2, dT from the wall's outer face", above=0.0),
        "prandtl": Parameter("number", 0.7, "", "nu / alpha", above=0.0),
        "thickness": Parameter("number", 0.2, "L", "of the wall", minimum=0.01, maximum=10.0),
        "conductivity_ratio": Parameter("number", 5.0, "", "of wall to fluid", above=0.0),
        "cells": Parameter("integer", 96, "", "a side of the fluid", minimum=16, maximum=512),
        **PARAMETERS,
    },
    gives={
        "nusselt_mean": ("", "heat through the cavity over k_f dT, per unit of depth"),
        "interface_temperature_mean": ("dT", "of the wall's inner face, above the cold side"),
        "wall_balance": ("", "(heat in - heat out) / heat in"),
        **GIVES,
    },
)
def conducting_wall(
    grashof: float, prandtl: float, thickness: float, conductivity_ratio: float, cells: int, **march: Any
) -> dict[str, Any]:
    """March to the steady state on a coarse grid, then on finer ones from there."""
    return steady_on_grids(
        lambda n: wall_model(grashof, prandtl, thickness, conductivity_ratio, n),
        partial(falling_along, 0),
        lambda model, state: wall_heat(model, state) | interface(model, state),
        cells,
        decay=diffusive_decay(prandtl) * (1 + thickness) ** 2,
        balance="wall_balance",
        follow=("nusselt_mean", "interface_temperature_mean"),
        **march,
    )


def body_model(rayleigh: float, prandtl: float, size: float, conductivity_ratio: float, cells: int) -> FlowModel:
    """The cavity with its body in the centre; cells narrow towards the sides of both."""
    gap = 0.5 * (1 - size)
    edges, owner = segments((gap, size, gap), cells, wall_share(rayleigh) / cells)
    body = owner == 1
    solid = body[:, None, None] & body[None, None, :]
    return heated_solid((edges, ONE, edges), solid, conductivity_ratio, prandtl, rayleigh * prandtl)


def wall_model(grashof: float, prandtl: float, thickness: float, conductivity_ratio: float, cells: int) -> FlowModel:
    """Wall on -thickness < x < 0, fluid beyond; the wall's cells are as wide as the fluid's where they meet."""
    fluid = tanh_graded(cells, wall_share(grashof * prandtl))
    count = int(np.clip(np.ceil(thickness / fluid[1]), 4, max(4, cells // 2)))
    edges = np.concatenate([np.linspace(-thickness, 0.0, count + 1)[:-1], fluid])
    solid = np.zeros((count + cells, 1, cells), bool)
    solid[:count] = True
    return heated_solid((edges, ONE, fluid), solid, conductivity_ratio, prandtl, grashof * prandtl**2)


def heated_solid(
    edges: tuple[np.ndarray, ...], solid: np.ndarray, conductivity_ratio: float, prandtl: float, buoyancy: float
) -> FlowModel:
    """Fluid and solid cells between a hot and a cold side."""
    from jamsu.benchmarks.obstacles import solid_model

    sides = (HOT_AND_COLD, (None, None), (None, None))
    return solid_model(edges, solid, conductivity_ratio, sides, viscosity=prandtl, buoyancy=buoyancy)


def interface(model: FlowModel, state: FlowState) -> dict[str, float]:
    """Mean temperature of the wall's inner face x = 0, where the heat that leaves the solid enters the fluid."""
    mesh = model.mesh
    edge = np.asarray(mesh.x_edge)
    face = int(np.argmin(np.abs(edge)))
    dz = np.asarray(mesh.widths(2))
    temperature = np.asarray(state.temperature)[:, 0, :]
    conductance = np.asarray(model.heat.conductance[0])[face, 0, :]
    flux = conductance / dz * (temperature[face - 1] - temperature[face])
    surface = temperature[face] + flux * 0.5 * (edge[face + 1] - edge[face])  # the fluid's conductivity is 1
    return {"interface_temperature_mean": float(np.sum(surface * dz))}
