"""Signed distance to a closed triangulated surface: vessels drawn elsewhere, by the same door as ours."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from jamsu.geometry.shapes import Bounds, Shape

if TYPE_CHECKING:
    import pyvista as pv


class StlShape(Shape):
    """The inside of the closed surface in the STL file at `path`, its coordinates times `scale` (to metres).

    The distance is exact, its sign from angle-weighted pseudonormals (J. A. Baerentzen, H. Aanaes, IEEE
    Trans. Visualization and Computer Graphics 11 (2005) 243-253), as vtkImplicitPolyDataDistance computes
    it. Normals may point either way in the file. OSError if the file cannot be read; ValueError if it is
    no STL file, the surface is not closed, or the scale is not positive.
    """

    def __init__(self, path: str | Path, scale: float | int = 1.0) -> None:
        # VTK takes a second to import, which a case without an STL should not pay.
        from vtkmodules.vtkFiltersCore import vtkImplicitPolyDataDistance

        path = Path(path)
        with path.open("rb"):  # VTK would not say what stands against it
            pass
        if not (np.isfinite(scale) and scale > 0):
            raise ValueError(f"scale must be positive, got {scale!r}")
        mesh = _read(path)
        # STL repeats the corners of every triangle, in single precision.
        mesh = mesh.triangulate().clean(tolerance=1e-6)
        if mesh.n_open_edges:
            raise ValueError(f"not a closed surface ({mesh.n_open_edges} open edges)")
        mesh = mesh.compute_normals(
            cell_normals=True, point_normals=False, consistent_normals=True, auto_orient_normals=True
        )
        mesh.points = np.asarray(mesh.points, dtype=float) * scale
        self.path, self.scale = path, scale
        self.triangle_count = int(mesh.n_cells)
        self._mesh = mesh
        self._distance = vtkImplicitPolyDataDistance()
        self._distance.SetInput(mesh)

    def __call__(self, points: np.ndarray) -> np.ndarray:
        from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
        from vtkmodules.vtkCommonCore import vtkDoubleArray

        points = np.asarray(points, dtype=float)
        rows = np.ascontiguousarray(points.reshape(-1, 3))
        # Neighbouring cells ask for the same corners, and a distance to a mesh is dear: each point once.
        _, first, back = np.unique(_keys(rows, self.bounds()), return_index=True, return_inverse=True)
        distances = vtkDoubleArray()
        self._distance.FunctionValue(numpy_to_vtk(rows[first]), distances)
        return vtk_to_numpy(distances)[back.reshape(-1)].reshape(points.shape[:-1])

    def bounds(self) -> Bounds:
        box = self._mesh.bounds
        return np.array([box[0], box[2], box[4]]), np.array([box[1], box[3], box[5]])


def _read(path: Path) -> pv.PolyData:
    """The triangles of an STL file. ValueError where there are none: not an STL file, or one cut short."""
    import pyvista as pv
    from vtkmodules.vtkCommonCore import vtkObject
    from vtkmodules.vtkIOGeometry import vtkSTLReader

    reader = vtkSTLReader()
    reader.SetFileName(str(path))
    shown = vtkObject.GetGlobalWarningDisplay()
    vtkObject.GlobalWarningDisplayOff()  # VTK prints its errors, with dumps of its insides
    try:
        reader.Update()
    finally:
        vtkObject.SetGlobalWarningDisplay(shown)
    surface = reader.GetOutput()
    if surface.GetNumberOfCells() == 0:
        raise ValueError("not an STL file (no triangles can be read from it)")
    return pv.wrap(surface)


def _keys(rows: np.ndarray, bounds: Bounds) -> np.ndarray:
    """One comparable key per point, equal within about a hundred-millionth of the surface's extent."""
    step = 1e-8 * float(np.max(bounds[1] - bounds[0]))
    cells = np.round(rows / step).astype(np.int64)
    return np.ascontiguousarray(cells).view([("x", np.int64), ("y", np.int64), ("z", np.int64)]).reshape(-1)
