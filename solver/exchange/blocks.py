"""Solid blocks as stores of heat: how much each stores, and whether it is steady by its own measure."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from jamsu.solver.grid.mesh import Vector
from jamsu.solver.variables import Values


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Blocks:
    """The solid blocks.

    Attributes:
      cell: flat numbers of the solid cells.
      block: the block of each cell.
      power: heat released in each block, W.
      face: numbers of the faces (see `surface_films`) between a block and anything else; a face between two blocks
        is listed twice.
      face_block: the block of each face.
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
    """Conductance of each block to its surroundings, W/K: gas, other blocks, hull."""
    faces = jnp.concatenate([g.ravel() for g in conductance])[blocks.face]
    return jax.ops.segment_sum(faces, blocks.face_block, blocks.power.shape[0]) + by_block(blocks, exchange)


def mean_temperature(blocks: Blocks, temperature: Array, capacity: Array) -> Float[Array, "block"]:
    """Mean temperature of each block, K from the reference."""
    return by_block(blocks, temperature * capacity) / by_block(blocks, capacity)


def block_report(
    blocks: Blocks, mean: Array, rise: Array, capacity: Array, conductance: Vector, exchange: Array, duration: Array
) -> Values:
    """The blocks' quantities of a round, by name.

    Args:
      mean: temperature of all cells, mean over the round, K from the reference.
      rise: rise of their temperature from the start of the round to its end, K.
      capacity: heat capacity of the cells, J/K.
      conductance: see `jamsu.solver.flow.heat.HeatEquation`.
      exchange: see there.
      duration: length of the round, s.
    """
    told = {
        "power": blocks.power,
        "temperature": mean_temperature(blocks, mean, capacity),
        "stored_heat": by_block(blocks, capacity * rise) / duration,
        "conductance": to_surroundings(blocks, conductance, exchange),
    }
    return {"blocks": told}
