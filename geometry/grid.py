"""The graded rectilinear grid: three arrays of cell edges, and what follows from them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

AXIS_NAMES = ("x", "y", "z")
Corner = Sequence[float | int] | np.ndarray


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Grid:
    """Cells between `x_edge (nx+1,)`, `y_edge (ny+1,)` and `z_edge (nz+1,)`, in metres, z upwards.

    The edges are pytree leaves, so another grading with the same number of cells recompiles nothing. They are
    NumPy or JAX arrays (or tracers). NumPy edges raise ValueError unless they are one-dimensional, finite and
    strictly increasing.

    The edges are annotated `Any` because JAX also builds trees of this class from axis numbers and
    placeholders.
    """

    x_edge: Any
    y_edge: Any
    z_edge: Any

    def __post_init__(self) -> None:
        for name, edge in zip(AXIS_NAMES, (self.x_edge, self.y_edge, self.z_edge), strict=True):
            if isinstance(edge, np.ndarray):
                _check_edges(name, edge)

    @classmethod
    def uniform(cls, lower: Corner, upper: Corner, shape: Sequence[int] | np.ndarray) -> Grid:
        """A grid of `shape` equal cells between the corners `lower` and `upper` (m)."""
        return cls(*(np.linspace(a, b, int(n) + 1) for a, b, n in zip(lower, upper, shape, strict=True)))

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of cells (nx, ny, nz)."""
        return self.x_edge.shape[0] - 1, self.y_edge.shape[0] - 1, self.z_edge.shape[0] - 1

    @property
    def cell_count(self) -> int:
        """Number of cells, nx ny nz."""
        return math.prod(self.shape)

    def edges(self, axis: int) -> Any:
        """Cell edges along `axis` (m), (n+1,)."""
        return (self.x_edge, self.y_edge, self.z_edge)[axis]

    def widths(self, axis: int) -> Any:
        """Cell widths along `axis` (m), (n,)."""
        edge = self.edges(axis)
        return edge[1:] - edge[:-1]

    def centres(self, axis: int) -> Any:
        """Cell centres along `axis` (m), (n,)."""
        edge = self.edges(axis)
        return 0.5 * (edge[1:] + edge[:-1])

    def spacing(self, axis: int) -> Any:
        """Distances between neighbouring cell centres along `axis` (m), (n+1,).

        The first and the last are the distances of the outermost centres from the ends of the grid.
        """
        width = self.widths(axis)
        parts = [0.5 * width[:1], 0.5 * (width[1:] + width[:-1]), 0.5 * width[-1:]]
        return np.concatenate(parts) if isinstance(width, np.ndarray) else jnp.concatenate(parts)

    @property
    def cell_volume(self) -> Any:
        """Volume of each whole cell (m3), (nx, ny, nz)."""
        x, y, z = (self.widths(axis) for axis in range(3))
        return x[:, None, None] * y[None, :, None] * z[None, None, :]

    def face_area(self, axis: int) -> Any:
        """Whole area of the faces normal to `axis` (m2), one plane of them: the extent along `axis` is 1."""
        width = [self.widths(other)[_along(other)] for other in range(3) if other != axis]
        return width[0] * width[1]

    @property
    def lower(self) -> tuple[float, float, float]:
        """Lower corner of the grid (m); not traceable."""
        return float(self.x_edge[0]), float(self.y_edge[0]), float(self.z_edge[0])

    @property
    def upper(self) -> tuple[float, float, float]:
        """Upper corner of the grid (m); not traceable."""
        return float(self.x_edge[-1]), float(self.y_edge[-1]), float(self.z_edge[-1])


def _along(axis: int) -> tuple[slice | None, ...]:
    """Index that lays a one-dimensional array along `axis` of a three-dimensional one."""
    return tuple(slice(None) if other == axis else None for other in range(3))


def _check_edges(name: str, edge: np.ndarray) -> None:
    if edge.ndim != 1 or edge.size < 2:
        raise ValueError(f"{name}_edge: expected one dimension and at least 2 edges, got shape {edge.shape}")
    if not np.all(np.isfinite(edge)):
        raise ValueError(f"{name}_edge: not finite at index {int(np.flatnonzero(~np.isfinite(edge))[0])}")
    falling = np.flatnonzero(np.diff(edge) <= 0)
    if falling.size:
        i = int(falling[0])
        raise ValueError(
            f"{name}_edge: edges must increase; edge {i} is {edge[i]:g} m, edge {i + 1} is {edge[i + 1]:g} m"
        )
