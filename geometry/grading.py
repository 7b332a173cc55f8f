"""Graded cell edges along one axis that hold every object's faces exactly."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise

import numpy as np

# Planes closer than this (m) are one plane written twice.
SAME_PLANE = 1e-9
Number = float | int
# Rounding an interval up to whole cells narrows them, and their neighbours must follow; this many times at most.
ROUNDS = 30


def check_planes(planes: Mapping[str, Number], minimum: Number) -> None:
    """Raise ValueError that names both where two planes lie closer than `minimum` (m) without coinciding."""
    ordered = sorted(planes.items(), key=lambda item: item[1])
    for (name_a, a), (name_b, b) in pairwise(ordered):
        if SAME_PLANE < b - a < minimum * (1 - 1e-9):
            raise ValueError(
                f"{name_a} at {a:g} m and {name_b} at {b:g} m are {b - a:.4g} m apart; "
                f"at least {minimum:g} m, or the same plane, is needed to put a cell between them"
            )


def axis_edges(
    lower: Number,
    upper: Number,
    planes: Iterable[Number],
    spacing: Number,
    *,
    fine_planes: Iterable[Number] = (),
    fine_spacing: Number | None = None,
    ratio: Number = 1.2,
    minimum: Number | None = None,
    narrowest: Number = 0.0,
) -> np.ndarray:
    """Cell edges (n+1,) from `lower` to `upper` (m) with an edge exactly on every plane of `planes`.

    No cell is wider than `spacing` (m), none at a plane of `fine_planes` wider than `fine_spacing`, and
    neighbouring widths differ by no more than the factor `ratio` wherever the planes leave room for whole
    cells (two planes close together force a narrow cell; away from it, widths grow by `ratio`).
    `fine_planes` are also held as edges.

    The widest allowed width at each point is the lower envelope of cones around the narrow places x_k
    of width h_k, `h(x) = min(spacing, h_k + 0.8 (ratio - 1) (|x - x_k| - h_k))`. Each interval between planes
    is filled by edges at equal steps of the integral of 1 / h, rounded up to whole cells.

    Rounding up makes narrow cells, which ask for narrow neighbours, and so on. Where cells would be narrower than the
    share `narrowest` of the widest that `spacing` and `fine_spacing` allow there, an interval gets fewer cells, and
    neighbouring widths may differ by more than `ratio`.

    Raises:
      ValueError: upper is not above lower; spacing, fine_spacing or ratio is out of range; a plane lies outside; two
        planes are closer than `minimum` (default: a thousandth of the spacing); it names them and the distance.
    """
    _check_arguments(lower, upper, spacing, fine_spacing, ratio)
    fine = [float(plane) for plane in fine_planes]
    lower, upper, spacing = float(lower), float(upper), float(spacing)
    smallest = 1e-3 * spacing if minimum is None else float(minimum)
    stops = _stops(lower, upper, [*(float(p) for p in planes), *fine], smallest)
    given = [(plane, min(float(fine_spacing or spacing), spacing)) for plane in fine]
    growth = growth_of(ratio)

    def limit(x: np.ndarray) -> np.ndarray:
        return widest(x, spacing, given, growth)

    sources = list(given)
    for _ in range(ROUNDS):
        parts = [_fill(a, b, spacing, sources, growth, limit, float(narrowest)) for a, b in pairwise(stops)]
        steep = [source for source in _steep_ends(parts, ratio) if source not in sources]
        if not steep:
            break
        sources += steep
    return np.concatenate([[lower], *(part[1:] for part in parts)])


def _steep_ends(parts: list[np.ndarray], ratio: float) -> list[tuple[float, float]]:
    """Planes (position, narrower width) across which the widths differ by more than `ratio`."""
    found = []
    for left, right in pairwise(parts):
        before, after = float(left[-1] - left[-2]), float(right[1] - right[0])
        if max(before, after) > ratio * min(before, after) * (1 + 1e-9):
            found.append((float(right[0]), min(before, after)))
    return found


def _check_arguments(lower: Number, upper: Number, spacing: Number, fine_spacing: Number | None, ratio: Number) -> None:
    if not (math.isfinite(lower) and math.isfinite(upper) and upper > lower):
        raise ValueError(f"upper end {upper:g} m must lie above lower end {lower:g} m")
    if not spacing > 0:
        raise ValueError(f"spacing: expected a positive width, got {spacing:g} m")
    if fine_spacing is not None and not fine_spacing > 0:
        raise ValueError(f"fine_spacing: expected a positive width, got {fine_spacing:g} m")
    if not ratio > 1:
        raise ValueError(f"ratio: neighbouring widths need a factor above 1, got {ratio:g}")


def _stops(lower: float, upper: float, planes: list[float], minimum: float) -> list[float]:
    """The ends and the planes in order, each once."""
    for plane in planes:
        if not lower - SAME_PLANE <= plane <= upper + SAME_PLANE:
            raise ValueError(f"plane at {plane:g} m lies outside of {lower:g} m to {upper:g} m")
    stops = [lower]
    for plane in [*sorted(planes), upper]:
        gap = plane - stops[-1]
        if gap <= SAME_PLANE:
            continue
        if gap < minimum * (1 - 1e-9):
            raise ValueError(
                f"planes at {stops[-1]:g} m and {plane:g} m are {gap:.4g} m apart; at least {minimum:g} m is needed"
            )
        stops.append(plane)
    # The end itself, not a plane that rounds to it.
    stops[-1] = upper
    return stops


def growth_of(ratio: Number) -> float:
    """Growth of widths along a line for a ratio of neighbouring widths.

    It is slightly less than asked for: rounding up to whole cells shifts neighbours a little.
    """
    return 0.8 * (float(ratio) - 1.0)


def widest(x: np.ndarray, spacing: float, sources: Iterable[tuple[float, float]], growth: float) -> np.ndarray:
    """Widest allowed cell at each of the points `x (n,)`, m; `sources`: narrow places and widths there."""
    width = np.full_like(x, spacing)
    for position, narrow in sources:
        # The narrow cell itself keeps its width; growth begins behind it.
        away = np.maximum(np.abs(x - position) - narrow, 0.0)
        width = np.minimum(width, narrow + growth * away)
    return width


def _fill(
    a: float,
    b: float,
    spacing: float,
    sources: list[tuple[float, float]],
    growth: float,
    limit: Callable[[np.ndarray], np.ndarray],
    share: float,
) -> np.ndarray:
    """Edges from a to b at equal steps of the number of cells per length.

    Args:
      limit: function of points; returns the widest cells that are asked for there, m.
      share: share of that below which there are fewer cells, if none becomes wider than it may.
    """
    narrowest = min([spacing, *(narrow for _, narrow in sources)])
    x = np.linspace(a, b, int(np.clip(20 * (b - a) / narrowest, 200, 20_000)) + 1)
    density = 1.0 / widest(x, spacing, sources, growth)
    count = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1]) * np.diff(x))])
    cells = max(math.ceil(count[-1] * (1 - 1e-9)), 1)
    edges = _steps(x, count, cells)
    while cells > 1 and np.any(np.diff(edges) < share * _at_cells(limit, edges) * (1 - 1e-9)):
        fewer = _steps(x, count, cells - 1)
        if np.any(np.diff(fewer) > _at_cells(limit, fewer) * (1 + 1e-9)):
            break
        cells, edges = cells - 1, fewer
    return edges


def _at_cells(limit: Callable[[np.ndarray], np.ndarray], edges: np.ndarray) -> np.ndarray:
    return limit(0.5 * (edges[1:] + edges[:-1]))


def _steps(x: np.ndarray, count: np.ndarray, cells: int) -> np.ndarray:
    """Edges of so many cells at equal steps of `count`, the number of cells up to each of the points `x`."""
    edges = np.interp(np.linspace(0.0, count[-1], cells + 1), count, x)
    edges[0], edges[-1] = x[0], x[-1]
    return edges
