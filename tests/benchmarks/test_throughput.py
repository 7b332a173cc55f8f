"""The throughput benchmark times every kind of step, and states the steps that they may take.

In a process of its own: it compiles ahead, for which JAX fills the pytrees with things that the tests' shape checks
refuse.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STEPS = ("diffusion=direct", "diffusion=factored", "diffusion=explicit", "obstacles=true")


@pytest.mark.slow
@pytest.mark.parametrize("given", STEPS)
def test_every_kind_of_step_is_timed(given):
    command = [sys.executable, "-m", "jamsu.benchmarks", "run", "throughput", "cells=16", "steps=2", given, "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    found = found.get("throughput", found)
    assert all(found[part] > 0 for part in ("heat", "tendency", "prediction", "projection", "cells_per_second"))
    assert (found["pressure_iterations"] > 0) == (given == "obstacles=true")
    if given != "obstacles=true":
        # Viscosity 0.71 on even cells: nine tenths of h^2 / (12 nu), less beside walls, which are half a cell away.
        assert 0.5 * 0.9 * 0.99 <= found["diffusive_step"] * 0.71 * 12 * 16**2 <= 0.9 * 1.01
