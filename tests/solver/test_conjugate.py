"""Two materials that meet on a cell face: temperature and heat flux are continuous, second order.

T = f(x) cos(pi y) on the unit square, k = 1 for x < 1/2 and K beyond; f = sin x, then
sin(1/2) + cos(1/2) sinh(x - 1/2) / K. Source -div(k grad T), given temperature on x = 0 and 1, y sides adiabatic.
"""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from orders import GRADINGS, assert_expected_order, tanh_edges

import jamsu.solver.box
from jamsu.solver.box import box_model
from jamsu.solver.flow.heat import advance_temperature
from jamsu.solver.grid.operators import mean

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "conduction.json").read_text())["MMS-CONJ"]
advance = jax.jit(advance_temperature, static_argnums=6)
RATIOS = (1.0, 627.0, 1e4)  # 627: copper against water


def profile(x, ratio):
    beyond = np.sin(0.5) + np.cos(0.5) * np.sinh(x - 0.5) / ratio
    return np.where(x < 0.5, np.sin(x), beyond)


def two_materials(cells, ratio, strength):
    """Edges (finer at the interface and the ends where graded), steady temperature, heat flux through x = 1/2."""
    half = tanh_edges(cells // 2, 0.5, strength)
    edges = (np.concatenate([half, half[1:] + 0.5]), tanh_edges(cells, strength=strength), np.array([0.0, 1.0]))
    x, y = ((e[1:] + e[:-1]) / 2 for e in edges[:2])
    wave = np.cos(np.pi * y)
    k = np.where(x < 0.5, 1.0, ratio)
    source = np.where(
        x < 0.5,
        (1 + np.pi**2) * np.sin(x),
        np.pi**2 * ratio * profile(x, ratio) - np.cos(0.5) * np.sinh(x - 0.5),
    )
    across = (cells, cells, 1)
    model = box_model(
        edges,
        conductivity=np.broadcast_to(k[:, None, None], across),
        source=(source[:, None] * wave)[:, :, None],
        sides=(((0.0, np.inf), (0.0, np.inf)), (None, None), (None, None)),
        conduction="implicit",
    )
    outside = np.zeros(across)
    outside[-1, :, 0] = profile(np.array(1.0), ratio) * wave
    heat = replace(model.heat, exchange_temperature=jnp.asarray(outside))
    start = jnp.zeros(across)
    found, _ = advance(heat, start, start, heat.conductance, 1e6, None, 1e-13)
    exact = (profile(x, ratio)[:, None] * wave)[:, :, None]
    left, right = found[cells // 2 - 1, :, 0], found[cells // 2, :, 0]
    flux = heat.conductance[0][cells // 2, :, 0] * (right - left) / np.diff(edges[1])
    return edges, np.asarray(found), exact, np.asarray(flux)


def error(cells, ratio, strength):
    edges, found, exact, _ = two_materials(cells, ratio, strength)
    area = np.diff(edges[0])[:, None] * np.diff(edges[1])
    return np.sqrt(np.sum(area[:, :, None] * (found - exact) ** 2))


@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize("grading", GRADINGS)
def test_two_materials_are_second_order(ratio, grading):
    assert_expected_order(partial(error, ratio=ratio, strength=GRADINGS[grading]), (16, 32), 2)


@pytest.mark.parametrize("ratio", RATIOS)
def test_heat_flux_through_the_interface(ratio):
    edges, found, _, flux = two_materials(64, ratio, 0.0)
    wall = (9 * flux[0] - flux[1]) / 8  # even about y = 0, where the side is adiabatic
    assert wall == pytest.approx(REFERENCE["interface_flux"], rel=REFERENCE["tolerance"])
    if ratio == 627:
        y = (edges[1][1:] + edges[1][:-1]) / 2
        interface = found[31, :, 0] + flux / 2 * np.diff(edges[0])[31]  # k = 1 in the half cell before it
        end = found[-1, :, 0]  # half a cell of copper before x = 1: 1e-5 less
        expected = REFERENCE["temperature_627"]
        assert (interface / np.cos(np.pi * y))[0] == pytest.approx(expected[0], rel=REFERENCE["tolerance"])
        assert (end / np.cos(np.pi * y))[0] == pytest.approx(expected[1], rel=REFERENCE["tolerance"])


def test_an_arithmetic_mean_of_conductivities_fails(monkeypatch):
    """The interface flux hangs on the series of both half cells."""
    true = jamsu.solver.box.series_conductance

    def arithmetic(mesh, conductivity):
        gx, gy, gz = true(mesh, jnp.ones_like(conductivity))
        wide = jnp.pad(conductivity, 1, mode="edge")
        return gx * mean(wide[:, 1:-1, 1:-1], 0), gy * mean(wide[1:-1, :, 1:-1], 1), gz

    anew = jamsu.solver.box._heat_arrays.__wrapped__
    monkeypatch.setattr(jamsu.solver.box, "series_conductance", arithmetic)
    monkeypatch.setattr(jamsu.solver.box, "_heat_arrays", jax.jit(lambda *given: anew(*given), static_argnums=4))
    with pytest.raises(AssertionError, match="order"):
        assert_expected_order(partial(error, ratio=627.0, strength=0.0), (16, 32), 2)
