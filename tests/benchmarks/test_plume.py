"""Plumes: the similarity solutions are the published ones, the solver's plumes follow them, broken physics shows."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import solve_bvp

import jamsu.solver.box
from jamsu.benchmarks import registry
from jamsu.benchmarks.plume import on_axis
from jamsu.benchmarks.similarity import plume_profile

COARSE = {"cells": 3, "grashof": 1e9, "tolerance": 0.05}


@pytest.mark.parametrize(
    ("kind", "prandtl", "velocity", "buoyancy"),
    [
        ("line", 0.7, 0.8087151, 0.373281),  # Gebhart, Pera & Schorr (1970)
        ("line", 2.0, 0.8374845, 0.5611042),
        ("round", 1.0, (2 * np.pi) ** -0.5, 1 / (3 * np.pi)),  # Yih (1951)
        ("round", 2.0, 0.4460278, 0.1989471),
    ],
)
def test_similarity_constants_are_the_published_ones(kind, prandtl, velocity, buoyancy):
    found = plume_profile(kind, prandtl)
    assert found.velocity_constant == pytest.approx(velocity, rel=2e-5)
    assert found.buoyancy_constant == pytest.approx(buoyancy, rel=2e-5)


@pytest.mark.parametrize("prandtl", [0.3, 7.0])
def test_line_plume_is_that_by_collocation(prandtl):
    """The same equations as a boundary-value problem: y = f, f', f'', h, integral of f' h."""

    def slopes(_, y):
        f, u, du, h, _i = y
        return np.stack([u, du, -2.4 * f * du + 0.8 * u**2 - h, -2.4 * prandtl * f * h, u * h])

    def ends(low, high):
        return np.array([low[0], low[2], low[3] - 1, low[4], high[1]])

    eta = np.linspace(0, 12, 400)
    width = 1 + prandtl**-0.5
    guess = np.stack([np.tanh(eta), np.exp(-eta), -np.exp(-eta), np.exp(-eta / width), 0.5 * np.tanh(eta)])
    found = solve_bvp(slopes, ends, eta, guess, tol=1e-8, max_nodes=100000)
    assert found.status == 0
    g = (2**2.5 * found.y[4, -1]) ** -0.8
    profile = plume_profile("line", prandtl)
    assert profile.buoyancy_constant == pytest.approx(g, rel=1e-4)
    assert profile.velocity_constant == pytest.approx(2 * g**0.5 * found.y[1, 0], rel=1e-4)


def test_axis_values_of_parabolas_are_exact():
    x = np.array([0.5, 1.5, 2.5])
    values = 2.0 - 0.3 * x[:, None, None] ** 2 + np.zeros((3, 1, 4))
    np.testing.assert_allclose(on_axis(values), 2.0, rtol=1e-12)
    values = values - 0.2 * x[None, :, None] ** 2
    np.testing.assert_allclose(on_axis(values), 2.0, rtol=1e-12)


@pytest.fixture(scope="module")
def line_plume():
    return registry.run("plume", {"kind": "line", **COARSE})


def test_a_coarse_line_plume_follows_the_similarity_solution(line_plume):
    assert line_plume["converged"]
    assert line_plume["flux_share"] == pytest.approx(1.0, abs=0.01)
    assert line_plume["velocity_constant"] == pytest.approx(line_plume["velocity_constant_exact"], rel=0.03)
    assert line_plume["buoyancy_constant"] == pytest.approx(line_plume["buoyancy_constant_exact"], rel=0.05)


def twice_as_buoyant(model):
    return replace(model, fluid=replace(model.fluid, buoyancy=2 * model.fluid.buoyancy))


def twice_as_conducting(model):
    heat = model.heat
    return replace(
        model,
        heat=replace(
            heat, box_conductivity=2 * heat.box_conductivity, conductance=tuple(2 * g for g in heat.conductance)
        ),
    )


@pytest.mark.parametrize(
    ("change", "noticed"), [(twice_as_buoyant, "velocity_constant"), (twice_as_conducting, "buoyancy_constant")]
)
def test_a_broken_plume_is_noticed(monkeypatch, line_plume, change, noticed):
    true = jamsu.solver.box.box_model
    monkeypatch.setattr(jamsu.solver.box, "box_model", lambda *given, **more: change(true(*given, **more)))
    found = registry.run("plume", {"kind": "line", **COARSE})
    assert found[noticed] != pytest.approx(line_plume[noticed], rel=0.1)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "prandtl"), [("line", 7.0), ("round", 1.0)])
def test_other_plumes(kind, prandtl):
    found = registry.run("plume", {"kind": kind, "prandtl": prandtl, "cells": 4 if kind == "line" else 3})
    assert found["converged"]
    assert found["velocity_constant"] == pytest.approx(found["velocity_constant_exact"], rel=0.03)
    assert found["buoyancy_constant"] == pytest.approx(found["buoyancy_constant_exact"], rel=0.03)
