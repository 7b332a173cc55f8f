"""The arrays of the temperature equation: capacities, conductances, sources, held cells."""

from __future__ import annotations

from collections.abc import Iterable

import jax.numpy as jnp
import numpy as np

from jamsu.cases.assembly.domain import Domain, broadcast
from jamsu.cases.assembly.machines import Machinery
from jamsu.cases.assembly.properties import Properties
from jamsu.cases.schema.case import Case
from jamsu.geometry.cutcells import CutCells
from jamsu.materials import get_solid
from jamsu.solver.advection import face_reading
from jamsu.solver.energy import Heat
from jamsu.solver.gas_films import gas_natural_film
from jamsu.solver.mesh import AXES, Vector

TURBULENT_PRANDTL = 0.85  # Kays 1994
SMALLEST_INERTIA = 0.5  # cut cells keep at least this share of a full cell's inertia and heat capacity
# Films on blocks and panels: turbulent natural convection at this difference (K). A gas that blows along a block takes
# more, so a heated block is on the warm side.
FILM_DIFFERENCE = 10.0


def build_heat(case: Case, domain: Domain, made: Machinery, properties: Properties, machine_faces, cast) -> Heat:
    capacity, conductivity = _cell_properties(case, domain, properties)
    film = float(gas_natural_film(properties.gas, FILM_DIFFERENCE))
    shift = wall_shift(domain.cut) * (domain.open_cell & (domain.machine < 0))
    links = [_links(domain, axis, conductivity, float(properties.gas.conductivity), film) for axis in AXES]
    zero = cast(np.zeros(domain.grid.shape))
    return Heat(
        capacity=cast(capacity),
        conductance=_vector(cast(conductance) for conductance, _ in links),
        source=cast(made.power),
        exchange=zero,
        exchange_temperature=zero,
        fluid_capacity=cast(properties.gas_capacity),
        turbulent_link=_vector(cast(link) for _, link in links),
        turbulent_prandtl=cast(TURBULENT_PRANDTL),
        fixed=_held(case, domain, made, cast),
        reading=_vector(
            jnp.asarray(face_reading(area, faces, axis))
            for axis, (area, faces) in enumerate(zip(domain.area, machine_faces, strict=True))
        ),
        implicitness=cast(1.0),
        box_conductivity=cast(properties.gas.conductivity),
        wall_shift=cast(shift) if np.any(shift) else None,
        scheme="limited",
        conduction="implicit" if case.blocks else "explicit",
    )


def wall_shift(cut: CutCells) -> np.ndarray:
    """How much farther from its wall a cell's open centroid lies than its centre, over the wall's area, 1/m."""
    grid = cut.grid
    away = sum(cut.wall_normal[a] * (broadcast(grid.centres(a), a) - cut.open_centroid[a]) for a in range(3))
    walled = (cut.wall_area > 0) & (cut.volume_fraction > 0)
    return np.where(walled, away / np.where(walled, cut.wall_area, 1.0), 0.0)


def _vector(arrays: Iterable) -> Vector:
    x, y, z = arrays
    return (x, y, z)


def _inner(axis: int) -> tuple[slice, ...]:
    """Index of the inner faces of an axis."""
    return tuple(slice(1, -1) if a == axis else slice(None) for a in AXES)


def _cell_properties(case: Case, domain: Domain, properties: Properties) -> tuple[np.ndarray, np.ndarray]:
    """Heat capacity (J/K) and conductivity (W/(m K)) of every cell."""
    grid = domain.grid
    full = np.broadcast_to(np.asarray(grid.cell_volume), grid.shape)
    open_share = np.maximum(domain.cut.volume_fraction, SMALLEST_INERTIA)
    capacity = properties.gas_capacity * np.where(domain.open_cell, open_share, 1.0) * full
    conductivity = np.full(grid.shape, properties.gas.conductivity)
    for number, block in enumerate(case.blocks.values()):
        inside = domain.solid == number
        solid = get_solid(block.material)
        conductivity[inside] = solid.conductivity
        if case.solver.mode == "transient":
            # In a steady run a block's own capacity only slows the march: it keeps the gas's.
            capacity[inside] = solid.density * solid.heat_capacity * full[inside]
    return capacity, conductivity


def _links(
    domain: Domain, axis: int, conductivity: np.ndarray, gas_conductivity: float, film: float
) -> tuple[np.ndarray, np.ndarray]:
    """On all faces of an axis: molecular conductance (W/K), and open area over distance (m) for turbulence.

    Gas to gas between the centres of two cells, see `jamsu.solver.energy.beyond_centres`; through blocks half cell by
    half cell; through a film on the gas's side of a block's surface, and through one on either side of a closed panel
    (of thin metal, no resistance of its own). Machines' walls pass nothing.
    """
    index, n = _inner(axis), domain.grid.shape[axis]
    area, passable = domain.area[axis][index], domain.passable[axis][index]
    apart = broadcast(np.asarray(domain.grid.spacing(axis))[1:-1], axis)

    def sides(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.take(cells, range(n - 1), axis), np.take(cells, range(1, n), axis)

    half = broadcast(np.asarray(domain.grid.widths(axis)), axis) / (2 * conductivity)
    low_half, high_half = sides(half)
    low_block, high_block = sides(domain.solid >= 0)
    low_half = np.where(high_block & ~low_block, np.minimum(low_half, 1 / film), low_half)
    high_half = np.where(low_block & ~high_block, np.minimum(high_half, 1 / film), high_half)
    low_machine, high_machine = sides(domain.machine >= 0)
    walled = low_machine | high_machine
    low_open, high_open = sides(domain.open_cell)

    open_area = np.where(domain.free[axis][index], area, 0.0)
    through_block = np.where((low_block | high_block) & ~walled, passable, 0.0)
    panel = (area == 0) & low_open & high_open & ~walled
    conductance = (
        np.where(low_block | high_block, 0.0, open_area) * gas_conductivity / apart
        + through_block / (low_half + high_half)
        + np.where(panel, passable, 0.0) * film / 2
    )
    ends = [(1, 1) if a == axis else (0, 0) for a in range(3)]
    return np.pad(conductance, ends), np.pad(open_area / apart, ends)


def _held(case: Case, domain: Domain, made: Machinery, cast):
    """Cells whose temperature cooling units hold; None without any."""
    if not case.coolers:
        return None
    held = np.zeros(domain.grid.shape)
    held.ravel()[made.cooler_cells.array("cell", np.int64)] = 1.0
    return cast(held)
