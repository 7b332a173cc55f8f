"""Anderson acceleration of a march to a steady state.

A block of time steps is a map G whose fixed points are the steady states. With f_k = G(x_k) - x_k, the last `depth`
differences df and dG give the next start,

    x_{k+1} = G(x_k) - sum_j gamma_j dG_j,      gamma = argmin | f_k - sum_j gamma_j df_j |,

which near a steady state is GMRES on the linearised map: it removes the few slow modes (waves and diffusion of the
stratified core) that a march waits for. The weights of the images add up to one, so a mixture keeps every linear
constraint of the images: no divergence, walls at rest, prescribed flows. Still it is an extrapolation: it keeps no
bounds (the k and epsilon of a turbulence model may become negative), it is not the flow at any time, and it may
find a steady state that is unstable. So it is for laminar flows known to be steady and near that state, and never for
a flow that keeps moving.
Source: Anderson, J. ACM 12 (1965) 547; Walker & Ni, SIAM J. Numer. Anal. 49 (2011) 1715, section 2.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from jamsu.solver.flow.model import FlowState
from jamsu.solver.grid.mesh import AXES, Mesh, along

DEPTH = 10
WORSE = 2.0  # growth of a block's residual, from the smallest so far, that ends a history

Fields = tuple[Array, Array, Array, Array]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class History:
    """Differences of successive blocks, `depth` of them along a new first axis; those not yet known are zero.

    Attributes:
      images: dG of every leaf of a state.
      residuals: df of velocities and temperature, see `change_of_fields`.
      image: image of the last block.
      residual: residual of the last block.
      count: number of blocks seen.
    """

    images: tuple[Array, ...]
    residuals: Fields
    image: FlowState
    residual: Fields
    count: Array


def empty_history(state: FlowState, depth: int = DEPTH) -> History:
    """The history before the first block."""
    fields: Fields = (*state.velocity, state.temperature)

    def rows(leaf: Array) -> Array:
        return jnp.asarray(np.zeros((depth, *leaf.shape), leaf.dtype))

    images = tuple(rows(leaf) for leaf in jax.tree_util.tree_leaves(state))
    residuals: Fields = jax.tree_util.tree_map(rows, fields)
    return History(images, residuals, state, fields, jnp.asarray(np.int32(0)))


def change_of_fields(mesh: Mesh, before: FlowState, after: FlowState, speed: Array) -> Fields:
    """Changes of the velocities over `speed` and of the temperature, weighted so that sums of squares are integrals.

    The weights are the roots of the cells' widths, and the integrals go over the box.
    """
    result = []
    for axis, (old, new) in enumerate(
        zip((*before.velocity, before.temperature), (*after.velocity, after.temperature), strict=True)
    ):
        change = new - old
        for b in AXES:
            width = mesh.spacing(b) if b == axis else mesh.widths(b)
            change = change * along(jnp.sqrt(width), b)
        result.append(change if axis == len(AXES) else change / speed)
    return (result[0], result[1], result[2], result[3])


@jax.jit
def observe(
    history: History, mesh: Mesh, before: FlowState, after: FlowState, speed: Array
) -> tuple[History, Float[Array, "depth depth"], Float[Array, "depth"], Array]:
    """Add a block.

    Returns:
      The history with this block, the products of its residuals' differences with each other and with this block's
      residual, and the square of that residual.
    """
    residual = change_of_fields(mesh, before, after, speed)
    place = (history.count - 1) % history.residuals[0].shape[0]
    known = history.count > 0

    def put(rows: Array, new: Array, old: Array) -> Array:
        row = jnp.where(known, new - old, jnp.zeros_like(new))
        return jax.lax.dynamic_update_index_in_dim(rows, row, jnp.where(known, place, 0), 0)

    leaves = jax.tree_util.tree_leaves
    images = tuple(map(put, history.images, leaves(after), leaves(history.image)))
    residuals = jax.tree_util.tree_map(put, history.residuals, residual, history.residual)

    def product(a: Array, b: Array) -> Array:
        flat = b.reshape(-1) if b.ndim == residual[0].ndim else b.reshape(b.shape[0], -1).T
        return jnp.matmul(a.reshape(a.shape[0], -1), flat, precision=jax.lax.Precision.HIGHEST)

    gram = sum(product(rows, rows) for rows in residuals)
    target = sum(product(rows, part) for rows, part in zip(residuals, residual, strict=True))
    square = sum(jnp.vdot(part, part) for part in residual)
    filled = History(images, residuals, after, residual, history.count + 1)
    return filled, jnp.asarray(gram), jnp.asarray(target), jnp.asarray(square)


def weights(gram: np.ndarray, target: np.ndarray) -> np.ndarray:
    """gamma (depth,) by the normal equations of rows of unit length; directions lost in round-off are left out."""
    length = np.sqrt(np.diag(gram).astype(float))
    scale = np.where(length > 0, 1 / np.where(length > 0, length, 1), 0)
    value, vector = np.linalg.eigh(scale[:, None] * scale * gram)
    enough = value > 100 * np.finfo(gram.dtype).eps * value[-1]
    inverse = np.where(enough, 1 / np.where(enough, value, 1), 0)
    return scale * (vector @ (inverse * (vector.T @ (scale * target))))


@jax.jit
def mix(history: History, gamma: Float[Array, "depth"]) -> FlowState:
    """The next start, with the time and step of the last image."""
    image, shape = jax.tree_util.tree_flatten(history.image)
    moved = [new - jnp.tensordot(gamma, rows, 1) for new, rows in zip(image, history.images, strict=True)]
    mixed = jax.tree_util.tree_unflatten(shape, moved)
    return replace(mixed, time=history.image.time, last_dt=history.image.last_dt)


class Mixture:
    """The history that a march keeps between two of its blocks, and the rule that ends it."""

    def __init__(self, mesh: Mesh, depth: int = DEPTH) -> None:
        self.mesh, self.depth = mesh, depth
        self.forget()

    def forget(self) -> None:
        """Begin a new history: the time step or the flow has changed too much."""
        self.history: History | None = None
        self.speed: Array | None = None
        self.smallest = float("inf")

    def next(self, before: FlowState, after: FlowState) -> FlowState:
        """The next start after a block from `before` to `after`: the block's own end if mixing made the residual worse.

        The largest velocity where a history begins counts as much in it as a unit of temperature.
        """
        if self.history is None or self.speed is None:
            self.history = empty_history(after, self.depth)
            largest = max(float(np.max(np.abs(np.asarray(v)))) for v in after.velocity)
            self.speed = jnp.asarray(largest or 1.0, after.temperature.dtype)
        self.history, gram, target, square = observe(self.history, self.mesh, before, after, self.speed)
        size = float(square) ** 0.5
        if not size < WORSE * self.smallest:
            self.forget()
            return after
        self.smallest = min(self.smallest, size)
        gamma = weights(np.asarray(gram), np.asarray(target))
        return mix(self.history, jnp.asarray(gamma, gram.dtype))
