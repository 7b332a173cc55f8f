"""Areas and lines of plain colour on the finished picture. VTK writes the letters; these are painted pixel by pixel.

Places are in pixels from the picture's lower left corner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.colors import to_rgb
from PIL import Image, ImageDraw

FINER = 4  # lines are drawn so much larger and reduced, against jagged edges
Point = tuple[float, float]
Area = tuple[float, float, float, float]
"""Left, bottom, right, top."""


@dataclass(frozen=True)
class Stroke:
    """A line through points, a filled polygon (`width` 0) or a ring (one point, `radius`)."""

    points: tuple[Point, ...]
    colour: str
    width: float
    radius: float = 0.0


@dataclass
class Paint:
    """What is to be painted: areas with their colours from left to right, then strokes, each in their order."""

    areas: list[tuple[Area, np.ndarray]] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)

    def add(self, left: float, bottom: float, right: float, top: float, colours: Any) -> None:
        """One area; `colours` is a name or (n, 3) of shares of red, green and blue."""
        known = np.array([to_rgb(colours)]) if isinstance(colours, str) else np.asarray(colours)
        self.areas.append(((left, bottom, right, top), known))

    def line(self, points: Sequence[Point], colour: str, width: float) -> None:
        """A line through points."""
        self.strokes.append(Stroke(tuple(points), colour, width))

    def arrow(self, start: Point, end: Point, colour: str, width: float) -> None:
        """An arrow: a line with a filled head."""
        tail, tip = np.array(start), np.array(end)
        length = float(np.linalg.norm(tip - tail))
        ahead = (tip - tail) / max(length, 1e-9)
        head = min(5 * width, 0.6 * length)
        base, across = tip - head * ahead, np.array([-ahead[1], ahead[0]]) * 0.45 * head
        self.line([tuple(tail), tuple(base)], colour, width)
        self.strokes.append(Stroke((tuple(tip), tuple(base + across), tuple(base - across)), colour, 0.0))

    def end_on(self, centre: Point, radius: float, colour: str, width: float, *, nearing: bool) -> None:
        """An arrow seen from its end: a ring with a dot if it comes nearer, with a cross if it goes away."""
        self.strokes.append(Stroke((centre,), colour, width, radius))
        if nearing:
            self.strokes.append(Stroke((centre,), colour, radius / 2, radius / 4))
            return
        arm = radius * np.sqrt(0.5)
        for sign in (1, -1):
            self.line(
                [(centre[0] - arm, centre[1] - sign * arm), (centre[0] + arm, centre[1] + sign * arm)], colour, width
            )

    def on(self, image: np.ndarray) -> np.ndarray:
        """A copy of `image` (height, width, 3) with everything on it."""
        image = image.copy()
        height, width = image.shape[:2]
        for (left, bottom, right, top), colours in self.areas:
            columns = np.arange(max(0, round(left)), min(width, round(right)))
            rows = slice(max(0, round(height - top)), max(0, round(height - bottom)))
            if len(columns):
                place = (columns + 0.5 - left) / max(right - left, 1e-9) * len(colours)
                image[rows, columns] = np.round(255 * colours[np.clip(place.astype(int), 0, len(colours) - 1)])
        for stroke in self.strokes:
            _draw(image, stroke)
        return image


def _draw(image: np.ndarray, stroke: Stroke) -> None:
    """Draw a stroke into `image` in place, smooth at its edges."""
    height, width = image.shape[:2]
    points = np.array(stroke.points, dtype=float)
    points[:, 1] = height - points[:, 1]
    reach = stroke.width + stroke.radius + 2
    low = np.maximum(np.floor(points.min(axis=0) - reach), 0).astype(int)
    high = np.minimum(np.ceil(points.max(axis=0) + reach), (width, height)).astype(int)
    if np.any(high <= low):
        return
    wide, tall = (int(n) * FINER for n in high - low)
    mask = Image.new("L", (wide, tall))
    pen = ImageDraw.Draw(mask)
    placed = [tuple(float(c) for c in point) for point in (points - low) * FINER]
    if stroke.radius:
        (x, y), radius = placed[0], (stroke.radius + stroke.width / 2) * FINER
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), outline=255, width=round(stroke.width * FINER))
    elif stroke.width:
        pen.line(placed, fill=255, width=max(1, round(stroke.width * FINER)), joint="curve")
    else:
        pen.polygon(placed, fill=255)
    cover = np.asarray(mask.reduce(FINER), dtype=float)[..., None] / 255
    part = image[low[1] : high[1], low[0] : high[0]]
    part[...] = np.round(part * (1 - cover) + 255 * np.array(to_rgb(stroke.colour)) * cover)
