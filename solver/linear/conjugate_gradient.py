"""Preconditioned conjugate gradients for symmetric positive (semi-)definite systems.

Hestenes & Stiefel, J. Res. NBS 49 (1952) 409; the flexible (Polak-Ribiere) form of the new direction costs
one more dot product and keeps converging when the preconditioner is not exactly symmetric in single precision
(Golub & Ye, SIAM J. Sci. Comput. 21 (1999) 1305).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array


class Solution(NamedTuple):
    """x; the 2-norm of the last residual; the number of iterations taken."""

    x: Array
    residual: Array
    iterations: Array


def conjugate_gradient(
    operator: Callable[[Array], Array],
    rhs: Array,
    guess: Array,
    preconditioner: Callable[[Array], Array],
    tolerance: Array | float,
    maximum: int = 100,
) -> Solution:
    """Solve `operator(x) = rhs` until the residual's 2-norm is at most `tolerance` (in the unit of rhs).

    It is differentiable, forwards and backwards, in `rhs` and in all that the operator is made of: a derivative is
    another solution with the same operator (`jax.lax.custom_linear_solve`), to the same share of its own right-hand
    side. Where the operator is singular, a derivative must not depend on its null space. `guess` is not differentiated:
    the solution does not depend on it.
    """
    guess = jax.lax.stop_gradient(guess)
    start = rhs - operator(guess)
    norm = jax.lax.stop_gradient(jnp.sqrt(_dot(start, start)))
    share = jax.lax.stop_gradient(tolerance) / jnp.where(norm > 0, norm, 1)

    def solve(product: Callable[[Array], Array], b: Array) -> tuple[Array, tuple[Array, Array]]:
        enough = share * jnp.sqrt(_dot(b, b))
        found = _iterated(product, b, preconditioner, enough, maximum)
        return found.x, (found.residual, found.iterations)

    change, (residual, iterations) = jax.lax.custom_linear_solve(operator, start, solve, symmetric=True, has_aux=True)
    return Solution(guess + change, residual, iterations)


def _dot(a: Array, b: Array) -> Array:
    return jnp.vdot(a, b)


def _iterated(
    operator: Callable[[Array], Array],
    rhs: Array,
    preconditioner: Callable[[Array], Array],
    tolerance: Array,
    maximum: int,
) -> Solution:
    """The iterations, from zero."""

    def going(carry):
        *_, norm2, count = carry
        return (norm2 > tolerance**2) & (count < maximum)

    # The preconditioner, the most expensive part, comes first in an iteration, so that the last one is not wasted.
    def step(carry):
        x, residual, before, direction, rho_before, _, count = carry
        z = preconditioner(residual)
        rho = _dot(residual, z)
        beta = jnp.where(count > 0, (rho - _dot(before, z)) / jnp.where(rho_before > 0, rho_before, 1), 0)
        direction = z + jnp.maximum(beta, 0) * direction
        product = operator(direction)
        curvature = _dot(direction, product)
        alpha = jnp.where(curvature > 0, rho / jnp.where(curvature > 0, curvature, 1), 0)
        new = residual - alpha * product
        return x + alpha * direction, new, residual, direction, rho, _dot(new, new), count + 1

    zero = jnp.zeros_like(rhs)
    none = jnp.zeros((), rhs.dtype)
    start = (zero, rhs, zero, zero, none, _dot(rhs, rhs), jnp.asarray(0, jnp.int32))
    x, *_, norm2, count = jax.lax.while_loop(going, step, start)
    return Solution(x, jnp.sqrt(norm2), count)
