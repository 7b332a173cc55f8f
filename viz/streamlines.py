"""Paths of the gas: from where it leaves racks and cooling units to where it enters the next."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyvista as pv

from jamsu.viz.items import SIDES, Box, Fixture, Rack
from jamsu.viz.meshes import slice_of_gas
from jamsu.viz.scene import Scene

LINES = 48  # paths altogether: enough to see the loop, few enough to see the racks
IN_PLANE = 160  # short paths within a slice
LONGEST, LONGEST_IN_PLANE = 1.0, 0.16  # length of a path in greatest extents of the vessel
GAP = 0.02  # m: how far before a face a path starts
CLEAR = 0.025  # of the slice's lesser extent: how far from walls and machines a path within a slice starts and stays
TOUCHING = 5e-3  # m: a coil this close to a rack's rear is its rear door
STOPS = ("cooling unit", "block")
PLATES = ("panel", "floor", "bulkhead")


def in_plane(scene: Scene) -> bool:
    """Whether the paths are those of the motion within the slice: so in upright cuts and in the plan."""
    return scene.cut.kind == "through" or float(scene.towards[2]) > 0.999


def streamlines(scene: Scene) -> pv.PolyData | None:
    """Paths with the field as point data, and `vectors`; None when nothing moves.

    They end in racks and cooling units, which give the gas another temperature.
    """
    if "vectors" not in scene.grid.cell_data:
        return None
    starts = seeds(scene)
    field = _moving(scene)
    if in_plane(scene):
        field.point_data["vectors"] = np.asarray(field.point_data["vectors"]) * (1 - np.abs(scene.cut.normal))
    speed = float(np.linalg.norm(field.point_data["vectors"], axis=1).max())
    if not np.isfinite(speed) or speed <= 0 or len(starts) == 0:
        return None
    lines = field.streamlines_from_source(
        pv.PolyData(starts),
        vectors="vectors",
        integration_direction="forward",
        max_length=_longest(scene),
        terminal_speed=5e-3 * speed,
        initial_step_length=0.3,
        max_step_length=0.5,
        max_steps=4000,
    )
    return _ended(lines, scene)


def _longest(scene: Scene) -> float:
    """How long a path may be, m."""
    if in_plane(scene):
        return LONGEST_IN_PLANE * float(np.sqrt(_across(scene).prod()))
    return LONGEST * scene.extent


def _across(scene: Scene) -> np.ndarray:
    """The two extents of the vessel in the plane of the slice, m."""
    return np.diff(scene.vessel.bounds, axis=0)[0][np.abs(scene.cut.normal) < 0.5]


def _moving(scene: Scene) -> pv.RectilinearGrid:
    """The grid with point data, and the gas at rest where paths end; no velocity points out of the vessel.

    Means over the cells around a point would blow through walls, and paths would end there.
    """
    grid = scene.grid.copy(deep=False)
    vectors = np.array(grid.cell_data["vectors"])
    vectors[_inside(grid.cell_centers().points, _ends(scene))] = 0.0
    grid.cell_data["vectors"] = vectors
    field = grid.cell_data_to_point_data()
    vectors, points = np.array(field.point_data["vectors"]), np.asarray(field.points)
    for axis in range(3):
        on_edge = np.isin(points[:, axis], (points[:, axis].min(), points[:, axis].max()))
        vectors[on_edge, axis] = 0.0
    if not scene.vessel.room:
        near = np.flatnonzero(np.any(vectors != 0, axis=1) & _near_wall(field))
        beyond = near[scene.vessel.signed(points[near]) > 0]
        if beyond.size:
            slope = scene.vessel.slope(points[beyond])
            outwards = slope / np.maximum(np.linalg.norm(slope, axis=1, keepdims=True), 1e-12)
            leaving = np.maximum(0.0, np.sum(vectors[beyond] * outwards, axis=1))
            vectors[beyond] -= 2 * leaving[:, None] * outwards  # mirrored: at the wall between, nothing leaves
    field.point_data["vectors"] = vectors
    return field


def _near_wall(mesh: pv.DataSet) -> np.ndarray:
    """Whether a cell around each point is cut by the hull or closed: only there is it asked where the hull is."""
    return np.asarray(mesh.point_data["open_fraction"]) < 1 - 1e-6


def _ended(lines: pv.PolyData, scene: Scene) -> pv.PolyData | None:
    """The paths up to where interpolation between cells would carry them into a machine or through a panel.

    Where it carries them out of the vessel, by less than a cell, they are laid on the wall.
    """
    if lines.n_points == 0:
        return None
    points, kept = np.array(lines.points, dtype=float), []
    if not scene.vessel.room:
        near = _near_wall(lines)
        points[near] = scene.vessel.pulled_in(points[near])
    shut = _inside(points, _ends(scene))
    if in_plane(scene):
        shut |= ~clear_of_walls(points, scene, 0.5 * CLEAR)
    elif scene.cut.kind == "level":  # what goes on below the slice is not seen
        shut |= points[:, 2] < scene.cut.origin[2]
    panels = [fixture for fixture in scene.fixtures if fixture.kind in PLATES]
    for path in paths(lines):
        stops = shut[path]
        for panel in panels:
            stops[1:] |= _crosses(points[path], panel)
        whole = path[: np.argmax(stops)] if stops.any() else path
        if len(whole) > 1:
            kept.append(np.concatenate([[len(whole)], whole]))
    if not kept:
        return None
    shorter = pv.PolyData(points, lines=np.concatenate(kept))
    for name in lines.point_data:
        shorter.point_data[name] = lines.point_data[name]
    return shorter.clean(point_merging=False)


def _ends(scene: Scene) -> list[Box]:
    """Where paths end: what gives the gas another temperature, or lets none through."""
    return [*scene.racks, *(fixture for fixture in scene.fixtures if fixture.kind in STOPS)]


def _inside(points: np.ndarray, boxes: list[Box]) -> np.ndarray:
    inside = np.zeros(len(points), bool)
    for box in boxes:
        inside |= np.all((points > box.lower) & (points < box.upper), axis=1)
    return inside


def _crosses(path: np.ndarray, panel: Box) -> np.ndarray:
    """Whether each step of a path, (n - 1,), goes through a flat rectangle."""
    axis = int(np.argmin(panel.upper - panel.lower))
    before, after = path[:-1, axis] - panel.lower[axis], path[1:, axis] - panel.lower[axis]
    middle = np.delete((path[:-1] + path[1:]) / 2, axis, axis=1)
    within = np.all((middle > np.delete(panel.lower, axis)) & (middle < np.delete(panel.upper, axis)), axis=1)
    return np.asarray((before * after <= 0) & within)


def paths(lines: pv.PolyData) -> Iterator[np.ndarray]:
    """The indices of the points of each path in turn."""
    stream = np.asarray(lines.lines)
    start = 0
    while start < len(stream):
        yield stream[start + 1 : start + 1 + stream[start]]
        start += 1 + stream[start]


def seeds(scene: Scene) -> np.ndarray:
    """Where paths start, (n, 3): before the rears of racks (or their rear doors) and the outlets of units.

    Without any of these all over the vessel; within a cut through the machines all over the cut.
    """
    if in_plane(scene):
        points = np.asarray(slice_of_gas(scene).points)
        return _some(points[clear_of_walls(points, scene, CLEAR)], IN_PLANE)
    racks = [rack for rack in scene.racks if rack.front in SIDES and np.isfinite(rack.hottest)]
    outlets = [fixture for fixture in scene.fixtures if fixture.kind == "outlet"]
    if not racks and not outlets:
        return _some(scene.grid.cell_centers().points[scene.free], LINES)
    each = max(1, LINES // (len(racks) + len(outlets)))
    wide = max(1, round(np.sqrt(each / 2)))
    doors = [fixture for fixture in scene.fixtures if fixture.kind == "coil"]
    starts = [_behind(rack, doors, wide, max(1, each // wide)) for rack in racks]
    for outlet in outlets:
        axis, sign = SIDES[outlet.direction]
        spans = [_inner(outlet.lower[a], outlet.upper[a], wide) for a in range(3) if a != axis]
        starts.append(_sheet(axis, outlet.centre[axis] + sign * GAP, *spans))
    points = np.concatenate(starts)
    # From below an opaque level slice a path would come out in mid-air.
    return points[points[:, 2] > scene.cut.origin[2]] if scene.cut.kind == "level" else points


def clear_of_walls(points: np.ndarray, scene: Scene, share: float) -> np.ndarray:
    """Whether around each point (n, 3) of the slice there is gas alone, as far as `share` of its lesser extent."""
    reach = share * float(_across(scene).min())
    clear = np.ones(len(points), bool)
    boxes = [*scene.racks, *(fixture for fixture in scene.fixtures if np.all(fixture.upper > fixture.lower))]
    for axis in np.flatnonzero(np.abs(scene.cut.normal) < 0.5):
        for shift in (reach * np.eye(3)[axis], -reach * np.eye(3)[axis]):
            there = points + shift
            clear &= scene.vessel.signed(there) < 0
            clear &= np.all((there >= scene.vessel.bounds[0]) & (there <= scene.vessel.bounds[1]), axis=1)
            clear &= ~_inside(there, boxes)
    return clear


def _some(points: np.ndarray, count: int) -> np.ndarray:
    """`count` of the points, drawn by a fixed lot: equal steps through a grid would make stripes."""
    return np.random.default_rng(0).permutation(points)[:count]


def _behind(rack: Rack, coils: list[Fixture], wide: int, high: int) -> np.ndarray:
    """Starts behind a rack at the height of units that gas passes, or behind the door on its rear."""
    axis, sign = SIDES[rack.front]
    rear = rack.lower[axis] if sign > 0 else rack.upper[axis]
    for coil in coils:
        near, far = (coil.upper, coil.lower) if sign > 0 else (coil.lower, coil.upper)
        across = [a for a in range(3) if a != axis]
        covers = all(coil.lower[a] < rack.centre[a] < coil.upper[a] for a in across)
        if covers and abs(near[axis] - rear) < TOUCHING:
            rear = far[axis]
    units = np.flatnonzero(np.isfinite(rack.inlet_temperature))
    height = (rack.upper[2] - rack.lower[2]) / rack.inlet_temperature.size
    chosen = units[np.round((np.arange(high) + 0.5) / high * len(units) - 0.5).astype(int)]
    across_rack = _inner(rack.lower[1 - axis], rack.upper[1 - axis], wide)
    return _sheet(axis, rear - sign * GAP, across_rack, rack.lower[2] + (np.unique(chosen) + 0.5) * height)


def _inner(low: float, high: float, count: int) -> np.ndarray:
    """Middles of `count` equal parts."""
    return low + (high - low) * (np.arange(count) + 0.5) / count


def _sheet(axis: int, place: float, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Points on the plane across `axis` at `place`, at all pairs of the other two coordinates."""
    points = np.stack([part.ravel() for part in np.meshgrid(first, second, indexing="ij")], axis=1)
    return np.insert(points, axis, place, axis=1)


