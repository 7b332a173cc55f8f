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

from typing import TYPE_CHECKING, Any, NamedTuple

from jamsu.benchmarks.marching import GIVES, PARAMETERS, diffusive_decay, steady_on_grids
from jamsu.benchmarks.registry import Parameter, benchmark

if TYPE_CHECKING:
    import numpy as np

    from jamsu.geometry.cutcells import CutCells
    from jamsu.solver.flow.model import FlowModel, FlowState

ANGLES = (0.0, 30.0, 60.0, 90.0, 120.0, 150.0, 180.0)  # degrees from the top
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
def annulus(
    rayleigh: float, prandtl: float, radius_ratio: float, cells: int, tolerance: float, largest_time: float
) -> dict[str, Any]:
    """March to the steady state on a coarse grid, then on finer ones from there."""
    result = steady_on_grids(
        lambda n: annulus_model(rayleigh, prandtl, radius_ratio, n),
        lambda model: conduction_state(model, radius_ratio),
        lambda model, state: measure(model, state, radius_ratio),
        cells,
        decay=diffusive_decay(prandtl),
        tolerance=tolerance,
        largest_time=largest_time,
        follow=("k_eq_mean",),
        coarsest=24,
    )
    return result.report(tolerance, "wall_balance")


def cut_annulus(radius_ratio: float, cells: int) -> CutCells:
    """The half x > 0 of the gap, cut out of a uniform grid."""
    import numpy as np

    from jamsu.cases.assembly.grid import SMALLEST_OPEN_SHARE
    from jamsu.geometry.cutcells import cut_cells
    from jamsu.geometry.grid import Grid
    from jamsu.geometry.shapes import Cylinder
    from jamsu.geometry.smallcells import close_small_cells

    inner = 1 / (radius_ratio - 1)
    outer = inner * radius_ratio
    half = (cells + 1) // 2
    width = 2 * outer / cells
    grid = Grid(width * np.arange(half + 1), np.array([0.0, width]), outer * np.linspace(-1, 1, cells + 1))
    ends = ((0.0, -1.0, 0.0), (0.0, 1.0 + width, 0.0))
    gap = Cylinder(*ends, outer) - Cylinder(*ends, inner)
    return close_small_cells(cut_cells(grid, gap, closed_box=False), SMALLEST_OPEN_SHARE)


def walls(cut: CutCells, radius_ratio: float) -> Walls:
    """The patches of wall, one a cut cell."""
    import numpy as np

    cell = np.flatnonzero(cut.wall_area > 0)
    x, _, z = (component.reshape(-1)[cell] for component in cut.wall_centroid)
    between = 0.5 * (radius_ratio + 1) / (radius_ratio - 1)
    return Walls(cell, cut.wall_area.reshape(-1)[cell], np.degrees(np.arctan2(x, z)), np.hypot(x, z) < between)


def annulus_model(rayleigh: float, prandtl: float, radius_ratio: float, cells: int) -> FlowModel:
    """The gap in units of L, alpha and dT."""
    import numpy as np

    from jamsu.benchmarks.obstacles import with_cut_walls
    from jamsu.solver.box import box_model

    cut = cut_annulus(radius_ratio, cells)
    grid = cut.grid
    model = box_model(
        [grid.edges(a) for a in range(3)],
        viscosity=prandtl,
        buoyancy=rayleigh * prandtl,
        conduction="implicit",
        implicit_viscosity=False,
    )
    patches = walls(cut, radius_ratio)
    hot = np.zeros(grid.cell_count)
    hot[patches.cell[patches.inner]] = 1.0
    return with_cut_walls(model, cut, 1.0, hot.reshape(grid.shape))


def conduction_state(model: FlowModel, radius_ratio: float) -> FlowState:
    """Fluid at rest, temperature ln(r_o / r) / ln(r_o / r_i)."""
    import jax.numpy as jnp

    from jamsu.solver.flow.model import initial_state
    from jamsu.solver.grid.mesh import along

    mesh = model.mesh
    radius = jnp.hypot(along(mesh.centres(0), 0), along(mesh.centres(2), 2))
    warm = jnp.log(radius_ratio / (radius_ratio - 1) / radius) / jnp.log(radius_ratio)
    return initial_state(mesh, jnp.broadcast_to(jnp.clip(warm, 0.0, 1.0) * mesh.open_cell, mesh.shape))


def measure(model: FlowModel, state: FlowState, radius_ratio: float) -> dict[str, Any]:
    """k_eq of the walls as a whole and at the angles, by the heat that their patches exchange with the cells."""
    import numpy as np

    mesh, heat = model.mesh, model.heat
    patches = walls(cut_annulus(radius_ratio, mesh.shape[2]), radius_ratio)
    received = np.asarray(heat.exchange * (heat.exchange_temperature - state.temperature)).reshape(-1)[patches.cell]
    heat_in, heat_out = float(received[patches.inner].sum()), -float(received[~patches.inner].sum())
    depth, width = float(mesh.y_edge[1]), float(mesh.x_edge[1])
    conducted = np.pi * depth / np.log(radius_ratio)  # of the half annulus
    result: dict[str, Any] = {"k_eq_mean": heat_in / conducted}
    for name, chosen, sign in (("k_eq_inner", patches.inner, 1), ("k_eq_outer", ~patches.inner, -1)):
        area = patches.area[chosen]
        relative = sign * received[chosen] / area * (area.sum() / conducted)
        exact = np.pi * depth / (radius_ratio - 1) * (1 if sign > 0 else radius_ratio)
        result[f"{name.replace('k_eq', 'area')}"] = area.sum() / exact
        window = max(WINDOW, np.degrees(WINDOW_CELLS * width * np.pi * depth / exact))
        result[name] = [local(patches.angle[chosen], area, relative, angle, window) for angle in ANGLES]
    return {**result, "angles": list(ANGLES), "wall_balance": (heat_in - heat_out) / heat_in}


def local(angle: np.ndarray, area: np.ndarray, flux: np.ndarray, at: float, window: float) -> float:
    """Heat flux at an angle: a parabola through the patches of a window, weighted by area and nearness.

    Single patches share their heat unevenly with their neighbours. The flux continues evenly beyond 0 and 180 degrees.
    """
    import numpy as np

    away = (np.concatenate([angle, -angle, 360 - angle]) - at) / window
    near = np.abs(away) < 1
    away = away[near]
    weight = np.sqrt(np.tile(area, 3)[near] * (1 - away**2))
    powers = np.vander(away, 3, increasing=True)
    return float(np.linalg.lstsq(powers * weight[:, None], np.tile(flux, 3)[near] * weight, rcond=None)[0][0])
