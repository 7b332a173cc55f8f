"""Restarted GMRES, right-preconditioned, for systems without symmetry.

Saad & Schultz, SIAM J. Sci. Stat. Comput. 7 (1986) 856; with the preconditioner on the right the residual is the
system's own (Saad, Iterative Methods for Sparse Linear Systems (2003), section 9.3.2). One product and one
preconditioning an iteration: with the transport of heat these cost more than the orthogonalisation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

RESTART = 20


class Gmres(NamedTuple):
    """x; what it leaves of the right-hand side, by the iterations' own recurrence; the number of iterations taken."""

    x: Array
    residual: Array
    iterations: Array


def gmres(
    operator: Callable[[Array], Array],
    rhs: Array,
    preconditioner: Callable[[Array], Array],
    tolerance: Array | float,
    maximum: int = 200,
    restart: int = RESTART,
) -> Gmres:
    """Solve `operator(x) = rhs` from x = 0 until the residual's 2-norm is at most `tolerance` (in the unit of rhs).

    Args:
      preconditioner: an approximate inverse, linear.
      maximum: largest number of iterations, counted in whole restarts.
      restart: number of directions that are kept.
    """

    def cycle(carry: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
        x, residual, count = carry
        change, left, taken = _cycle(operator, residual, preconditioner, tolerance, restart)
        return x + change, left, count + taken

    def going(carry: tuple[Array, Array, Array]) -> Array:
        _, residual, count = carry
        return (_norm(residual) > tolerance) & (count + restart <= maximum)

    # The sum before the preconditioner: it is applied once, after the last restart.
    start = (jnp.zeros_like(rhs), rhs, jnp.asarray(0, jnp.int32))
    x, residual, count = jax.lax.while_loop(going, cycle, start)
    return Gmres(preconditioner(x), residual, count)


def _norm(x: Array) -> Array:
    return jnp.sqrt(jnp.vdot(x, x))


def _cycle(
    operator: Callable[[Array], Array],
    residual: Array,
    preconditioner: Callable[[Array], Array],
    tolerance: Array | float,
    restart: int,
) -> tuple[Array, Array, Array]:
    """The best combination of up to `restart` directions (before the preconditioner), what it leaves, their number."""
    shape, size, dtype = residual.shape, residual.size, residual.dtype
    start = _norm(residual)
    tiny = jnp.finfo(dtype).tiny
    basis = jnp.zeros((restart + 1, size), dtype).at[0].set(residual.ravel() / jnp.maximum(start, tiny))
    # Column k of `upper` is that of the triangular factor; `turns` are the Givens rotations that made it.
    upper = jnp.eye(restart, dtype=dtype)
    turns = jnp.zeros((restart, 2), dtype).at[:, 0].set(1)
    loads = jnp.zeros(restart + 1, dtype).at[0].set(start)

    def going(carry):
        *_, loads, k = carry
        return (k < restart) & (jnp.abs(loads[k]) > tolerance)

    def step(carry):
        basis, upper, turns, loads, k = carry
        new = operator(preconditioner(basis[k].reshape(shape))).ravel()
        column = basis @ new
        new = new - column @ basis
        length = _norm(new)
        basis = basis.at[k + 1].set(new / jnp.maximum(length, tiny))
        column = jax.lax.fori_loop(0, k, lambda j, c: _turned(c, turns[j], j), column)
        radius = jnp.hypot(column[k], length)
        # A direction that the operator maps onto those before it, or to nothing, adds none: the residual stays.
        lost = radius <= tiny
        turn = jnp.where(lost, jnp.array([0, 1], dtype), jnp.stack([column[k], length]) / jnp.where(lost, 1, radius))
        radius = jnp.where(lost, jnp.inf, radius)
        kept = jnp.where(jnp.arange(restart) < k, column[:restart], 0).at[k].set(radius)
        return basis, upper.at[:, k].set(kept), turns.at[k].set(turn), _turned(loads, turn, k), k + 1

    carry = (basis, upper, turns, loads, jnp.asarray(0, jnp.int32))
    basis, upper, turns, loads, taken = jax.lax.while_loop(going, step, carry)
    known = jnp.where(jnp.arange(restart) < taken, loads[:restart], 0)
    weight = jax.scipy.linalg.solve_triangular(upper, known)
    # What is left is the last load, turned back.
    left = jnp.zeros_like(loads).at[taken].set(loads[taken])
    left = jax.lax.fori_loop(0, taken, lambda j, c: _turned(c, turns[taken - 1 - j] * _BACK, taken - 1 - j), left)
    return (weight @ basis[:restart]).reshape(shape), (left @ basis).reshape(shape), taken


_BACK = np.array([1.0, -1.0], np.float32)


def _turned(column: Array, turn: Array, j: Array | int) -> Array:
    """Entries j and j + 1 of a column turned by an angle of the given cosine and sine."""
    c, s = turn
    return column.at[j].set(c * column[j] + s * column[j + 1]).at[j + 1].set(c * column[j + 1] - s * column[j])
