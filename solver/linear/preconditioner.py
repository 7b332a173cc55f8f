"""Preconditioner of the pressure behind thin walls and cut cells, built on the direct solution of the open box.

M is the open box's operator (sum of links c_f (phi_nb - phi_P), c = area / distance) and A the operator of its open
part. Conjugate gradients on A preconditioned by M^-1 are slow for two kinds of fields, large under M and small under A:

* those that jump across a closed panel. With one panel over a whole plane, A = M - D' C D (D the jumps across its
  faces, C their links) and A^-1 = M^-1 + M^-1 D' S^-1 D M^-1, S = C^-1 - D M^-1 D' (Woodbury). S is diagonal in the
  box's own modes along the plane,

      S_kl = d - sum_i (psi_i+ - psi_i-)^2 / (lambda_i + lambda_k + lambda_l)      (in M-orthonormal modes),

  d being the distance between the centres on both sides, psi_i the modes across the panel. A panel over part of the
  plane takes S^-1 between two restrictions to its faces, which is nearly as good at any resolution: a jump across a
  screen has an operator of order one in the wave number, and so has S. Behind a cut wall at which the panel ends, its
  plane counts as closed as well.
* those that live in a cut cell with little open area: a damped Jacobi step there, by the closed share of its links.

    P r = M^-1 (r + sum_planes D' S^-1 D M^-1 r) + w r,      w = 1/2 (1 - A_PP / M_PP) / A_PP

P is symmetric and positive. The jumps are read in modal space, so an application costs one direct solution and, for
each plane of the grid with closed faces, eight dense products in that plane.
Iterations to 1e-6 (rough, smooth source) inside a vessel with two thin walls, `benchmarks run pressure`: 13, 15 with 32
cells a side, 14, 16 with 64 and 13, 20 with 192; with M^-1 alone 29, 31 and 37, 43, growing with the number of cells.
Around a cylinder, without thin walls, both need 8 to 12.
Source: Buzbee, Dorr, George & Golub, SIAM J. Numer. Anal. 8 (1971) 722 (capacitance matrices on parts of a box).
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from scipy.ndimage import distance_transform_edt

from jamsu.solver.grid.mesh import AXES, Mesh, along, full_area, pad_ends, take
from jamsu.solver.linear.fast_diagonalization import FastDiagonalization

DAMPING = 0.5
SMALLEST = 1e-6  # least S as a share of a distance: round-off in its sum could make it negative


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Panels:
    """The planes of one axis that have closed faces between driven cells.

    Attributes:
      slope: psi_i+ - psi_i- of the modes across.
      closed: face area where closed, else 0, m2.
      inverse: S^-1.
      rows: modes along the plane's first axis.
      columns: modes along its second axis.
    """

    slope: Float[Array, "planes n"]
    closed: Float[Array, "planes a b"]
    inverse: Float[Array, "planes a b"]
    rows: Float[Array, "a a"]
    columns: Float[Array, "b b"]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Preconditioner:
    """P of a mesh with obstacles; used in place of the open box's direct solver.

    Attributes:
      local: w, 1/m.
      panels: panels by axis.
    """

    box: FastDiagonalization
    local: Float[Array, "nx ny nz"]
    panels: tuple[Panels, Panels, Panels]

    def solve(self, rhs: Float[Array, "nx ny nz"]) -> Float[Array, "nx ny nz"]:
        """P rhs."""
        return self.box.solve(rhs, amend=self._dipoles) + self.local * rhs

    def _dipoles(self, modes: Float[Array, "nx ny nz"]) -> Float[Array, "nx ny nz"]:
        """Modes of the sources D' S^-1 D phi, given the modes of phi."""
        total = jnp.zeros_like(modes)
        for axis, panels in enumerate(self.panels):
            if panels.slope.shape[0]:
                across = jnp.moveaxis(modes, axis, 0)
                strength = _strength(panels, _dot(panels.slope, across))
                total = total + jnp.moveaxis(_dot(panels.slope.T, strength), 0, axis)
        return total


