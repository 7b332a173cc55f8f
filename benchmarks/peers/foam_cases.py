"""The problems as OpenFOAM's input files.

Schemes: second-order central momentum; for heat van Leer's limiter in the cube's transient, central elsewhere; BDF2 in
time, Euler's for conduction; a box of hexahedra needs no
correction for skewness, and gets none. Linear solvers are those that were the quickest of the usual ones here.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from jamsu.benchmarks.peers.foam_cylinder import cylinder_files
from jamsu.benchmarks.peers.foam_text import DIMENSIONS, file_text, scalar_list
from jamsu.benchmarks.peers.problems import PRANDTL, RAYLEIGH, Problem

SOLVER = {
    "cylinder": "pimpleFoam",
    "cube": "buoyantBoussinesqPimpleFoam",
    "cavity": "buoyantBoussinesqSimpleFoam",
    "steady_cube": "buoyantBoussinesqSimpleFoam",
    "conduction": "laplacianFoam",
}
SIDES = ("left", "right", "front", "back", "bottom", "top")  # x, y, z: lower, upper
FACES = ("(0 4 7 3)", "(1 2 6 5)", "(0 1 5 4)", "(3 7 6 2)", "(0 3 2 1)", "(4 5 6 7)")
# Of pressure, velocity, temperature in SIMPLE: what is quick on fine grids finds no steady state on coarser ones.
COARSE = 64  # cells a side, below which a cube needs the second
RELAXATION, COARSE_RELAXATION = (0.3, 0.7, 0.95), (0.3, 0.3, 0.95)
NEVER = 1_000_000_000
NUSSELT_EVERY = 10  # iterations of a steady run


def case_files(problem: Problem, ranks: int = 1) -> dict[str, str]:
    """Every file of the case: its place and its text."""
    files = cylinder_files(problem) if problem.family == "cylinder" else _box_files(problem)
    if ranks > 1:
        layers = {"n": (1, 1, ranks), "delta": 0.001}
        split = {"numberOfSubdomains": ranks, "method": "simple", "simpleCoeffs": layers}
        files["system/decomposeParDict"] = file_text("decomposeParDict", split)
    return files


def _box_files(problem: Problem) -> dict[str, str]:
    """Those of a box, but for the one that splits it among ranks."""
    files = {
        "system/blockMeshDict": _block_mesh(problem),
        "system/controlDict": _control(problem),
        "system/fvSchemes": file_text("fvSchemes", _schemes(problem)),
        "system/fvSolution": file_text("fvSolution", _solution(problem)),
        "0/T": _field(problem, "T"),
    }
    if problem.family == "conduction":
        diffusivity = {"DT": "[0 2 -1 0 0 0 0] 1.0"}
        files["constant/transportProperties"] = file_text("transportProperties", diffusivity)
        return files
    for name in ("U", "p", "p_rgh", "alphat"):
        files[f"0/{name}"] = _field(problem, name)
    down = {"dimensions": "[0 1 -2 0 0 0 0]", "value": (0, 0, -RAYLEIGH * PRANDTL)}
    files["constant/g"] = file_text("g", down, "uniformDimensionedVectorField")
    files["constant/turbulenceProperties"] = file_text("turbulenceProperties", {"simulationType": "laminar"})
    fluid = {
        "transportModel": "Newtonian",
        "nu": f"[0 2 -1 0 0 0 0] {PRANDTL}",
        "beta": "[0 0 0 -1 0 0 0] 1.0",
        "TRef": "[0 0 0 1 0 0 0] 0.5",
        "Pr": f"[0 0 0 0 0 0 0] {PRANDTL}",
        "Prt": "[0 0 0 0 0 0 0] 1.0",
    }
    files["constant/transportProperties"] = file_text("transportProperties", fluid)
    return files


def _block_mesh(problem: Problem) -> str:
    n = problem.cells
    flat = problem.is_flat
    corners = [(x, y, z) for z in (0, 1) for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))]
    # One section a cell: the very edges that jamsu has.
    sections = " ".join(f"({after - before!r} 1 1)" for before, after in pairwise(problem.edges))
    grading = f"(({sections}) {'1' if flat else f'({sections})'} ({sections}))"
    block = f"hex (0 1 2 3 4 5 6 7) ({n} {1 if flat else n} {n}) simpleGrading {grading}"
    sides = []
    for side, face in zip(SIDES, FACES, strict=True):
        kind = "empty" if flat and side in ("front", "back") else "wall"
        sides.append(f"\n    {side} {{ type {kind}; faces ({face}); }}")
    entries = {"scale": 1, "vertices": corners, "blocks": [block], "edges": [], "boundary": sides}
    return file_text("blockMeshDict", entries)


def _field(problem: Problem, name: str) -> str:
    """A field at the start: its values and what holds on each side."""
    walls: dict[str, Any] = {
        "U": {"type": "noSlip"},
        "T": {"type": "zeroGradient"},
        "p": {"type": "calculated", "value": "uniform 0"},
        "p_rgh": {"type": "fixedFluxPressure", "value": "uniform 0"},
        "alphat": {"type": "calculated", "value": "uniform 0"},
    }[name]
    sides = dict.fromkeys(SIDES, walls)
    start = "uniform (0 0 0)" if name == "U" else "uniform 0"
    if problem.family == "conduction":
        walls = {"type": "fixedValue", "value": "uniform 1"}
        sides = dict.fromkeys(SIDES, walls)
    elif name == "T":
        sides["left"] = {"type": "fixedValue", "value": "uniform 1"}
        sides["right"] = {"type": "fixedValue", "value": "uniform 0"}
        start = scalar_list(_falling(problem))
    if problem.is_flat:
        sides["front"] = sides["back"] = {"type": "empty"}
    entries = {"dimensions": DIMENSIONS[name.split("_")[0]], "internalField": start, "boundaryField": sides}
    return file_text(name, entries, "volVectorField" if name == "U" else "volScalarField")


def _falling(problem: Problem) -> list[float]:
    """T = 1 - x at the centres, x counting fastest."""
    row = [1 - (before + after) / 2 for before, after in pairwise(problem.edges)]
    return row * (problem.total_cells // problem.cells)


def _control(problem: Problem) -> str:
    control = {
        "application": SOLVER[problem.family],
        "startFrom": "startTime",
        "startTime": 0,
        "stopAt": "endTime",
        "endTime": problem.steps * problem.dt,
        "deltaT": problem.dt,
        "writeControl": "timeStep",
        "writeInterval": NEVER,
        "writeFormat": "ascii",
        "timePrecision": 12,
        "runTimeModifiable": False,
        "functions": _functions(problem),
    }
    return file_text("controlDict", control)


def _functions(problem: Problem) -> dict[str, Any]:
    """What is reported: the normal part of a gradient on a side is the scheme's own flux there."""
    common = {"log": True, "writeFields": False, "writeControl": "timeStep"}
    if problem.family == "conduction":
        mean = {"type": "volFieldValue", "libs": ["fieldFunctionObjects"], "operation": "volAverage", "fields": ["T"]}
        return {"meanTemperature": {**mean, **common, "writeInterval": 1}}
    every = NUSSELT_EVERY if problem.is_steady else problem.steps
    gradient = {"type": "grad", "libs": ["fieldFunctionObjects"], "field": "T", "writeControl": "none"}
    side = {"type": "surfaceFieldValue", "libs": ["fieldFunctionObjects"], "regionType": "patch", "name": "left"}
    return {
        "gradient": {**gradient, "executeControl": "timeStep", "executeInterval": every},
        "hotSide": {**side, "operation": "areaAverage", "fields": ["grad(T)"], **common, "writeInterval": every},
    }


