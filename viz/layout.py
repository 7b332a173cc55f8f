"""What goes where on the picture, in pixels from its lower left corner, and how large letters are.

```
 title ........................................
 legend .......................................
 the vessel                     | chart, where the vessel leaves width
 chart, where the vessel leaves height ........
 words ............ | axes, sea | colour bar ..
```
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from jamsu.viz.paint import Area

READABLE = 12.0  # px: letters of pictures that are wide enough for it
NARROWEST = 50.0  # letters across a small picture
LINE = 1.5  # from line to line, in sizes of the letter
TITLE = 1.75  # size of the title's letters, in sizes of the others
WORDS, SIGNS, BAR = (0.03, 0.52), (0.535, 0.645), (0.68, 0.96)  # columns of the lower strip, shares of the width
UPRIGHT = 1.0  # width over height below which the bar lies over the words
MARGIN = 0.03  # of the picture's width
ROOM = 3.2  # letters around the vessel for its dimensions
CHART = (24.0, 9.5)  # least width and height of the chart, in letters
CHART_SHARE, CHART_HEIGHT = 0.38, 24.0  # of the width at most; its height at most, in letters


@dataclass(frozen=True)
class Layout:
    """The places of one picture. `letter`: size of its letters (px); areas are left, bottom, right, top."""

    width: int
    height: int
    letter: float
    words: Area
    signs: Area
    bar: Area
    free: Area
    chart: Area | None = None

    @property
    def line(self) -> float:
        """From line to line."""
        return LINE * self.letter

    @property
    def margin(self) -> float:
        """The empty edge left and right."""
        return MARGIN * self.width

    @property
    def title(self) -> float:
        """The lower end of the title."""
        return self.height - self.margin_above - TITLE * self.letter

    @property
    def margin_above(self) -> float:
        """The empty edge above the title."""
        return self.letter

    @property
    def legend(self) -> float:
        """The lower end of the legend's first row."""
        return self.title - 1.9 * self.letter

    def share(self, area: Area) -> Area:
        """An area in shares of the picture."""
        left, bottom, right, top = area
        return left / self.width, bottom / self.height, right / self.width, top / self.height

    def with_chart(self, seen: Area, wanted: bool) -> Layout:
        """The layout with a chart beside or below the vessel where what is seen of it (px) leaves the room."""
        left, bottom, right, top = self.free
        wide, high = (right - left) - (seen[2] - seen[0]), (top - bottom) - (seen[3] - seen[1])
        gap = 2 * self.letter
        if wanted and wide - gap >= CHART[0] * self.letter:
            start = right - min(wide - gap, CHART_SHARE * self.width)
            middle, half = (bottom + top) / 2, min(top - bottom, CHART_HEIGHT * self.letter) / 2
            return replace(
                self, free=(left, bottom, start - gap, top), chart=(start, middle - half, right, middle + half)
            )
        if wanted and high - gap >= CHART[1] * self.letter:
            end = bottom + min(high - gap, CHART_HEIGHT * self.letter)
            return replace(self, free=(left, end + gap, right, top), chart=(left, bottom, right, end))
        return self


def letter_size(width: int, height: int) -> float:
    """The size of letters, px: 1/60 of the height (of a picture of 16:9 as wide), but readable."""
    return max(0.0165 * min(height, width * 9 / 16), min(READABLE, width / NARROWEST))


def words_width(width: int, height: int) -> float:
    """The width of the column of words, px."""
    return (WORDS[1] - WORDS[0]) * width if width >= UPRIGHT * height else (1 - 2 * MARGIN) * width


def lay_out(width: int, height: int, lines: int, legend_rows: int) -> Layout:
    """The places for so many lines of words and rows of the legend, before the vessel is seen."""
    letter = letter_size(width, height)
    text = (lines + 0.5) * LINE * letter
    high = 11.5 * letter  # bar with title, bands, labels and notes; the axes and the sea
    floor = letter

    def column(ends: tuple[float, float], bottom: float, top: float) -> Area:
        return ends[0] * width, bottom, ends[1] * width, top

    if width >= UPRIGHT * height:
        top = floor + max(text, high)
        words, signs, bar = (column(ends, floor, top) for ends in (WORDS, SIGNS, BAR))
    else:
        top = floor + text + high
        words = column((MARGIN, 1 - MARGIN), floor, floor + text)
        signs, bar = column((MARGIN, 0.22), floor + text, top), column((0.34, 1 - MARGIN), floor + text, top)
    layout = Layout(width, height, letter, words, signs, bar, (0.0, 0.0, 0.0, 0.0))
    above = layout.legend - (legend_rows - 1) * layout.line - 0.5 * letter
    free = (layout.margin, top, width - layout.margin, max(above, top + 0.2 * height))
    return replace(layout, free=free)
