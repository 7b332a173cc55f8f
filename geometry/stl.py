"""Signed distance to a closed triangulated surface: an STL vessel is a shape like the others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from jamsu.geometry.shapes import Bounds, Shape
from jamsu.geometry.stl_checks import area, gas_surface, surface, volume

if TYPE_CHECKING:
    import pyvista as pv


class StlShape(Shape):
    """The inside of the closed surface in the STL file at `path`, its coordinates times `scale` (to metres).

    The distance is exact, its sign from angle-weighted pseudonormals (J. A. Baerentzen, H. Aanaes, IEEE
    Trans. Visualization and Computer Graphics 11 (2005) 243-253), as vtkImplicitPolyDataDistance computes
    it. Normals may point either way in the file. A hull with two skins gives its inner one. `notes` holds remarks on
    the file for its user, one line each; `volume` (m3) and `area` (m2) are the surface's own.

    Raises:
      OSError: the file cannot be read.
      ValueError: it is no STL file, its surface has no single inside (`stl_checks.gas_surface`), or the scale is not
        positive.
    """

    def __init__(self, path: str | Path, scale: float | int = 1.0) -> None:
        # VTK takes a second to import, which a case without an STL should not pay.
        from vtkmodules.vtkFiltersCore import vtkImplicitPolyDataDistance

        path = Path(path)
        with path.open("rb"):  # VTK would not say why it cannot be opened
            pass
        if not (np.isfinite(scale) and scale > 0):
            raise ValueError(f"scale must be positive, got {scale!r}")
        points, triangles = _corners(_read(path))
        points = points * scale
        triangles, self.notes = gas_surface(points, triangles)
        self.volume, self.area = volume(points, triangles), area(points, triangles)
        # Points of the other skin would count in the bounds.
        self._mesh = (
            surface(points, triangles)
            .remove_unused_points()
            .compute_normals(
                cell_normals=True, point_normals=False, consistent_normals=False, auto_orient_normals=False
            )
        )
        self._distance = vtkImplicitPolyDataDistance()
        self._distance.SetInput(self._mesh)

    def __call__(self, points: np.ndarray) -> np.ndarray:
        from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
        from vtkmodules.vtkCommonCore import vtkDoubleArray

        points = np.asarray(points, dtype=float)
        rows = np.ascontiguousarray(points.reshape(-1, 3))
        # Neighbouring cells share corners, and a distance to a mesh is expensive: each point is evaluated once.
        _, first, back = np.unique(_keys(rows, self.bounds()), return_index=True, return_inverse=True)
        distances = vtkDoubleArray()
        self._distance.FunctionValue(numpy_to_vtk(rows[first]), distances)
        return vtk_to_numpy(distances)[back.reshape(-1)].reshape(points.shape[:-1])

    def bounds(self) -> Bounds:
        box = self._mesh.bounds
        return np.array([box[0], box[2], box[4]]), np.array([box[1], box[3], box[5]])


def _read(path: Path) -> pv.PolyData:
    """The triangles of an STL file. Raises ValueError where there are none: not an STL file, or one cut short."""
    import pyvista as pv
    from vtkmodules.vtkCommonCore import vtkObject
    from vtkmodules.vtkIOGeometry import vtkSTLReader

    reader = vtkSTLReader()
    reader.SetFileName(str(path))
    shown = vtkObject.GetGlobalWarningDisplay()
    vtkObject.GlobalWarningDisplayOff()  # VTK prints its errors, with dumps of its objects
    try:
        reader.Update()
    finally:
        vtkObject.SetGlobalWarningDisplay(shown)
    surface = reader.GetOutput()
    if surface.GetNumberOfCells() == 0:
        raise ValueError("not an STL file (no triangles can be read from it)")
    return pv.wrap(surface)


def _corners(mesh: pv.PolyData) -> tuple[np.ndarray, np.ndarray]:
    """Points (n, 3), each once, and triangles (m, 3) of a file's triangles.

    STL repeats the corners of every triangle, in single precision: corners at one place become one point. Triangles
    that have shrunk to an edge or a point are dropped, which leaves no gap.
    """
    if not np.isfinite(mesh.points).all():
        raise ValueError("not an STL file of a surface (coordinates that are no finite numbers)")
    merged = mesh.triangulate().clean(tolerance=1e-6)
    points = np.asarray(merged.points, dtype=float)
    triangles = merged.faces.reshape(-1, 4)[:, 1:].astype(np.int64)
    if len(triangles) == 0:
        raise ValueError("not a closed surface (its triangles have no area)")
    return points, triangles


def _keys(rows: np.ndarray, bounds: Bounds) -> np.ndarray:
    """One comparable key per point, equal within about a hundred-millionth of the surface's extent."""
    step = 1e-8 * float(np.max(bounds[1] - bounds[0]))
    cells = np.round(rows / step).astype(np.int64)
    return np.ascontiguousarray(cells).view([("x", np.int64), ("y", np.int64), ("z", np.int64)]).reshape(-1)
