"""OpenFOAM's meshes of the problems: a box with the very edges that jamsu has, and one that fits the cylinder."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from jamsu.benchmarks.peers.cylinder import END, RADIAL_GROWTH, RADIUS, SQUARE, START, WALL, fitted_edges
from jamsu.benchmarks.peers.problems import Problem

SIDES = ("left", "right", "front", "back", "bottom", "top")  # x, y, z: lower, upper
FACES = ("0 4 7 3", "1 2 6 5", "0 1 5 4", "3 7 6 2", "0 3 2 1", "4 5 6 7")
PATCHES = ("inlet", "outlet", "walls", "cylinder")
TURN = math.pi / 2  # of a block around the cylinder


def block_mesh(problem: Problem) -> dict[str, Any]:
    """Entries of the file that blockMesh reads."""
    return _around_cylinder(problem.cells) if problem.family == "cylinder" else _box(problem)


def _box(problem: Problem) -> dict[str, Any]:
    flat = problem.is_flat
    along = _sections(problem.edges)
    counts = (problem.cells, 1 if flat else problem.cells, problem.cells)
    sides = [
        _side(side, "empty" if flat and side in ("front", "back") else "wall", [face])
        for side, face in zip(SIDES, FACES, strict=True)
    ]
    return {
        "scale": 1,
        "vertices": [(x, y, z) for z in (0, 1) for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))],
        "blocks": [_block(range(8), counts, (along, "1" if flat else along, along))],
        "edges": [],
        "boundary": sides,
    }


def _around_cylinder(cells: int) -> dict[str, Any]:
    """Eight boxes around a square, and four blocks of rays and arcs between it and the cylinder.

    Corners are numbered on y = -WALL first and then on y = WALL: 4 x 4 of the boxes, z counting fastest, then those on
    the cylinder, by their angle from z towards x, the first at 45 degrees.
    """
    x, y, z, radial = fitted_edges(cells)
    at_x, at_z = (START, -SQUARE, SQUARE, END), (-WALL, -SQUARE, SQUARE, WALL)
    plane = [(a, b) for a in at_x for b in at_z] + [_on_cylinder(k + 0.5) for k in range(4)]
    layer = len(plane)
    along_x, along_y, along_z = _split(x, at_x), [float(e) for e in y], _split(z, at_z)

    def block(base: Sequence[int], counts: tuple[int, int], grading: tuple[Any, Any]) -> str:
        whole = [*base, *(corner + layer for corner in base)]
        return "\n    " + _block(whole, (*counts, len(y) - 1), (*grading, _sections(along_y)))

    blocks = []
    for i in range(3):
        for k in range(3):
            low, parts = 4 * i + k, (along_z[k], along_x[i])
            if (i, k) != (1, 1):
                counts = (len(parts[0]) - 1, len(parts[1]) - 1)
                blocks.append(
                    block((low, low + 1, low + 5, low + 4), counts, (_sections(parts[0]), _sections(parts[1])))
                )
    square = (10, 9, 5, 6)  # its corners, by their angle
    arcs = []
    for k in range(4):
        inner, after = 16 + k, 16 + (k + 1) % 4
        base = (inner, square[k], square[(k + 1) % 4], after)
        blocks.append(block(base, (radial, cells // 2), (repr(RADIAL_GROWTH), 1)))
        a, b = _on_cylinder(k + 1)
        for level, end in ((0, -WALL), (layer, WALL)):
            arcs.append(f"\n    arc {inner + level} {after + level} ({a!r} {end!r} {b!r})")

    def faces(chain: Sequence[int]) -> list[str]:
        return [f"{a} {b} {b + layer} {a + layer}" for a, b in pairwise(chain)]

    return {
        "scale": 1,
        "vertices": [(a, end, b) for end in (-WALL, WALL) for a, b in plane],
        "blocks": blocks,
        "edges": arcs,
        "defaultPatch": {"name": "walls", "type": "wall"},
        "boundary": [
            _side("inlet", "patch", faces(range(4))),
            _side("outlet", "patch", faces(range(12, 16))),
            _side("cylinder", "wall", faces([16, 17, 18, 19, 16])),
        ],
    }


def _on_cylinder(turns: float) -> tuple[float, float]:
    """x and z after so many quarters of a turn from z towards x."""
    return RADIUS * math.sin(TURN * turns), RADIUS * math.cos(TURN * turns)


def _block(corners: Iterable[int], counts: Sequence[int], grading: Sequence[Any]) -> str:
    hexahedron, cells, widths = (" ".join(map(str, part)) for part in (corners, counts, grading))
    return f"hex ({hexahedron}) ({cells}) simpleGrading ({widths})"


def _side(name: str, kind: str, faces: Sequence[str]) -> str:
    return f"\n    {name} {{ type {kind}; faces ({' '.join(f'({face})' for face in faces)}); }}"


def _split(edges: Iterable[float], corners: Sequence[float]) -> list[list[float]]:
    """Parts of the edges between each two corners."""
    return [[float(e) for e in edges if a - 1e-9 < e < b + 1e-9] for a, b in pairwise(corners)]


def _sections(edges: Iterable[float]) -> str:
    """Grading with a section for each cell: these very edges."""
    return f"({' '.join(f'({after - before!r} 1 1)' for before, after in pairwise(edges))})"
