"""The vessel of a case with its solid blocks and panels."""

from __future__ import annotations

import numpy as np

from jamsu.cases.schema.case import Case
from jamsu.cases.schema.extents import placed
from jamsu.geometry.boxes import box_cells
from jamsu.geometry.cutcells import CutCells
from jamsu.geometry.domain import Domain, close_box, open_domain, panel_faces
from jamsu.solver.flow.losses import perforation_loss


def build_domain(case: Case, cut: CutCells) -> Domain:
    """The vessel with its solid blocks and panels; machines are placed by `build_machines`."""
    domain, grid = open_domain(cut), cut.grid
    numbers = {name: number for number, name in enumerate(case.solids)}
    for name, block in case.blocks.items():
        cells = box_cells(grid, *placed(block.position, block.size))
        domain.solid[cells] = numbers.get(name, -1)
        close_box(domain, cells)
        domain.open_cell[cells] = False
    _add_panels(case, domain)
    return domain


def _add_panels(case: Case, domain: Domain) -> None:
    for panel in case.panels.values():
        axis = panel.axis
        faces = panel_faces(domain, axis, *placed(panel.position, panel.size))
        if panel.open_share == 0:
            domain.area[axis][faces] = 0.0
            domain.free[axis][faces] = False
        elif panel.open_share < 1:
            distance = np.asarray(domain.grid.spacing(axis))[faces[axis].start]
            domain.drag[axis][faces] += perforation_loss(panel.open_share) / (2 * distance)
