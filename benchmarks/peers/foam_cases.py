"""The problems as OpenFOAM's input files.

Schemes: second-order central momentum; for heat van Leer's limiter in the cube's transient, central elsewhere; BDF2 in
time, Euler's for conduction; a box of hexahedra needs no correction for skewness, and gets none. Linear solvers are
those that were the quickest of the usual ones here.

Heat does not act on the flow around the cylinder, so that temperature is a passive scalar there (function object
scalarTransport, flow by pimpleFoam): the solvers that carry temperature themselves rebuild velocities with
fvc::reconstruct, which is wrong on cells off the axes in Debian's build.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from jamsu.benchmarks.peers.cylinder import REYNOLDS
from jamsu.benchmarks.peers.foam_mesh import PATCHES, SIDES, block_mesh
from jamsu.benchmarks.peers.foam_text import file_text, scalar_list
from jamsu.benchmarks.peers.problems import PRANDTL, RAYLEIGH, Problem

SOLVER = {
    "cylinder": "pimpleFoam",
    "cube": "buoyantBoussinesqPimpleFoam",
    "cavity": "buoyantBoussinesqSimpleFoam",
    "steady_cube": "buoyantBoussinesqSimpleFoam",
    "conduction": "laplacianFoam",
}
FIELDS = {"cylinder": ("U", "p", "T"), "conduction": ("T",)}  # of the others: all
DIMENSIONS = {
    "U": "[0 1 -1 0 0 0 0]",
    "T": "[0 0 0 1 0 0 0]",
    "p": "[0 2 -2 0 0 0 0]",
    "p_rgh": "[0 2 -2 0 0 0 0]",
    "alphat": "[0 2 -1 0 0 0 0]",
}
EVEN, NO_SLIP, EMPTY = {"type": "zeroGradient"}, {"type": "noSlip"}, {"type": "empty"}
NOTHING = {"type": "calculated", "value": "uniform 0"}
# Of pressure, velocity, temperature in SIMPLE: what is quick on fine grids finds no steady state on coarser ones.
COARSE = 64  # cells a side, below which a cube needs the second
RELAXATION, COARSE_RELAXATION = (0.3, 0.7, 0.95), (0.3, 0.3, 0.95)
NUSSELT_EVERY = 10  # iterations of a steady run


def case_files(problem: Problem, ranks: int = 1) -> dict[str, str]:
    """Every file of the case: its place and its text."""
    files: dict[str, dict[str, Any]] = {
        "system/blockMeshDict": block_mesh(problem),
        "system/controlDict": _control(problem),
        "system/fvSchemes": _schemes(problem),
        "system/fvSolution": _solution(problem),
        "constant/transportProperties": _fluid(problem),
    }
    if problem.family != "conduction":
        files["constant/turbulenceProperties"] = {"simulationType": "laminar"}
    if ranks > 1:
        layers = {"n": (1, 1, ranks), "delta": 0.001}
        files["system/decomposeParDict"] = {"numberOfSubdomains": ranks, "method": "simple", "simpleCoeffs": layers}
    texts = {place: file_text(place.rpartition("/")[2], entries) for place, entries in files.items()}
    names = FIELDS.get(problem.family, tuple(DIMENSIONS))
    if "p_rgh" in names:
        down = {"dimensions": "[0 1 -2 0 0 0 0]", "value": (0, 0, -RAYLEIGH * PRANDTL)}
        texts["constant/g"] = file_text("g", down, "uniformDimensionedVectorField")
    return texts | {f"0/{name}": _field(problem, name) for name in names}


def _fluid(problem: Problem) -> dict[str, Any]:
    if problem.family == "conduction":
        return {"DT": "[0 2 -1 0 0 0 0] 1.0"}
    if problem.family == "cylinder":
        return {"transportModel": "Newtonian", "nu": f"[0 2 -1 0 0 0 0] {1 / REYNOLDS!r}"}
    return {
        "transportModel": "Newtonian",
        "nu": f"[0 2 -1 0 0 0 0] {PRANDTL}",
        "beta": "[0 0 0 -1 0 0 0] 1.0",
        "TRef": "[0 0 0 1 0 0 0] 0.5",
        "Pr": f"[0 0 0 0 0 0 0] {PRANDTL}",
        "Prt": "[0 0 0 0 0 0 0] 1.0",
    }


def _field(problem: Problem, name: str) -> str:
    """A field at the start: its values and what holds on each side."""
    start = "uniform (0 0 0)" if name == "U" else "uniform 0"
    if name == "T" and problem.family not in FIELDS:  # T = 1 - x at the centres, x counting fastest
        row = [1 - (before + after) / 2 for before, after in pairwise(problem.edges)]
        start = scalar_list(row * (problem.total_cells // problem.cells))
    entries = {"dimensions": DIMENSIONS[name], "internalField": start, "boundaryField": _sides(problem, name)}
    return file_text(name, entries, "volVectorField" if name == "U" else "volScalarField")


def _sides(problem: Problem, name: str) -> dict[str, Any]:
    def fixed(value: str) -> dict[str, str]:
        return {"type": "fixedValue", "value": f"uniform {value}"}

    if problem.family == "conduction":
        return dict.fromkeys(SIDES, fixed("1"))
    if problem.family == "cylinder":
        given = {
            "U": {"inlet": fixed("(1 0 0)"), "walls": NO_SLIP, "cylinder": NO_SLIP},
            "p": {"outlet": fixed("0")},
            "T": {"inlet": fixed("0"), "cylinder": fixed("1")},
        }[name]
        return {patch: given.get(patch, EVEN) for patch in PATCHES}
    pressed = {"type": "fixedFluxPressure", "value": "uniform 0"}
    walls = {"U": NO_SLIP, "T": EVEN, "p": NOTHING, "p_rgh": pressed, "alphat": NOTHING}[name]
    sides = dict.fromkeys(SIDES, walls)
    if name == "T":
        sides |= {"left": fixed("1"), "right": fixed("0")}
    if problem.is_flat:
        sides |= dict.fromkeys(("front", "back"), EMPTY)
    return sides


def _control(problem: Problem) -> dict[str, Any]:
    return {
        "application": SOLVER[problem.family],
        "startFrom": "startTime",
        "startTime": 0,
        "stopAt": "endTime",
        "endTime": problem.steps * problem.dt,
        "deltaT": problem.dt,
        "writeControl": "timeStep",
        "writeInterval": 1_000_000_000,
        "writeFormat": "ascii",
        "timePrecision": 12,
        "runTimeModifiable": False,
        "functions": _functions(problem),
    }


def _functions(problem: Problem) -> dict[str, Any]:
    """What is reported: the normal part of a gradient on a side is the scheme's own flux there."""
    every = {"conduction": 1}.get(problem.family, NUSSELT_EVERY if problem.is_steady else problem.steps)
    reported = {"log": True, "writeFields": False, "writeControl": "timeStep", "writeInterval": every}
    common = {"libs": ["fieldFunctionObjects"]}
    if problem.family == "conduction":
        mean = {"type": "volFieldValue", **common, "operation": "volAverage", "fields": ["T"]}
        return {"meanTemperature": {**mean, **reported}}
    gradient = {
        "type": "grad",
        **common,
        "field": "T",
        "writeControl": "none",
        "executeControl": "timeStep",
        "executeInterval": every,
    }
    name, operation = ("cylinder", "areaNormalAverage") if problem.family == "cylinder" else ("left", "areaAverage")
    side = {"type": "surfaceFieldValue", **common, "regionType": "patch", "name": name, "operation": operation}
    functions = {"gradient": gradient, "hotSide": {**side, "fields": ["grad(T)"], **reported}}
    if problem.family != "cylinder":
        return functions
    carried = {
        "type": "scalarTransport",
        "libs": ["solverFunctionObjects"],
        "field": "T",
        "D": 1 / (REYNOLDS * PRANDTL),
        "nCorr": 0,
        "resetOnStartUp": False,
        "writeControl": "none",
    }
    return {"heat": carried, **functions}


