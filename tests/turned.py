"""A shape in any direction: cut cells must not care how a vessel lies on the grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jamsu.geometry.shapes import Bounds, Shape, Vector


@dataclass(frozen=True, eq=False)
class Turned(Shape):
    """`shape` turned by `rotation` (3, 3) about the origin, then moved by `shift` (m): rotation x + shift.

    ValueError unless the rotation is orthogonal (a stretch would falsify the distances).
    """

    shape: Shape
    rotation: np.ndarray
    shift: Vector = (0.0, 0.0, 0.0)

    def __post_init__(self) -> None:
        rotation = np.asarray(self.rotation, dtype=float)
        if rotation.shape != (3, 3) or not np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-9):
            raise ValueError("rotation: expected an orthogonal 3 x 3 matrix")

    def __call__(self, points: np.ndarray) -> np.ndarray:
        # The inverse of an orthogonal matrix is its transpose; row vectors take the matrix itself on the
        # right.
        return self.shape((points - np.asarray(self.shift, dtype=float)) @ np.asarray(self.rotation, dtype=float))

    def leaves(self) -> tuple[Shape, ...]:
        return tuple(Turned(leaf, self.rotation, self.shift) for leaf in self.shape.leaves())

    def combine(self, values: np.ndarray) -> np.ndarray:
        return self.shape.combine(values)

    def _settled_parts(self, sides: np.ndarray) -> np.ndarray:
        return self.shape.settled(sides)

    def bounds(self) -> Bounds:
        lower, upper = self.shape.bounds()
        rotation = np.asarray(self.rotation, dtype=float)
        shift = np.asarray(self.shift, dtype=float)
        # Each turned axis adds its own interval; a coefficient of zero must not meet an infinite bound.
        low, high = shift.copy(), shift.copy()
        for i in range(3):
            for j in range(3):
                if abs(rotation[i, j]) > 1e-15:
                    ends = (rotation[i, j] * lower[j], rotation[i, j] * upper[j])
                    low[i] += min(ends)
                    high[i] += max(ends)
        return low, high
