"""What lies flat on the picture: title, words, colour bar, legend, the racks' labels. Places are in pixels."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from jamsu.cases.results.ashrae import class_met
from jamsu.viz import camera, caption
from jamsu.viz.items import Rack
from jamsu.viz.layout import Layout
from jamsu.viz.letters import ALARM, INK, PAPER, QUIET, Plotter, text, width_of, wrapped
from jamsu.viz.paint import Paint
from jamsu.viz.scale import ABOVE, BELOW, LIMITS, Scale
from jamsu.viz.scene import Scene

MOST_LABELS = 24
FORMS = ("{name} {inlet:.1f} {met}", "{name} {inlet:.1f}", "{inlet:.1f}")  # of a rack's label, the first that fits
MOST_LINES = 3  # that one statement of the caption may take
MOST_WORDS = 0.42  # of the picture's height
BAR_HEIGHT, BAND_HEIGHT = 1.3, 0.35  # in letters
WARNING = "#b85c00"  # beyond the recommended inlets, within the allowable ones

Words = list[tuple[str, bool]]
"""Lines of the caption, and whether each is an alarm."""


def words_of(scene: Scene, room: float, size: float, height: int) -> Words:
    """The caption in lines that fit into `room` px; an alarm's lines are bold."""
    alarm = not caption.is_settled(scene.tree)
    lines: Words = []
    for index, said in enumerate([caption.status(scene.tree), *caption.caption_lines(scene)]):
        bad = alarm and index == 0
        lines += [(line, bad) for line in wrapped(said, size, room, MOST_LINES, bold=bad)]
    return lines[: max(2, int(MOST_WORDS * height / (1.5 * size)))]


def draw_words(plotter: Plotter, layout: Layout, title: tuple[str, str | None], words: Words) -> None:
    """Title and caption; in red and bold what says that the run did not settle."""
    text(
        plotter,
        title[0],
        (layout.margin, layout.title),
        layout.letter * 1.75,
        INK,
        bold=True,
        font_file=title[1],
    )
    left, _, _, top = layout.words
    for index, (line, bad) in enumerate(words):
        place = (left, top - layout.line * (index + 1))
        text(plotter, line, place, layout.letter, ALARM if bad else QUIET, bold=bad)


def draw_bar(plotter: Plotter, paint: Paint, layout: Layout, scale: Scale) -> None:
    """The bar with its heading, the bands of the inlet limits over it, labels, and what lies beyond its ends."""
    letter = layout.letter
    left, _, right, top = layout.bar
    text(plotter, scale.heading, (left, top - 1.2 * letter), letter * 1.1, INK, bold=True)
    bands = top - 2.0 * letter
    for row, band in enumerate(scale.bands):
        ends = [np.clip(left + scale.share(end) * (right - left), left, right) for end in (band.low, band.high)]
        upper = bands - row * BAND_HEIGHT * letter
        if ends[1] > ends[0]:
            paint.add(ends[0], upper - BAND_HEIGHT * letter, ends[1], upper, band.colour)
    upper = bands - (len(scale.bands) * BAND_HEIGHT + 0.15) * letter
    lower = upper - BAR_HEIGHT * letter
    paint.add(left, lower, right, upper, scale.colours(np.linspace(0, 1, 256))[:, :3])
    if scale.below:
        paint.add(left - 1.3 * letter, lower, left - 0.3 * letter, upper, BELOW)
    if scale.above:
        paint.add(right + 0.3 * letter, lower, right + 1.3 * letter, upper, ABOVE)
    for value, label in zip(scale.ticks, scale.labels, strict=True):
        place = left + scale.share(value) * (right - left)
        paint.add(place - 0.5, lower - 0.3 * letter, place + 0.5, lower, INK)
        text(plotter, label, (place, lower - 0.45 * letter), letter, INK, across="center", upright="top")
    _draw_notes(plotter, paint, layout, scale, lower - 1.9 * letter)


def _draw_notes(plotter: Plotter, paint: Paint, layout: Layout, scale: Scale, top: float) -> None:
    """What the bands over the bar are, and what is off the scale, row by row from `top` downwards."""
    letter, left = layout.letter, layout.bar[0]
    for band in scale.bands:
        paint.add(
            left, top - 0.75 * letter, left + 1.2 * letter, top - 0.75 * letter + BAND_HEIGHT * letter, band.colour
        )
        words = f"{band.label} (ASHRAE)" if band is scale.bands[0] else band.label
        text(plotter, words, (left + 1.7 * letter, top), letter * 0.92, QUIET, upright="top")
        top -= 1.35 * letter
    text(plotter, scale.note, (left, top), letter * 0.92, QUIET, upright="top")


Entry = tuple[str, str | None]
"""A name of the legend and its colour, if it has one."""


