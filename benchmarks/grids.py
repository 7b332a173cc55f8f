"""Graded edges of the benchmarks' grids."""

from collections.abc import Sequence

import numpy as np

ONE = np.array([0.0, 1.0])  # one cell along an axis that nothing depends on


def wall_share(rayleigh: float) -> float:
    """Wall cell over a uniform one: it shrinks with the boundary layer, as Ra^(-1/4)."""
    return min(1.0, max(0.05, 10 * rayleigh**-0.25))


def wall_graded(cells: int, rayleigh: float) -> np.ndarray:
    """Edges on [0, 1] by a hyperbolic tangent; the wall cell shrinks with the boundary layer."""
    return tanh_graded(cells, wall_share(rayleigh))


def tanh_graded(cells: int, share: float) -> np.ndarray:
    """Edges on [0, 1] whose wall cells are `share` (up to 1) of uniform ones.

    x(s) = (1 + tanh(b s) / tanh(b)) / 2 on s in [-1, 1]: the wall cell is 2 b / sinh(2 b) of the uniform one.
    """
    from scipy.optimize import brentq

    s = np.linspace(-1, 1, cells + 1)
    if share >= 1.0:
        return (1 + s) / 2
    b = brentq(lambda b: 2 * b / np.sinh(2 * b) - share, 1e-3, 10)
    return (1 + np.tanh(b * s) / np.tanh(b)) / 2


def segments(lengths: Sequence[float], cells: int, wall_cell: float) -> tuple[np.ndarray, np.ndarray]:
    """Edges from 0 through segments that each narrow towards both of their ends, and the segment of each cell.

    Shorter segments get more cells for their length (as length^(3/4), at least 4); the cells at all ends are about
    `wall_cell` wide, or uniform where that is wider.
    """
    weight = np.asarray(lengths) ** 0.75
    counts = np.maximum(np.round(cells * weight / weight.sum()).astype(int), 4)
    parts = [np.zeros(1)]
    for length, count in zip(lengths, counts, strict=True):
        parts.append(parts[-1][-1] + length * tanh_graded(count, min(1.0, wall_cell * count / length))[1:])
    return np.concatenate(parts), np.repeat(np.arange(len(lengths)), counts)


def growing(first: float, widest: float, reach: float, end: float, growth: float) -> np.ndarray:
    """Edges from 0 to `end`, cells growing from `first`, no wider than `widest` up to `reach`."""
    edges, width = [0.0], first
    while edges[-1] < end:
        edges.append(edges[-1] + width)
        width *= growth
        if edges[-1] < reach:
            width = min(width, widest)
    return np.asarray(edges)


def mirrored(below: np.ndarray, above: np.ndarray) -> np.ndarray:
    """Edges that go down from 0 by those of `below`, and up by those of `above`."""
    return np.concatenate([-below[:0:-1], above])
