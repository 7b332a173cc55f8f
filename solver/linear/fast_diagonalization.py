"""Direct solution of separable elliptic problems on a box by fast diagonalisation.

For an operator that is a sum of one-dimensional ones on a tensor-product mesh,

    A = K_x (x) M_y (x) M_z + M_x (x) K_y (x) M_z + M_x (x) M_y (x) K_z,

with stiffness K (1/m) and mass M = diag(widths) (m), the generalised eigenproblems K phi = lambda M phi
(phi' M phi = 1) of the three directions diagonalise everything at once:

    (shift M + scale A)^-1 = (Px (x) Py (x) Pz) [shift + scale (lx + ly + lz)]^-1 (Px (x) Py (x) Pz)'.

Graded widths are as cheap as uniform ones. Cost: two dense products a direction, 4 N (nx + ny + nz)
floating-point operations for N cells, which run near peak speed.
Source: Lynch, Rice & Thomas, Numer. Math. 6 (1964) 185. Eigenvectors are computed once in double precision.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np
import scipy.linalg
from jax.typing import DTypeLike
from jaxtyping import Array, Float

End = Literal["neumann", "dirichlet", "periodic"]
_PRECISION = jax.lax.Precision.HIGHEST  # GPUs would use fewer digits


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class FastDiagonalization:
    """Eigenvectors (columns, M-orthonormal) and eigenvalues (1/m2) of the three directions.

    `transposed` are the vectors as rows: products that transpose a matrix on the way take twice as long on a CPU in
    double precision.
    """

    vectors: tuple[Array, Array, Array]
    values: tuple[Array, Array, Array]
    transposed: tuple[Array, Array, Array]

    def solve(
        self,
        rhs: Float[Array, "nx ny nz"],
        shift: float | Array = 0.0,
        scale: float | Array = 1.0,
        amend: Callable[[Array], Array] | None = None,
    ) -> Float[Array, "nx ny nz"]:
        """Solve (shift M + scale A) x = rhs; with shift = 0 a constant mode is left out.

        `amend`: function of the modes of x; returns the modes of a further source, which is solved for as well.
        """
        lx, ly, lz = self.values
        eigenvalue = shift + scale * (lx[:, None, None] + ly[None, :, None] + lz[None, None, :])
        # The constant mode is exactly zero, and only where no end is "dirichlet"; a long duct has true modes near zero.
        singular = eigenvalue == 0
        inverse = jnp.where(singular, 0.0, 1.0 / jnp.where(singular, 1.0, eigenvalue))
        px, py, pz = self.vectors
        modes = _tensor_product(*self.transposed, rhs)
        solution = modes * inverse
        if amend is not None:
            solution = solution + inverse * amend(solution)
        return _tensor_product(px, py, pz, solution)

    def solve_factors(self, rhs: Float[Array, "nx ny nz"], scale: float | Array) -> Float[Array, "nx ny nz"]:
        """Solve (M_x + scale K_x) (x) (M_y + scale K_y) (x) (M_z + scale K_z) x = rhs with half of the dense products.

        The operator is M + scale A but for products of two and three `scale K`. For scale ~ dt and x ~ dt the
        difference is O(dt^3) in a step, and x = 0 where rhs = 0.
        Source: Beam & Warming, AIAA J. 16 (1978) 393; Kim & Moin, J. Comput. Phys. 59 (1985) 308.
        """
        x, y, z = (
            jnp.matmul(vectors / (1 + scale * values), vectors.T, precision=_PRECISION)
            for vectors, values in zip(self.vectors, self.values, strict=True)
        )
        return _tensor_product(x, y, z, rhs)


def _tensor_product(x: Array, y: Array, z: Array, field: Float[Array, "nx ny nz"]) -> Float[Array, "nx ny nz"]:
    """(x (x) y (x) z) times a field: a matrix along each axis.

    Each product takes the last axis and leaves its result in front, so that three of them restore the order of
    the axes. On a CPU this is a third faster than products along axes that stay, which transpose fields in memory.
    """
    for matrix in (z, y, x):
        a, b, c = field.shape
        field = jnp.matmul(matrix, field.reshape(a * b, c).T, precision=_PRECISION).reshape(-1, a, b)
    return field


def stiffness(distance: np.ndarray, ends: tuple[End, End]) -> np.ndarray:
    """One-dimensional stiffness matrix (n, n), 1/m, of n points.

    Args:
      distance: n+1 distances: from the lower boundary to the first point, between points, and to the upper
        boundary, m.
      ends: "neumann" (no flux), "dirichlet" (value zero on the boundary), or both "periodic" (the boundaries are one).
    """
    if "periodic" in ends:
        return _ring_stiffness(np.asarray(distance, float), ends)
    link = 1.0 / np.asarray(distance, float)
    if ends[0] == "neumann":
        link[0] = 0.0
    if ends[1] == "neumann":
        link[-1] = 0.0
    return np.diag(link[:-1] + link[1:]) - np.diag(link[1:-1], 1) - np.diag(link[1:-1], -1)


def _ring_stiffness(distance: np.ndarray, ends: tuple[End, End]) -> np.ndarray:
    """Stiffness of points on a ring: the last one's neighbour is the first. One point has no link, two have two."""
    if ends[0] != ends[1]:
        raise ValueError(f'a periodic axis has two "periodic" ends: {ends}')
    forward = np.roll(np.eye(len(distance) - 1), 1, axis=1) - np.eye(len(distance) - 1)
    return forward.T @ (forward / np.append(distance[1:-1], distance[0] + distance[-1])[:, None])


def fast_diagonalization(
    distances: Sequence[np.ndarray],
    masses: Sequence[np.ndarray],
    ends: Sequence[tuple[End, End]],
    dtype: DTypeLike,
) -> FastDiagonalization:
    """Set up the solver of a box.

    Args:
      distances: by axis, see `stiffness`.
      masses: by axis, control-volume widths (n,), m.
      ends: by axis, the kind of the two ends.
      dtype: precision of the solve.
    """
    vectors, values, transposed = [], [], []
    for distance, mass, end in zip(distances, masses, ends, strict=True):
        value, vector = scipy.linalg.eigh(stiffness(distance, end), np.diag(np.asarray(mass, float)))
        if "dirichlet" not in end:
            value[0] = 0.0  # the constant mode, zero but for round-off
        vectors.append(jnp.asarray(vector, dtype))
        transposed.append(jnp.asarray(np.ascontiguousarray(vector.T), dtype))
        values.append(jnp.asarray(np.maximum(value, 0.0), dtype))
    by_axis = ((x, y, z) for x, y, z in (vectors, values, transposed))
    return FastDiagonalization(*by_axis)
