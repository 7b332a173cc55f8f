"""Letters on the picture. VTK writes them; their width is known before. Places and sizes are in pixels."""

from __future__ import annotations

import re
from typing import Any, Literal

import pyvista as pv
from vtkmodules.vtkRenderingCore import vtkTextProperty, vtkTextRenderer
from vtkmodules.vtkRenderingFreeType import vtkFreeTypeTools  # noqa: F401  registers the renderer that measures

Plotter = Any  # pyvista decorates the methods of its Plotter in a way that mypy takes for plain functions
INK, QUIET, ALARM, PAPER = "#1c2733", "#46535f", "#b3261e", "#ffffff"
DOTS_PER_INCH = 72  # one point is one pixel
Across = Literal["left", "center", "right"]
Upright = Literal["bottom", "center", "top"]


def text(
    plotter: Plotter,
    words: str,
    place: tuple[float, float],
    size: float,
    colour: str,
    *,
    bold: bool = False,
    font_file: str | None = None,
    across: Across = "left",
    upright: Upright = "bottom",
    paper: str | None = None,
) -> pv.Text:
    """Write `words` with their left, middle or right and bottom, middle or top at `place`, on `paper` if given."""
    width, height = plotter.window_size
    where = (place[0] / width, place[1] / height)
    actor = plotter.add_text(words, position=where, viewport=True, font_size=10, color=colour, font_file=font_file)
    actor.prop.font_size = max(1, round(size))
    actor.prop.bold = bold
    actor.prop.justification_horizontal = across
    actor.prop.justification_vertical = upright
    if paper is not None:
        actor.prop.background_color = paper
        actor.prop.background_opacity = 0.9
    return actor


def width_of(words: str, size: float, *, bold: bool = False) -> float:
    """How wide the words are, blanks at their ends included, px."""
    style = vtkTextProperty()
    style.SetFontFamilyToArial()
    style.SetFontSize(max(1, round(size)))
    style.SetBold(bold)
    box = [0, 0, 0, 0]
    vtkTextRenderer.GetInstance().GetBoundingBox(style, f"|{words}|", box, DOTS_PER_INCH)
    return float(box[1] - box[0]) - 0.5 * size


def wrapped(words: str, size: float, room: float, most: int, *, bold: bool = False) -> list[str]:
    """The words in lines no wider than `room` px, at most `most`; the last one says where something was left out."""
    lines: list[str] = []
    for word in re.split(r" (?!(?:°C|K|W|kW|MW|m|s|m/s|%)(?: |,|$))", words):  # a number keeps its unit
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, size, bold=bold) <= room:
            lines[-1] = longer
        elif lines and len(lines) == most:
            lines[-1] += " ..."
            return lines
        else:
            lines.append(word)
    return lines
