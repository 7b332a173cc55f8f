"""Natural convection between concentric horizontal cylinders, the inner one hot (Kuehn & Goldstein 1976).

                 0 deg
              .---|---.
            /   .-|-.   \\          r_o - r_i = L, gravity -z; angles from the top.
           |   ( hot )   |         Both walls are curved: the cells of a Cartesian grid are cut by them as
            \\   `-|-'   /          a vessel's hull cuts a module's.
              `---|---'
                180 deg

The steady flow is symmetric about the vertical plane x = 0: the half x > 0 is computed. Units: L, alpha and dT. k_eq is
the heat flux over that of conduction alone at the same surface.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from jamsu.benchmarks.levels import GIVES, PARAMETERS, steady_on_grids
from jamsu.benchmarks.marching import diffusive_decay
from jamsu.benchmarks.profiles import received
from jamsu.benchmarks.registry import Parameter, benchmark
from jamsu.benchmarks.streams import cut_out

if TYPE_CHECKING:
    from jamsu.geometry.cutcells import CutCells
    from jamsu.solver.flow.model import FlowModel, FlowState

ANGLES = (0.0, 30.0, 60.0, 90.0, 120.0, 150.0, 180.0)  # degrees
WINDOW = 12.0  # degrees to both sides of an angle from which the local heat flux is found,
WINDOW_CELLS = 2.5  # at least so many cells


class Walls(NamedTuple):
    """The patches of both walls: flat cell number, area (L2), angle from the top (degrees), whether it is inner."""

    cell: np.ndarray
    area: np.ndarray
    angle: np.ndarray
    inner: np.ndarray


@benchmark(
    "annulus",
    "Natural convection between horizontal cylinders, the inner one hot, on cut cells",
    parameters={
        "rayleigh": Parameter("number", 1e4, "", "g beta dT L^3 / (nu alpha), L the gap", above=0.0),
        "prandtl": Parameter("number", 0.7, "", "nu / alpha", above=0.0),
        "radius_ratio": Parameter("number", 2.6, "", "outer over inner radius", minimum=1.1, maximum=20.0),
        "cells": Parameter("integer", 128, "", "across the outer diameter", minimum=16, maximum=1024),
        **PARAMETERS,
    },
    gives={
        "k_eq_mean": ("", "of the inner cylinder, as a whole"),
        "k_eq_inner": ("", "on the inner cylinder at the angles"),
        "k_eq_outer": ("", "on the outer cylinder at the angles"),
        "angles": ("deg", "from the top"),
        "area_inner": ("", "of the inner wall's patches over its own"),
        "area_outer": ("", "of the outer wall's patches over its own"),
        "wall_balance": ("", "(heat in - heat out) / heat in"),
        **GIVES,
    },
)
def annulus(rayleigh: float, prandtl: float, radius_ratio: float, cells: int, **march: Any) -> dict[str, Any]:
    """March to the steady state on a coarse grid, then on finer ones from there."""
    return steady_on_grids(
        lambda n: annulus_model(rayleigh, prandtl, radius_ratio, n),
        partial(conduction_state, radius_ratio=radius_ratio),
        partial(measure, radius_ratio=radius_ratio),
        cells,
        decay=diffusive_decay(prandtl),
        balance="wall_balance",
        follow=("k_eq_mean",),
        coarsest=24,
        **march,
    )


def cut_annulus(radius_ratio: float, cells: int) -> CutCells:
    """The half x > 0 of the gap, cut out of a uniform grid."""
    from jamsu.geometry.shapes import Cylinder

    inner = 1 / (radius_ratio - 1)
    outer = inner * radius_ratio
    half = (cells + 1) // 2
    width = 2 * outer / cells
    edges = (width * np.arange(half + 1), np.array([0.0, width]), outer * np.linspace(-1, 1, cells + 1))
    ends = ((0.0, -1.0, 0.0), (0.0, 1.0 + width, 0.0))
    return cut_out(edges, Cylinder(*ends, outer) - Cylinder(*ends, inner))


def walls(cut: CutCells, radius_ratio: float) -> Walls:
    """The patches of wall, one a cut cell."""
    cell = np.flatnonzero(cut.wall_area > 0)
    x, _, z = (component.reshape(-1)[cell] for component in cut.wall_centroid)
    between = 0.5 * (radius_ratio + 1) / (radius_ratio - 1)
    return Walls(cell, cut.wall_area.reshape(-1)[cell], np.degrees(np.arctan2(x, z)), np.hypot(x, z) < between)


def annulus_model(rayleigh: float, prandtl: float, radius_ratio: float, cells: int) -> FlowModel:
    """The gap in units of L, alpha and dT."""
    from jamsu.benchmarks.obstacles import with_cut_walls
    from jamsu.solver.box import box_model

    cut = cut_annulus(radius_ratio, cells)
    model = box_model(
        [cut.grid.edges(a) for a in range(3)],
        viscosity=prandtl,
        buoyancy=rayleigh * prandtl,
        conduction="implicit",
        implicit_viscosity=False,
    )
    patches = walls(cut, radius_ratio)
    hot = np.zeros(cut.grid.cell_count)
    hot[patches.cell[patches.inner]] = 1.0
    return with_cut_walls(model, cut, 1.0, hot.reshape(cut.grid.shape))


def conduction_state(model: FlowModel, radius_ratio: float) -> FlowState:
    """Fluid at rest, temperature ln(r_o / r) / ln(r_o / r_i)."""
    from jamsu.solver.flow.model import initial_state

    mesh = model.mesh
    radius = np.hypot(np.asarray(mesh.centres(0))[:, None, None], np.asarray(mesh.centres(2)))
    warm = np.log(radius_ratio / (radius_ratio - 1) / radius) / np.log(radius_ratio)
    return initial_state(mesh, np.clip(warm, 0.0, 1.0) * np.asarray(mesh.open_cell))


def measure(model: FlowModel, state: FlowState, radius_ratio: float) -> dict[str, Any]:
    """k_eq of the walls as a whole and at the angles, by the heat that their patches exchange with the cells."""
    mesh = model.mesh
    patches = walls(cut_annulus(radius_ratio, mesh.shape[2]), radius_ratio)
    heat = received(model, state).reshape(-1)[patches.cell]
    heat_in, heat_out = float(heat[patches.inner].sum()), -float(heat[~patches.inner].sum())
    depth, width = float(mesh.y_edge[1]), float(mesh.x_edge[1])
    conducted = np.pi * depth / np.log(radius_ratio)  # of the half annulus
    result: dict[str, Any] = {"k_eq_mean": heat_in / conducted, "angles": ANGLES}
    for name, chosen, sign in (("inner", patches.inner, 1), ("outer", ~patches.inner, -1)):
        area = patches.area[chosen]
        flux = sign * heat[chosen] / area * (area.sum() / conducted)
        exact = np.pi * depth / (radius_ratio - 1) * (1 if sign > 0 else radius_ratio)
        result[f"area_{name}"] = area.sum() / exact
        result[f"k_eq_{name}"] = at_angles(patches.angle[chosen], area, flux, width * np.pi * depth / exact)
    return {**result, "wall_balance": (heat_in - heat_out) / heat_in}


def at_angles(angle: np.ndarray, area: np.ndarray, flux: np.ndarray, cell: float) -> list[float]:
    """Heat flux at `ANGLES` from those of patches at angles (degrees); `cell`: the angle of a cell (radians)."""
    window = max(WINDOW, float(np.degrees(WINDOW_CELLS * cell)))
    return [local(angle, area, flux, at, window) for at in ANGLES]


def local(angle: np.ndarray, area: np.ndarray, flux: np.ndarray, at: float, window: float) -> float:
    """Heat flux at an angle: a parabola through the patches of a window, weighted by area and nearness.

    Single patches share their heat unevenly with their neighbours. The flux continues evenly beyond 0 and 180 degrees.
    """
    away = (np.concatenate([angle, -angle, 360 - angle]) - at) / window
    near = np.abs(away) < 1
    away = away[near]
    weight = np.sqrt(np.tile(area, 3)[near] * (1 - away**2))
    powers = np.vander(away, 3, increasing=True)
    return float(np.linalg.lstsq(powers * weight[:, None], np.tile(flux, 3)[near] * weight, rcond=None)[0][0])
