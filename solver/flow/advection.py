"""Advective fluxes: the value that a flow carries through a face.

With C the upwind, D the downwind and U the second upwind point of a face,

    q_face = q_C + s_C psi(r) (q_D - q_C),     r = [(q_C - q_U) / d_CU] / [(q_D - q_C) / d_CD],

s_C being the distance from C to the face over the distance from C to D. `psi = 1` is linear interpolation ("central",
second order), `psi = 0` is first-order upwind. "limited" is van Leer's, total-variation diminishing and second order
where the field is smooth, in the form that stays so on graded cells,

    psi(r) = r (f r + g) / (r^2 + (f + g - 2) r + 1) for r > 0, else 0,      f = 1 / s_C,  g = d_CU / h,

h being the distance from C to its face towards U; f = g = 2 on uniform cells, where psi = 2 r / (1 + r). Where there is
no U, psi = 0 at the ends of a box; and where a wall inside the grid stands between U and C (`face_stencil_limits`),
psi is what the cell's other neighbours allow, between 0 and 1 (`jamsu.solver.flow.near_walls`).
Source: van Leer, J. Comput. Phys. 14 (1974) 361; Mignone, J. Comput. Phys. 270 (2014) 784, eq. 37.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from jamsu.solver.grid.fusion import LAYERS, fusion_barrier, without_halo
from jamsu.solver.grid.mesh import AXES, along, take
from jamsu.solver.grid.operators import mean

Scheme = Literal["central", "limited", "upwind"]

# What a face may read, as bits: only the upwind point; no second point below, or above.
UPWIND, SHUT_BELOW, SHUT_ABOVE = 1, 2, 4


class Line(NamedTuple):
    """Distances along one axis, for the n+1 faces below and above n points.

    Attributes:
      open: 1 where the flow passes, 0 at closed ends.
      share: distance from the point below a face to the face, over the distance from that point to the point above.
      inverse: 1 over the distance of both points, of n+3 faces, 1/m; 0 where a point is missing: the zero slope there
        makes the outermost face upwind.
      reach: distance from the upwind point to the face, m; like f and g (see above) for flow upwards and downwards.
    """

    open: Float[Array, "faces"]
    share: Float[Array, "faces"]
    inverse: Float[Array, "outer"]
    reach: tuple[Float[Array, "faces"], Float[Array, "faces"]]
    f: tuple[Float[Array, "faces"], Float[Array, "faces"]]
    g: tuple[Float[Array, "faces"], Float[Array, "faces"]]


def line(position: Float[Array, "m"], face: Float[Array, "k"], points: int) -> Line:
    """Distances for `points` points of an axis.

    Args:
      position: coordinates of the points, and of one more beyond each end where the flow passes the ends, m.
      face: coordinates of the faces between these, m.
    """

    def make(position: Array, face: Array) -> Line:
        beyond = (points + 1 - face.shape[0]) // 2  # closed faces at each end
        distance = position[1:] - position[:-1]
        outer = jnp.pad((face - position[:-1]) / distance, beyond + 1, constant_values=0.5)
        share, spread = outer[1:-1], jnp.pad(distance, beyond)
        return Line(
            open=jnp.pad(jnp.ones_like(distance), beyond),
            share=share,
            inverse=jnp.pad(1 / distance, beyond + 1),
            reach=(share * spread, (1 - share) * spread),
            f=(1 / share, 1 / (1 - share)),
            g=(1 / (1 - outer[:-2]), 1 / outer[2:]),
        )

    return fusion_barrier(make, position, face)


def face_stencil_limits(open_area: np.ndarray, upwind: np.ndarray | None, axis: int) -> np.ndarray:
    """What the faces of one axis may read, int8, `UPWIND` and so on.

    Args:
      open_area: open area of the faces; 0 marks a wall.
      upwind: whether only the upwind point of a face counts; None: nowhere.
    """
    shut = np.moveaxis(open_area == 0, axis, 0)
    bits = np.zeros(shut.shape, np.int8)
    bits[1:] += SHUT_BELOW * shut[:-1]
    bits[:-1] += SHUT_ABOVE * shut[1:]
    bits = np.moveaxis(bits, 0, axis)
    return bits if upwind is None else bits | np.where(upwind, np.int8(UPWIND), np.int8(0))


def face_value(
    wide: Array,
    flux: Array,
    line: Line,
    axis: int,
    scheme: Scheme,
    stencil_limits: Int[Array, "..."] | None = None,
    allowed: tuple[Array, Array] | None = None,
) -> Array:
    """Values on the n+1 faces below and above n points of one axis.

    Args:
      wide: field with `LAYERS` layers around it along `axis`: n + 4 points.
      flux: flow through the faces (n+1); only its sign is used.
      stencil_limits: of the faces, see `face_stencil_limits`; None: they may read all points.
      allowed: with `stencil_limits`, psi of the faces with a wall behind their upwind point, by points (with `LAYERS`
        layers around them): where the downwind point has more, and where it has less.
    """
    faces = flux.shape[axis]
    left, right = take(wide, axis, 1, faces + 1), take(wide, axis, 2, faces + 2)
    share = along(line.share, axis)
    if scheme == "central":
        return left + share * (right - left)
    positive = flux >= 0
    if scheme == "upwind":
        return jnp.where(positive, left, right)

    def by_direction(upwards: Array, downwards: Array) -> Array:
        return jnp.where(positive, along(upwards, axis), along(downwards, axis))

    upwind = jnp.where(positive, left, right)
    downwind = jnp.where(positive, right, left)
    second = jnp.where(positive, take(wide, axis, None, faces), take(wide, axis, 3, None))
    # psi times the slope towards D, in the slopes a and b on both sides of C: no division by a small slope.
    inverse = by_direction(line.inverse[:-2], line.inverse[2:])
    a = (upwind - second) * inverse
    b = (downwind - upwind) * along(line.inverse[1:-1], axis)
    f, g = by_direction(*line.f), by_direction(*line.g)
    bend = a * a + b * b + (f + g - 2) * a * b
    steep = a * b > 0
    limited = jnp.where(steep, a * b * (f * a + g * b) / jnp.where(steep, bend, 1), 0)
    if stencil_limits is not None:
        shut = stencil_limits & jnp.where(positive, SHUT_BELOW, SHUT_ABOVE).astype(stencil_limits.dtype) > 0
        limited = jnp.where(shut, 0 if allowed is None else b * _from_walls(allowed, positive, b, axis, faces), limited)
        limited = jnp.where(stencil_limits & UPWIND > 0, 0, limited)
    return upwind + by_direction(*line.reach) * limited


def _from_walls(allowed: tuple[Array, Array], positive: Array, slope: Array, axis: int, faces: int) -> Array:
    """psi of faces whose upwind cell has a wall behind it."""
    more, less = (jnp.where(positive, take(s, axis, 1, faces + 1), take(s, axis, 2, faces + 2)) for s in allowed)
    return jnp.where(slope > 0, more, less)


def axis_inflow(
    wide: Array,
    flux: Array,
    position: Array,
    face: Array,
    axis: int,
    scheme: Scheme,
    stencil_limits: Int[Array, "..."] | None = None,
    component: int | None = None,
    allowed: tuple[Array, Array] | None = None,
) -> Array:
    """Net inflow of a carried quantity through the two faces of one axis, [q] m3/s, for every point.

    Args:
      wide: field, n points along `axis`, with `LAYERS` layers around it in all directions (`fusion.halo_padded`).
      flux: volume flow through the n+1 faces, m3/s; flow through closed ends is not read.
      position: coordinates of the points, m: n where the ends are closed, n+2 with the points beyond the ends.
      face: coordinates of the faces between these, m: n-1 or n+1.
      stencil_limits: what the faces may read, see `face_stencil_limits`; None: all points there are. Only the limited
        scheme reads it.
      component: axis of the velocity component that is carried, if one is. `wide` then lies on all faces of that axis,
        whose inner ones are the points, and `flux` on the cells' faces, whose means are the flows between the points.
      allowed: with `stencil_limits`, as `near_walls.wall_shares` gives it; None: faces from walls are upwind.
    """
    points = wide.shape[axis] - 2 * LAYERS - (2 if axis == component else 0)
    along_axis = line(position, face, points)

    def carry(wide: Array, flux: Array, along_axis: Line, stencil_limits: Array | None, allowed) -> Array:
        if component is not None:
            wide, flux = take(wide, component, 1, -1), mean(flux, component)
        others = [a for a in AXES if a != axis]
        if allowed is not None:
            allowed = (without_halo(allowed[0], *others), without_halo(allowed[1], *others))
        value = face_value(without_halo(wide, *others), flux, along_axis, axis, scheme, stencil_limits, allowed)
        return along(along_axis.open, axis) * flux * value

    operands = (wide, flux, along_axis, stencil_limits, allowed)
    # A limiter is expensive: it is computed once for each face, not again for both cells that read it.
    carried = fusion_barrier(carry, *operands) if scheme == "limited" else carry(*operands)
    return take(carried, axis, None, -1) - take(carried, axis, 1, None)