def starts_of(lines: pv.PolyData) -> pv.PolyData:
    """The first point of every path, with the path's data."""
    first = np.array([path[0] for path in paths(lines)])
    points = pv.PolyData(np.asarray(lines.points)[first])
    for name in lines.point_data:
        points.point_data[name] = np.asarray(lines.point_data[name])[first]
    return points


def arrowheads(lines: pv.PolyData, size: float) -> pv.PolyData | None:
    """A cone of length `size` (m) on every path that is long enough, two thirds along it, with the path's data."""
    points, chosen, ahead = np.asarray(lines.points), [], []
    for path in paths(lines):
        steps = np.linalg.norm(np.diff(points[path], axis=0), axis=1)
        if steps.sum() < 2.5 * size:
            continue
        middle = int(np.searchsorted(np.cumsum(steps), 2 / 3 * steps.sum()))
        before, after = points[path[max(0, middle - 1)]], points[path[min(middle + 1, len(path) - 1)]]
        chosen.append(path[middle])
        ahead.append(after - before)
    if not chosen:
        return None
    heads = pv.PolyData(points[chosen])
    for name in lines.point_data:
        heads.point_data[name] = np.asarray(lines.point_data[name])[chosen]
    heads.point_data["ahead"] = np.array(ahead)
    cone = pv.Cone(center=(0, 0, 0), direction=(1, 0, 0), height=1.0, radius=0.32, resolution=12)
    return heads.glyph(orient="ahead", scale=False, factor=size, geom=cone)
