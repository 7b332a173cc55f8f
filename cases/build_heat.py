"""The arrays of the temperature equation: capacities, conductances, sources, held cells."""

from __future__ import annotations

import numpy as np

from cases.build_domain import Domain, broadcast
from cases.build_machines import Machinery
from cases.properties import Properties
from cases.schema import Case
from materials import get_solid
from solver.energy import Heat
from solver.films import gas_natural_film

TURBULENT_PRANDTL = 0.85  # Kays 1994
SMALLEST_INERTIA = 0.5  # cut cells keep at least this share of a full cell's inertia and heat capacity
# Films on solid blocks: turbulent natural convection at this difference (K). A gas that blows along the block takes
# more, so a heated block is on the warm side.
BLOCK_FILM_DIFFERENCE = 10.0


def build_heat(case: Case, domain: Domain, made: Machinery, properties: Properties, machine_faces, cast) -> Heat:
    grid = domain.grid
    per_volume = properties.gas_capacity
    full = np.broadcast_to(np.asarray(grid.cell_volume), grid.shape)
    gas = domain.open_cell
    capacity = per_volume * np.where(gas, np.maximum(domain.cut.volume_fraction, SMALLEST_INERTIA), 1.0) * full
    conductivity = np.full(grid.shape, properties.gas.conductivity)
    for number, block in enumerate(case.blocks.values()):
        solid = get_solid(block.material)
        conductivity[domain.solid == number] = solid.conductivity
        if case.solver.mode == "transient":
            # In a steady run a block's own capacity only slows the march: it keeps the gas's.
            capacity[domain.solid == number] = solid.density * solid.heat_capacity * full[domain.solid == number]
    film = float(gas_natural_film(properties.gas, BLOCK_FILM_DIFFERENCE))
    conductance, link, limited = [], [], []
    for axis in range(3):
        inner = [slice(None)] * 3
        inner[axis] = slice(1, -1)
        index = tuple(inner)
        spacing = broadcast(np.asarray(grid.spacing(axis))[1:-1], axis)
        half = broadcast(np.asarray(grid.widths(axis)), axis) / (2 * conductivity)
        n = grid.shape[axis]
        low_half, high_half = np.take(half, range(n - 1), axis), np.take(half, range(1, n), axis)
        in_block = domain.solid >= 0
        low_block, high_block = np.take(in_block, range(n - 1), axis), np.take(in_block, range(1, n), axis)
        solid_face = low_block | high_block
        # The gas's side of a block's surface is a film, not half a cell of gas at rest.
        low_half = np.where(high_block & ~low_block, np.minimum(low_half, 1 / film), low_half)
        high_half = np.where(low_block & ~high_block, np.minimum(high_half, 1 / film), high_half)
        series = low_half + high_half
        # Conduction crosses open gas and the surfaces of blocks, not panels and not the walls of machines.
        area = np.where(domain.free[axis][index], domain.area[axis][index], 0.0)
        beside_machine = (np.take(domain.machine, range(n - 1), axis) >= 0) | (
            np.take(domain.machine, range(1, n), axis) >= 0
        )
        area = np.where(solid_face & ~beside_machine, domain.passable[axis][index], area)
        conductance.append(cast(area / series))
        link.append(cast(area / spacing))
        limited.append(cast(np.where(machine_faces[axis][index], 0.0, 1.0)))
    fixed = None
    if case.coolers:
        held = np.zeros(grid.shape)
        held.ravel()[made.cooler_cells.array("cell", np.int64)] = 1.0
        fixed = cast(held)
    zero = cast(np.zeros(grid.shape))
    return Heat(
        capacity=cast(capacity),
        conductance=(conductance[0], conductance[1], conductance[2]),
        source=cast(made.power),
        exchange=zero,
        exchange_temperature=zero,
        fluid_capacity=cast(per_volume),
        turbulent_link=(link[0], link[1], link[2]),
        turbulent_prandtl=cast(TURBULENT_PRANDTL),
        fixed=fixed,
        limiter_share=(limited[0], limited[1], limited[2]),
        implicitness=cast(1.0),
        box_conductivity=cast(properties.gas.conductivity),
        scheme="limited",
        conduction="implicit" if case.blocks else "explicit",
    )
