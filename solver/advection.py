"""Advective fluxes: the value that a flow carries through a face.

With C the upwind, D the downwind and U the second upwind point of a face,

    q_face = q_C + s_C psi(r) (q_D - q_C),     r = [(q_C - q_U) / d_CU] / [(q_D - q_C) / d_CD],

s_C being the distance from C to the face over that from C to D. `psi = 1` is linear interpolation ("central",
second order), `psi = 0` is first-order upwind. "limited" is van Leer's, total-variation diminishing and second order
where the field is smooth, in the form that stays so on graded cells,

    psi(r) = r (f r + g) / (r^2 + (f + g - 2) r + 1) for r > 0, else 0,      f = 1 / s_C,  g = d_CU / h,

h being the distance from C to its face towards U; f = g = 2 on uniform cells, where psi = 2 r / (1 + r).
Source: van Leer, J. Comput. Phys. 14 (1974) 361; Mignone, J. Comput. Phys. 270 (2014) 784, eq. 37.
"""

from __future__ import annotations

from typing import Literal

import jax.numpy as jnp
from jaxtyping import Array

from solver.mesh import along, pad_ends, take

Scheme = Literal["central", "limited", "upwind"]


def face_value(q: Array, flux: Array, position: Array, face: Array, axis: int, scheme: Scheme) -> Array:
    """Values on the n-1 faces between the n points of one axis.

    Args:
      q: field, n points along `axis`.
      flux: flow through the inner faces (n-1 along `axis`); only its sign is used.
      position: coordinates of the points (n,), m.
      face: coordinates of the inner faces (n-1,), m.
    """
    left, right = take(q, axis, None, -1), take(q, axis, 1, None)
    distance = position[1:] - position[:-1]
    share = along((face - position[:-1]) / distance, axis)
    if scheme == "central":
        return left + share * (right - left)
    positive = flux >= 0
    if scheme == "upwind":
        return jnp.where(positive, left, right)
    slope = (right - left) / along(distance, axis)
    # Beyond the two ends there is no second upwind point: a zero slope there makes the first face upwind.
    # (Padding compiles to a vectorised loop on the CPU, concatenation to one several times slower.)
    ends = pad_ends(slope, axis)
    upwind_slope = jnp.where(positive, take(ends, axis, None, -2), take(ends, axis, 2, None))
    # 1/s_C of the face and of the face on C's other side, for flow in the positive and in the negative direction.
    fraction = (face - position[:-1]) / distance
    before, after = jnp.roll(1 / (1 - fraction), 1), jnp.roll(1 / fraction, -1)
    f = jnp.where(positive, 1 / share, 1 / (1 - share))
    g = jnp.where(positive, along(before, axis), along(after, axis))
    # psi times the slope towards D, in the slopes a and b on both sides of C: no division by a small slope.
    a, b = upwind_slope, slope
    bend = a * a + b * b + (f + g - 2) * a * b
    limited = jnp.where(a * b > 0, a * b * (f * a + g * b) / jnp.where(a * b > 0, bend, 1), 0)
    step = along(distance, axis) * limited
    return jnp.where(positive, left + share * step, right - (1 - share) * step)


def axis_inflow(
    q: Array,
    flux: Array,
    position: Array,
    face: Array,
    axis: int,
    scheme: Scheme,
    limiter_share: Array | None = None,
) -> Array:
    """Net inflow of a carried quantity through the two faces of one axis, [q] m3/s, for every point.

    Args:
      q: field, n points along `axis`.
      flux: volume flow through the n-1 inner faces, m3/s. The outer faces are closed here.
      position, face: coordinates of points (n,) and inner faces (n-1,), m.
      limiter_share: on the inner faces, 1 where the scheme holds and 0 where it must be upwind.
    """
    if q.shape[axis] <= 1:
        return jnp.zeros_like(q)
    value = face_value(q, flux, position, face, axis, scheme)
    if limiter_share is not None:
        upwind = face_value(q, flux, position, face, axis, "upwind")
        value = upwind + limiter_share * (value - upwind)
    carried = pad_ends(flux * value, axis)
    return take(carried, axis, None, -1) - take(carried, axis, 1, None)
