"""The vessel as a surface to draw and as a function to trim slices with, from the result file alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyvista as pv
import xarray as xr
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkDoubleArray
from vtkmodules.vtkCommonDataModel import (
    vtkBox,
    vtkCylinder,
    vtkImplicitFunction,
    vtkSphere,
)
from vtkmodules.vtkFiltersCore import vtkImplicitPolyDataDistance

AXES = "xyz"
SIDES = 96  # corners of a round hull: smooth at full screen


@dataclass(frozen=True)
class Vessel:
    """What is drawn of the vessel: its closed surface and its inside.

    `inside` is negative within the shape (a cylinder's without its flat ends, which the grid's edges follow
    anyway). `size` is the text for the caption, such as "sphere, 3 m across". `room` says that the vessel is a
    box, all of whose far walls stay when it is opened; `smooth` that its surface comes from a field, whose
    facets are no edges; `flat` that it has a flat floor.
    """

    surface: pv.PolyData
    inside: vtkImplicitFunction
    size: str
    room: bool = False
    smooth: bool = False
    flat: bool = False

    @property
    def bounds(self) -> np.ndarray:
        """((lower x, y, z), (upper x, y, z)) in metres."""
        return np.array(self.surface.bounds).reshape(3, 2).T

    def signed(self, points: np.ndarray) -> np.ndarray:
        """`inside` at points (n, 3): negative within the vessel, (n,)."""
        values = vtkDoubleArray()
        self.inside.EvaluateFunction(numpy_to_vtk(np.ascontiguousarray(points, dtype=float)), values)
        return np.array(vtk_to_numpy(values))

    def slope(self, points: np.ndarray, step: float = 1e-3) -> np.ndarray:
        """Gradient of `inside` at points (n, 3), by central differences over `step` (m): it points outwards."""
        both = [self.signed(points + shift) - self.signed(points - shift) for shift in step * np.eye(3)]
        return np.stack(both, axis=1) / (2 * step)

    def pulled_in(self, points: np.ndarray) -> np.ndarray:
        """Points (n, 3) with those outside laid on the wall, by Newton's method along the gradient."""
        points = points.copy()
        for _ in range(3):
            beyond = np.flatnonzero(self.signed(points) > 0)
            if not beyond.size:
                break
            slope = self.slope(points[beyond])
            steepness = np.maximum(np.sum(slope**2, axis=1, keepdims=True), 1e-12)
            points[beyond] -= self.signed(points[beyond])[:, None] * slope / steepness
        return points

    @property
    def low(self) -> bool:
        """Whether it is a deck: a flat floor, and no higher than it is wide. One looks into it from above."""
        extent = np.diff(self.bounds, axis=0)[0]
        return self.flat and bool(extent[2] <= extent[:2].min())


def read_vessel(tree: xr.DataTree, grid: pv.RectilinearGrid, solid: np.ndarray | None = None) -> Vessel:
    """The vessel by the attributes of `/hull` (shape, and axis, diameter, length or size).

    An STL vessel, or one whose attributes say nothing, is drawn as the surface where `open_fraction` is 1/2;
    `solid` (cells,) says which closed cells are blocks inside it and not the hull.
    """
    attributes = tree["hull"].attrs if "hull" in tree.children else {}
    builders = {"cylinder": _cylinder, "sphere": _sphere, "box": _box}
    builder = builders.get(str(attributes.get("shape", "")))
    if builder is not None:
        try:
            return builder(attributes)
        except (KeyError, ValueError):
            pass  # incomplete attributes: the field knows the shape as well
    return _from_field(grid, np.zeros(grid.n_cells, bool) if solid is None else solid)


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
    upright = axis == 2
    size = f"cylinder, {length:.3g} m {'high' if upright else 'long'}, {2 * radius:.3g} m across"
    return Vessel(_closed(surface), barrel, size, flat=upright)


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
    text = "box, " + " × ".join(f"{extent:.3g}" for extent in size) + " m"
    return Vessel(_closed(surface), inside, text, room=True, flat=True)


def _from_field(grid: pv.RectilinearGrid, solid: np.ndarray) -> Vessel:
    surface = _closed_around(grid, solid).cell_data_to_point_data().contour([0.5], scalars="open_fraction")
    if surface.n_cells == 0:
        surface = pv.Box(bounds=grid.bounds)
    surface = _closed(surface)
    inside = vtkImplicitPolyDataDistance()
    inside.SetInput(surface)
    lower, upper = np.array(surface.bounds).reshape(3, 2).T
    size = "about " + " × ".join(f"{extent:.2g}" for extent in upper - lower) + " m"
    return Vessel(surface, inside, size, smooth=True)


def _closed_around(grid: pv.RectilinearGrid, solid: np.ndarray) -> pv.RectilinearGrid:
    """The grid's `open_fraction` with a layer of closed cells around it, so that its contour has no holes."""
    wider = [np.concatenate([[2 * e[0] - e[1]], e, [2 * e[-1] - e[-2]]]) for e in (grid.x, grid.y, grid.z)]
    shape = tuple(count - 1 for count in reversed(grid.dimensions))
    shares = np.where(solid, 1.0, np.asarray(grid.cell_data["open_fraction"]))
    closed = pv.RectilinearGrid(*wider)
    closed.cell_data["open_fraction"] = np.pad(shares.reshape(shape), 1).ravel()
    return closed


def _closed(surface: pv.PolyData) -> pv.PolyData:
    """`surface` as one closed sheet of triangles whose outside is known, as drawing only its inside needs."""
    sheet = surface.triangulate().clean()  # the caps of a cylinder share no points with its side
    return sheet.compute_normals(point_normals=False, auto_orient_normals=True, inplace=False)
