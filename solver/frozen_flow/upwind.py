"""The transport of heat by a given flow with first-order upwind advection, and a preconditioner from its grid lines.

    (A T)_i = sum_f [ (max(F_out, 0) + g) T_i - (max(F_in, 0) + g) T_nb ] + (G + C / dt) T_i

with F the capacity rate through a face, g its conductance, G the conductance to the surroundings (W/K) and C the heat
capacity (J/K). A is an M-matrix. With D its diagonal and X, Y, Z its parts along grid lines of one axis, D included,

    A ~ X D^-1 Y D^-1 Z,

which differs from A by products of two off-diagonal parts. Each factor is a set of tridiagonal systems: heat crosses
the whole domain along a line in one application, however fine the cells and however strong the flow.
Source: Patankar, Numerical Heat Transfer and Fluid Flow (1980), ch. 5 (upwind coefficients); Beam & Warming, AIAA J. 16
(1978) 393 (approximate factorisation), here with the whole diagonal in every factor, so that each is dominated by it.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from jamsu.solver.grid.fusion import LAYERS, fusion_barrier, halo_padded
from jamsu.solver.grid.mesh import AXES, Vector, take


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Upwind:
    """Coefficients of A, W/K.

    Attributes:
      below: by axis, coefficient of the lower neighbour of each cell, with the opposite sign.
      above: by axis, coefficient of the upper neighbour, with the opposite sign.
      diagonal: coefficient of the cell itself.
    """

    below: Vector
    above: Vector
    diagonal: Float[Array, "nx ny nz"]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Lines:
    """Tridiagonal factors of A's lines by axis, that axis first; recurrences without a division.

    Attributes:
      pivot: 1 / pivot, K/W.
      down: what a cell takes over from the one below it on the way up.
      up: what it takes over from the one above it on the way down.
      diagonal: see `Upwind`.
    """

    pivot: Vector
    down: Vector
    up: Vector
    diagonal: Float[Array, "nx ny nz"]


def upwind(
    flux: Vector,
    conductance: Vector,
    exchange: Float[Array, "nx ny nz"],
    storage: Float[Array, "nx ny nz"] | float,
    held: Bool[Array, "nx ny nz"],
) -> Upwind:
    """The coefficients of a flow.

    Args:
      flux: capacity rates through all faces, W/K.
      conductance: conductances of all faces, W/K.
      exchange: G, W/K.
      storage: C / dt, W/K.
      held: cells whose temperature does not follow from the balance; they and cells that nothing touches keep theirs.
    """
    below, above = [], []
    diagonal = exchange + storage
    for a in AXES:
        first, last = take(flux[a], a, None, -1), take(flux[a], a, 1, None)
        g_first, g_last = take(conductance[a], a, None, -1), take(conductance[a], a, 1, None)
        below.append(jnp.maximum(first, 0) + g_first)
        above.append(jnp.maximum(-last, 0) + g_last)
        diagonal = diagonal + jnp.maximum(-first, 0) + g_first + jnp.maximum(last, 0) + g_last
    kept = held | (diagonal <= 0)
    x, y, z = (jnp.where(kept, 0, c) for c in below)
    u, v, w = (jnp.where(kept, 0, c) for c in above)
    return Upwind((x, y, z), (u, v, w), jnp.where(kept, 1, diagonal))


def product(a: Upwind, temperature: Float[Array, "nx ny nz"]) -> Float[Array, "nx ny nz"]:
    """A T, W."""

    def kernel(wide: Array, a: Upwind) -> Array:
        inner = slice(LAYERS, -LAYERS)
        total = a.diagonal * wide[inner, inner, inner]
        for axis in AXES:
            lower = tuple(slice(LAYERS - 1, -LAYERS - 1) if b == axis else inner for b in AXES)
            upper = tuple(slice(LAYERS + 1, -LAYERS + 1) if b == axis else inner for b in AXES)
            total = total - a.below[axis] * wide[lower] - a.above[axis] * wide[upper]
        return total

    return fusion_barrier(kernel, halo_padded(temperature), a)


def factored(a: Upwind) -> Lines:
    """The tridiagonal factors of all lines."""

    def factor(axis: int) -> tuple[Array, Array, Array]:
        below, above, diagonal = (jnp.moveaxis(v, axis, 0) for v in (a.below[axis], a.above[axis], a.diagonal))

        def step(before: Array, row: tuple[Array, Array, Array]) -> tuple[Array, tuple[Array, Array, Array]]:
            low, high, middle = row
            # Cells that only touch each other have a last pivot of 0; a preconditioner may be off there.
            pivot = 1 / jnp.maximum(middle - low * before, 1e-6 * middle)
            return high * pivot, (pivot, low * pivot, high * pivot)

        return jax.lax.scan(step, jnp.zeros_like(diagonal[0]), (below, above, diagonal))[1]

    (px, dx, ux), (py, dy, uy), (pz, dz, uz) = (factor(axis) for axis in AXES)
    return Lines((px, py, pz), (dx, dy, dz), (ux, uy, uz), a.diagonal)


def preconditioned(lines: Lines, rate: Float[Array, "nx ny nz"]) -> Float[Array, "nx ny nz"]:
    """An approximate A^-1 `rate`, K."""
    x = _along(lines, 0, rate)
    y = _along(lines, 1, lines.diagonal * x)
    return _along(lines, 2, lines.diagonal * y)


def preconditioned_transpose(lines: Lines, rate: Float[Array, "nx ny nz"]) -> Float[Array, "nx ny nz"]:
    """The transpose of `preconditioned`."""
    z = _along_transpose(lines, 2, rate)
    y = _along_transpose(lines, 1, lines.diagonal * z)
    return _along_transpose(lines, 0, lines.diagonal * y)


def _along(lines: Lines, axis: int, rate: Array) -> Array:
    """Solutions of all lines of an axis."""
    load = jnp.moveaxis(rate, axis, 0) * lines.pivot[axis]
    raised = _recurrence(load, lines.down[axis], reverse=False)
    return jnp.moveaxis(_recurrence(raised, lines.up[axis], reverse=True), 0, axis)


def _along_transpose(lines: Lines, axis: int, rate: Array) -> Array:
    up, down = lines.up[axis], lines.down[axis]
    load = jnp.moveaxis(rate, axis, 0)
    lowered = _recurrence(load, _moved(up, 1), reverse=False)
    raised = _recurrence(lowered, _moved(down, -1), reverse=True)
    return jnp.moveaxis(raised * lines.pivot[axis], 0, axis)


def _moved(factor: Array, by: int) -> Array:
    """Row i takes the factor of row i - by; the one that wraps around meets a start of zero."""
    return jnp.roll(factor, by, 0)


def _recurrence(load: Array, factor: Array, *, reverse: bool) -> Array:
    """y_i = load_i + factor_i y_(i-1), or y_(i+1) in reverse."""

    def step(before: Array, row: tuple[Array, Array]) -> tuple[Array, Array]:
        now = row[0] + row[1] * before
        return now, now

    return jax.lax.scan(step, jnp.zeros_like(load[0]), (load, factor), reverse=reverse)[1]
