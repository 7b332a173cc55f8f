"""Meshes of the picture: boxes (cut open where the slice goes through them), the opened hull, the slice."""

from __future__ import annotations

import numpy as np
import pyvista as pv
from vtkmodules.vtkFiltersGeneral import vtkClipDataSet

from jamsu.viz.items import SIDES, Box, Fixture
from jamsu.viz.scene import Scene

ARROW = 0.8  # length of an arrow in side lengths of its fan or opening
BEFORE = {"intake": 1.0, "outlet": 0.0, "fan": 0.5}  # share of the arrow that lies before the rectangle
LIFT = 4e-3  # m


def box(scene: Scene, item: Box, values: np.ndarray | None = None) -> pv.PolyData:
    """The surface of a box, with `values` from the bottom up as `layer`, one layer each.

    Where the cut goes through the box, only what lies beyond it, closed by the face of the cut.
    """
    layers = np.zeros(1) if values is None else values
    spans = [np.array([item.lower[axis], item.upper[axis]]) for axis in (0, 1)]
    grid = pv.RectilinearGrid(*spans, np.linspace(item.lower[2], item.upper[2], layers.size + 1))
    grid.cell_data["layer"] = layers
    solid = grid.clip(normal=scene.cut.normal, origin=scene.cut.origin) if scene.cut.kind == "through" else grid
    return solid.extract_surface(algorithm="dataset_surface")


def plate(scene: Scene, item: Fixture) -> pv.PolyData:
    """A flat rectangle, without what stands before a cut through the machines."""
    sheet = _rectangle(item)
    if scene.cut.kind != "through" or abs(scene.cut.normal[_flat_axis(item)]) > 0.5:
        return sheet
    return sheet.clip(normal=scene.cut.normal, origin=scene.cut.origin)


def trace(scene: Scene, item: Fixture) -> pv.PolyData | None:
    """The line in which the slice meets a flat rectangle; None where it does not, or lies in it."""
    if abs(scene.cut.normal[_flat_axis(item)]) > 0.5:
        return None
    line = _rectangle(item).slice(normal=scene.cut.normal, origin=scene.cut.origin)
    return line if line.n_points else None


def arrow(fixture: Fixture) -> pv.PolyData | None:
    """An arrow in the direction in which a flat fixture drives the gas: to an intake, from an outlet, through a fan."""
    if fixture.direction not in SIDES:
        return None
    axis, sign = SIDES[fixture.direction]
    direction = sign * np.eye(3)[axis]
    length = ARROW * float(np.sqrt(np.delete(fixture.upper - fixture.lower, axis).prod()))
    start = fixture.centre - BEFORE[fixture.kind] * length * direction
    return pv.Arrow(start=start, direction=direction, scale=length, shaft_radius=0.07, tip_radius=0.2, tip_length=0.45)


def _rectangle(item: Fixture) -> pv.PolyData:
    """A flat box as one face; an opening of a cooling unit a little in front of the unit's own face."""
    corners = np.stack([item.lower, item.upper])
    if item.kind in ("outlet", "intake"):
        axis, sign = SIDES[item.direction]
        corners[:, axis] += LIFT * (sign if item.kind == "outlet" else -sign)
    faces = pv.Box(bounds=corners.T.ravel()).extract_cells([2 * _flat_axis(item)])
    return faces.extract_surface(algorithm="dataset_surface")


def _flat_axis(item: Box) -> int:
    return int(np.argmin(item.upper - item.lower))


def opened_hull(scene: Scene) -> pv.PolyData:
    """The part of the vessel's surface beyond an upright cut; all of it where the cut is level."""
    if scene.cut.kind == "through":
        return scene.vessel.surface.clip(normal=scene.cut.normal, origin=scene.cut.origin)
    return scene.vessel.surface


def rim(surface: pv.PolyData) -> pv.PolyData:
    """The sharp and cut edges of a surface as lines."""
    return surface.extract_feature_edges(feature_angle=40, manifold_edges=False, non_manifold_edges=False)


def slice_of_gas(scene: Scene) -> pv.DataSet:
    """The field (as point data) on the plane of the cut, where neither machines nor blocks are."""
    gas = scene.grid.threshold(0.5, scalars="machine", invert=True, preference="cell")
    cut = gas.cell_data_to_point_data().slice(normal=scene.cut.normal, origin=scene.cut.origin)
    return trimmed(cut, scene)


def trimmed(mesh: pv.DataSet, scene: Scene) -> pv.DataSet:
    """`mesh` without what stands out of the vessel: corners of wall cells, ends of lines."""
    if mesh.n_points == 0 or scene.vessel.room:
        return mesh
    clip = vtkClipDataSet()
    clip.SetInputData(mesh)
    clip.SetClipFunction(scene.vessel.inside)
    clip.InsideOutOn()
    clip.Update()
    return pv.wrap(clip.GetOutput())
