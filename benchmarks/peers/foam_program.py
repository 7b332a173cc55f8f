"""OpenFOAM's side of the comparison: found on PATH, run in a temporary folder, its output read as it comes."""

from __future__ import annotations

import math
import os
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from jamsu.benchmarks.peers.child import Finished, run_child
from jamsu.benchmarks.peers.foam_cases import NUSSELT_EVERY, SOLVER, case_files
from jamsu.benchmarks.peers.foam_text import write_case
from jamsu.benchmarks.peers.measured import PeerError, Run, run_of
from jamsu.benchmarks.peers.problems import Problem

_NUMBER = r"([-+]?[0-9.]+(?:e[-+]?[0-9]+)?)"
_BUILD = re.compile(r"^Build\s*:\s*(?:OPENFOAM=)?(\S+)")
_START = re.compile(r"^(?:Starting time loop|Calculating temperature distribution)")
_STEP = re.compile(r"^ExecutionTime = ")
_CONVERGED = re.compile(r"^SIMPLE solution converged in ")
_ERRORS = re.compile(rf"^time step continuity errors : sum local = {_NUMBER}")
_SIDE = re.compile(rf"^\s*areaAverage\(left\) of grad\(T\) = \({_NUMBER} ")
_CYLINDER = re.compile(rf"^\s*areaNormalAverage\(cylinder\) of grad\(T\) = {_NUMBER}")
_MEAN = re.compile(rf"^\s*volAverage\(\S+\) of T = {_NUMBER}")


class FoamLog(NamedTuple):
    """What a solver's output says.

    build: OpenFOAM's version. started: stamp of the start of its first step. stepped: stamps of the ends of its steps.
    history: (stamp, reported value); the stamp is that of the end of the step it belongs to.
    continuity: dt times the mean of |div u| after the last step; None for a solid.
    converged: whether the solver said so, of a steady state.
    """

    build: str
    started: float
    stepped: list[float]
    history: list[tuple[float, float]]
    continuity: float | None
    converged: bool


def read_log(lines: Sequence[tuple[float, str]]) -> FoamLog:
    """Read a solver's output, (stamp, text) line by line; raises ValueError where it holds no step or no value."""
    build, started, continuity, converged = "unknown", math.nan, None, False
    stepped: list[float] = []
    history: list[tuple[float, float]] = []
    for stamp, text in lines:
        if found := _BUILD.match(text):
            build = found[1]
        elif _START.match(text):
            started = stamp
        elif _STEP.match(text):
            stepped.append(stamp)
        elif _CONVERGED.match(text):
            converged = True
        elif found := _ERRORS.match(text):
            continuity = float(found[1])
        elif found := _SIDE.match(text):  # outward of the wall the temperature falls: Nu is minus its slope
            history.append((stepped[-1] if stepped else stamp, -float(found[1])))
        elif found := _CYLINDER.match(text) or _MEAN.match(text):
            history.append((stepped[-1] if stepped else stamp, float(found[1])))
    if not stepped or not history or math.isnan(started):
        raise ValueError("the output holds no steps, or none of the wanted values")
    return FoamLog(build, started, stepped, history, continuity, converged)


def missing(ranks: int = 1) -> str:
    """What keeps OpenFOAM from running here on so many ranks; empty when nothing does."""
    for name in ("blockMesh", *SOLVER.values()):
        if shutil.which(name) is None:
            return f"{name} is not on PATH (Debian: apt install openfoam; elsewhere source OpenFOAM's etc/bashrc)"
    if not environment():
        return "its etc/controlDict was not found; source OpenFOAM's etc/bashrc first"
    absent = [name for name in ("mpirun", "decomposePar") if ranks > 1 and shutil.which(name) is None]
    return f"{absent[0]} is not on PATH" if absent else ""


def environment() -> dict[str, str]:
    """What OpenFOAM's programs need to find their settings; empty where they cannot.

    Debian's package installs the programs in PREFIX/bin and the settings in PREFIX/share/openfoam/etc, and sets no
    variable.
    """
    found = os.environ.get("WM_PROJECT_DIR", "")
    program = shutil.which("blockMesh")
    if not found and program is not None:
        found = str(Path(program).resolve().parents[1] / "share" / "openfoam")
    return {"WM_PROJECT_DIR": found} if found and (Path(found) / "etc" / "controlDict").exists() else {}


def solve(problem: Problem, ranks: int) -> tuple[Run, str]:
    """Make the mesh, split it, solve; the run, and OpenFOAM's version. Raises PeerError where a program fails."""
    with tempfile.TemporaryDirectory(prefix="peers-") as name:
        folder = Path(name)
        write_case(folder, case_files(problem, ranks))
        done = _run(["blockMesh"], 1, folder)
        launched = done.launched
        solver = [SOLVER[problem.family]]
        if ranks > 1:
            _run(["decomposePar"], 1, folder)
            # The ranks are held to their cores by the whole family's set of them.
            solver = ["mpirun", "-np", str(ranks), "--bind-to", "none", *solver, "-parallel"]
        done = _run(solver, ranks, folder)
    try:
        log = read_log(done.lines)
    except ValueError as error:
        raise PeerError(f"OpenFOAM, {problem.name}: {error}\n{done.tail}") from None
    if problem.is_steady and not log.converged:
        raise PeerError(f"OpenFOAM, {problem.name}: no steady state within {problem.steps} iterations")
    return foam_run(problem, log, launched, done.memory), log.build


def foam_run(problem: Problem, log: FoamLog, launched: float, memory: int | None) -> Run:
    """The run that a solver's output tells of."""
    ends = [log.started, *log.stepped]
    seconds = [after - before for before, after in pairwise(ends)]
    return run_of(
        problem,
        launched=launched,
        started=log.started,
        step_seconds=[sum(seconds) / len(seconds)] if problem.is_steady else seconds,
        # The history of a solid goes on after the answer, which is that of the first step.
        history=log.history[:1] if problem.family == "conduction" else log.history,
        steps_an_entry=NUSSELT_EVERY if problem.is_steady else problem.steps if problem.is_flow_in_time else 1,
        memory=memory,
        continuity=log.continuity if problem.is_flow_in_time else None,  # an iteration is no time step
    )


def _run(command: Sequence[str], cores: int, folder: Path) -> Finished:
    variables: Mapping[str, str] = environment()
    if command[0] == "mpirun" and hasattr(os, "geteuid") and os.geteuid() == 0:
        # In containers all is root; OpenMPI wants to hear twice that this is meant.
        variables = {**variables, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    done = run_child(command, cores, folder=folder, environment=variables)
    if done.code != 0:
        raise PeerError(f"OpenFOAM: {' '.join(command)} ended with code {done.code}\n{done.tail}")
    return done
