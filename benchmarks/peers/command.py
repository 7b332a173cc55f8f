"""`python -m jamsu.benchmarks peers`: runs the comparison and prints its table."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from jamsu.benchmarks.peers.compare import Line, compare, machine
from jamsu.benchmarks.peers.problems import Problem, problems
from jamsu.benchmarks.peers.programs import OTHERS, programs
from jamsu.benchmarks.registry import BenchmarkError, known_names

PYTHON = "PEERS_PYTHON"  # environment variable: interpreter that has FiPy and PhiFlow

QUIET = 0.5  # load of a machine that does nothing else
BUSY = "THE MACHINE WAS BUSY when this began: no figures to quote, of two ranks least of all, which spin as they wait."


def peers(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> int:
    """Read the options, compare, and print a table or one JSON object; the exit code, 1 where a program failed."""
    parser.description = "The same cases for jamsu and for other programs, on the same cores, one after the other."
    parser.add_argument("--only", nargs="+", metavar="CASE", help="cases, such as cube-64, or their families")
    parser.add_argument("--quick", action="store_true", help="small grids, one run each")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--repeats", type=int, metavar="N", help="runs of each program; 3, quick 1")
    parser.add_argument("--python", metavar="PATH", help=f"interpreter that has FiPy and PhiFlow; else {PYTHON}, this")
    options = parser.parse_args(arguments)
    chosen = choose(problems(options.quick), options.only)
    repeats = options.repeats if options.repeats is not None else (1 if options.quick else 3)
    if repeats < 1:
        raise BenchmarkError(f"peers: --repeats {repeats}: expected a whole number from 1")
    able, skipped = programs(options.python or os.environ.get(PYTHON) or sys.executable)
    if options.quick:  # these say little more, and each run has to compile
        able = [program for program in able if not (program.compiles and program.cores > 1 and program.is_double)]
    state = machine()
    lines: list[Line] = []
    interrupted = False
    try:
        for line in compare(chosen, able, repeats, lambda text: print(text, file=sys.stderr, flush=True)):
            lines.append(line)
    except KeyboardInterrupt:  # an hour's work: what is done is told
        print("benchmarks: interrupted", file=sys.stderr)
        interrupted = True
    state["load_after"] = machine()["load"]
    words = notes(lines, skipped)
    if state["load"] and state["load"][0] > QUIET:
        words.insert(0, BUSY)
    code = 130 if interrupted else int(any(line.failure for line in lines))
    if options.json:
        told = {"machine": state, "lines": [line.plain() for line in lines], "notes": words}
        print(json.dumps(told, allow_nan=False))
        return code
    console = Console(highlight=False, markup=False, width=max(Console().width, 190))
    console.print(table(lines))
    where = f"{state['processor']}, {state['cores']} cores, {state['system']}"
    console.print(f"{where}; load {state['load']} before, {state['load_after']} after")
    for word in words:
        console.print(word)
    return code


def choose(known: Sequence[Problem], only: Sequence[str] | None) -> list[Problem]:
    """The problems of those names or families; all unless given."""
    names = list(dict.fromkeys([problem.family for problem in known] + [problem.name for problem in known]))
    for word in only or ():
        if word not in names:
            raise BenchmarkError(f"peers: --only {word}: no such case; {known_names(word, names)}")
    return [problem for problem in known if only is None or problem.name in only or problem.family in only]


def table(lines: Sequence[Line]) -> Table:
    """One line a program and problem."""
    rows = [_row(line) for line in lines]
    shown = Table(*max(rows, key=len, default=()), title="peers", title_justify="left")
    for row in rows:
        shown.add_row(*row.values())
    return shown


def _row(line: Line) -> dict[str, str]:
    """The text of a line's columns."""
    run, program = line.run, line.program
    row = {
        "case": line.problem.name,
        "program": program.name,
        "cells": f"{line.cells}",
        "cores": f"{program.cores}",
        "precision": program.precision,
    }
    if run is None or line.cell_steps is None or line.error is None:
        return {**row, "s/step": "failed"}
    return {
        **row,
        "s/step": f"{run.step:.3g}",
        "cell-steps/s": f"{line.cell_steps:.3g}",
        "start-up s": f"{run.startup:.3g}",
        "answer s": f"{run.answer_time:.3g}",
        "whole wait s": f"{run.wait:.3g}",
        "steps": f"{run.steps}",
        "answer": f"{run.answer:.5g}",
        "error %": f"{100 * line.error:+.2f}",
        "memory MB": "" if run.memory is None else f"{run.memory / 1e6:.0f}",
        "ratio": "" if line.ratio is None else f"{line.ratio:.3g}",
    }


def notes(lines: Sequence[Line], skipped: Sequence[str]) -> list[str]:
    """What has to be said beside the numbers of this run."""
    found = ["What is equal, what the columns mean and where each program is at its best: benchmarks/README.md."]
    for problem in dict.fromkeys(line.problem for line in lines if line.problem.is_flow_in_time):
        errors = {
            f"{line.program.name} {line.program.precision}": line.run.continuity
            for line in lines
            if line.problem == problem and line.run is not None and line.run.continuity is not None
        }
        said = ", ".join(f"{name} {value:.1e}" for name, value in errors.items())
        found.append(f"{problem.name}: dt mean |div u| at the end: {said}")
    for version in dict.fromkeys(line.version for line in lines if line.program.name == "OpenFOAM" and line.version):
        release = " (a generic build of a 2019 release, Debian's package openfoam)" if version.endswith("1912") else ""
        found.append(
            f"OpenFOAM here is v{version.removeprefix('v')}{release}. Boxes are where a direct solver is at its best; "
            "round vessels and thin parts are where OpenFOAM's body-fitted grids serve it better."
        )
    others = dict.fromkeys(line.version for line in lines if line.program.name in OTHERS and line.run)
    return [*found, *others, *(line.failure for line in lines if line.failure), *skipped]
