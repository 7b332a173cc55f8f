"""Benchmarks of flows through open sides: coarse grids here, those of the ladder in test_validation."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jamsu.benchmarks.streams
import jamsu.solver.box
from jamsu.benchmarks import beltrami, cylinder_forced, cylinder_forces, cylinder_natural, duct, point_source, registry
from jamsu.solver.flow.model import initial_state
from jamsu.solver.grid.mesh import AXES

POINT = "[[1, 0, 0], [1, 0.2, 0.1]]"


def altered(monkeypatch, change):
    """Every model of a box goes through `change`."""
    true = jamsu.solver.box.box_model
    monkeypatch.setattr(jamsu.solver.box, "box_model", lambda *given, **more: change(true(*given, **more)))


# Duct ----------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
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
    """0.4 % too low at 24 cells across, 0.1 % at 48: of second order."""
    error = [abs(duct.duct_model("pipe", 0.01, n)[1] / 16 - 1) for n in (24, 48)]
    assert error[1] < 0.002
    assert np.log2(error[0] / error[1]) > 1.8


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


@pytest.mark.slow
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


@pytest.mark.slow
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


def test_forces_of_a_known_pressure():
    """p = 2 x - 3 z on a body of area pi / 4: that times -2 and 3; and a parabola's difference from front to rear.

    The fluid of closed faces beside the wall counts as the body's: 12 % of its area at 10 cells, of first order.
    """
    errors = []
    for cells in (10, 20):
        cut = cylinder_forced.cut_channel(cells)
        model = cylinder_forced.channel_model(cut, 20.0, 0.7)
        ends = cylinder_forces.front_to_rear(cut)
        forces = jax.jit(cylinder_forces.forces)
        x, z = (np.reshape(cut.grid.centres(a), [-1 if b == a else 1 for b in range(3)]) for a in (0, 2))
        still = initial_state(model.mesh)
        found = forces(model, replace(still, pressure=jnp.asarray(2 * x - 3 * z)), ends)
        exact = {"drag": 2 * -2 * np.pi / 4, "lift": 2 * 3 * np.pi / 4}
        errors.append({name: float(found[name]) / value - 1 for name, value in exact.items()})
        assert float(found["drag_pressure"]) == pytest.approx(float(found["drag"]), rel=1e-12)
        assert float(found["pressure_difference"]) == pytest.approx(-2.0, rel=1e-9)
        parabola = forces(model, replace(still, pressure=jnp.asarray(3 * x**2 - x + 0 * z)), ends)
        assert float(parabola["pressure_difference"]) == pytest.approx(1.0, rel=1e-9)
        assert float(jnp.sum(model.mesh.area[0][0] * model.sides.velocity[0][0][0])) == pytest.approx(4.1, rel=1e-12)
        # Only the cylinder is hot, though the channel's walls rub.
        assert found["nusselt_mean"] > 0
        assert float(jnp.max(model.heat.exchange[:, :, :5])) == 0.0
        assert float(jnp.min(model.mesh.obstacles.friction[0][1:-1, :, 0])) > 0.0
    for name in ("drag", "lift"):
        assert 0 < errors[0][name] < 0.15
        assert errors[1][name] < 0.6 * errors[0][name]


@pytest.mark.slow
def test_cylinder_in_a_channel():
    """2D-1 on a coarse grid: drag and pressure within a twentieth."""
    found = registry.run("cylinder_forced", {"channel": True, "cells": 10, "tolerance": 0.01})
    assert found["converged"]
    assert found["drag"] == pytest.approx(5.579535, rel=0.05)
    assert found["pressure_difference"] == pytest.approx(2.938, rel=0.05)


NATURAL = {"cells": 8, "distance": 5.0, "tolerance": 0.1}


@pytest.mark.slow
def test_a_coarse_natural_convection_cylinder_and_broken_ones(monkeypatch):
    """Twice the buoyancy is a fifth more heat; a staircase's wall area, a quarter too large, is noticed too."""
    sound = registry.run("cylinder_natural", NATURAL)
    assert sound["converged"]
    assert sound["nusselt_mean"] == pytest.approx(4.842605, rel=0.08)
    assert sound["wall_area"] == pytest.approx(1.0, abs=0.005)
    assert sound["nusselt_local"][0] > 3 * sound["nusselt_local"][-1]

    def twice_as_buoyant(model):
        return replace(model, fluid=replace(model.fluid, buoyancy=2 * model.fluid.buoyancy))

    with monkeypatch.context() as patch:
        altered(patch, twice_as_buoyant)
        found = registry.run("cylinder_natural", NATURAL)
    assert found["nusselt_mean"] > 1.1 * sound["nusselt_mean"]

    true = cylinder_natural.cut_half

    def staircase(*given):
        cut = true(*given)
        return replace(cut, wall_area=4 / np.pi * cut.wall_area)

    monkeypatch.setattr(cylinder_natural, "cut_half", staircase)
    found = registry.run("cylinder_natural", NATURAL)
    assert found["wall_area"] > 1.2


def test_period_and_means_of_a_known_oscillation():
    t = 0.01 * np.arange(10000)
    wave = np.sin(2 * np.pi * 0.17 * t)
    series = {"probe": wave, "drag": 1.3 + 0.1 * wave**2, "drag_pressure": 1.0 + 0 * t, "nusselt_mean": 5.0 + wave}
    series |= {"lift": 0.1 + 2 * wave, "pressure_difference": 3 - wave}
    found, change = cylinder_forced.periodic(series, 0.01)
    assert found["strouhal"] == pytest.approx(0.17, rel=1e-4)
    assert found["drag"] == pytest.approx(1.35, abs=1e-3)
    assert found["nusselt_mean"] == pytest.approx(5.0, abs=1e-2)
    assert change < 1e-2
    assert found["lift"] == pytest.approx(0.1, abs=2e-2)
    assert found["lift_max"] == pytest.approx(2.1, abs=1e-3)
    assert found["drag_max"] == pytest.approx(1.4, abs=1e-3)
    assert found["pressure_difference"] == pytest.approx(4.0, abs=1e-3)  # half a period after the largest lift
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
    """Steps far too long, also after all the halvings that are tried."""
    monkeypatch.setattr(jamsu.benchmarks.streams.settle, "__defaults__", (1e6, np.inf))
    monkeypatch.setattr(jamsu.benchmarks.streams, "VISCOUS", 1e6)
    found = registry.run("duct", {"shape": "plates", "station": 0.01, "cells": 8})
    assert not found["converged"]
    assert found["remaining"] is None


@pytest.mark.slow
def test_vortices_are_shed():
    """Re 100 on a coarse grid in a narrow stream: the frequency within a twentieth of Williamson's in a wide one."""
    found = registry.run("cylinder_forced", {"reynolds": 100.0, "cells": 12, "distance": 12})
    assert found["strouhal"] == pytest.approx(0.165, rel=0.08)
    assert found["drag"] == pytest.approx(1.34, rel=0.1)
