"""Which surfaces of a shape pass through which boxes.

A box that a leaf cannot reach lies wholly on one side of it. Boxes with the same sides are treated
together. They keep only the leaves that reach them and on which the answer still depends.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from jamsu.geometry.shapes import Shape

# The table of answers has two to this power entries at most.
MOST_LEAVES = 16


@dataclass(frozen=True)
class Region:
    """Boxes `index` that the surfaces `leaves` pass through.

    `table (2**leaves,)` says whether a point is open; bit i of its index is set where the point is inside
    leaf i. Without leaves the boxes are open or closed throughout: table[0].
    """

    index: np.ndarray
    leaves: tuple[Shape, ...]
    table: np.ndarray


def regions(shape: Shape, lower: np.ndarray, size: np.ndarray) -> Iterator[Region]:
    """Groups the boxes at `lower (n, 3)` of `size (n, 3)`, some extents of which may be zero."""
    if len(lower) == 0:
        return
    leaves = shape.leaves()
    centre, reach = lower + 0.5 * size, 0.5 * np.linalg.norm(size, axis=1) * (1 + 1e-6)
    sides = np.empty((len(lower), len(leaves)), dtype=np.int8)
    for i, leaf in enumerate(leaves):
        distance = leaf(centre)
        sides[:, i] = np.where(np.abs(distance) <= reach, 0, np.sign(distance))
    patterns, group = _distinct_rows(shape.settled(sides))
    order = np.argsort(group, kind="stable")
    indices = np.split(order, np.cumsum(np.bincount(group))[:-1])
    # Patterns that differ only in leaves that do not matter have the same table: those boxes go together.
    alike: dict[tuple[tuple[int, ...], bytes], list[np.ndarray]] = {}
    for pattern, index in zip(patterns, indices, strict=True):
        kept, table = _reduced(shape, pattern)
        alike.setdefault((tuple(kept), table.tobytes()), []).append(index)
    for (kept_leaves, answers), parts in alike.items():
        table = np.frombuffer(answers, dtype=bool)
        yield Region(np.concatenate(parts), tuple(leaves[i] for i in kept_leaves), table)


def _distinct_rows(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distinct rows, and which of them each row is (np.unique sorts whole rows: slow)."""
    number: dict[bytes, int] = {}
    width, buffer = rows.shape[1], np.ascontiguousarray(rows, dtype=np.int8).tobytes()
    starts = range(0, len(buffer), width)
    group = np.array([number.setdefault(buffer[at : at + width], len(number)) for at in starts])
    return np.array([np.frombuffer(key, dtype=np.int8) for key in number]), group


def _reduced(shape: Shape, pattern: np.ndarray) -> tuple[list[int], np.ndarray]:
    """The leaves on which the answer depends, and the answers by their sides."""
    kept = [int(i) for i in np.flatnonzero(pattern == 0)]
    if len(kept) > MOST_LEAVES:
        raise ValueError(f"{len(kept)} surfaces meet in one cell: refine the grid or simplify the shape there")
    table = _answers(shape, pattern, kept)
    for leaf in list(kept):
        bit = 1 << kept.index(leaf)
        codes = np.arange(len(table))
        without = table[codes & bit == 0]
        if np.array_equal(without, table[codes & bit != 0]):
            kept.remove(leaf)
            table = without
    return kept, table


def _answers(shape: Shape, pattern: np.ndarray, kept: list[int]) -> np.ndarray:
    codes = np.arange(2 ** len(kept))
    signs = np.broadcast_to(pattern.astype(float), (len(codes), len(pattern))).copy()
    for bit, leaf in enumerate(kept):
        signs[:, leaf] = np.where(codes >> bit & 1, -1.0, 1.0)
    return shape.combine(signs) < 0
