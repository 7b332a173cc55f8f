"""Benchmarks of turbulent flows: coarse grids here, those of the ladder in test_validation."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

import jamsu.benchmarks.channel
import jamsu.benchmarks.turbulent
import jamsu.solver.flow.closure
import jamsu.solver.turbulence.k_epsilon
from jamsu.benchmarks import ladder, registry, room, tall_cavity
from jamsu.benchmarks.room import OUTLET, SLOT
from jamsu.benchmarks.turbulent import march
from jamsu.solver.flow.courant import courant_rate

WALL_FUNCTIONS = "law of the wall, Re_tau 2000, wall functions"


def failures(name, case, **parameters):
    """Quantities of a quick case that miss their tolerances."""
    (found,) = (c for c in ladder.load_cases([name], quick=True) if c.name == case)
    (rung,) = ladder.climb([replace(found, parameters={**found.parameters, **parameters})])
    return {check.quantity for check in rung.checks if not check.passed}


# Channel -------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_laminar_channel_converges_at_second_order():
    found = registry.run("channel", {"model": "laminar", "reynolds_tau": 20, "cells": 32, "tolerance": 1e-4})
    assert found["converged"]
    assert found["steady"]
    error = np.abs(np.array(found["by_grid"]["bulk_velocity_plus"]) / (20 / 3) - 1)
    assert error[1] < 1e-3
    assert np.log2(error[0] / error[1]) > 1.8
    y = np.array(found["profile"]["y_plus"])
    np.testing.assert_allclose(found["profile"]["theta_plus"], 0.71 * (y - y**2 / 40), atol=5e-3)
    assert found["friction"] == pytest.approx(1, abs=1e-3)
    assert found["heat_flux"] == pytest.approx(1, abs=1e-3)


def broken(monkeypatch, change):
    """Breaks one term of the k-epsilon model, for programs that are compiled from here on."""
    jamsu.benchmarks.turbulent._compiled.cache_clear()
    if change == "C_mu doubled":
        monkeypatch.setattr(jamsu.solver.turbulence.k_epsilon, "C_MU", 2 * jamsu.solver.turbulence.k_epsilon.C_MU)
    elif change == "production halved":
        true = jamsu.solver.flow.closure.mixing

        def half(*given):
            now = true(*given)
            return now._replace(production=0.5 * now.production)

        monkeypatch.setattr(jamsu.solver.flow.closure, "mixing", half)
    elif change == "speed at the wall a quarter too high":
        law = jamsu.solver.turbulence.k_epsilon.reichardt_velocity
        monkeypatch.setattr(
            jamsu.solver.turbulence.k_epsilon,
            "reichardt_velocity",
            lambda y_plus: (1.25 * law(y_plus)[0], law(y_plus)[1]),
        )
    else:
        factor = jamsu.solver.flow.closure.heat_factor
        monkeypatch.setattr(jamsu.solver.flow.closure, "heat_factor", lambda *given: 0.8 * factor(*given))


@pytest.mark.slow
@pytest.mark.parametrize("change", ["C_mu doubled", "production halved", "speed at the wall a quarter too high"])
def test_a_broken_term_is_noticed(monkeypatch, change):
    """On the grid and with the tolerances of the quick ladder, which the sound model passes."""
    broken(monkeypatch, change)
    assert "u_plus" in failures("channel", WALL_FUNCTIONS)
    jamsu.benchmarks.turbulent._compiled.cache_clear()


@pytest.mark.slow
def test_a_wall_function_of_heat_a_fifth_too_low_is_noticed(monkeypatch):
    broken(monkeypatch, "heat at the wall a fifth too low")
    assert failures("channel", WALL_FUNCTIONS) == {"theta_plus"}
    jamsu.benchmarks.turbulent._compiled.cache_clear()


def test_stations_beneath_a_wall_function_have_no_value():
    y, u = np.array([40.0, 120.0]), np.array([14.0, 17.0])
    below, at = jamsu.benchmarks.channel._at([10.0, 40.0], y, u, 2000.0)
    assert below is None
    assert at == pytest.approx(14)
    assert jamsu.benchmarks.channel._at([0.0], y / 100, u, 20.0) == [0.0]


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("channel", {"stations": [200.0]}, "channel: stations=200: expected y\\+ up to the middle, 178.12"),
        ("channel", {"model": "k_epsilo"}, "nearest: k_epsilon"),
        ("tall_cavity", {"model": "constant"}, "expected one of k_epsilon, zero_equation"),
        ("room", {"cells": 4}, "expected a whole number from 20"),
    ],
)
def test_bad_parameters(name, given, message):
    with pytest.raises(registry.BenchmarkError, match=message):
        registry.run(name, given)


# Tall cavity ---------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_conduction_in_a_tall_cavity_in_the_experiments_units():
    """At a low Rayleigh number heat is conducted straight across, w = g beta dT W^2 / nu (x/12 - x^2/4 + x^3/6)."""
    share = 1000.0 / tall_cavity.RAYLEIGH
    found = registry.run("tall_cavity", {"model": "laminar", "rayleigh": 1000.0, "cells": 16})
    assert found["converged"]
    assert found["nusselt_mean"] == pytest.approx(1, abs=0.06)  # the ends turn a little around
    air = (0.71 * 9.81 / 298.05 * 19.6 * 0.076**3 / 0.86e6) ** 0.5
    exact = 9.81 / 298.05 * share * 19.6 * 0.076**2 / air / (72 * 3**0.5)
    assert found["peak_velocity"] == pytest.approx(exact, rel=0.02)
    assert found["peak_velocity_down"] == pytest.approx(-exact, rel=0.02)
    assert found["centre_temperature"] == pytest.approx(15.1 + share * 9.8, abs=1e-4)
    assert abs(found["wall_balance"]) < 1e-2


# Room ----------------------------------------------------------------------------------------------------------------


def test_the_room_is_open_at_its_slot_and_outlet_only():
    model = room.room_model("k_epsilon", 20)
    area = model.mesh.area[0]
    for end in (0, 1):  # what enters leaves
        assert float(jnp.sum(model.sides.velocity[0][end][0] * area[:1])) == pytest.approx(SLOT)
    blown, leaving = (np.asarray(model.sides.velocity[0][end][0])[0, 0] > 0 for end in (0, 1))
    dz = np.asarray(model.mesh.widths(2))
    assert dz[blown].sum() == pytest.approx(SLOT)
    assert dz[leaving].sum() == pytest.approx(OUTLET)
    assert blown[-1]
    assert leaving[0]


def test_openings_of_the_room_are_no_walls():
    model = room.room_model("k_epsilon", 20)
    x, z = np.asarray(model.mesh.centres(0)), np.asarray(model.mesh.centres(2))
    distance, touching = np.asarray(model.walls.distance)[:, 0], np.asarray(model.walls.touching)[:, 0] > 0
    slot, outlet = z > 1 - SLOT, z < OUTLET
    assert np.all(touching[:, [0, -1]])
    assert np.all(touching[0] == ~slot | (z == z[-1]))
    assert np.all(touching[-1] == ~outlet | (z == z[0]))
    assert not np.any(touching[1:-1, 1:-1])
    np.testing.assert_allclose(distance[0, ~slot], np.minimum(x[0], z[~slot]))
    i, j = np.argmin(abs(x - 1.5)), np.argmin(abs(z - 0.4))
    assert distance[i, j] == pytest.approx(z[j])
    corner = np.hypot(x[0], z[slot] - (1 - SLOT))
    np.testing.assert_allclose(distance[0, slot], np.minimum(corner, 1 - z[slot]))


# Marching and ladder -------------------------------------------------------------------------------------------------


def test_a_flow_without_rest_gives_its_mean():
    """Not decayed within the time: means of the second half, and how far the two quarters differ."""
    model = jamsu.benchmarks.channel.channel_model(20.0, 0.71, "laminar", 32, 5.0)
    start = jamsu.benchmarks.channel.begin(model)
    faster = replace(start, velocity=(2 * start.velocity[0], *start.velocity[1:]))
    end = march(model, faster, 1.0, 1e-12, 4.0)
    assert not end.steady
    last, mean = (float(s.velocity[0][0, 0, -1]) for s in (end.state, end.mean))
    rest = float(start.velocity[0][0, 0, -1])
    slow = np.pi**2 / 4 / 20  # of the slowest mode, 1/time
    between = np.exp(-2 * slow) * (1 - np.exp(-2 * slow)) / (2 * slow)  # of exp(-slow t) from 2 to 4
    assert (mean - rest) / (last - rest) == pytest.approx(between / np.exp(-4 * slow), rel=0.05)
    assert end.remaining > 0.01


def test_root_mean_square_of_a_profile():
    (case,) = (c for c in ladder.load_cases(["room"]) if c.name == "isothermal")
    wanted = case.expected["velocity_2"]["value"]
    expected = {"velocity_2": {"value": wanted, "absolute": 0.08, "rms": True}}

    def check(found):
        (only,) = ladder.compare(replace(case, expected=expected), {"velocity_2": found})
        return only

    shifted = [u + (0.11 if i % 2 else 0.0) for i, u in enumerate(wanted)]  # 9 of 19 are off by 0.11
    assert check(shifted).difference == pytest.approx(0.11 * (9 / 19) ** 0.5)
    assert check(shifted).passed
    assert not check([u + 0.09 for u in wanted]).passed
    assert not check([*wanted[:-1], None]).passed


def test_courant_rate_of_a_channel_counts_eddies_along_its_ring():
    """Uniform speed 1, eddies limit the step: nu_t = 0.03874 z by the zero-equation model; along x a cell is its own
    neighbour."""
    model = jamsu.benchmarks.channel.channel_model(100.0, 0.71, "zero_equation", 8, 100.0)
    state = jamsu.benchmarks.channel.begin(model)
    even = replace(state, velocity=(jnp.ones_like(state.velocity[0]), *state.velocity[1:]))
    z, h = (np.arange(8) + 0.5) / 8, 1 / 8
    eddy = 0.03874 * z
    inner = np.r_[0, (eddy[1:] + eddy[:-1]) / 2, 0] / h
    upwards, along = inner[1:] + inner[:-1], 2 * h * eddy
    # Heat at Pr_t = 0.85; momentum with twice the stress along a component's own axis.
    heat, momentum = (upwards + along) / 0.85, upwards + along + np.maximum(upwards, along)
    spreading = 2 * np.maximum(heat, momentum) / h
    assert spreading.max() > 1  # the flow's own rate
    assert float(courant_rate(model, even)) == pytest.approx(spreading.max())
