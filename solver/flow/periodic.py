"""Periodic sides of a plain box: what leaves through one end of an axis enters at the other.

A step of a periodic box is taken on a wider box, whose outer layers (the halo) repeat the cells of the far end::

            halo          the box's n cells          halo
      | n-2  | n-1  |  0  |  1  |  ...  | n-1  |  0  |  1  |

There the kernels of a closed box work unchanged: the fluxes, stresses and eddy viscosities of the box's own cells and
faces read no more than two layers. The kernels take the halo for cells at a closed side; what they compute there is
dropped. Only the linear systems know that the axis is a ring: they are solved on the box's own cells, and the solution
is wrapped into the halo.

Faces of a periodic axis are stored from end to end, n+1 of them, the last the same as the first; also where closed
axes have inner faces only (tendencies). A periodic axis may have any number of cells, also one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import DTypeLike
from jaxtyping import Array

from jamsu.solver.flow.heat import Conduction, HeatEquation
from jamsu.solver.flow.momentum import ViscousSolver, inner_faces
from jamsu.solver.flow.open_sides import OpenSides
from jamsu.solver.grid.mesh import AXES, Mesh, Vector, pad_ends, take
from jamsu.solver.linear.fast_diagonalization import FastDiagonalization

LAYERS = 2
NO_AXIS = (False, False, False)


class Halo(NamedTuple):
    """Maps between arrays of a box and arrays of the box with its halo; reads sizes only.

    Along a periodic axis of n cells, n values are the cells' and n+1 the faces'; other axes stay as they are.
    """

    shape: tuple[int, int, int]
    periodic: tuple[bool, bool, bool]

    def around(self, array: Array) -> Array:
        """An array of cells or faces with the halo around it."""
        for axis, n in enumerate(self.shape):
            if self.periodic[axis]:
                _check_size(array, axis, n)
                faces = array.shape[axis] - n
                core = take(array, axis, None, n)
                array = jnp.pad(core, [(LAYERS, LAYERS + faces) if a == axis else (0, 0) for a in AXES], mode="wrap")
        return array

    def within(self, array: Array) -> Array:
        """The box's own part of an array with a halo; the last face is the first one, to the last bit."""
        for axis, n in enumerate(self.shape):
            if self.periodic[axis]:
                _check_size(array, axis, n + 2 * LAYERS)
                faces = array.shape[axis] - n - 2 * LAYERS
                core = take(array, axis, LAYERS, LAYERS + n)
                array = jnp.concatenate([core, take(core, axis, None, faces)], axis) if faces else core
        return array

    def around_inner(self, arrays: Vector) -> Vector:
        """Inner faces of the wide box, by axis, from what is stored of the box's own."""
        wide = [self.around(a) for a in arrays]
        x, y, z = (inner_faces(wide[a], a) if self.periodic[a] else wide[a] for a in AXES)
        return (x, y, z)

    def outlined(self, arrays: Vector) -> Vector:
        """Arrays on the inner faces of the wide box, by axis, as arrays on all its faces along periodic axes."""
        x, y, z = (pad_ends(arrays[a], a) if self.periodic[a] else arrays[a] for a in AXES)
        return (x, y, z)

    def around_all(self, tree):
        """Every array of three dimensions in a pytree of cells and faces, with the halo around it."""
        return jax.tree_util.tree_map(lambda leaf: self.around(leaf) if jnp.ndim(leaf) == len(AXES) else leaf, tree)

    def within_all(self, tree):
        """Every array of three dimensions in a pytree of cells and faces, its halo taken off."""
        return jax.tree_util.tree_map(lambda leaf: self.within(leaf) if jnp.ndim(leaf) == len(AXES) else leaf, tree)

    def mesh(self, mesh: Mesh) -> Mesh:
        """The wide box; to its kernels all its axes are closed ones."""
        if mesh.obstacles is not None:
            raise ValueError("periodic sides are for plain boxes: expected no obstacles")
        x, y, z = (self._edges(edge, axis) for axis, edge in enumerate(mesh.edges))
        return Mesh(x, y, z)

    def _edges(self, edge: Array, axis: int) -> Array:
        if not self.periodic[axis]:
            return edge
        width = jnp.pad(jnp.diff(edge), LAYERS, mode="wrap")
        low = edge[0] - jnp.cumsum(width[:LAYERS][::-1])[::-1]
        high = edge[-1] + jnp.cumsum(width[-LAYERS:])
        return jnp.concatenate([low, edge, high])

    def heat(self, heat: HeatEquation) -> HeatEquation:
        """The wide box's heat equation."""
        return self.around_all(heat)

    def solver(self, solver: FastDiagonalization, faces: int | None = None) -> WrappedSolver:
        """Solves for cells, or for the inner faces of the axis `faces`, given on the wide box."""
        first = [LAYERS * wrapped for wrapped in self.periodic]
        if faces is not None and self.periodic[faces]:
            first[faces] -= 1  # the outermost face of the wide box is no inner one
        return WrappedSolver(**vars(solver), first=(first[0], first[1], first[2]), periodic=self.periodic)

    def viscous_solver(self, solver: ViscousSolver) -> ViscousSolver:
        x, y, z = (None if s is None else self.solver(s, axis) for axis, s in enumerate(solver.by_axis))
        return ViscousSolver((x, y, z), solver.factored)