def _schemes(problem: Problem) -> dict[str, Any]:
    steady = problem.is_steady
    bounded = "bounded " if steady else ""
    in_time = "steadyState" if steady else {"cube": "backward", "conduction": "Euler"}[problem.family]
    return {
        "ddtSchemes": {"default": in_time},
        "gradSchemes": {"default": "Gauss linear"},
        "divSchemes": {
            "default": "none",
            "div(phi,U)": f"{bounded}Gauss linear",
            "div(phi,T)": f"{bounded}Gauss {'linear' if steady else 'vanLeer'}",
            "div((nuEff*dev2(T(grad(U)))))": "Gauss linear",
        },
        "laplacianSchemes": {"default": "Gauss linear orthogonal"},
        "interpolationSchemes": {"default": "linear"},
        "snGradSchemes": {"default": "orthogonal"},
    }


def _solution(problem: Problem) -> dict[str, Any]:
    """Linear solvers, correctors, relaxation."""
    if problem.family == "conduction":
        conjugate = {"solver": "PCG", "preconditioner": "DIC", "tolerance": 1e-6, "relTol": 0}
        return {"solvers": {"T": conjugate}, "SIMPLE": {"nNonOrthogonalCorrectors": 0}}
    pressure = {"solver": "GAMG", "smoother": "GaussSeidel"}
    transport = {"solver": "PBiCGStab", "preconditioner": "DILU", "tolerance": 1e-8, "relTol": 0.1}
    reference = {"pRefCell": 0, "pRefValue": 0}
    if problem.family == "cube":
        cycle = {**pressure, "preconditioner": "GAMG", "tolerance": 1e-6, "relTol": 0, "nVcycles": 1}
        del cycle["solver"]
        first = {"solver": "PCG", "preconditioner": cycle, "tolerance": 1e-6, "relTol": 0.01}
        last = {**transport, "tolerance": 1e-7, "relTol": 0}
        return {
            "solvers": {"p_rgh": first, "p_rghFinal": {**first, "relTol": 0}, '"(U|T)Final"': last},
            "PIMPLE": {"momentumPredictor": True, "nOuterCorrectors": 1, "nCorrectors": 2, **reference},
        }
    coarse = problem.family == "steady_cube" and problem.cells < COARSE
    pressure_share, velocity, temperature = COARSE_RELAXATION if coarse else RELAXATION
    return {
        "solvers": {"p_rgh": {**pressure, "tolerance": 1e-8, "relTol": 0.1}, '"(U|T)"': transport},
        "SIMPLE": {"residualControl": {"p_rgh": 1e-6, "U": 1e-6, "T": 1e-6}, **reference},
        "relaxationFactors": {"fields": {"p_rgh": pressure_share}, "equations": {"U": velocity, "T": temperature}},
    }
