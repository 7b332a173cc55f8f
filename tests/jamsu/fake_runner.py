"""A runner that solves nothing and a loader that refuses little: what the commands are tested with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import xarray as xr

from jamsu.cases.run.progress import Progress


def summary(hottest: float = 24.5, status: str = "converged", result: str | None = None) -> dict[str, Any]:
    """A run's summary of two racks and one coil, with numpy scalars as a runner leaves them."""
    rack = {"power": 20e3, "flow": 1.5, "inlet_temperature": 22.0, "outlet_temperature": 33.5}
    return {
        "status": status,
        "result": result,
        "cells": 150_000,
        "balance": {
            "it_power": np.float64(40e3),
            "fan_power": 500.0,
            "coil_heat": 39e3,
            "hull_heat": 1460.0,
            "liquid_heat": 0.0,
            "stored_heat": 0.0,
            "imbalance": np.float32(40.0),
        },
        "racks": {
            "r1": rack | {"inlet_maximum": 23.0, "ashrae_class": "A1"},
            "r2": rack | {"inlet_maximum": hottest, "ashrae_class": "A1"},
        },
        "coils": {
            "door": {
                "duty": 39e3,
                "gas_inlet_temperature": 33.5,
                "gas_outlet_temperature": 22.0,
                "water_inlet_temperature": 12.0,
                "water_outlet_temperature": 15.0,
                "water_flow": 3.2,
                "effectiveness": 0.53,
                "approach": 10.0,
            }
        },
        "sinks": {"coils": ["door"], "coolers": [], "outside": "sea", "liquid": False},
        "kpis": {
            "hottest_inlet": hottest,
            "hottest_inlet_spread": 0.05,
            "hull_share": 0.036,
            "seawater_rise": 3.0,
            "ashrae_class": "A1",
            "undefined": float("nan"),
        },
        "warnings": ["Reynolds number 9e6 above the range of Churchill-Bernstein"],
        "timings": {"compile_s": 20.0, "solve_s": 40.0, "total_s": 62.0, "compilations": 5},
    }


@dataclass
class FakeRunner:
    """Stands in for `jamsu.cases.run.runner`; `calls` holds what the commands asked for."""

    status: str = "converged"
    fail: Callable[[Any], None] = lambda case: None
    smallest_fraction: float = 0.26
    calls: list[dict[str, Any]] = field(default_factory=list)

    def run_case(self, case, *, output, quality="default", resume=False, force=False, progress=None, origin=None):
        asked = {"output": output, "quality": quality, "resume": resume, "force": force, "origin": origin}
        self.calls.append({"case": case, **asked})
        self.fail(case)
        self.report(progress)
        if output is not None:
            Path(output).write_bytes(b"result")
        found = summary(status=self.status, result=None if output is None else str(output))
        return SimpleNamespace(tree=xr.DataTree(xr.Dataset(attrs={"status": self.status})), summary=found)

    def check_case(self, case, quality):
        self.calls.append({"case": case, "quality": quality})
        return {
            "cells": 200_000,
            "interior_cells": 150_000,
            "shape": (100, 50, 40),
            "memory_bytes": 300 * 2**20,
            "smallest_cell": 0.04,
            "largest_cell": 0.08,
            "cut_cells": {
                "cells": 200_000,
                "open_cells": 150_000,
                "cut_cells": 12_345,
                "closed_cells": 50_000,
                "open_volume": 74.7,
                "wall_area": 119.6,
                "smallest_fraction": self.smallest_fraction,
                "closure_error": 0.0,
            },
            "solid_cells": 0,
            "machine_cells": 6_000,
            "turnover_time": 4.53,
            "simulated_time": 31.6,
            "gas_density": 1.165,
            "warnings": ["rack r1 stands 4 mm above the floor"],
        }

    def session(self, case, quality):
        self.calls.append({"session": case, "quality": quality})
        return SimpleNamespace(solve=self.solve)

    def solve(self, case, *, progress=None):
        self.calls.append({"case": case})
        self.fail(case)
        self.report(progress)
        return SimpleNamespace(summary=summary(hottest=10.0 + len(self.calls), status=self.status))

    @staticmethod
    def report(progress):
        if progress is not None:
            progress(Progress("fine grid", 7, 0.5, 1e-4, 0.002, 24.5, 65.0))


CASE = """
title = "A test [module]"
[vessel]
shape = "cylinder"
[racks.r1]
[racks.r2]
[coils.door]
"""


@dataclass(frozen=True)
class FakeCase:
    """A case that remembers how it was made."""

    name: str
    overrides: tuple[str, ...]

    def to_tree(self) -> dict[str, Any]:
        return {}

    def to_toml(self) -> str:
        return "\n".join((f'name = "{self.name}"', *(f"# {text}" for text in self.overrides)))


def fake_load_case(name, overrides=()):
    """A case for every name but "unknown", and every value but "bad"."""
    from jamsu.cases.errors import CaseError, Problem

    if str(name) == "unknown":
        raise CaseError("unknown", Problem("", "", "there is no such case"))
    for text in overrides:
        if text.endswith("=bad"):
            raise CaseError(str(name), Problem(text.partition("=")[0], "'bad'", "expected a number and a unit"))
    return FakeCase(str(name), tuple(overrides))
