"""Curved walls of given temperature in a stream: cut cells in a box with open sides, set up as a module's hull is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geometry.cutcells import CutCells
    from solver.box import OpenSide
    from solver.step import Model

NEAREST = 0.05  # of the narrowest cell: walls count as no nearer to the fluid's centre than this


def cut_stream_model(
    cut: CutCells,
    sides: Mapping[tuple[int, int], OpenSide],
    *,
    viscosity: float,
    conductivity: float,
    wall_temperature: float,
    **options: Any,
) -> Model:
    """Fluid of unit heat capacity past cut walls of one temperature; the box's closed sides are frictionless.

    Heat is conducted between open centroids and from them to the walls, over the walls' true area.
    """
    import jax.numpy as jnp
    import numpy as np

    from benchmarks.obstacles import obstructed
    from cases.assembly.domain import open_domain
    from cases.assembly.heat import SMALLEST_INERTIA
    from cases.assembly.mesh import domain_mesh
    from solver.box import box_model, open_box_sides

    grid = cut.grid
    model = box_model(
        [grid.edges(axis) for axis in range(3)],
        viscosity=viscosity,
        conductivity=conductivity,
        conduction="implicit",
        implicit_viscosity=False,
        open_sides=open_box_sides(sides, jnp.float64),
        **options,
    )
    narrowest = min(float(grid.widths(axis).min()) for axis in range(3))
    distance = np.maximum(cut.wall_distance, NEAREST * narrowest)
    exchange = np.where(cut.wall_area > 0, conductivity * cut.wall_area / distance, 0.0)
    conductance = []
    for axis in range(3):
        inner = np.take(cut.apertures[axis] * grid.face_area(axis), range(1, grid.shape[axis]), axis)
        conductance.append(jnp.asarray(conductivity * inner / cut.centre_distance(axis)))
    share = np.where(cut.volume_fraction > 0, np.maximum(cut.volume_fraction, SMALLEST_INERTIA), 1.0)
    heat = replace(
        model.heat,
        capacity=jnp.asarray(share * grid.cell_volume),
        conductance=(conductance[0], conductance[1], conductance[2]),
        exchange=jnp.asarray(exchange),
        exchange_temperature=jnp.full(grid.shape, wall_temperature),
    )
    domain = open_domain(cut)
    return obstructed(replace(model, heat=heat, heat_solver=None), domain_mesh(domain, model.mesh.dtype))
