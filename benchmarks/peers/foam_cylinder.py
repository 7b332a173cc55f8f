"""The heated cylinder across a duct for OpenFOAM: a body-fitted mesh, flow by pimpleFoam, heat carried by it.

Heat does not act on this flow, so that temperature is a passive scalar (function object scalarTransport): the solvers
that carry temperature themselves rebuild velocities with fvc::reconstruct, which is wrong on such cells in Debian's
build. Schemes as in `foam_cases`, with the corrections that cells off the right angle need.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from jamsu.benchmarks.peers.cylinder import (
    END,
    RADIAL_GROWTH,
    RADIUS,
    REYNOLDS,
    SQUARE,
    START,
    TIME,
    WALL,
    fitted_edges,
)
from jamsu.benchmarks.peers.foam_text import DIMENSIONS, file_text
from jamsu.benchmarks.peers.problems import PRANDTL, Problem

if TYPE_CHECKING:
    import numpy as np

PATCHES = ("inlet", "outlet", "walls", "cylinder")
TURN = math.pi / 2  # of a block around the cylinder


def cylinder_files(problem: Problem) -> dict[str, str]:
    """Every file of the case but the one that splits it among ranks."""
    fluid = {"transportModel": "Newtonian", "nu": f"[0 2 -1 0 0 0 0] {1 / REYNOLDS!r}"}
    return {
        "system/blockMeshDict": _block_mesh(problem.cells),
        "system/controlDict": file_text("controlDict", _control(problem)),
        "system/fvSchemes": file_text("fvSchemes", _schemes()),
        "system/fvSolution": file_text("fvSolution", _solution()),
        "constant/transportProperties": file_text("transportProperties", fluid),
        "constant/turbulenceProperties": file_text("turbulenceProperties", {"simulationType": "laminar"}),
        **{f"0/{name}": _field(name) for name in ("U", "p", "T")},
    }


def _block_mesh(cells: int) -> str:
    """Eight boxes around a square, and four blocks of rays and arcs between it and the cylinder.

    Corners are numbered on y = -WALL first and then on y = WALL: 4 x 4 of the boxes, z counting fastest, then those on
    the cylinder, by their angle from z towards x, the first at 45 degrees.
    """
    x, y, z, radial = fitted_edges(cells)
    side = cells // 2
    at_x, at_z = (START, -SQUARE, SQUARE, END), (-WALL, -SQUARE, SQUARE, WALL)
    angles = [TURN * (k + 0.5) for k in range(4)]
    plane = [(a, b) for a in at_x for b in at_z]
    plane += [(RADIUS * math.sin(angle), RADIUS * math.cos(angle)) for angle in angles]
    corners = [(a, end, b) for end in (-WALL, WALL) for a, b in plane]
    layer = len(plane)

    def whole(base: Sequence[int]) -> str:
        return " ".join(str(corner) for corner in [*base, *(corner + layer for corner in base)])

    along_x, along_z = (_split(edges, corners) for edges, corners in ((x, at_x), (z, at_z)))
    along_y = _sections(y)
    blocks = []
    for i in range(3):
        for k in range(3):
            if (i, k) == (1, 1):
                continue
            low = 4 * i + k
            counts = f"({len(along_z[k]) - 1} {len(along_x[i]) - 1} {len(y) - 1})"
            grading = f"({_sections(along_z[k])} {_sections(along_x[i])} {along_y})"
            blocks.append(f"\n    hex ({whole((low, low + 1, low + 5, low + 4))}) {counts} simpleGrading {grading}")
    square = (10, 9, 5, 6)  # its corners, by their angle
    arcs = []
    for k in range(4):
        inner, after = 16 + k, 16 + (k + 1) % 4
        base = (inner, square[k], square[(k + 1) % 4], after)
        counts = f"({radial} {side} {len(y) - 1})"
        blocks.append(f"\n    hex ({whole(base)}) {counts} simpleGrading ({RADIAL_GROWTH!r} 1 {along_y})")
        middle = TURN * (k + 1)
        for level, end in ((0, -WALL), (layer, WALL)):
            point = f"({RADIUS * math.sin(middle)!r} {end!r} {RADIUS * math.cos(middle)!r})"
            arcs.append(f"\n    arc {inner + level} {after + level} {point}")
    open_ends = [[4 * i + k for k in range(4)] for i in (0, 3)]
    sides = []
    for name, kind, chains in (
        ("inlet", "patch", pairwise(open_ends[0])),
        ("outlet", "patch", pairwise(open_ends[1])),
        ("cylinder", "wall", pairwise([16, 17, 18, 19, 16])),
    ):
        faces = " ".join(f"({a} {b} {b + layer} {a + layer})" for a, b in chains)
        sides.append(f"\n    {name} {{ type {kind}; faces ({faces}); }}")
    entries = {
        "scale": 1,
        "vertices": corners,
        "blocks": blocks,
        "edges": arcs,
        "defaultPatch": {"name": "walls", "type": "wall"},
        "boundary": sides,
    }
    return file_text("blockMeshDict", entries)


def _split(edges: np.ndarray, corners: Sequence[float]) -> list[list[float]]:
    """Parts of the edges between each two corners."""
    return [[float(e) for e in edges if a - 1e-9 < e < b + 1e-9] for a, b in pairwise(corners)]


def _sections(edges: Iterable[float]) -> str:
    """Grading with a section for each cell: these very edges."""
    return f"({' '.join(f'({after - before!r} 1 1)' for before, after in pairwise(map(float, edges)))})"


def _field(name: str) -> str:
    """A field at the start: fluid at rest and cold."""
    fixed, even = "fixedValue", {"type": "zeroGradient"}
    sides: dict[str, dict[str, Any]] = {
        "U": {"inlet": {"type": fixed, "value": "uniform (1 0 0)"}, "walls": {"type": "noSlip"}},
        "p": {"outlet": {"type": fixed, "value": "uniform 0"}},
        "T": {"inlet": {"type": fixed, "value": "uniform 0"}, "cylinder": {"type": fixed, "value": "uniform 1"}},
    }[name]
    if name == "U":
        sides["cylinder"] = sides["walls"]
    start = "uniform (0 0 0)" if name == "U" else "uniform 0"
    boundary = {patch: sides.get(patch, even) for patch in PATCHES}
    entries = {"dimensions": DIMENSIONS[name], "internalField": start, "boundaryField": boundary}
    return file_text(name, entries, "volVectorField" if name == "U" else "volScalarField")


def _control(problem: Problem) -> dict[str, Any]:
    once = {"writeControl": "none", "executeControl": "timeStep", "executeInterval": problem.steps}
    carried = {
        "type": "scalarTransport",
        "libs": ["solverFunctionObjects"],
        "field": "T",
        "D": 1 / (REYNOLDS * PRANDTL),
        "nCorr": 0,
        "resetOnStartUp": False,
        "writeControl": "none",
    }
    gradient = {"type": "grad", "libs": ["fieldFunctionObjects"], "field": "T", **once}
    mean = {
        "type": "surfaceFieldValue",
        "libs": ["fieldFunctionObjects"],
        "regionType": "patch",
        "name": "cylinder",
        "operation": "areaNormalAverage",
        "fields": ["grad(T)"],
        "log": True,
        "writeFields": False,
        "writeControl": "timeStep",
        "writeInterval": problem.steps,
    }
    return {
        "application": "pimpleFoam",
        "startFrom": "startTime",
        "startTime": 0,
        "stopAt": "endTime",
        "endTime": TIME,
        "deltaT": problem.dt,
        "writeControl": "timeStep",
        "writeInterval": 1_000_000_000,
        "writeFormat": "ascii",
        "timePrecision": 12,
        "runTimeModifiable": False,
        "functions": {"heat": carried, "gradient": gradient, "hotSide": mean},
    }


def _schemes() -> dict[str, Any]:
    return {
        "ddtSchemes": {"default": "backward"},
        "gradSchemes": {"default": "Gauss linear"},
        "divSchemes": {
            "default": "none",
            "div(phi,U)": "Gauss linear",
            "div(phi,T)": "Gauss linear",
            "div((nuEff*dev2(T(grad(U)))))": "Gauss linear",
        },
        "laplacianSchemes": {"default": "Gauss linear corrected"},
        "interpolationSchemes": {"default": "linear"},
        "snGradSchemes": {"default": "corrected"},
    }


def _solution() -> dict[str, Any]:
    """PISO with two correctors.

    One more solution in each for cells off the right angle takes a third longer and changes the answer by 0.05 %.
    """
    cycle = {
        "preconditioner": "GAMG",
        "smoother": "GaussSeidel",
        "tolerance": 1e-5,
        "relTol": 0,
        "nVcycles": 1,
    }
    first = {"solver": "PCG", "preconditioner": cycle, "tolerance": 1e-5, "relTol": 0.01}
    carried = {"solver": "PBiCGStab", "preconditioner": "DILU", "tolerance": 1e-7, "relTol": 0}
    return {
        "solvers": {"p": first, "pFinal": {**first, "relTol": 0}, '"(U|T)(Final)?"': carried},
        "PIMPLE": {
            "momentumPredictor": True,
            "nOuterCorrectors": 1,
            "nCorrectors": 2,
            "nNonOrthogonalCorrectors": 0,
        },
    }
