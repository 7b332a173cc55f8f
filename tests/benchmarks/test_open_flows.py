"""Benchmarks of flows through open sides: coarse grids here, those of the ladder in test_validation."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import benchmarks.streams
import solver.box
from benchmarks import beltrami, cylinder_forced, duct, point_source, registry
from solver.mesh import AXES

POINT = "[[1, 0, 0], [1, 0.2, 0.1]]"


def altered(monkeypatch, change):
    """Every model of a box goes through `change`."""
    true = solver.box.box_model
    monkeypatch.setattr(solver.box, "box_model", lambda *given, **more: change(true(*given, **more)))


# Duct ----------------------------------------------------------------------------------------------------------------


def test_heat_between_plates_is_graetz():
    found = registry.run("duct", {"shape": "plates", "station": 0.01, "cells": 24})
    assert found["converged"]
    assert found["nusselt_local"] == pytest.approx(7.740496, rel=0.01)
    assert found["mean_temperature"] == pytest.approx(0.6750319, rel=0.005)


def test_friction_between_plates_is_of_second_order():
    error = [abs(duct.duct_model("plates", 0.01, n)[1] / 24 - 1) for n in (12, 24)]
    assert error[1] < 0.004
    assert np.log2(error[0] / error[1]) > 1.9


def test_friction_of_a_cut_pipe_converges():
    """6.8 % too low at 12 cells across, 4.4 % at 24, 2.3 % at 48: the walls of cut cells rub too little."""
    error = [16 - duct.duct_model("pipe", 0.01, n)[1] for n in (12, 24)]
    assert 0 < error[1] / 16 < 0.05
    assert error[0] / error[1] > 1.5


# Point source --------------------------------------------------------------------------------------------------------


def test_exact_solutions_are_the_published_ones():
    stations = np.array([[0.1, 0, 0], [1, 0, 0], [1, 0.2, 0], [2, 0.5, 0], [-0.1, 0, 0]]) * 10  # in D/U
    published = [0.2425695, 0.08718628, 0.07822843, 0.0451444, 0.08923635]
    np.testing.assert_allclose(point_source.exact(stations, line=True), published, rtol=1e-6)
    # The point's plume, crossed by a plane far away, carries what is released: U c integrates to 1.
    r = np.linspace(0, 60, 20001)
    places = np.stack([np.full_like(r, 40.0), r, 0 * r], 1)
    slope = np.exp((40 - np.hypot(40, r)) / 2) / (4 * np.pi * np.hypot(40, r))
    np.testing.assert_allclose(point_source.exact(places, line=False), slope, rtol=1e-12)


def test_point_source_scales_with_its_units():
    """Another stream with the same places in D/U: the same plume, in other units; and close to the exact one."""
    first = registry.run("point_source", {"stations": POINT, "cells": 4, "source": "line"})
    assert first["converged"]
    np.testing.assert_allclose(first["concentration"], first["exact"], rtol=0.02)
    other = {"velocity": 4.0, "diffusivity": 0.2, "stations": [(0.5, 0, 0), (0.5, -0.1, -0.05)], "strength": 3.0}
    second = registry.run("point_source", {**other, "cells": 4, "source": "line"})
    ratio = 3.0 / 0.2 * 0.1
    np.testing.assert_allclose(second["concentration"], np.multiply(first["concentration"], ratio), rtol=1e-6)


@pytest.mark.slow
def test_point_source_is_the_exact_one():
    found = registry.run("point_source", {"stations": POINT})
    assert found["converged"]
    np.testing.assert_allclose(found["concentration"], found["exact"], rtol=0.01)


def test_twice_the_diffusion_is_noticed(monkeypatch):
    def change(model):
        heat = model.heat
        twice = replace(heat, conductance=tuple(2 * g for g in heat.conductance), implicitness=2 * heat.implicitness)
        return replace(model, heat=twice)

    altered(monkeypatch, change)
    found = registry.run("point_source", {"stations": POINT, "cells": 4, "source": "line"})
    assert not np.allclose(found["concentration"], found["exact"], rtol=0.02)


@pytest.mark.parametrize("stations", ["[]", "[[0, 0, 0]]", "[[1, 2]]", "[1, 0, 0]"])
def test_bad_stations(stations):
    with pytest.raises(registry.BenchmarkError, match="point_source: stations"):
        registry.run("point_source", {"stations": stations})


# Step ----------------------------------------------------------------------------------------------------------------


def test_step_at_a_low_reynolds_number():
    """16 cells across at Re 100: 0.5 % in the length of the eddy, 2.4 % in heat, of second order."""
    found = registry.run("step", {"cells": 12, "length": 8, "stations": [1, 2, 4, 50], "tolerance": 0.01})
    assert found["converged"]
    assert found["reattachment"] == pytest.approx(1.619035, rel=0.03)
    assert found["upper_separation"] is None
    assert found["nusselt_lower"][:3] == pytest.approx([5.444062, 7.961149, 8.356911], rel=0.05)
    assert found["nusselt_upper"][:3] == pytest.approx([11.63287, 8.438776, 8.132767], rel=0.05)
    assert found["nusselt_lower"][3] is None


# Cylinder ------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_cylinder_in_a_steady_stream():
    """Coarse and narrow (a twentieth blocked): drag, heat and wake within a tenth of those of a wide stream."""
    found = registry.run("cylinder_forced", {"cells": 8, "distance": 10, "tolerance": 0.01})
    assert found["converged"]
    assert found["strouhal"] is None
    assert found["drag"] == pytest.approx(2.002519, rel=0.1)
    assert found["drag_pressure"] == pytest.approx(1.205894, rel=0.1)
    assert found["nusselt_mean"] == pytest.approx(2.432881, rel=0.05)
    assert found["wake_length"] == pytest.approx(0.9057536, rel=0.1)


def test_period_and_means_of_a_known_oscillation():
    t = 0.01 * np.arange(10000)
    wave = np.sin(2 * np.pi * 0.17 * t)
    series = {"probe": wave, "drag": 1.3 + 0.1 * wave**2, "drag_pressure": 1.0 + 0 * t, "nusselt_mean": 5.0 + wave}
    found, change = cylinder_forced.periodic(series, 0.01)
    assert found["strouhal"] == pytest.approx(0.17, rel=1e-4)
    assert found["drag"] == pytest.approx(1.35, abs=1e-3)
    assert found["nusselt_mean"] == pytest.approx(5.0, abs=1e-2)
    assert change < 1e-2
    growing = {**series, "probe": wave * np.exp(0.05 * t)}
    assert cylinder_forced.periodic(growing, 0.01)[1] > 0.5


# Beltrami ------------------------------------------------------------------------------------------------------------


def test_given_velocities_close_and_are_exact():
    edges = jnp.linspace(-1, 1, 13)
    given = jax.jit(lambda e: (beltrami.given_sides(e, 0.05), [beltrami.face_velocity(e, a, 0.05) for a in AXES]))
    sides, faces = given(edges)
    net = sum(float(jnp.mean(sides.velocity[axis][0][axis]) - jnp.mean(sides.velocity[axis][1][axis])) for axis in AXES)
    assert abs(net) < 1e-14
    divergence = sum(jnp.diff(faces[axis], axis=axis) for axis in AXES) * 6
    assert float(jnp.max(jnp.abs(divergence))) < 1e-3


@pytest.mark.slow
def test_unsteady_flow_through_all_sides():
    """A coarse grid: half a per cent in the velocity, a tenth in the pressure."""
    velocity, pressure = beltrami.errors(8, 0.1)
    assert velocity < 0.008
    assert pressure < 0.15


@pytest.mark.slow
def test_unsteady_flow_through_all_sides_is_nearly_of_second_order():
    """Between 8 and 16 cells the orders are 1.7 and 1.7, between 16 and 32 1.9 and 1.7."""
    found = registry.run("beltrami", {"cells": 16})
    assert found["order_velocity"] > 1.6
    assert found["order_pressure"] > 1.5


# Marching ------------------------------------------------------------------------------------------------------------


def test_a_march_that_breaks_down_is_not_converged(monkeypatch):
    monkeypatch.setattr(benchmarks.streams, "COURANT", 10.0)
    monkeypatch.setattr(benchmarks.streams.settle, "__defaults__", (10.0,))
    monkeypatch.setattr(benchmarks.streams, "VISCOUS", 10.0)
    found = registry.run("duct", {"shape": "plates", "station": 0.01, "cells": 8})
    assert not found["converged"]
    assert found["remaining"] is None


@pytest.mark.slow
def test_vortices_are_shed():
    """Re 100 on a coarse grid in a narrow stream: the frequency within a twentieth of Williamson's in a wide one."""
    found = registry.run("cylinder_forced", {"reynolds": 100.0, "cells": 12, "distance": 12})
    assert found["strouhal"] == pytest.approx(0.165, rel=0.08)
    assert found["drag"] == pytest.approx(1.34, rel=0.1)
