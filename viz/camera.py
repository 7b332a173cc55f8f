"""Where the camera stands. Whatever the vessel's shape, it fills the free part of the picture."""

from __future__ import annotations

import numpy as np
import pyvista as pv

from jamsu.viz.cut import Cut, along

# view -> weights of (towards the viewer's side, along the vessel, upwards)
VIEWS = {
    "cutaway": (1.0, -0.40, 0.42),
    "side": (1.0, 0.0, 0.0),
    "section": (0.35, -1.0, 0.22),
    "top": (0.35, 0.0, 1.0),
}
DECK = (1.0, -0.65, 1.0)  # the cutaway of a low room or deck, into which one looks from above
ANGLE = 24.0  # degrees: little perspective, so that equal racks look equal
# Free part of the picture in shares of its width and height: title above, caption and scale below.
LEFT, RIGHT, BOTTOM, TOP = 0.03, 0.97, 0.225, 0.87


def place(plotter: pv.Plotter, corners: np.ndarray, front: np.ndarray, cut: Cut, view: str) -> None:
    """Aim the camera so that `corners` (n, 3) just fill the free part of the picture."""
    weights = DECK if view == "cutaway" and cut.kind == "level" else VIEWS[view]
    towards = np.array(weights) @ np.stack([front, along(front), [0.0, 0.0, 1.0]])
    towards /= np.linalg.norm(towards)
    right = np.cross([0.0, 0.0, 1.0], towards)
    right /= np.linalg.norm(right)
    up = np.cross(towards, right)
    width, height = plotter.window_size
    tangent = np.tan(np.radians(ANGLE / 2))
    halves = tangent * width / height, tangent  # half of the picture at distance 1: sideways, upwards
    centre = corners.mean(axis=0)
    across, above, near = ((corners - centre) @ axis for axis in (right, up, towards))
    free = ((RIGHT - LEFT) * halves[0], (TOP - BOTTOM) * halves[1])
    distance, shift = _fit(across, above, near, free)
    # The free part's middle lies off the picture's middle: move the camera by as much the other way.
    middle = ((LEFT + RIGHT) - 1) * halves[0], ((BOTTOM + TOP) - 1) * halves[1]
    offset = [shift[axis] - middle[axis] * distance for axis in (0, 1)]
    focus = centre + offset[0] * right + offset[1] * up
    camera = plotter.camera
    camera.view_angle = ANGLE
    camera.focal_point = focus
    camera.position = focus + distance * towards
    camera.up = (0.0, 0.0, 1.0)
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
    distance = float(np.linalg.norm(np.subtract(plotter.camera.position, plotter.camera.focal_point)))
    return share * 2 * distance * float(np.tan(np.radians(ANGLE / 2)))


def on_picture(plotter: pv.Plotter, point: np.ndarray) -> tuple[float, float]:
    """Where `point` appears, in shares of the picture's width and height, once the camera is placed."""
    camera = plotter.camera
    towards = np.subtract(camera.position, camera.focal_point)
    towards /= np.linalg.norm(towards)
    right = np.cross([0.0, 0.0, 1.0], towards)
    right /= np.linalg.norm(right)
    away = np.subtract(point, camera.position)
    depth = -float(away @ towards) * np.tan(np.radians(ANGLE / 2))
    width, height = plotter.window_size
    sideways = float(away @ right) / depth * height / width
    upwards = float(away @ np.cross(towards, right)) / depth
    return (1 + sideways) / 2, (1 + upwards) / 2
