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
    """Solve `operator(x) = rhs` until the residual's 2-norm is at most `tolerance` (in the unit of rhs)."""

    def dot(a: Array, b: Array) -> Array:
        return jnp.vdot(a, b)

    def going(carry):
        *_, norm2, count = carry
        return (norm2 > tolerance**2) & (count < maximum)

    # The preconditioner, the dearest part, comes first in an iteration: none is wasted after the last one.
    def step(carry):
        x, residual, before, direction, rho_before, _, count = carry
        z = preconditioner(residual)
        rho = dot(residual, z)
        beta = jnp.where(count > 0, (rho - dot(before, z)) / jnp.where(rho_before > 0, rho_before, 1), 0)
        direction = z + jnp.maximum(beta, 0) * direction
        product = operator(direction)
        curvature = dot(direction, product)
        alpha = jnp.where(curvature > 0, rho / jnp.where(curvature > 0, curvature, 1), 0)
        new = residual - alpha * product
        return x + alpha * direction, new, residual, direction, rho, dot(new, new), count + 1

    residual = rhs - operator(guess)
    zero = jnp.zeros_like(rhs)
    none = jnp.zeros((), rhs.dtype)
    start = (guess, residual, zero, zero, none, dot(residual, residual), jnp.asarray(0, jnp.int32))
    x, *_, norm2, count = jax.lax.while_loop(going, step, start)
    return Solution(x, jnp.sqrt(norm2), count)
