"""Solid blocks as stores of heat: what each holds back, and whether it is steady by its own measure."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from jamsu.solver.grid.mesh import Vector


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Blocks:
    """Attributes:
    cell, block: flat numbers of the solid cells, and the block of each.
    power: (block,) heat released in each, W.
    face, face_block: numbers of the faces (see `surface_films`) between a block and what is not that block, and the
      block of each; a face between two blocks stands twice.
    """

    cell: Int[Array, "cell"]
    block: Int[Array, "cell"]
    power: Float[Array, "block"]
    face: Int[Array, "face"]
    face_block: Int[Array, "face"]


def by_block(blocks: Blocks, values: Float[Array, "..."]) -> Float[Array, "block"]:
    """Sums over the cells of each block; `values` of all cells."""
    return jax.ops.segment_sum(values.ravel()[blocks.cell], blocks.block, blocks.power.shape[0])


def to_surroundings(blocks: Blocks, conductance: Vector, exchange: Array) -> Float[Array, "block"]:
    """Conductance of each block to all around it, W/K: gas, other blocks, hull."""
    faces = jnp.concatenate([g.ravel() for g in conductance])[blocks.face]
    return jax.ops.segment_sum(faces, blocks.face_block, blocks.power.shape[0]) + by_block(blocks, exchange)


def mean_temperature(blocks: Blocks, temperature: Array, capacity: Array) -> Float[Array, "block"]:
    """Mean temperature of each block, K from the reference."""
    return by_block(blocks, temperature * capacity) / by_block(blocks, capacity)
