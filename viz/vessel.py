"""The vessel as a surface to draw and as a function to trim slices with, from the result file alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyvista as pv
import xarray as xr
from vtkmodules.vtkCommonDataModel import (
    vtkBox,
    vtkCylinder,
    vtkImplicitFunction,
    vtkSphere,
)

AXES = "xyz"
SIDES = 96  # corners of a round hull: smooth at full screen


@dataclass(frozen=True)
class Vessel:
    """What is drawn of the vessel: its closed surface, and (when its shape has a formula) its inside.

    `inside` is negative within the shape (a cylinder's without its flat ends, which the grid's edges follow
    anyway); None when only the surface is known (STL, or no attributes). `size` is the text for the caption,
    such as "sphere, 3 m across"; `room` says that the vessel is a box, whose floor stays when it is opened.
    """

    surface: pv.PolyData
    inside: vtkImplicitFunction | None
    size: str
    room: bool = False

    @property
    def bounds(self) -> np.ndarray:
        """((lower x, y, z), (upper x, y, z)) in metres."""
        return np.array(self.surface.bounds).reshape(3, 2).T


def read_vessel(tree: xr.DataTree, grid: pv.RectilinearGrid) -> Vessel:
    """The vessel by the attributes of `/hull` (shape, and axis, diameter, length or size).

    An STL vessel, or one whose attributes say nothing, is drawn as the surface where `open_fraction` is 1/2.
    """
    attributes = tree["hull"].attrs if "hull" in tree.children else {}
    builders = {"cylinder": _cylinder, "sphere": _sphere, "box": _box}
    builder = builders.get(str(attributes.get("shape", "")))
    if builder is not None:
        try:
            return builder(attributes)
        except (KeyError, ValueError):
            pass  # incomplete attributes: the field knows the shape as well
    return _from_field(grid)


def _cylinder(attributes: dict[Any, Any]) -> Vessel:
    axis = AXES.index(str(attributes["axis"]))
    radius, length = float(attributes["diameter"]) / 2, float(attributes["length"])
    direction = np.eye(3)[axis]
    surface = pv.Cylinder(
        center=direction * length / 2, direction=direction, radius=radius, height=length, resolution=SIDES
    )
    barrel = vtkCylinder()
    barrel.SetRadius(radius)
    barrel.SetAxis(*direction)
    return Vessel(_closed(surface), barrel, f"cylinder, {length:.3g} m long, {2 * radius:.3g} m across")


def _sphere(attributes: dict[Any, Any]) -> Vessel:
    radius = float(attributes["diameter"]) / 2
    inside = vtkSphere()
    inside.SetRadius(radius)
    surface = pv.Sphere(radius=radius, theta_resolution=SIDES, phi_resolution=SIDES)
    return Vessel(_closed(surface), inside, f"sphere, {2 * radius:.3g} m across")


def _box(attributes: dict[Any, Any]) -> Vessel:
    size = np.asarray(attributes["size"], dtype=float)
    inside = vtkBox()
    inside.SetXMin(0.0, 0.0, 0.0)
    inside.SetXMax(*size)
    surface = pv.Box(bounds=np.stack([np.zeros(3), size]).T.ravel())
    return Vessel(_closed(surface), inside, "box, " + " × ".join(f"{extent:.3g}" for extent in size) + " m", True)


def _from_field(grid: pv.RectilinearGrid) -> Vessel:
    surface = _closed_around(grid).cell_data_to_point_data().contour([0.5], scalars="open_fraction")
    if surface.n_cells == 0:
        surface = pv.Box(bounds=grid.bounds)
    lower, upper = np.array(surface.bounds).reshape(3, 2).T
    return Vessel(_closed(surface), None, " × ".join(f"{extent:.3g}" for extent in upper - lower) + " m")


def _closed_around(grid: pv.RectilinearGrid) -> pv.RectilinearGrid:
    """The grid's `open_fraction` with a layer of closed cells around it, so that its contour has no holes."""
    wider = [np.concatenate([[2 * e[0] - e[1]], e, [2 * e[-1] - e[-2]]]) for e in (grid.x, grid.y, grid.z)]
    shape = tuple(count - 1 for count in reversed(grid.dimensions))
    closed = pv.RectilinearGrid(*wider)
    closed.cell_data["open_fraction"] = np.pad(grid.cell_data["open_fraction"].reshape(shape), 1).ravel()
    return closed


def _closed(surface: pv.PolyData) -> pv.PolyData:
    """`surface` as one closed sheet of triangles whose outside is known, as drawing only its inside needs."""
    sheet = surface.triangulate().clean()  # the caps of a cylinder share no points with its side
    return sheet.compute_normals(point_normals=False, auto_orient_normals=True, inplace=False)
