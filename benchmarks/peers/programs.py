"""The programs that take part: what each can solve, in which precision, on how many cores, and what keeps it out."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from jamsu.benchmarks.peers import foam_program
from jamsu.benchmarks.peers.child import run_child, usable_cores
from jamsu.benchmarks.peers.measured import PeerError, Run, run_of
from jamsu.benchmarks.peers.problems import PRANDTL, RAYLEIGH, Problem

FOLDER = Path(__file__).parent
# Module, problem, precision and most cells a side: beyond, one run of FiPy takes longer than all others together, and
# the sparse matrices of PhiFlow 3.4 overflow 32 bits.
OTHERS = {"FiPy": ("fipy", "conduction", "double", 128), "PhiFlow": ("phi", "cube", "single", 32)}


@dataclass(frozen=True)
class Program:
    """A program as it is compared: the same name with other cores or another precision is another line.

    solve: runs it; the run, and the program's version.
    family, largest: the problems that it has, and their most cells a side; all unless given.
    once: takes so much longer than the others that it runs once only.
    """

    name: str
    cores: int
    precision: str
    solve: Callable[[Problem], tuple[Run, str]]
    family: str = ""
    largest: float = math.inf
    once: bool = False

    def __str__(self) -> str:
        return f"{self.name}, {self.precision} precision, {self.cores} core{'s' if self.cores > 1 else ''}"

    def solves(self, problem: Problem) -> bool:
        """Whether it has the problem at all."""
        return self.family in ("", problem.family) and problem.cells <= self.largest

    @property
    def compiles(self) -> bool:
        return self.name.startswith("jamsu")

    @property
    def is_double(self) -> bool:
        return self.precision == "double"

    @property
    def is_base(self) -> bool:
        """Whether the others on as many cores are compared with this one."""
        return self.name == "jamsu" and not self.is_double


def programs(python: str) -> tuple[list[Program], list[str]]:
    """The programs that can run here, and a line for each that cannot.

    Args:
      python: interpreter that may have FiPy and PhiFlow.
    """
    found: list[Program] = []
    skipped: list[str] = []
    counts = [count for count in (1, 2) if count <= len(usable_cores())]
    if len(counts) == 1:
        skipped.append("two cores: skipped, this process may use one only")
    for cores in counts:
        for word, dtype in (("single", "float32"), ("double", "float64")):
            found.append(Program("jamsu", cores, word, partial(_jamsu, cores=cores, dtype=dtype)))
        conjugate = partial(_jamsu, cores=cores, dtype="float64", solver="cg")
        found.append(Program("jamsu, CG", cores, "double", conjugate, family="conduction"))
    for ranks in counts:
        if reason := foam_program.missing(ranks):
            skipped.append(f"OpenFOAM{f' on {ranks} ranks' if ranks > 1 else ''}: skipped, {reason}")
            break
        found.append(Program("OpenFOAM", ranks, "double", partial(foam_program.solve, ranks=ranks)))
    for name, (module, family, precision, largest) in OTHERS.items():
        if not importable(python, module):
            skipped.append(f"{name}: skipped, {python} has no module {module!r} (another interpreter: --python)")
            continue
        solve = partial(_script, name=name, python=python)
        found.append(Program(name, 1, precision, solve, family, largest, once=True))
        skipped.append(f"{name}: {family} only, up to {largest} cells a side, on one core, one run")
    return found, skipped


def importable(python: str, module: str) -> bool:
    """Whether an interpreter finds a module, without importing it."""
    code = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({module!r}) is None)"
    try:
        return subprocess.run([python, "-c", code], capture_output=True).returncode == 0
    except OSError:
        return False


def _jamsu(problem: Problem, *, cores: int, dtype: str, solver: str = "direct") -> tuple[Run, str]:
    module = "jamsu.benchmarks.peers.program_jamsu"
    command = [sys.executable, "-m", module, problem.family, str(problem.cells), str(problem.steps), dtype, solver]
    return _child_run("jamsu", problem, command, cores, folder=FOLDER.parents[1])


def _script(problem: Problem, *, name: str, python: str) -> tuple[Run, str]:
    script = FOLDER / f"program_{name.lower()}.py"
    given = (problem.cells, problem.steps, problem.dt, RAYLEIGH * PRANDTL, PRANDTL)
    return _child_run(name, problem, [python, str(script), problem.family, *map(str, given)], 1)


def _child_run(
    name: str, problem: Problem, command: Sequence[str], cores: int, folder: Path | None = None
) -> tuple[Run, str]:
    """Run a program that ends its output with one JSON object of stamps and answer."""
    # The processor, whatever else is in the machine: the cores are what is equal.
    done = run_child(command, cores, folder=folder, environment={"JAX_PLATFORMS": "cpu"})
    try:
        told: dict[str, Any] = json.loads(done.lines[-1][1])
        run = run_of(
            problem,
            launched=done.launched,
            started=told["started"],
            step_seconds=told["step_seconds"],
            history=told.get("history") or [(told["answered"], told["answer"])],
            steps_an_entry=told.get("steps_an_entry", 1 if problem.family == "conduction" else problem.steps),
            memory=done.memory,
            continuity=told.get("continuity"),
            cells=told.get("cells"),
        )
    except (IndexError, ValueError, KeyError, TypeError) as error:
        raise PeerError(f"{name}, {problem.name}: code {done.code}, no result ({error})\n{done.tail}") from None
    return run, str(told.get("version", name))