def preconditioner(mesh: Mesh, box: FastDiagonalization) -> Preconditioner:
    """Set up P for a mesh with obstacles, given the direct solver of its open box."""
    assert mesh.obstacles is not None
    driven = np.asarray(mesh.obstacles.driven_cell, float)
    whole, opened = np.zeros(mesh.shape), np.zeros(mesh.shape)
    panels = []
    for axis, full in enumerate(full_area(mesh)):
        distance = along(mesh.spacing(axis)[1:-1], axis)
        inner = take(full, axis, 1, -1)
        open_area = take(mesh.obstacles.area[axis] * mesh.obstacles.free[axis], axis, 1, -1)
        for total, area in ((whole, inner), (opened, open_area)):
            link = pad_ends(area / distance, axis)
            total += np.asarray(take(link, axis, 1, None) + take(link, axis, None, -1))
        beside = np.take(driven, range(1, mesh.shape[axis]), axis) * np.take(driven, range(mesh.shape[axis] - 1), axis)
        whole_area, passable, fluid = (np.moveaxis(np.asarray(x, float), axis, 0) for x in (inner, open_area, beside))
        closed = whole_area * _beyond_walls((passable == 0) & (fluid > 0), passable > 0)
        panels.append(_panels(mesh, box, axis, closed))
    share = np.clip(1 - opened / np.where(whole > 0, whole, 1), 0, 1)
    local = np.where((driven > 0) & (opened > 0), DAMPING * share / np.where(opened > 0, opened, 1), 0.0)
    return Preconditioner(box, jnp.asarray(local, mesh.dtype), (panels[0], panels[1], panels[2]))


def _beyond_walls(closed: np.ndarray, passable: np.ndarray) -> np.ndarray:
    """Closed faces of panels and of the walls at which they end, planes first: (planes, a, b).

    Faces in a panel's plane that belong to neither fluid nor panel take the nearest value of one that does. Where a
    panel meets a wall the jump continues as if the wall were not there; it falls to zero only at a free edge.
    """
    result = closed.copy()
    for plane in np.flatnonzero(closed.any(axis=(1, 2))):
        neither = ~(closed[plane] | passable[plane])
        nearest = distance_transform_edt(neither, return_distances=False, return_indices=True)
        result[plane] = closed[plane][tuple(nearest)]
    return result


def _panels(mesh: Mesh, box: FastDiagonalization, axis: int, closed: np.ndarray) -> Panels:
    """The panels of an axis, given the closed area of its inner faces, planes first, m2."""
    a, b = (other for other in AXES if other != axis)
    planes = np.flatnonzero(closed.any(axis=(1, 2)))
    vectors = [np.asarray(v, float) for v in box.vectors]
    values = [np.asarray(v, float) for v in box.values]
    slope = vectors[axis][planes + 1] - vectors[axis][planes]
    along_plane = values[a][:, None] + values[b]
    eigenvalue = values[axis] + along_plane[..., None]
    weight = np.where(eigenvalue == 0, 0.0, 1 / np.where(eigenvalue == 0, 1.0, eigenvalue))
    distance = np.asarray(mesh.spacing(axis), float)[planes + 1][:, None, None]
    s = distance - np.einsum("abi,pi->pab", weight, slope**2)
    # A fully closed plane leaves two boxes, each free up to a constant: that mode has no S and needs none.
    inverse = np.where((along_plane == 0) & np.any(values[axis] == 0), 0.0, 1 / np.maximum(s, SMALLEST * distance))
    leaves = (slope, closed[planes], inverse, vectors[a], vectors[b])
    return Panels(*(jnp.asarray(leaf, mesh.dtype) for leaf in leaves))


def _strength(panels: Panels, jump: Float[Array, "planes a b"]) -> Float[Array, "planes a b"]:
    """S^-1 between restrictions to the closed faces; modes along the planes in and out."""
    rows, columns = panels.rows, panels.columns
    seen = _between(rows.T, panels.closed * _between(rows, jump, columns.T), columns)
    return _between(rows.T, panels.closed * _between(rows, panels.inverse * seen, columns.T), columns)


def _between(left: Array, middle: Array, right: Array) -> Array:
    precision = jax.lax.Precision.HIGHEST
    return jnp.matmul(jnp.matmul(left, middle, precision=precision), right, precision=precision)


def _dot(matrix: Array, modes: Array) -> Array:
    return jnp.tensordot(matrix, modes, 1, precision=jax.lax.Precision.HIGHEST)
