"""Line charts and bar charts as SVG text: what the validation page shows, without a plotting library."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 560, 360
LEFT, RIGHT, TOP, BOTTOM = 72, 16, 34, 48
COLOURS = ("#1f5fa8", "#d1701b", "#2c8a4b", "#8a4fb0", "#8c6b50", "#c2508f", "#6f6f6f", "#a39a1f")
RED = "#c62828"
STYLE = "font-family='sans-serif' font-size='12' fill='#222'"


@dataclass(frozen=True)
class Series:
    """A line through points, or the points alone."""

    label: str
    x: Sequence[float]
    y: Sequence[float]
    line: bool = True
    points: bool = True


@dataclass(frozen=True)
class Axis:
    """Maps values to pixels; logarithmic axes hold positive values only."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        low, high, at = (math.log10(v) if self.log else v for v in (self.low, self.high, value))
        return self.start + (at - low) / (high - low) * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Round values within the range."""
        if self.log:
            first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
            steps = (1, 2, 5) if last - first <= 3 else (1,)
            values = [m * 10.0**e for e in range(first, last + 1) for m in steps]
        else:
            rough = (self.high - self.low) / 6
            power = 10.0 ** math.floor(math.log10(rough))
            step = next(power * m for m in (1, 2, 5, 10) if power * m >= rough)
            values = [i * step for i in range(math.ceil(self.low / step), math.floor(self.high / step) + 1)]
        return [v for v in values if self.low * (1 - 1e-9) - 1e-12 <= v <= self.high * (1 + 1e-9) + 1e-12]


def _axis(values: Sequence[float], start: float, end: float, log: bool) -> Axis:
    low, high = min(values), max(values)
    if log:
        return Axis(low / 1.3, high * 1.3, start, end, True)
    margin = 0.05 * (high - low) or 0.5 * abs(high) or 1.0
    return Axis(low - margin, high + margin, start, end)


def line_chart(
    series: Sequence[Series], title: str, x_label: str, y_label: str, *, log_x: bool = False, log_y: bool = False
) -> str:
    """Curves and points over common axes, with a legend to the right of the title."""
    kept = []
    for s in series:
        pairs = [(x, y) for x, y in zip(s.x, s.y, strict=True) if (x > 0 or not log_x) and (y > 0 or not log_y)]
        if pairs:
            kept.append((s, pairs))
    if not kept:
        return _frame(title, [], HEIGHT)
    bottom = HEIGHT - BOTTOM
    x_axis = _axis([x for _, pairs in kept for x, _ in pairs], LEFT, WIDTH - RIGHT, log_x)
    y_axis = _axis([y for _, pairs in kept for _, y in pairs], bottom, TOP, log_y)
    parts = []
    for value in x_axis.ticks():
        at = x_axis(value)
        parts.append(f"<line x1='{at:.1f}' y1='{TOP}' x2='{at:.1f}' y2='{bottom}' stroke='#e4e4e4'/>")
        parts.append(_text(at, bottom + 16, f"{value:g}", "middle"))
    for value in y_axis.ticks():
        at = y_axis(value)
        parts.append(f"<line x1='{LEFT}' y1='{at:.1f}' x2='{WIDTH - RIGHT}' y2='{at:.1f}' stroke='#e4e4e4'/>")
        parts.append(_text(LEFT - 6, at + 4, f"{value:g}", "end"))
    for number, (s, pairs) in enumerate(kept):
        colour = COLOURS[number % len(COLOURS)]
        places = [(x_axis(x), y_axis(y)) for x, y in pairs]
        if s.line:
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
            parts.append(f"<polyline points='{path}' fill='none' stroke='{colour}' stroke-width='1.6'/>")
        if s.points:
            parts += [f"<circle cx='{x:.1f}' cy='{y:.1f}' r='3.2' fill='{colour}'/>" for x, y in places]
        parts.append(_text(WIDTH - RIGHT - 4, TOP + 16 + 15 * number, s.label, "end", colour))
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, x_label, "middle"))
    parts.append(_text(LEFT - 6, TOP - 8, y_label, "start"))
    return _frame(title, parts, HEIGHT)


def bar_chart(labels: Sequence[str], values: Sequence[float], title: str, limit: float = 1.0) -> str:
    """Horizontal bars against a limit line; a bar that passes the limit is red, and cut off at twice it."""
    row, left = 18, 250
    height = TOP + row * len(labels) + 30
    scale = Axis(0.0, 2 * limit, left, WIDTH - RIGHT)
    parts = []
    for number, (label, value) in enumerate(zip(labels, values, strict=True)):
        y = TOP + row * number
        passed = value <= limit
        end = scale(min(value, 2 * limit) if value == value else 2 * limit)
        parts.append(_text(left - 8, y + 12, label, "end"))
        parts.append(
            f"<rect x='{left}' y='{y + 2}' width='{max(end - left, 1):.1f}' height='{row - 5}' "
            f"fill='{COLOURS[0] if passed else RED}'/>"
        )
    at, bottom = scale(limit), TOP + row * len(labels)
    parts.append(f"<line x1='{at:.1f}' y1='{TOP}' x2='{at:.1f}' y2='{bottom}' stroke='{RED}' stroke-dasharray='4 3'/>")
    parts.append(_text(at, bottom + 18, "tolerance", "middle", RED))
    return _frame(title, parts, height)


def _text(x: float, y: float, text: str, anchor: str, colour: str = "#222") -> str:
    return f"<text x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}' {STYLE.replace('#222', colour)}>{escape(text)}</text>"


def _frame(title: str, parts: Sequence[str], height: float) -> str:
    head = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {height:g}' width='{WIDTH}' height='{height:g}' "
        f"role='img' aria-label='{escape(title, quote=True)}'>"
    )
    name = f"<text x='{WIDTH / 2}' y='16' text-anchor='middle' {STYLE} font-weight='bold'>{escape(title)}</text>"
    background = "<rect width='100%' height='100%' fill='white'/>"
    return "\n".join([head, background, name, *parts, "</svg>", ""])
