"""The finite-volume mesh as the solver sees it: metrics, open areas, open volumes.

A staggered (MAC) arrangement on a graded rectilinear grid (Harlow & Welch, Phys. Fluids 8 (1965) 2182)::

            w[i,j,k+1]
          +-----^-----+           p, T        cell centres   (nx,   ny,   nz)
          |           |           u           x-faces        (nx+1, ny,   nz)
   u[i] --> p,T[i,j,k] --> u[i+1] v           y-faces        (nx,   ny+1, nz)
          |           |           w           z-faces        (nx,   ny,   nz+1)
          +-----^-----+
             w[i,j,k]

Walls enter through `Obstacles`: open areas of faces and open volumes of cells (cut cells, closed panels,
solid blocks, machines that prescribe their own flow). A mesh without obstacles is a plain box, for which
the areas are products of widths, no 3-D array is read, and the pressure is solved directly.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

AXES = (0, 1, 2)
Vector = tuple[Array, Array, Array]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Obstacles:
    """What closes parts of the box.

    Attributes:
      volume: open volume of each cell, m3; at least half the full one in a module's cut cells, and the full volume in
        closed cells (they stay inert).
      area: open area of each face by axis, m2.
      free: by axis, 1 where the pressure drives the flow through a face, 0 where the face is closed or a
        machine prescribes its velocity.
      friction: by axis, sum over the walls seen by a face's control volume of area / distance, m. Times
        the viscosity it is the shear stress of a no-slip wall at linear velocity profile.
      open_cell: 1 in cells that hold fluid, 0 elsewhere.
      driven_cell: 1 in cells whose pressure drives a flow: open, and not inside a machine.
      wall_shift: by axis, how much farther from its wall the velocity of a partly open face lies than the face's
        centre, over its distance from the wall (see `momentum.wall_shifted`); None without cut cells.
      drag: by axis, loss coefficient over twice the length of a face's control volume, K/(2 d), 1/m, of
        coils and perforated panels through which no machine drives the gas; None where there are none.
    """

    volume: Float[Array, "nx ny nz"]
    area: Vector
    free: Vector
    friction: Vector
    open_cell: Float[Array, "nx ny nz"]
    driven_cell: Float[Array, "nx ny nz"]
    drag: Vector | None = None
    wall_shift: Vector | None = None


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Mesh:
    """Graded rectilinear mesh; every value is a leaf, so another mesh of the same shape compiles nothing.

    Attributes:
      periodic: by axis, whether its two ends are one (static), see `jamsu.solver.flow.periodic`.
    """

    x_edge: Float[Array, "nx1"]
    y_edge: Float[Array, "ny1"]
    z_edge: Float[Array, "nz1"]
    obstacles: Obstacles | None = None
    periodic: tuple[bool, bool, bool] = field(metadata={"static": True}, default=(False, False, False))

    @property
    def edges(self) -> Vector:
        return (self.x_edge, self.y_edge, self.z_edge)

    @property
    def shape(self) -> tuple[int, int, int]:
        return (self.x_edge.shape[0] - 1, self.y_edge.shape[0] - 1, self.z_edge.shape[0] - 1)

    @property
    def dtype(self) -> jnp.dtype:
        return self.x_edge.dtype

    def widths(self, axis: int) -> Float[Array, "n"]:
        """Cell widths, m."""
        return jnp.diff(self.edges[axis])

    def spacing(self, axis: int) -> Float[Array, "n1"]:
        """Distance between the centres on both sides of each face, m; half a cell at the two ends."""
        width = self.widths(axis)
        return jnp.concatenate([width[:1] / 2, (width[1:] + width[:-1]) / 2, width[-1:] / 2])

    def centres(self, axis: int) -> Float[Array, "n"]:
        """Coordinates of the cell centres, m."""
        edge = self.edges[axis]
        return (edge[1:] + edge[:-1]) / 2

    @property
    def volume(self) -> Float[Array, "nx ny nz"]:
        """Open volume, m3."""
        if self.obstacles is not None:
            return self.obstacles.volume
        dx, dy, dz = (self.widths(a) for a in AXES)
        return dx[:, None, None] * dy[None, :, None] * dz[None, None, :]

    @property
    def area(self) -> Vector:
        """Open area of the faces, m2."""
        if self.obstacles is not None:
            return self.obstacles.area
        return full_area(self)

    @property
    def open_cell(self) -> Float[Array, "nx ny nz"]:
        if self.obstacles is not None:
            return self.obstacles.open_cell
        return jnp.ones(self.shape, self.dtype)


def full_area(mesh: Mesh) -> Vector:
    """Areas of the grid's faces, open or not, m2."""
    dx, dy, dz = (mesh.widths(a) for a in AXES)
    nx, ny, nz = mesh.shape
    return (
        jnp.broadcast_to(dy[:, None] * dz[None, :], (nx + 1, ny, nz)),
        jnp.broadcast_to(dx[:, None, None] * dz[None, None, :], (nx, ny + 1, nz)),
        jnp.broadcast_to((dx[:, None] * dy[None, :])[:, :, None], (nx, ny, nz + 1)),
    )


def along(values: Float[Array, "n"], axis: int) -> Float[Array, "..."]:
    """A 1-D array shaped to broadcast along one axis of 3-D arrays."""
    shape = [1, 1, 1]
    shape[axis] = -1
    return values.reshape(shape)


def take(array: Array, axis: int, start: int | None, stop: int | None) -> Array:
    """`array[start:stop]` along one axis."""
    index = [slice(None)] * 3
    index[axis] = slice(start, stop)
    return array[tuple(index)]


def pad_ends(array: Array, axis: int) -> Array:
    """One zero before and after along one axis: (n,) -> (n+2,)."""
    return jnp.pad(array, [(1, 1) if a == axis else (0, 0) for a in AXES])
