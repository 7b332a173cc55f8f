"""The hull of a case as surface patches: layers, films, normals."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from jamsu.cases.assembly.surfaces import cell_conductivity
from jamsu.cases.reading.layout import vessel_shape
from jamsu.cases.schema.case import BoxVessel, Case, CylinderVessel, SphereVessel, StlVessel
from jamsu.geometry.cutcells import CutCells
from jamsu.geometry.domain import Domain, broadcast
from jamsu.geometry.wall_friction import centroid_shift
from jamsu.materials import get_solid
from jamsu.solver.exchange.hull import HullLayout
from jamsu.solver.grid.arrays import on_device


def hull_layout(case: Case, domain: Domain, cast) -> HullLayout:
    """The hull's patches, layers and shape."""
    cut, vessel = domain.cut, case.vessel
    solid = domain.solid >= 0
    touching = (cut.wall_area > 0) & (domain.open_cell | solid) & (domain.machine < 0)
    cells = np.flatnonzero(touching.ravel())
    # Wall behind machines belongs to no patch: the gas does not wet it, and the machines' walls conduct nothing.
    vector = cut.wall_vector.reshape(3, -1)[:, cells].T
    length = np.linalg.norm(vector, axis=1, keepdims=True)
    normal = vector / np.where(length > 0, length, 1)
    # The film's distance is half a cell for any cut: the distance of the open centroid itself varies from cell to cell
    # and would make the hull's heat depend on how the vessel lies on its grid (1 % when turned).
    full = np.broadcast_to(np.asarray(domain.grid.cell_volume), domain.grid.shape).ravel()[cells]
    distance = 0.5 * np.cbrt(full)
    # A block on the hull conducts to it, from the middle of its cells.
    conductivity = cell_conductivity(case, domain, 0.0).ravel()[cells]
    depth = np.abs(np.sum(normal * np.stack([_half_widths(domain, a).ravel()[cells] for a in range(3)], 1), 1))
    conduction = np.where(solid.ravel()[cells], conductivity / np.where(depth > 0, depth, 1.0), 0.0)
    kind, size, height, film = _hull_shape(case)
    layers = [layer for layer in vessel.layers if layer.material is not None]
    return HullLayout(
        cell=on_device(cells, jnp.int32),
        area=cast(cut.wall_area.ravel()[cells]),
        distance=cast(distance),
        conduction=cast(conduction),
        normal=cast(normal),
        reach=cast(_reach(cut, cells)),
        size=cast(size),
        height=cast(height),
        thickness=cast(np.array([layer.thickness for layer in layers], float)),
        conductivity=cast(np.array([get_solid(layer.material or "").conductivity for layer in layers], float)),
        solid=tuple(layer.material is not None for layer in vessel.layers),
        wall=kind,
        shape=film,
        outside=vessel.outside,
    )


def _reach(cut: CutCells, cells: np.ndarray) -> np.ndarray:
    """Distance from the wall to the cell's open centroid, or from there to its centre if that is more, m."""
    shift = np.abs(centroid_shift(cut) * cut.wall_area).ravel()[cells]
    smallest = 1e-3 * np.cbrt(np.broadcast_to(np.asarray(cut.grid.cell_volume), cut.grid.shape).ravel()[cells])
    return np.maximum(np.maximum(cut.wall_distance.ravel()[cells], shift), smallest)


def _half_widths(domain: Domain, axis: int) -> np.ndarray:
    return np.broadcast_to(0.5 * broadcast(np.asarray(domain.grid.widths(axis)), axis), domain.grid.shape)


def _hull_shape(case: Case) -> tuple[str, float, float, str]:
    """(kind of shell, length of forced flow m, length of natural flow m, kind of outside film)."""
    vessel = case.vessel
    if isinstance(vessel, CylinderVessel):
        if vessel.axis == "z":
            return "cylinder", vessel.diameter, vessel.length, "vertical_cylinder"
        return "cylinder", vessel.diameter, vessel.diameter, "horizontal_cylinder"
    if isinstance(vessel, SphereVessel):
        return "sphere", vessel.diameter, vessel.diameter, "sphere"
    if isinstance(vessel, BoxVessel):
        return "plane", vessel.size[0], vessel.size[2], "plate"
    assert isinstance(vessel, StlVessel)
    lower, upper = vessel_shape(case).bounds()
    extent = np.asarray(upper) - np.asarray(lower)
    return "plane", float(extent[0]), float(extent[2]), "plate"
