"""Meshes of the picture: the opened hull, boxes, the temperature slice, streamlines."""

from __future__ import annotations

import numpy as np
import pyvista as pv
from vtkmodules.vtkFiltersGeneral import vtkClipDataSet

from viz.scene import Rack, Scene

SEEDS = 72  # streamlines altogether: enough to see the loop, few enough to see the racks
FRONTS = ("-x", "+x", "-y", "+y")
TURNS = 1.2  # length of a streamline in lengths of the vessel

SECTION_TURNS = 0.12


def box(lower: np.ndarray, upper: np.ndarray) -> pv.PolyData:
    """A closed box between two corners."""
    return pv.Box(bounds=np.stack([lower, upper]).T.ravel())


def rack_box(rack: Rack) -> pv.PolyData:
    """The rack's surface, in as many layers as it has height units, with `inlet_temperature` per layer."""
    edges = [np.array([rack.lower[axis], rack.upper[axis]]) for axis in (0, 1)]
    heights = np.linspace(rack.lower[2], rack.upper[2], rack.inlet_temperature.size + 1)
    grid = pv.RectilinearGrid(*edges, heights)
    grid.cell_data["inlet_temperature"] = rack.inlet_temperature
    return grid.extract_surface(algorithm="dataset_surface")


def opened_hull(scene: Scene) -> pv.PolyData:
    """The half of the vessel's surface that is away from the viewer."""
    return scene.vessel.surface.clip(normal=scene.normal, origin=scene.hull_origin)


def rim(surface: pv.PolyData) -> pv.PolyData:
    """The sharp and cut edges of a surface as lines."""
    return surface.extract_feature_edges(feature_angle=40, manifold_edges=False, non_manifold_edges=False)


def vertical_slice(scene: Scene) -> pv.DataSet:
    """The fields (as point data) on the vertical plane across the view, only where the gas is free.

    Cells inside racks and coils are left out: smoothed over the points, their heat would seem to stand in the gas
    beside them.
    """
    grid = scene.grid.copy(deep=False)
    grid.cell_data["free"] = np.where(_in_machines(scene), 0.0, np.asarray(grid.cell_data["open_fraction"]))
    points = grid.threshold(1e-6, scalars="free", preference="cell").cell_data_to_point_data()
    cut = points.slice(normal=scene.normal, origin=scene.slice_origin)
    if cut.n_points == 0 or scene.vessel.inside is None or scene.vessel.room:
        return cut
    return _trimmed(cut, scene)


def _in_machines(scene: Scene) -> np.ndarray:
    """Whether each cell's centre lies inside a rack or a coil."""
    centres = scene.grid.cell_centers().points
    inside = np.zeros(len(centres), bool)
    boxes = [(rack.lower, rack.upper) for rack in scene.all_racks] + [(coil.lower, coil.upper) for coil in scene.coils]
    for lower, upper in boxes:
        inside |= np.all((centres > lower) & (centres < upper), axis=1)
    return inside


def _trimmed(cut: pv.DataSet, scene: Scene) -> pv.DataSet:
    """`cut` without the corners of wall cells that stand out of the vessel."""
    clip = vtkClipDataSet()
    clip.SetInputData(cut)
    clip.SetClipFunction(scene.vessel.inside)
    clip.InsideOutOn()
    clip.Update()
    return pv.wrap(clip.GetOutput())


def seeds(scene: Scene) -> np.ndarray:
    """Where streamlines start, (n, 3): just behind the racks' rear faces.

    Without racks, all over the vessel; in a section, all over the section.
    """
    if scene.section:
        return _thinned(vertical_slice(scene).points)
    if not scene.racks:
        return _thinned(scene.grid.cell_centers().points[scene.grid.cell_data["open_fraction"] > 0.5])
    per_rack = max(4, SEEDS // len(scene.racks))
    wide = max(2, round(np.sqrt(per_rack / 2)))
    high = max(2, per_rack // wide)
    rears = [_rear_points(rack, wide, high) for rack in scene.racks if rack.front in FRONTS]
    return np.concatenate(rears) if rears else np.empty((0, 3))


def _thinned(points: np.ndarray) -> np.ndarray:
    """SEEDS of the points, drawn by a fixed lot: equal steps through a grid would make stripes."""
    return np.random.default_rng(0).permutation(points)[:SEEDS]


def _rear_points(rack: Rack, wide: int, high: int, gap: float = 0.02) -> np.ndarray:
    normal = "xy".index(rack.front[1])
    across = 1 - normal
    rear = rack.upper[normal] + gap if rack.front[0] == "-" else rack.lower[normal] - gap
    span = [
        rack.lower[axis] + (rack.upper[axis] - rack.lower[axis]) * (np.arange(count) + 0.5) / count
        for axis, count in ((across, wide), (2, high))
    ]
    grid_across, grid_up = np.meshgrid(*span, indexing="ij")
    points = np.empty((grid_across.size, 3))
    points[:, normal] = rear
    points[:, across] = grid_across.ravel()
    points[:, 2] = grid_up.ravel()
    return points


def streamlines(scene: Scene) -> pv.PolyData | None:
    """Paths of the gas from `seeds`, in a section its motion within the section; None when nothing moves."""
    if "vectors" not in scene.grid.cell_data:
        return None
    field = scene.grid.cell_data_to_point_data()
    starts = seeds(scene)
    if scene.section:
        vectors = np.asarray(field.point_data["vectors"])
        field.point_data["vectors"] = vectors * (1 - np.abs(scene.normal))
    speed = float(np.linalg.norm(field.point_data["vectors"], axis=1).max())
    if not np.isfinite(speed) or speed <= 0 or len(starts) == 0:
        return None
    extent = float(np.diff(scene.vessel.bounds, axis=0).max())
    lines = field.streamlines_from_source(
        pv.PolyData(starts),
        vectors="vectors",
        integration_direction="forward",
        max_length=(SECTION_TURNS if scene.section else TURNS) * extent,
        terminal_speed=1e-3 * speed,
        initial_step_length=0.3,
        max_step_length=0.5,
        max_steps=4000,
    )
    if lines.n_points == 0:
        return None
    if scene.section:
        lines.points += 2e-3 * extent * scene.normal  # in front of the slice, not in it
    lines.set_active_scalars(None)
    return lines