def _check_size(array: Array, axis: int, cells: int) -> None:
    if array.shape[axis] not in (cells, cells + 1):
        raise ValueError(f"expected {cells} cells or {cells + 1} faces along periodic axis {axis}, got {array.shape}")


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class WrappedSolver(FastDiagonalization):
    """A direct solver of the box's own points for right-hand sides on the wide box.

    Attributes:
      first: by axis, index of the box's first point among the wide one's.
    """

    first: tuple[int, int, int] = field(metadata={"static": True}, default=(0, 0, 0))
    periodic: tuple[bool, bool, bool] = field(metadata={"static": True}, default=NO_AXIS)

    def solve(
        self,
        rhs: Array,
        shift: float | Array = 0.0,
        scale: float | Array = 1.0,
        amend: Callable[[Array], Array] | None = None,
    ) -> Array:
        """The solution of `FastDiagonalization.solve`, wrapped into the halo."""
        return self._around(super().solve(self._within(rhs), shift, scale, amend), rhs)

    def solve_factors(self, rhs: Array, scale: float | Array) -> Array:
        """The solution of `FastDiagonalization.solve_factors`, wrapped into the halo."""
        return self._around(super().solve_factors(self._within(rhs), scale), rhs)

    def _within(self, wide: Array) -> Array:
        for axis, (first, wrapped) in enumerate(zip(self.first, self.periodic, strict=True)):
            if wrapped:
                wide = take(wide, axis, first, first + self.values[axis].shape[0])
        return wide

    def _around(self, solution: Array, wide: Array) -> Array:
        sizes = zip(self.first, wide.shape, solution.shape, strict=True)
        return jnp.pad(solution, [(first, whole - own - first) for first, whole, own in sizes], mode="wrap")


def exact_edges(edge: np.ndarray, dtype: DTypeLike) -> np.ndarray:
    """Edges (n+1,), m, such that cells and their copies in the halo have the same widths to the last bit.

    They are multiples of a power of two, so coarse that the sum of two edges of the wide box has no round-off: the
    fluxes through both ends of the axis are then the same numbers, and what leaves is what enters.
    """
    edge = np.asarray(edge, float)
    width = np.pad(np.diff(edge), LAYERS, mode="wrap")
    farthest = max(abs(edge[0] - np.sum(width[:LAYERS])), abs(edge[-1] + np.sum(width[-LAYERS:])))
    unit = 2.0 ** np.ceil(np.log2(farthest)) * 2 * float(jnp.finfo(dtype).eps)
    return np.round(edge / unit) * unit


def check_periodic(
    periodic: Sequence[bool],
    sides: Sequence[Sequence[object | None]],
    open_sides: OpenSides | None,
    conduction: Conduction,
) -> None:
    """Raise ValueError for what periodic sides cannot have; `sides`: the given walls by axis, None where none is."""
    for axis in AXES:
        if not periodic[axis]:
            continue
        if any(side is not None for side in sides[axis]):
            raise ValueError(f"axis {axis} is periodic: expected no walls at its sides, got {tuple(sides[axis])}")
        if conduction == "implicit":
            raise ValueError(f'axis {axis} is periodic: expected another conduction than "implicit"')
        if open_sides is None:
            continue
        if open_sides.kind[axis] != ("closed", "closed"):
            raise ValueError(f"axis {axis} is periodic: expected no open sides there, got {open_sides.kind[axis]}")
        layers = jax.tree_util.tree_leaves(open_sides)
        if any(layer.shape[axis] > 1 for layer in layers):
            raise ValueError(f"axis {axis} is periodic: expected the box's open sides to be uniform along it")
