"""Line charts and bar charts as SVG text: what the validation page shows."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = ("#1f5fa8", "#d1701b", "#2c8a4b", "#8a4fb0", "#8c6b50", "#c2508f", "#6f6f6f", "#a39a1f")
RED = "#c62828"
STYLE: dict[Any, Any] = {
    "font.size": 8,
    "axes.axisbelow": True,
    "grid.color": "#e4e4e4",
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "validation",  # the same picture is the same file
}


@dataclass(frozen=True)
class Series:
    """A line through points, or the points alone."""

    label: str
    x: Sequence[float]
    y: Sequence[float]
    line: bool = True
    points: bool = True


def line_chart(series: Sequence[Series], title: str, x_label: str, y_label: str, *, log: bool = False) -> str:
    """Curves and points over common axes; logarithmic ones leave out what is not positive."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(5.8, 3.8), layout="constrained")
        axes = figure.subplots()
        axes.set(title=title, xlabel=x_label, ylabel=y_label)
        axes.set_prop_cycle(color=COLOURS)
        for s in series:
            line, marker = "-" if s.line else "none", "o" if s.points else ""
            axes.plot(s.x, s.y, linestyle=line, marker=marker, markersize=4, label=s.label)
        if log and any(value > 0 for s in series for value in s.y):
            axes.loglog()
            places = sorted({x for s in series for x in s.x})
            axes.set_xticks(places, [f"{x:g}" for x in places])
            axes.set_xticks([], minor=True)
        axes.grid(True)
        axes.legend()
        return _svg(figure)


def bar_chart(labels: Sequence[str], values: Sequence[float], title: str, limit: float = 1.0) -> str:
    """Horizontal bars against a limit line; a bar that passes the limit is red, and cut off at twice it."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(5.8, 0.7 + 0.18 * len(labels)), layout="constrained")
        axes = figure.subplots()
        shown = [value if value <= 2 * limit else 2 * limit for value in values]  # what is not a number is long
        axes.barh(range(len(shown)), shown, color=[COLOURS[0] if value <= limit else RED for value in values])
        axes.axvline(limit, color=RED, linestyle="--", linewidth=1)
        axes.set(title=title, xlim=(0, 2 * limit), ylim=(len(labels) - 0.4, -0.6))
        axes.set_yticks(range(len(labels)), labels)
        axes.set_xticks([limit], ["tolerance"], color=RED)
        return _svg(figure)


def _svg(figure: Figure) -> str:
    """The picture as an element that may stand in a page."""
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue()[text.getvalue().index("<svg") :]
