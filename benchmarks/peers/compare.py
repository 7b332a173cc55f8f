"""All programs on all problems, taking turns, and what came of it."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from jamsu.benchmarks.peers.child import usable_cores
from jamsu.benchmarks.peers.measured import PeerError, Run, median_run
from jamsu.benchmarks.peers.problems import Problem, reference
from jamsu.benchmarks.peers.programs import Program


@dataclass(frozen=True)
class Line:
    """One program on one problem: medians over its runs, or why there are none.

    error: relative, of the answer. ratio: its time to the answer over that of jamsu in single precision on as many
    cores; None where there is no such run.
    """

    problem: Problem
    program: Program
    runs: int
    version: str
    run: Run | None
    ratio: float | None
    failure: str = ""

    @property
    def cells(self) -> int:
        """That the program computed: for cut cells those that are open."""
        return self.problem.total_cells if self.run is None else self.run.cells or self.problem.total_cells

    @property
    def cell_steps(self) -> float | None:
        """Cells advanced by a step (or an iteration), 1/s."""
        return None if self.run is None else self.cells / self.run.step

    @property
    def error(self) -> float | None:
        if self.run is None:
            return None
        return self.run.answer / reference(self.problem) - 1

    def plain(self) -> dict[str, Any]:
        """As JSON knows it; seconds and bytes."""
        run = asdict(self.run) if self.run is not None else {}
        return {
            "case": self.problem.name,
            "program": self.program.name,
            "version": self.version,
            "cores": self.program.cores,
            "precision": self.program.precision,
            "runs": self.runs,
            **run,
            "cells": self.cells,
            "wait": None if self.run is None else self.run.wait,
            "cell_steps_per_second": self.cell_steps,
            "answer_is": self.problem.answer,
            "reference": reference(self.problem),
            "error": self.error,
            "ratio": self.ratio,
            "failure": self.failure or None,
        }


def compare(
    chosen: Sequence[Problem], able: Sequence[Program], repeats: int, say: Callable[[str], None]
) -> Iterator[Line]:
    """Every program in turn, and that so many times over, so that what else the machine does meets all alike.

    Args:
      say: is told what runs next.

    Yields:
      the lines of a problem as soon as that is done.
    """
    for problem in chosen:
        taking_part = [program for program in able if program.solves(problem)]
        runs: dict[Program, list[Run]] = {program: [] for program in taking_part}
        versions, failures = dict.fromkeys(taking_part, ""), dict.fromkeys(taking_part, "")
        for turn in range(repeats):
            for program in taking_part:
                if failures[program] or (program.once and turn > 0):
                    continue
                say(f"{problem.name}  {program}  {turn + 1}/{repeats}")
                try:
                    run, versions[program] = program.solve(problem)
                    runs[program].append(run)
                except PeerError as error:
                    failures[program] = str(error)
        middles = {program: median_run(several) for program, several in runs.items() if several}
        base = {program.cores: run for program, run in middles.items() if program.is_base}
        for program in taking_part:
            own, other = middles.get(program), base.get(program.cores)
            ratio = None if own is None or other is None else own.answer_time / other.answer_time
            yield Line(problem, program, len(runs[program]), versions[program], own, ratio, failures[program])


def machine() -> dict[str, Any]:
    """What the numbers were measured on."""
    model = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo") as lines:
            model = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    load = [round(value, 2) for value in os.getloadavg()] if hasattr(os, "getloadavg") else None
    return {"processor": model, "cores": len(usable_cores()), "load": load, "system": platform.system()}
