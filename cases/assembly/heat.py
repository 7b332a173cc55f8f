"""The arrays of the temperature equation: capacities, conductances, sources, held cells."""

from __future__ import annotations

from collections.abc import Iterable

import jax.numpy as jnp
import numpy as np

from jamsu.cases.assembly.machines import Machinery
from jamsu.cases.assembly.properties import Properties
from jamsu.cases.assembly.surfaces import cell_conductivity, sides
from jamsu.cases.schema.case import Block, Case
from jamsu.geometry.domain import Domain, broadcast
from jamsu.geometry.wall_friction import centroid_shift
from jamsu.materials import get_solid
from jamsu.solver.flow.advection import face_stencil_limits
from jamsu.solver.flow.heat import HeatEquation
from jamsu.solver.grid.mesh import AXES, Vector
from jamsu.solver.grid.obstacles import SMALLEST_INERTIA

TURBULENT_PRANDTL = 0.85  # Kays 1994
# A steady run needs no block's own heat capacity: as much of the gas's as makes its slowest response this quick, s.
# Heat flows through blocks implicitly, so that a quick one limits no step.
BLOCK_RESPONSE = 5.0
SMALL_FILM = 3.0  # W/m2/K: about the least that gas at rest takes from a block


def build_heat(
    case: Case, domain: Domain, made: Machinery, properties: Properties, machine_faces, cast
) -> HeatEquation:
    capacity = _cell_capacity(case, domain, properties)
    conductivity = cell_conductivity(case, domain, float(properties.gas.conductivity))
    shift = centroid_shift(domain.cut) * (domain.open_cell & (domain.machine < 0))
    links = [_links(domain, axis, conductivity, float(properties.gas.conductivity)) for axis in AXES]
    zero = cast(np.zeros(domain.grid.shape))
    return HeatEquation(
        capacity=cast(capacity),
        conductance=_vector(cast(conductance) for conductance, _ in links),
        source=cast(made.power),
        exchange=zero,
        exchange_temperature=zero,
        fluid_capacity=cast(properties.gas_capacity),
        turbulent_link=_vector(cast(link) for _, link in links),
        turbulent_prandtl=cast(TURBULENT_PRANDTL),
        fixed=_held(case, domain, made, cast),
        stencil_limits=_vector(
            jnp.asarray(face_stencil_limits(area, faces, axis))
            for axis, (area, faces) in enumerate(zip(domain.area, machine_faces, strict=True))
        ),
        implicitness=cast(1.0),
        box_conductivity=cast(properties.gas.conductivity),
        wall_shift=cast(shift) if np.any(shift) else None,
        scheme="limited",
        conduction="implicit" if case.blocks else "explicit",
    )


def _vector(arrays: Iterable) -> Vector:
    x, y, z = arrays
    return (x, y, z)


def _inner(axis: int) -> tuple[slice, ...]:
    """Index of the inner faces of an axis."""
    return tuple(slice(1, -1) if a == axis else slice(None) for a in AXES)


def _cell_capacity(case: Case, domain: Domain, properties: Properties) -> np.ndarray:
    """Heat capacity of every cell, J/K; in a steady run that of a block is what `BLOCK_RESPONSE` allows."""
    grid = domain.grid
    full = np.broadcast_to(np.asarray(grid.cell_volume), grid.shape)
    open_share = np.maximum(domain.cut.volume_fraction, SMALLEST_INERTIA)
    capacity = properties.gas_capacity * np.where(domain.open_cell, open_share, 1.0) * full
    for number, block in enumerate(case.blocks.values()):
        inside = domain.solid == number
        solid = get_solid(block.material)
        if case.solver.mode == "transient":
            capacity[inside] = solid.density * solid.heat_capacity * full[inside]
        else:
            capacity[inside] = min(_quick_capacity(block, solid.conductivity), properties.gas_capacity) * full[inside]
    return capacity


def _quick_capacity(block: Block, conductivity: float) -> float:
    """Heat capacity of a block (J/m3/K) that answers within `BLOCK_RESPONSE`: through its film and through itself."""
    a, b, c = block.size
    film = SMALL_FILM * 2 * (1 / a + 1 / b + 1 / c)
    through = conductivity * (np.pi / min(block.size)) ** 2
    return BLOCK_RESPONSE / (1 / film + 1 / through)


def _links(
    domain: Domain, axis: int, conductivity: np.ndarray, gas_conductivity: float
) -> tuple[np.ndarray, np.ndarray]:
    """On all faces of an axis: molecular conductance (W/K), and open area over distance (m) for turbulence.

    Gas to gas between the centres of two cells, see `jamsu.solver.flow.heat.beyond_centres`; between blocks half cell
    by half cell. What lies between a block or a closed panel and the gas is the films'
    (`jamsu.solver.exchange.surface_films`), 0 here. Machines' walls pass nothing.
    """
    index = _inner(axis)
    area, passable = domain.area[axis][index], domain.passable[axis][index]
    apart = broadcast(np.asarray(domain.grid.spacing(axis))[1:-1], axis)
    low_half, high_half = sides(broadcast(np.asarray(domain.grid.widths(axis)), axis) / (2 * conductivity), axis)
    low_block, high_block = sides(domain.solid >= 0, axis)
    open_area = np.where(domain.free[axis][index], area, 0.0)
    conductance = np.where(low_block | high_block, 0.0, open_area) * gas_conductivity / apart + np.where(
        low_block & high_block, passable, 0.0
    ) / (low_half + high_half)
    ends = [(1, 1) if a == axis else (0, 0) for a in range(3)]
    return np.pad(conductance, ends), np.pad(open_area / apart, ends)


def _held(case: Case, domain: Domain, made: Machinery, cast):
    """Cells whose temperature cooling units hold; None without any."""
    if not case.coolers:
        return None
    held = np.zeros(domain.grid.shape)
    held.ravel()[made.cooler_cells.array("cell", np.int64)] = 1.0
    return cast(held)
