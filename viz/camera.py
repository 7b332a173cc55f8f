"""Where the camera stands. Whatever the vessel's shape, it fills the free part of the picture."""

from __future__ import annotations

import numpy as np
import pyvista as pv

from jamsu.viz.cut import along

# view -> weights of (towards the viewer's side, along the vessel, upwards)
VIEWS = {
    "cutaway": (1.0, -0.45, 0.75),
    "side": (1.0, 0.0, 0.0),
    "section": (0.35, -1.0, 0.22),
    "top": (0.0, 0.0, 1.0),
}
DECK = (1.0, -0.65, 1.0)  # the cutaway of a low room or deck
DRAWINGS = ("side", "top")  # elevation and plan: without perspective, lengths are to scale
ANGLE = 24.0  # degrees: little perspective, so that equal racks look equal

Free = tuple[float, float, float, float]
"""Left, bottom, right and top of the free part, in shares of the picture's width and height from its lower left."""


def direction(view: str, front: np.ndarray, low: bool) -> np.ndarray:
    """The unit vector to the viewer. `low`: the vessel is one that one looks into from above."""
    weights = DECK if view == "cutaway" and low else VIEWS[view]
    towards = np.array(weights) @ np.stack([front, along(front), [0.0, 0.0, 1.0]])
    return np.asarray(towards / np.linalg.norm(towards))


def axes(towards: np.ndarray, front: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The unit vectors to the right and upwards on the picture; in a plan the viewer's side is below."""
    upright = -front if abs(towards[2]) > 0.999 else np.array([0.0, 0.0, 1.0])
    right = np.cross(upright, towards)
    right /= np.linalg.norm(right)
    return right, np.cross(towards, right)


def place(plotter: pv.Plotter, corners: np.ndarray, towards: np.ndarray, front: np.ndarray, free: Free) -> None:
    """Aim the camera so that `corners` (n, 3) just fill the `free` part of the picture.

    Without perspective where one looks along an axis (`DRAWINGS`).
    """
    right, up = axes(towards, front)
    flat = float(np.abs(towards).max()) > 0.999
    width, height = plotter.window_size
    tangent = np.tan(np.radians(ANGLE / 2))
    halves = tangent * width / height, tangent  # half of the picture at distance 1: sideways, upwards
    centre = corners.mean(axis=0)
    across, above, near = ((corners - centre) @ axis for axis in (right, up, towards))
    left, bottom, end, top = free
    room = ((end - left) * halves[0], (top - bottom) * halves[1])
    distance, shift = _fit(across, above, 0 * near if flat else near, room)
    # The free part's middle lies off the picture's middle: move the camera by as much the other way.
    middle = ((left + end) - 1) * halves[0], ((bottom + top) - 1) * halves[1]
    offset = [shift[axis] - middle[axis] * distance for axis in (0, 1)]
    focus = centre + offset[0] * right + offset[1] * up
    camera = plotter.camera
    camera.view_angle = ANGLE
    camera.focal_point = focus
    camera.position = focus + (distance + (float(near.max()) if flat else 0.0)) * towards
    camera.up = tuple(up)
    camera.parallel_projection = flat
    camera.parallel_scale = distance * tangent
    plotter.reset_camera_clipping_range()


def _fit(
    across: np.ndarray, above: np.ndarray, near: np.ndarray, free: tuple[float, float]
) -> tuple[float, tuple[float, float]]:
    """Smallest distance at which all points are within `free`, and the centre that makes it so."""
    shift = [0.0, 0.0]
    distance = 0.0
    for _ in range(20):  # centre and distance depend on each other only through perspective
        needed = [
            np.max(np.abs(points - shift[axis]) / free[axis] + near) for axis, points in enumerate((across, above))
        ]
        distance = float(max(needed))
        for axis, points in enumerate((across, above)):
            seen = points / (distance - near)
            shift[axis] = float((seen.max() + seen.min()) / 2 * distance)
    return distance, (shift[0], shift[1])


def width_of(plotter: pv.Plotter, share: float) -> float:
    """The length (m) that covers `share` of the picture's height, at the distance that the camera aims at."""
    return share * 2 * _half(plotter.camera, 0.0)


def on_picture(plotter: pv.Plotter, point: np.ndarray) -> tuple[float, float]:
    """Where `point` appears, in shares of the picture's width and height, once the camera is placed."""
    camera = plotter.camera
    towards = np.subtract(camera.position, camera.focal_point)
    towards /= np.linalg.norm(towards)
    right = np.cross(camera.up, towards)
    right /= np.linalg.norm(right)
    away = np.subtract(point, camera.focal_point)
    half = _half(camera, float(away @ towards))
    width, height = plotter.window_size
    sideways = float(away @ right) / half * height / width
    upwards = float(away @ np.cross(towards, right)) / half
    return (1 + sideways) / 2, (1 + upwards) / 2


def _half(camera: pv.Camera, nearer: float) -> float:
    """Half of the picture's height (m) at the depth that is `nearer` (m) than the point that the camera aims at."""
    if camera.parallel_projection:
        return float(camera.parallel_scale)
    distance = float(np.linalg.norm(np.subtract(camera.position, camera.focal_point)))
    return (distance - nearer) * float(np.tan(np.radians(ANGLE / 2)))
