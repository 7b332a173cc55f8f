"""Curved walls of given temperature in a stream: cut cells in a box with open sides, set up as a module's hull is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jamsu.geometry.cutcells import CutCells
    from jamsu.solver.box import OpenSide
    from jamsu.solver.flow.model import FlowModel


def cut_stream_model(
    cut: CutCells,
    sides: Mapping[tuple[int, int], OpenSide],
    *,
    viscosity: float,
    conductivity: float,
    wall_temperature: float,
    **options: Any,
) -> FlowModel:
    """Fluid of unit heat capacity past cut walls of one temperature; the box's closed sides are frictionless."""
    import jax.numpy as jnp

    from jamsu.benchmarks.obstacles import with_cut_walls
    from jamsu.solver.box import box_model, open_box_sides

    model = box_model(
        [cut.grid.edges(axis) for axis in range(3)],
        viscosity=viscosity,
        conductivity=conductivity,
        conduction="implicit",
        implicit_viscosity=False,
        open_sides=open_box_sides(sides, jnp.float64),
        **options,
    )
    return with_cut_walls(model, cut, conductivity, wall_temperature)
