"""What lies flat on the picture: title, caption, colour bars, legend, the racks' labels.

Letters are VTK's. Areas of colour are painted on the finished picture, pixel by pixel. Places are shares of the
picture's width and height from its lower left corner.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyvista as pv
from matplotlib.colors import to_rgb

from jamsu.viz import camera, caption
from jamsu.viz.items import Rack
from jamsu.viz.scale import ABOVE, BELOW, Scale
from jamsu.viz.scene import Scene

Plotter = Any  # pyvista decorates the methods of its Plotter in a way that mypy takes for plain functions
INK, QUIET, ALARM, PAPER = "#1c2733", "#51606e", "#b3261e", "#ffffff"
LEFT = 0.03
TITLE, LEGEND = 0.928, 0.887  # heights of their lower ends
CAPTION, STEP = 0.178, 0.030  # the caption's first line, and from line to line
BAR_LEFT, BAR_RIGHT, BAR_HEIGHT, CAP = 0.68, 0.96, 0.020, 0.010
ONE_BAR, TWO_BARS = (0.085,), (0.158, 0.045)  # lower ends of the bars
MOST_LABELS = 24
EM, EM_BOLD = 0.54, 0.50  # mean width of a letter (in a label, of which two are blanks) in sizes of the letter


@dataclass
class Paint:
    """Areas to be painted on the finished picture: (left, bottom, right, top), and colours from left to right."""

    areas: list[tuple[tuple[float, float, float, float], np.ndarray]] = field(default_factory=list)

    def add(self, left: float, bottom: float, right: float, top: float, colours: Any) -> None:
        """One area; `colours` is a name or (n, 3) of shares of red, green and blue."""
        known = np.array([to_rgb(colours)]) if isinstance(colours, str) else np.asarray(colours)
        self.areas.append(((left, bottom, right, top), known))

    def on(self, image: np.ndarray) -> np.ndarray:
        """A copy of `image` (height, width, 3) with the areas on it."""
        image = image.copy()
        height, width = image.shape[:2]
        for (left, bottom, right, top), colours in self.areas:
            columns = np.arange(round(left * width), round(right * width))
            rows = slice(round((1 - top) * height), round((1 - bottom) * height))
            place = (columns + 0.5 - left * width) / ((right - left) * width) * len(colours)
            image[rows, columns] = np.round(255 * colours[np.clip(place.astype(int), 0, len(colours) - 1)])
        return image


def draw_words(plotter: Plotter, scene: Scene, title: tuple[str, str | None]) -> None:
    """Title and caption; in red and bold when the run did not settle."""
    size = letter(plotter)
    text(plotter, title[0], (LEFT, TITLE), size * 0.030, INK, bold=True, font_file=title[1])
    settled = caption.is_settled(scene.tree)
    status = caption.status_lines(scene.tree)
    for index, line in enumerate([*status, *caption.caption_lines(scene)]):
        bad = index < len(status) and not settled
        place = (LEFT, CAPTION - STEP * index)
        text(plotter, line, place, size * 0.0165, ALARM if bad else QUIET, bold=bad)


def draw_bars(plotter: Plotter, paint: Paint, scales: Sequence[Scale]) -> None:
    """A bar for each scale with its title, five labels, and what lies beyond its ends."""
    size = letter(plotter)
    for scale, bottom in zip(scales, ONE_BAR if len(scales) == 1 else TWO_BARS, strict=True):
        top = bottom + BAR_HEIGHT
        text(plotter, scale.title, (BAR_LEFT, top + 0.010), size * 0.0185, INK, bold=True)
        colours = scale.colours(np.linspace(0, 1, 256))[:, :3]
        paint.add(BAR_LEFT, bottom, BAR_RIGHT, top, colours)
        if scale.below:
            paint.add(BAR_LEFT - CAP - 0.003, bottom, BAR_LEFT - 0.003, top, BELOW)
        if scale.above:
            paint.add(BAR_RIGHT + 0.003, bottom, BAR_RIGHT + CAP + 0.003, top, ABOVE)
        for place, label in zip(np.linspace(BAR_LEFT, BAR_RIGHT, 5), scale.labels, strict=True):
            paint.add(place - 0.0005, bottom - 0.005, place + 0.0005, bottom, INK)
            number = text(plotter, label, (place, bottom - 0.008), size * 0.0165, INK)
            number.prop.justification_horizontal = "center"
            number.prop.justification_vertical = "top"
        note = text(plotter, scale.note, (BAR_LEFT, bottom - 0.032), size * 0.0145, QUIET)
        note.prop.justification_vertical = "top"


def draw_legend(plotter: Plotter, paint: Paint, scene: Scene, entries: Sequence[tuple[str, str]]) -> None:
    """Names of what is drawn, each beside its colour, and what the numbers on the racks are; row below row."""
    width, height = plotter.window_size
    size = letter(plotter) * 0.0165
    left, bottom, side = LEFT, LEGEND, size / width
    words: list[tuple[str, str | None]] = list(entries)
    if labelled(scene):
        words.append(("numbers: hottest inlet of a rack (°C)", None))
    for name, colour in words:
        length = side * (3.2 + EM * len(name))
        if left > LEFT and left + length > 1 - LEFT:
            left, bottom = LEFT, bottom - STEP
        if colour:
            paint.add(left, bottom, left + side, bottom + size / height, colour)
        text(plotter, name, (left + (1.4 * side if colour else 0.0), bottom), size, QUIET)
        left += length


def labelled(scene: Scene) -> list[Rack]:
    """The racks whose hottest inlet is written on them: those drawn, or of many only the hottest, which is last."""
    hottest = scene.hottest_rack
    shown = [rack for rack in scene.racks if np.isfinite(rack.hottest) and scene.cut.shows(rack)]
    if len(shown) > MOST_LABELS:
        shown = [rack for rack in shown if rack is hottest]
    return sorted(shown, key=lambda rack: rack is hottest)


def draw_rack_labels(plotter: Plotter, scene: Scene) -> None:
    """Name and hottest inlet over each rack, the hottest of all in red and above the others.

    The names are left out where with them one label would cover another.
    """
    hottest, racks, size = scene.hottest_rack, labelled(scene), letter(plotter) * 0.017
    places = [_over(plotter, scene, rack) for rack in racks]
    words = [f" {rack.name} {rack.hottest:.1f} " for rack in racks]
    if _covered(places, words, size, plotter.window_size):
        words = [f" {rack.hottest:.1f} " for rack in racks]
    for rack, place, word in zip(racks, places, words, strict=True):
        label = text(plotter, word, place, size, PAPER if rack is hottest else INK, bold=True)
        label.prop.justification_horizontal = "center"
        label.prop.justification_vertical = "center"
        label.prop.background_color = ALARM if rack is hottest else PAPER
        label.prop.background_opacity = 0.9


def _over(plotter: Plotter, scene: Scene, rack: Rack) -> tuple[float, float]:
    """Where on the picture the middle of a rack's top is."""
    top = np.array([*rack.centre[:2], rack.upper[2]])
    if scene.cut.kind == "through":  # over the face of the cut, not over the half that is not there
        top -= (top - scene.cut.origin) @ scene.cut.normal * scene.cut.normal
    return camera.on_picture(plotter, top)


