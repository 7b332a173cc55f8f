"""Tables of a layout filled up to common lengths, so that places on grids of one shape compile once.

How many rows a table has (faces of machines, cells of coils, patches of the hull) depends on where things stand, and
another length compiles every program anew. Filled-up rows do nothing: their cells and faces carry numbers beyond the
last one, which additions drop, and their shares, areas and velocities are zero.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from jamsu.solver.grid.arrays import on_device
from jamsu.solver.layout import Layout

CELL, FACE, OWNER = "cell", "face", "owner"  # filled up with the number after the last cell, face, or owner

# By table: the rows that grow together, and what fills each of them up; fields that are not named hold zeros.
_TABLES: dict[str, tuple[dict[str, Any], ...]] = {
    "machines": (
        {"face": FACE, "machine": 0, "slot": -1, "velocity": 0.0},
        {"heated_cell": CELL, "source": 0, "share": 0.0},
    ),
    "racks": (
        {"front_cell": 0, "rear_cell": 0, "behind_cell": 0, "slot": 0, "level": 0, "inside": 0.0, "across": 0.0},
        {"level_rack": 0},
        {"passage_face": 0, "passage_rack": 0, "passage_sign": 0.0},
    ),
    "coils": (
        {"cell": CELL, "cell_column": 0},
        {
            "column_coil": OWNER,
            "column_face": 0,
            "column_sign": 0.0,
            "column_before": 0,
            "column_first": 0,
            "column_last": 0,
            "column_behind": 0,
            "column_cells": 1.0,
        },
    ),
    "coolers": (
        {"cell": CELL, "cell_cooler": OWNER},
        {"intake_cell": 0, "intake_cooler": OWNER, "intake_share": 0.0},
    ),
    "hull": ({"cell": CELL, "area": 0.0, "distance": 1.0, "conduction": 0.0, "normal": 0.0, "reach": 1.0},),
    "films": ({"face": FACE, "cell": 0, "area": 0.0, "resistance": 1.0, "gas": 0.0, "distance": 1.0, "axis": 0.0},),
    "blocks": ({"cell": CELL, "block": OWNER}, {"face": FACE, "face_block": OWNER}),
}


def roomy(rows: int) -> int:
    """A length with a tenth of room or more: 8 to 15 times a power of two."""
    wanted = max(int(rows * 1.1) + 1, 8)
    unit = 1 << max(wanted.bit_length() - 4, 0)
    return -(-wanted // unit) * unit


def padded(layout: Layout, coolers: int) -> Layout:
    """The layout with its tables filled up; an empty table stays empty.

    The lengths follow from the numbers of rows alone, so that a resumed run finds its checkpoint's lengths.

    Args:
      coolers: number of cooling units.
    """
    nx, ny, nz = layout.gas.mesh.shape
    beyond = {
        CELL: nx * ny * nz,
        FACE: (nx + 1) * ny * nz + nx * (ny + 1) * nz + nx * ny * (nz + 1),
    }
    changed = {}
    for name, tables in _TABLES.items():
        part = getattr(layout, name)
        owners = {"coils": len(layout.coils.area), "coolers": coolers, "blocks": len(layout.blocks.power)}
        numbers = beyond | {OWNER: owners.get(name, 0)}
        for table in tables:
            first = next(iter(table))
            rows = getattr(part, first).shape[0]
            wanted = roomy(rows) if rows else 0
            if wanted > rows:
                fields = {f: _filled(f, getattr(part, f), wanted, numbers.get(v, v)) for f, v in table.items()}
                part = replace(part, **fields)
        changed[name] = part
    return replace(layout, **changed)


def _filled(name: str, values: Any, wanted: int, value: Any) -> Any:
    """A field with its axis of rows filled up: the last axis, or the first one for normals."""
    array = np.asarray(values)
    axis = 0 if name == "normal" else array.ndim - 1
    ends = [(0, wanted - array.shape[a]) if a == axis else (0, 0) for a in range(array.ndim)]
    return on_device(np.pad(array, ends, constant_values=value), array.dtype)
