"""Surfaces inside the vessel on which the gas has films, and blocks as stores: tables of faces and cells."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from jamsu.cases.schema.case import Case
from jamsu.geometry.domain import Domain, broadcast
from jamsu.materials import get_solid
from jamsu.solver.exchange.blocks import Blocks
from jamsu.solver.exchange.surface_films import SurfaceFilms
from jamsu.solver.grid.arrays import on_device
from jamsu.solver.grid.mesh import AXES


def film_faces(domain: Domain, axis: int) -> np.ndarray:
    """Inner faces of an axis with a film on one side or both (bool): a block's towards gas, and closed panels."""
    (low_block, high_block), (low_open, high_open) = (sides(c, axis) for c in (domain.solid >= 0, domain.open_cell))
    (low_machine, high_machine) = sides(domain.machine >= 0, axis)
    index = tuple(slice(1, -1) if a == axis else slice(None) for a in AXES)
    passable, area = domain.passable[axis][index] > 0, domain.area[axis][index]
    block = (low_block & high_open) | (high_block & low_open)
    panel = (area == 0) & low_open & high_open
    return (block | panel) & passable & ~low_machine & ~high_machine


def build_films(domain: Domain, conductivity: np.ndarray, cast) -> SurfaceFilms:
    """Films of blocks and panels; `conductivity`: of every cell, W/(m K)."""
    numbers, cells, area, resistance, gas, distance, across = ([] for _ in range(7))
    flat = np.arange(domain.open_cell.size).reshape(domain.open_cell.shape)
    start = 0
    for axis in AXES:
        chosen = film_faces(domain, axis)
        index = tuple(slice(1, -1) if a == axis else slice(None) for a in AXES)
        every = start + np.arange(domain.area[axis].size).reshape(domain.area[axis].shape)
        start += domain.area[axis].size
        half = np.broadcast_to(0.5 * broadcast(np.asarray(domain.grid.widths(axis)), axis), flat.shape)
        numbers.append(every[index][chosen])
        area.append(domain.passable[axis][index][chosen])
        cells.append(np.stack([side[chosen] for side in sides(flat, axis)]))
        is_gas = np.stack([side[chosen] for side in sides(domain.open_cell, axis)])
        gas.append(is_gas)
        distance.append(np.stack([side[chosen] for side in sides(half, axis)]))
        solid = np.stack([side[chosen] for side in sides(half / conductivity, axis)])
        resistance.append(np.where(is_gas, 0.0, solid))
        across.append(np.repeat(np.eye(3)[axis][:, None], int(chosen.sum()), 1))
    return SurfaceFilms(
        face=on_device(np.concatenate(numbers), jnp.int32),
        cell=on_device(np.concatenate(cells, 1), jnp.int32),
        area=cast(np.concatenate(area)),
        resistance=cast(np.concatenate(resistance, 1)),
        gas=cast(np.concatenate(gas, 1)),
        distance=cast(np.concatenate(distance, 1)),
        axis=cast(np.concatenate(across, 1)),
    )


def build_blocks(case: Case, domain: Domain, cast) -> Blocks:
    """The blocks' cells and outer faces."""
    cells = np.flatnonzero(domain.solid.ravel() >= 0)
    numbers, owners, start = [], [], 0
    for axis in AXES:
        index = tuple(slice(1, -1) if a == axis else slice(None) for a in AXES)
        every = start + np.arange(domain.area[axis].size).reshape(domain.area[axis].shape)
        start += domain.area[axis].size
        low, high = sides(domain.solid, axis)
        for own, other in ((low, high), (high, low)):
            outer = (own >= 0) & (own != other)
            numbers.append(every[index][outer])
            owners.append(own[outer])
    return Blocks(
        cell=on_device(cells, jnp.int32),
        block=on_device(domain.solid.ravel()[cells], jnp.int32),
        power=cast(np.zeros(len(case.solids))),
        face=on_device(np.concatenate(numbers), jnp.int32),
        face_block=on_device(np.concatenate(owners), jnp.int32),
    )


def cell_conductivity(case: Case, domain: Domain, gas_conductivity: float) -> np.ndarray:
    """Conductivity of every cell, W/(m K)."""
    conductivity = np.full(domain.grid.shape, gas_conductivity)
    for number, block in enumerate(case.solids.values()):
        conductivity[domain.solid == number] = get_solid(block.material).conductivity
    return conductivity


def sides(cells: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """Values of the cells below and above the inner faces of an axis."""
    n = cells.shape[axis]
    return np.take(cells, range(n - 1), axis), np.take(cells, range(1, n), axis)
