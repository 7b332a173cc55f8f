"""The summary of a finished run: the object that `--json` prints."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from jamsu.cases.results.origin import in_summary
from jamsu.cases.results.outcome import Outcome
from jamsu.cases.run.compilation import CompilationCount
from jamsu.cases.run.levels import Level
from jamsu.cases.run.warnings import collect_warnings
from jamsu.cases.schema.case import Case
from jamsu.solver.march.averaging import Average


@dataclass(frozen=True)
class Run:
    """A finished run: the result as a tree, and its summary (the object that `--json` prints)."""

    tree: xr.DataTree
    summary: dict[str, Any]


def sinks(case: Case) -> dict[str, Any]:
    """What takes the heat of a case: coils and cooling units by name, what is beyond the walls, a liquid loop."""
    return {
        "coils": list(case.coils),
        "coolers": list(case.coolers),
        "outside": case.vessel.outside,
        "liquid": case.liquid is not None,
    }


def run_summary(
    case: Case,
    level: Level,
    average: Average,
    outcome: Outcome,
    tree: xr.DataTree,
    compiled: CompilationCount,
    total: float,
    output: Path | None,
) -> dict[str, Any]:
    """Status, what was asked and when, balance, racks, coils, probes, key figures, warnings, timings as plain numbers.

    Args:
      level: the last grid.
      average: the window that `outcome` was found from.
      total: wall time of the run, s.
    """
    return {
        "case": case.name,
        "status": tree.attrs["status"],
        "status_meaning": tree.attrs["status_meaning"],
        **in_summary(tree.attrs),
        "result": None if output is None else str(output),
        "cells": int(np.sum(level.geometry.domain.open_cell)),
        "balance": outcome.balance,
        "racks": outcome.racks,
        "coils": outcome.coils,
        "sinks": sinks(case),
        "blocks": outcome.blocks,
        "probes": outcome.probes,
        "kpis": outcome.kpis,
        "warnings": collect_warnings(case, level, average, outcome),
        "timings": {
            "compile_s": compiled.seconds,
            "solve_s": total - compiled.seconds,
            "total_s": total,
            "compilations": compiled.compilations,
        },
    }
