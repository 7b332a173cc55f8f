"""Axes, the sea's current, and dimensions of the vessel: what gives a picture its scale and its directions."""

from __future__ import annotations

import numpy as np

from jamsu.viz import camera
from jamsu.viz.layout import Layout
from jamsu.viz.letters import INK, QUIET, Plotter, text, width_of
from jamsu.viz.overlay import on_pixel
from jamsu.viz.paint import Paint
from jamsu.viz.scene import Scene

AXIS_COLOURS = {"x": "#c0392b", "y": "#1e8449", "z": "#1f4fbf"}
CURRENT = "#00798c"
ARM = 2.3  # length of an axis, in letters
END_ON = 0.12  # an axis whose seen length is a smaller share of its length is drawn from its end
AWAY = 0.9  # from an edge to its dimension, in letters
SHORTEST = 5.0  # letters: a shorter dimension is left out


def draw_axes(plotter: Plotter, paint: Paint, layout: Layout, scene: Scene) -> None:
    """The triad: where x, y and z point on this picture."""
    right, up = camera.axes(scene.towards, scene.front)
    letter = layout.letter
    left, bottom, end, _ = layout.signs
    origin = np.array([(left + end) / 2 - 0.5 * letter, bottom + 2.8 * letter])
    for name, axis in zip("xyz", np.eye(3), strict=True):
        seen = np.array([axis @ right, axis @ up])
        colour = AXIS_COLOURS[name]
        if np.linalg.norm(seen) < END_ON:
            nearing = bool(axis @ scene.towards > 0)
            paint.end_on(tuple(origin), 0.45 * letter, colour, 0.14 * letter, nearing=nearing)
            place = origin - 1.2 * letter
        else:
            tip = origin + ARM * letter * seen
            paint.arrow(tuple(origin), tuple(tip), colour, 0.16 * letter)
            place = tip + 0.7 * letter * seen / np.linalg.norm(seen)
        text(plotter, name, tuple(place), letter, colour, bold=True, across="center", upright="center")


def draw_current(plotter: Plotter, paint: Paint, layout: Layout, scene: Scene) -> None:
    """The sea's temperature, and the current across the hull as an arrow; nothing where there is no sea."""
    sea = scene.sea
    if sea is None:
        return
    letter = layout.letter
    left, _, end, top = layout.signs
    middle = (left + end) / 2
    text(
        plotter,
        f"sea {sea.temperature:.1f} °C",
        (middle, top),
        letter,
        CURRENT,
        bold=True,
        across="center",
        upright="top",
    )
    if sea.current is None:
        return
    words = f"current {sea.current:.2f} m/s" if sea.current > 0 else "no current"
    text(plotter, words, (middle, top - 1.4 * letter), letter, CURRENT, across="center", upright="top")
    if sea.current <= 0:
        return
    right, up = camera.axes(scene.towards, scene.front)
    flow = sea.direction(scene.front)
    seen = np.array([flow @ right, flow @ up])
    centre = np.array([middle, top - 3.8 * letter])
    if np.linalg.norm(seen) < END_ON:
        nearing = bool(flow @ scene.towards > 0)
        paint.end_on(tuple(centre), 0.6 * letter, CURRENT, 0.2 * letter, nearing=nearing)
        return
    half = 2.2 * letter * seen / max(1.0, abs(seen[1]) / 0.5)  # upright, there is less room
    paint.arrow(tuple(centre - half), tuple(centre + half), CURRENT, 0.3 * letter)


def measured(plotter: Plotter, scene: Scene) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """By axis the ends of the edge of the vessel's box that its dimension is drawn along: the outermost one seen.

    Not along the axis in which an upright cut has shortened the vessel.
    """
    low, high = scene.seen_bounds
    middle = np.array(on_pixel(plotter, (low + high) / 2))
    shortened = scene.cut.normal if scene.cut.kind == "through" else np.zeros(3)
    shown = [axis for axis in range(3) if abs(shortened[axis]) < 0.5]
    return {axis: _outermost(plotter, low, high, axis, middle) for axis in shown}


def draw_dimensions(plotter: Plotter, paint: Paint, layout: Layout, scene: Scene) -> None:
    """The vessel's extents, each beside an edge of its box, with its length in a gap of the line."""
    letter = layout.letter
    middle = np.array(on_pixel(plotter, np.mean(scene.seen_bounds, axis=0)))
    for ends in measured(plotter, scene).values():
        start, end = (np.array(on_pixel(plotter, point)) for point in ends)
        along = end - start
        length = float(np.linalg.norm(along))
        words = f"{np.linalg.norm(ends[1] - ends[0]):.3g} m"
        wide = width_of(words, letter) + letter
        if length < max(SHORTEST * letter, 1.2 * wide):
            continue
        ahead = along / length
        across = np.array([-ahead[1], ahead[0]])
        across *= np.sign(across @ ((start + end) / 2 - middle)) or 1.0
        away = AWAY * letter + 0.5 * wide * abs(across[0])
        a, b = start + away * across, end + away * across
        for corner in (start, end):
            tick = (corner + 0.3 * letter * across, corner + (away + 0.4 * letter) * across)
            paint.line([tuple(point) for point in tick], QUIET, 1.0)
        half = 0.5 * min(wide / max(abs(ahead[0]), 1e-9), 1.7 * letter / max(abs(ahead[1]), 1e-9))
        place = (a + b) / 2
        for part in ((a, place - half * ahead), (place + half * ahead, b)):
            paint.line([tuple(point) for point in part], QUIET, max(1.0, 0.08 * letter))
        text(plotter, words, tuple(place), letter, INK, across="center", upright="center")


def _outermost(
    plotter: Plotter, low: np.ndarray, high: np.ndarray, axis: int, middle: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The ends of the box's edge along `axis` that is seen lowest (along x, y), or farthest left (along z)."""
    best: tuple[float, tuple[np.ndarray, np.ndarray]] | None = None
    others = [other for other in range(3) if other != axis]
    for first in (low, high):
        for second in (low, high):
            start, end = low.copy(), high.copy()
            for corner in (start, end):
                corner[others[0]], corner[others[1]] = first[others[0]], second[others[1]]
            a, b = np.array(on_pixel(plotter, start)), np.array(on_pixel(plotter, end))
            upright = axis == 2 or abs(b[0] - a[0]) < 1e-3 * abs(b[1] - a[1])
            out = float(((a + b) / 2 - middle) @ (np.array([-1.0, -0.2]) if upright else np.array([0.2, -1.0])))
            if best is None or out > best[0] + 1e-6:
                best = out, (start, end)
    assert best is not None
    return best[1]
