"""The arrays of the temperature equation: capacities, conductances, held cells."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from jamsu.cases.assembly.machinery import Machinery
from jamsu.cases.assembly.surfaces import cell_conductivity, sides
from jamsu.cases.schema.case import Block, Case
from jamsu.geometry.domain import Domain, broadcast
from jamsu.geometry.wall_friction import centroid_shift
from jamsu.materials import get_solid
from jamsu.solver.flow.advection import face_stencil_limits
from jamsu.solver.grid.arrays import on_device
from jamsu.solver.grid.mesh import AXES, Vector
from jamsu.solver.grid.obstacles import SMALLEST_INERTIA
from jamsu.solver.layout import HeatLayout

# A steady run needs no block's own heat capacity: it gets one that makes its slowest response this fast, s.
# Heat flows through blocks implicitly, so that a fast one limits no step.
BLOCK_RESPONSE = 5.0
SMALL_FILM = 3.0  # W/m2/K: about the least that gas at rest takes from a block


def heat_layout(case: Case, domain: Domain, made: Machinery, cast) -> HeatLayout:
    """Capacities, links and held cells of a domain."""
    shift = centroid_shift(domain.cut) * (domain.open_cell & (domain.machine < 0))
    conductivity = cell_conductivity(case, domain, 1.0)
    links = [_links(domain, axis, conductivity) for axis in AXES]
    gas, solid, limited = _capacities(case, domain)
    return HeatLayout(
        gas_volume=cast(gas),
        solid_capacity=cast(solid),
        solid_volume=cast(limited),
        solid_conductance=_vector(cast(conductance) for conductance, _ in links),
        link=_vector(cast(link) for _, link in links),
        fixed=_held(case, domain, made, cast),
        stencil_limits=_vector(
            on_device(face_stencil_limits(area, owner > 0, axis), np.int8)
            for axis, (area, owner) in enumerate(zip(domain.area, made.owner, strict=True))
        ),
        wall_shift=cast(shift) if np.any(shift) else None,
        conduction="implicit" if case.solids else "explicit",
    )


def _vector(arrays: Iterable) -> Vector:
    x, y, z = arrays
    return (x, y, z)


def _inner(axis: int) -> tuple[slice, ...]:
    """Index of the inner faces of an axis."""
    return tuple(slice(1, -1) if a == axis else slice(None) for a in AXES)


def _capacities(case: Case, domain: Domain) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """By cell: volume of gas (m3), capacity of solids (J/K), volume of solids that hold no more than gas (m3).

    In a steady run a block's own capacity is what `BLOCK_RESPONSE` allows, and no more than as much gas has.
    """
    full = np.broadcast_to(np.asarray(domain.grid.cell_volume), domain.grid.shape)
    open_share = np.maximum(domain.cut.volume_fraction, SMALLEST_INERTIA)
    gas = np.where(domain.solid >= 0, 0.0, np.where(domain.open_cell, open_share, 1.0) * full)
    solid, limited = np.zeros(full.shape), np.zeros(full.shape)
    for number, block in enumerate(case.solids.values()):
        inside = domain.solid == number
        material = get_solid(block.material)
        if case.solver.mode == "transient":
            solid[inside] = material.density * material.heat_capacity * full[inside]
        else:
            solid[inside] = _quick_capacity(block, material.conductivity) * full[inside]
            limited[inside] = full[inside]
    return gas, solid, limited


def _quick_capacity(block: Block, conductivity: float) -> float:
    """Heat capacity of a block (J/m3/K) that answers within `BLOCK_RESPONSE`: through its film and through itself."""
    a, b, c = block.size
    film = SMALL_FILM * 2 * (1 / a + 1 / b + 1 / c)
    through = conductivity * (np.pi / min(block.size)) ** 2
    return BLOCK_RESPONSE / (1 / film + 1 / through)


def _links(domain: Domain, axis: int, conductivity: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """On all faces of an axis: conductance from solid to solid (W/K), and open area over distance from gas to gas (m).

    Links from gas to gas go between the centres of two cells, see `jamsu.solver.flow.heat.beyond_centres`; links
    between blocks are two half cells in series. Faces between a block or a closed panel and the gas are 0 here, as
    films (`jamsu.solver.exchange.surface_films`) exchange their heat. Machines' walls conduct nothing.

    Args:
      conductivity: conductivity of every cell, W/(m K); read in solids only.
    """
    index = _inner(axis)
    area, passable = domain.area[axis][index], domain.passable[axis][index]
    distance = broadcast(np.asarray(domain.grid.spacing(axis))[1:-1], axis)
    low_half, high_half = sides(broadcast(np.asarray(domain.grid.widths(axis)), axis) / (2 * conductivity), axis)
    low_block, high_block = sides(domain.solid >= 0, axis)
    open_area = np.where(domain.free[axis][index] & ~low_block & ~high_block, area, 0.0)
    solid = np.where(low_block & high_block, passable, 0.0) / (low_half + high_half)
    ends = [(1, 1) if a == axis else (0, 0) for a in range(3)]
    return np.pad(solid, ends), np.pad(open_area / distance, ends)


def _held(case: Case, domain: Domain, made: Machinery, cast):
    """Cells whose temperature cooling units hold; None without any."""
    if not case.coolers:
        return None
    held = np.zeros(domain.grid.shape)
    held.ravel()[made.cooler_cells.array("cell", np.int64)] = 1.0
    return cast(held)
