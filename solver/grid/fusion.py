"""How the kernels of a step are kept fast on the CPU.

XLA on the CPU fuses chains of stencils by computing each producer again for every neighbour that reads it. It
vectorises a fused loop only if no padding or joining of arrays is computed inside. So a field is padded once in a step
for all its readers, coefficients lie on all faces with zeros where the box ends, and one-dimensional ones are made
beforehand; all behind a `fusion_barrier`. A halo-padded ("wide") field is one that `halo_padded` has made.
"""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jaxtyping import Array

from jamsu.solver.grid.mesh import AXES, take

LAYERS = 2  # layers that a stencil reads on both sides of a point


def fusion_barrier(function: Callable, *operands):
    """Evaluate `function(*operands)` as a separate computation.

    The branch of a conditional whose predicate is unknown at compile time is not fused into its readers.
    """
    probe = next((leaf for leaf in reversed(jax.tree_util.tree_leaves(operands)) if jnp.size(leaf)), None)
    if probe is None:
        return function(*operands)
    always = probe.ravel()[0] == probe.ravel()[0]
    once = jax.jit(function)  # traced for its shapes, and not again for the branch
    shapes = jax.eval_shape(once, *operands)
    return jax.lax.cond(
        always,
        once,
        lambda *_: jax.tree_util.tree_map(lambda s: jnp.full(s.shape, jnp.nan, s.dtype), shapes),
        *operands,
    )


def pointwise(function: Callable, *fields: Array):
    """`function` of fields of one shape, value by value, as a separate computation.

    It works on flat arrays: a loop over short rows fills its vectors badly, which counts where the arithmetic is
    expensive (exponentials, roots).
    """
    flat = fusion_barrier(function, *(field.ravel() for field in fields))
    return jax.tree_util.tree_map(lambda leaf: leaf.reshape(fields[0].shape), flat)


def inverse(values: Array) -> Array:
    """1 / values of a 1-D array, as a separate computation: a division takes as long as ten products."""
    return fusion_barrier(lambda v: 1 / v, values)


def halo_padded(field: Array) -> Array:
    """A field with `LAYERS` layers of zeros around it, as a separate computation."""
    return fusion_barrier(lambda q: jnp.pad(q, LAYERS), field)


def closed_ends(inner: Array, axis: int) -> Array:
    """Values on all faces of an axis from values on its inner ones, 0 at both ends, as a separate computation."""
    return fusion_barrier(lambda q: jnp.pad(q, [(1, 1) if a == axis else (0, 0) for a in range(q.ndim)]), inner)


def with_neighbours(wide: Array, axis: int) -> Array:
    """A halo-padded field along one axis, cut to one point beyond its ends: n + 2 points."""
    return take(without_halo(wide, *(a for a in AXES if a != axis)), axis, 1, -1)


def without_halo(wide: Array, *axes: int) -> Array:
    """A halo-padded field without its layers along some axes."""
    return wide[tuple(slice(LAYERS, -LAYERS) if a in axes else slice(None) for a in range(wide.ndim))]
