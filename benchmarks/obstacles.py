"""Solids and curved walls inside a box, set up for the solver as the module's own blocks and hull are.

`jamsu.geometry.domain` closes faces, `jamsu.geometry.wall_friction` sums the walls' friction and
`jamsu.solver.grid.obstacles` makes the arrays of `jamsu.solver.grid.mesh.Obstacles`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from jamsu.geometry.cutcells import CutCells
    from jamsu.solver.box import Side
    from jamsu.solver.flow.model import FlowModel
    from jamsu.solver.grid.mesh import Mesh

# The pressure is solved until these shares of the divergence, or of a cell, are left: nothing that shows in a result.
PRESSURE_TOLERANCE = 1e-3
CONTINUITY = 1e-13


def solid_model(
    edges: Sequence[np.ndarray],
    solid: np.ndarray,
    conductivity_ratio: float,
    sides: Sequence[tuple[Side, Side]],
    *,
    viscosity: float,
    buoyancy: float,
) -> FlowModel:
    """A box of fluid with unit conductivity and heat capacity around solid cells; all sides are no-slip walls.

    Args:
      solid: (nx, ny, nz), whether a cell is solid. An axis of one cell is a direction that nothing depends on.
      conductivity_ratio: of solid to fluid. A solid that conducts less stores less as well: the same steady state,
        sooner.
    """
    import jax.numpy as jnp
    import numpy as np

    from jamsu.geometry.cutcells import cut_cells
    from jamsu.geometry.domain import open_domain
    from jamsu.geometry.grid import Grid
    from jamsu.geometry.shapes import Box
    from jamsu.solver.box import box_model
    from jamsu.solver.grid.obstacles import domain_mesh

    grid = Grid(*edges)
    whole = cut_cells(grid, Box(np.subtract(grid.lower, 1.0), np.add(grid.upper, 1.0)), closed_box=False)
    domain = open_domain(whole)
    for axis, area in enumerate(domain.area):
        first, last = _ends(axis)
        if grid.shape[axis] == 1:
            domain.passable[axis][first] = domain.passable[axis][last] = 0.0
        inside = np.pad(solid, [(1, 1) if a == axis else (0, 0) for a in range(3)], mode="edge")
        n = grid.shape[axis]
        closed = np.take(inside, range(n + 1), axis) | np.take(inside, range(1, n + 2), axis)
        closed[first] = closed[last] = True
        area[closed] = 0.0
        domain.free[axis][closed] = False
    domain.open_cell[solid] = False
    model = box_model(
        edges,
        viscosity=viscosity,
        buoyancy=buoyancy,
        conductivity=np.where(solid, conductivity_ratio, 1.0),
        capacity=np.where(solid, min(1.0, conductivity_ratio), 1.0),
        sides=sides,
        conduction="implicit",
        implicit_viscosity=False,
    )
    heat = replace(model.heat, fluid_capacity=jnp.asarray(1.0, model.mesh.dtype))
    return obstructed(replace(model, heat=heat), domain_mesh(domain, model.mesh.dtype))


def obstructed(model: FlowModel, mesh: Mesh) -> FlowModel:
    """A box's model on a mesh with obstacles, whose friction counts the sides of the box as well."""
    import jax.numpy as jnp

    fluid = replace(model.fluid, no_slip=jnp.zeros_like(model.fluid.no_slip))
    return replace(model, mesh=mesh, fluid=fluid, pressure_tolerance=PRESSURE_TOLERANCE, continuity=CONTINUITY)


def with_cut_walls(
    model: FlowModel, cut: CutCells, conductivity: float, wall_temperature: float | np.ndarray
) -> FlowModel:
    """A box's model with fluid of unit heat capacity in the open part of cut cells, whose walls have temperatures.

    Heat is conducted as between the cells of a module, and from them to the walls over their true area and distance.
    """
    import jax.numpy as jnp
    import numpy as np

    from jamsu.geometry.domain import open_domain
    from jamsu.geometry.wall_friction import NEAREST_WALL, centroid_shift
    from jamsu.solver.flow.advection import face_stencil_limits
    from jamsu.solver.grid.obstacles import SMALLEST_INERTIA, domain_mesh

    grid = cut.grid
    distance = np.maximum(cut.wall_distance, NEAREST_WALL * min(float(grid.widths(axis).min()) for axis in range(3)))
    links = []
    for axis in range(3):
        link = np.moveaxis(cut.apertures[axis] * grid.face_area(axis), axis, -1) / grid.spacing(axis)
        link[..., [0, -1]] = 0.0
        links.append(jnp.asarray(np.moveaxis(link, -1, axis)))
    share = np.where(cut.volume_fraction > 0, np.maximum(cut.volume_fraction, SMALLEST_INERTIA), 1.0)
    x, y, z = (jnp.asarray(face_stencil_limits(cut.apertures[axis], None, axis)) for axis in range(3))
    heat = replace(
        model.heat,
        capacity=jnp.asarray(share * grid.cell_volume),
        conductance=(conductivity * links[0], conductivity * links[1], conductivity * links[2]),
        turbulent_link=(links[0], links[1], links[2]),
        exchange=jnp.asarray(np.where(cut.wall_area > 0, conductivity * cut.wall_area / distance, 0.0)),
        exchange_temperature=jnp.asarray(np.broadcast_to(wall_temperature, grid.shape)),
        wall_shift=jnp.asarray(centroid_shift(cut)),
        stencil_limits=(x, y, z),
    )
    return obstructed(replace(model, heat=heat, heat_solver=None), domain_mesh(open_domain(cut), model.mesh.dtype))


def _ends(axis: int) -> tuple[Any, Any]:
    """Index of the first and of the last faces of an axis."""
    first, last = [slice(None)] * 3, [slice(None)] * 3
    first[axis], last[axis] = slice(0, 1), slice(-1, None)
    return tuple(first), tuple(last)