def _schemes(problem: Problem) -> dict[str, Any]:
    bounded = "bounded " if problem.is_steady else ""
    in_time = {"conduction": "Euler"}.get(problem.family, "steadyState" if problem.is_steady else "backward")
    heat = "vanLeer" if problem.family in ("cube", "conduction") else "linear"
    skewed = "corrected" if problem.family == "cylinder" else "orthogonal"
    return {
        "ddtSchemes": {"default": in_time},
        "gradSchemes": {"default": "Gauss linear"},
        "divSchemes": {
            "default": "none",
            "div(phi,U)": f"{bounded}Gauss linear",
            "div(phi,T)": f"{bounded}Gauss {heat}",
            "div((nuEff*dev2(T(grad(U)))))": "Gauss linear",
        },
        "laplacianSchemes": {"default": f"Gauss linear {skewed}"},
        "interpolationSchemes": {"default": "linear"},
        "snGradSchemes": {"default": skewed},
    }


def _solution(problem: Problem) -> dict[str, Any]:
    """Linear solvers, correctors (PISO's two), relaxation.

    Around the cylinder one more solution for cells off the right angle takes a third longer and changes the answer by
    0.05 %.
    """
    if problem.family == "conduction":
        conjugate = {"solver": "PCG", "preconditioner": "DIC", "tolerance": 1e-6, "relTol": 0}
        return {"solvers": {"T": conjugate}, "SIMPLE": {"nNonOrthogonalCorrectors": 0}}
    transport = {"solver": "PBiCGStab", "preconditioner": "DILU"}
    reference = {"pRefCell": 0, "pRefValue": 0}
    if problem.is_flow_in_time:
        cylinder = problem.family == "cylinder"
        limit = {"tolerance": 1e-5 if cylinder else 1e-6}
        cycle = {"preconditioner": "GAMG", "smoother": "GaussSeidel", **limit, "relTol": 0, "nVcycles": 1}
        first = {"solver": "PCG", "preconditioner": cycle, **limit, "relTol": 0.01}
        pressure, other = ("p", '"(U|T)(Final)?"') if cylinder else ("p_rgh", '"(U|T)Final"')
        last = {**transport, "tolerance": 1e-7, "relTol": 0}
        correctors = {"momentumPredictor": True, "nOuterCorrectors": 1, "nCorrectors": 2}
        return {
            "solvers": {pressure: first, f"{pressure}Final": {**first, "relTol": 0}, other: last},
            "PIMPLE": {**correctors, **({"nNonOrthogonalCorrectors": 0} if cylinder else reference)},
        }
    loose = {"tolerance": 1e-8, "relTol": 0.1}
    coarse = problem.family == "steady_cube" and problem.cells < COARSE
    pressure_share, velocity, temperature = COARSE_RELAXATION if coarse else RELAXATION
    return {
        "solvers": {
            "p_rgh": {"solver": "GAMG", "smoother": "GaussSeidel", **loose},
            '"(U|T)"': {**transport, **loose},
        },
        "SIMPLE": {"residualControl": {"p_rgh": 1e-6, "U": 1e-6, "T": 1e-6}, **reference},
        "relaxationFactors": {"fields": {"p_rgh": pressure_share}, "equations": {"U": velocity, "T": temperature}},
    }