def _covered(places: Sequence[tuple[float, float]], words: Sequence[str], size: float, window: Sequence[int]) -> bool:
    """Whether any two labels overlap, centred at `places` (shares of the window), or one leaves the window."""
    half = [(EM_BOLD * size * len(word) / window[0] / 2, 0.65 * size / window[1]) for word in words]
    rows = list(zip(places, half, strict=True))
    if any(place[0] < wide or place[0] > 1 - wide for place, (wide, _) in rows):
        return True
    return any(
        abs(a[0] - b[0]) < wide_a + wide_b and abs(a[1] - b[1]) < high_a + high_b
        for (a, (wide_a, high_a)), (b, (wide_b, high_b)) in itertools.combinations(rows, 2)
    )


def letter(plotter: Plotter) -> float:
    """The length that sizes of letters are shares of: the height, or less in a narrow picture."""
    width, height = plotter.window_size
    return float(min(height, width * 9 / 16))


def text(
    plotter: Plotter,
    words: str,
    position: tuple[float, float],
    size: float,
    colour: str,
    *,
    bold: bool = False,
    font_file: str | None = None,
) -> pv.Text:
    """Letters on the picture, by their lower left corner."""
    actor = plotter.add_text(words, position=position, viewport=True, font_size=10, color=colour, font_file=font_file)
    actor.prop.font_size = round(size)
    actor.prop.bold = bold
    return actor