def legend_rows(layout_width: float, letter: float, entries: Sequence[Entry]) -> list[list[tuple[float, Entry]]]:
    """The legend's entries with their places from the left, row by row, in rows of `layout_width` px."""
    rows: list[list[tuple[float, Entry]]] = [[]]
    left = 0.0
    for name, colour in entries:
        length = (1.4 * letter if colour else 0.0) + width_of(name, letter)
        if rows[-1] and left + length > layout_width:
            rows.append([])
            left = 0.0
        rows[-1].append((left, (name, colour)))
        left += length + 1.6 * letter
    return rows


def draw_legend(plotter: Plotter, paint: Paint, layout: Layout, rows: list[list[tuple[float, Entry]]]) -> None:
    """Names of what is drawn, each beside its colour."""
    letter = layout.letter
    for index, row in enumerate(rows):
        bottom = layout.legend - index * layout.line
        for left, (name, colour) in row:
            start = layout.margin + left
            if colour:
                paint.add(start, bottom, start + letter, bottom + letter, colour)
            text(plotter, name, (start + (1.4 * letter if colour else 0.0), bottom), letter, QUIET)


def labelled(scene: Scene) -> list[Rack]:
    """The racks whose hottest inlet is written on them: those drawn, or of many only the hottest, which is last."""
    if not scene.inlets_known:
        return []
    hottest = scene.hottest_rack
    shown = [rack for rack in scene.racks if np.isfinite(rack.hottest) and scene.cut.shows(rack)]
    if len(shown) > MOST_LABELS:
        shown = [rack for rack in shown if rack is hottest]
    return sorted(shown, key=lambda rack: rack is hottest)


def verdict(rack: Rack) -> str:
    """The colour that a rack's inlets deserve: red where one is too hot, ochre where one is only allowable, else ink.

    A cold inlet is ochre only below the allowable limit: gas below the recommended range harms no server.
    """
    low, high = LIMITS.allowable
    if rack.hottest > high:
        return ALARM
    return WARNING if rack.hottest > LIMITS.recommended.high or np.nanmin(rack.inlet_temperature) < low else INK


def draw_rack_labels(plotter: Plotter, layout: Layout, scene: Scene) -> None:
    """Name, hottest inlet and ASHRAE class over each rack; the hottest of all reversed and above the others.

    The class, then the name is left out where with them one label would cover another; and where even the numbers do,
    those that would cover a hotter rack's.
    """
    hottest, racks, size = scene.hottest_rack, labelled(scene), layout.letter
    window = plotter.window_size
    labels: list[Label] = []
    for form in ("{name} {inlet:+.2f}", "{inlet:+.2f}") if scene.differs else FORMS:
        labels = [
            Label(
                rack,
                f" {form.format(name=rack.name, inlet=_told(scene, rack), met=class_met(rack.inlet_temperature))} ",
                _over(plotter, scene, rack),
                size,
            )
            for rack in racks
        ]
        if all(label.is_on(window) for label in labels) and not _covering(labels):
            break
    kept: list[Label] = []
    for label in sorted(labels, key=lambda label: -label.rack.hottest):
        if not any(label.covers(other) for other in kept):
            kept.append(label)
    for label in reversed(kept):
        colour = INK if scene.differs else verdict(label.rack)
        ink, paper = (PAPER, colour) if label.rack is hottest else (colour, PAPER)
        text(plotter, label.words, label.place, size, ink, bold=True, across="center", upright="center", paper=paper)


@dataclass(frozen=True)
class Label:
    """The words on a rack, centred at a place (px)."""

    rack: Rack
    words: str
    place: tuple[float, float]
    size: float

    @cached_property
    def half(self) -> tuple[float, float]:
        """Half of its width and height."""
        return width_of(self.words, self.size, bold=True) / 2, 0.64 * self.size

    def covers(self, other: Label) -> bool:
        """Whether the two overlap."""
        return all(abs(self.place[axis] - other.place[axis]) < self.half[axis] + other.half[axis] for axis in (0, 1))

    def is_on(self, window: Sequence[int]) -> bool:
        """Whether it is on a picture of that width and height from side to side."""
        return self.half[0] <= self.place[0] <= window[0] - self.half[0]


def _covering(labels: Sequence[Label]) -> bool:
    return any(a.covers(b) for a, b in itertools.combinations(labels, 2))


def _told(scene: Scene, rack: Rack) -> float:
    """The number of a rack's label: its hottest inlet, or the greatest change of one, upwards or downwards."""
    if not scene.differs:
        return rack.hottest
    return float(rack.inlet_temperature[np.nanargmax(np.abs(rack.inlet_temperature))])


def _over(plotter: Plotter, scene: Scene, rack: Rack) -> tuple[float, float]:
    """Where on the picture the middle of a rack's top is, px."""
    top = np.array([*rack.centre[:2], rack.upper[2]])
    if scene.cut.kind == "through":  # over the face of the cut, not over what is not there
        top -= (top - scene.cut.origin) @ scene.cut.normal * scene.cut.normal
    return on_pixel(plotter, top)


def on_pixel(plotter: Plotter, point: np.ndarray) -> tuple[float, float]:
    """Where a point appears, px."""
    across, above = camera.on_picture(plotter, point)
    width, height = plotter.window_size
    return across * width, above * height
