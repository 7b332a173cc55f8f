"""The differentially heated cavity against converged solutions (tests/reference/cavity.json)."""

import json
from pathlib import Path

import jax
import numpy as np
import pytest

import jamsu.solver.flow.heat
import jamsu.solver.flow.momentum
from jamsu.benchmarks import grids, marching, registry

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "cavity.json").read_text())
RAYLEIGH = ("1e3", "1e4", "1e5", "1e6")


def compare(rayleigh, found, looser=1.0):
    """Every quantity within its tolerance (times `looser`), every place within one cell of its grid."""
    expected = REFERENCE[rayleigh]
    for name, tolerance in REFERENCE["tolerance"].items():
        assert found[name] == pytest.approx(expected[name], rel=looser * tolerance), name
    edges = grids.wall_graded(found["cells"], float(rayleigh))
    for name in ("nusselt_max_y", "u_max_y", "v_max_x"):
        cell = np.diff(edges)[np.searchsorted(edges, expected[name]) - 1]
        assert abs(found[name] - expected[name]) <= cell, name


def run(rayleigh, cells):
    found = registry.run("cavity", {"rayleigh": float(rayleigh), "cells": cells})
    assert found["converged"]
    return {**found, "cells": cells}


@pytest.mark.parametrize("rayleigh", RAYLEIGH)
def test_cavity_at_32_cells(rayleigh):
    """At a quarter of the reference's cells second order leaves up to 16 times its tolerance; less is found."""
    compare(rayleigh, run(rayleigh, 32), looser=6)


@pytest.mark.slow
@pytest.mark.parametrize("rayleigh", RAYLEIGH)
def test_cavity_at_128_cells(rayleigh):
    compare(rayleigh, run(rayleigh, 128))


@pytest.fixture
def fresh_march(monkeypatch):
    """The march compiled anew for a solver that has been broken."""
    march, rate = marching._march, marching._compiled()[1]
    fresh = jax.jit(lambda model, state, dt: march(model, state, dt, marching.STEPS_A_ROUND))
    monkeypatch.setattr(marching, "_compiled", lambda: (fresh, rate))


@pytest.mark.usefixtures("fresh_march")
def test_comparison_notices_buoyancy_upside_down(monkeypatch):
    """The mirrored flow has the same mean Nusselt number: the places tell."""
    true = jamsu.solver.flow.momentum.buoyancy
    monkeypatch.setattr(jamsu.solver.flow.momentum, "buoyancy", lambda *given: -true(*given))
    found = run("1e4", 16)
    assert found["nusselt_mean"] == pytest.approx(REFERENCE["1e4"]["nusselt_mean"], rel=0.1)
    with pytest.raises(AssertionError):
        compare("1e4", found, looser=20)


@pytest.mark.usefixtures("fresh_march")
def test_comparison_notices_doubled_conduction(monkeypatch):
    true = jamsu.solver.flow.heat.conducted_heat
    monkeypatch.setattr(jamsu.solver.flow.heat, "conducted_heat", lambda g, t: 2 * true(g, t))
    found = registry.run("cavity", {"rayleigh": 1e4, "cells": 16})
    assert abs(found["nusselt_mean"] / REFERENCE["1e4"]["nusselt_mean"] - 1) > 0.1
