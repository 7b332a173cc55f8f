"""Temperature for a given flow: exact solutions, heat balances, derivatives, and the march itself."""

from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jamsu.cases import load_case
from jamsu.cases.run.levels import first_state, make_level
from jamsu.solver.box import box_model
from jamsu.solver.coupling import couple
from jamsu.solver.flow.closure import closure
from jamsu.solver.flow.heat import advance_temperature, advected_heat
from jamsu.solver.flow.model import initial_state
from jamsu.solver.frozen_flow.balance import balanced
from jamsu.solver.frozen_flow.equation import carried_heat, heat_rate, transport
from jamsu.solver.frozen_flow.temperature import FrozenFlow, frozen_mean, implicit_step, rack_influence, steady
from jamsu.solver.grid.fusion import halo_padded
from jamsu.solver.operate import operate
from jamsu.solver.round import advance

SMALL = Path(__file__).parents[1] / "small.toml"
LIMITED = pytest.mark.parametrize("limited", [False, True], ids=["upwind", "limited"])
LIMITED_SLOW_UPWIND = pytest.mark.parametrize(
    "limited", [pytest.param(False, marks=pytest.mark.slow), True], ids=["upwind", "limited"]
)


def row(cells, conductivity=0.0, film=0.5, given=1.0):
    """A closed row of cells; `film` (W/K) ties each cell to surroundings at `given` (K)."""
    edges = [np.linspace(0, 1, cells + 1), np.array([0.0, 1.0]), np.array([0.0, 1.0])]
    model = box_model(
        edges,
        viscosity=1e-3,
        buoyancy=0.0,
        conductivity=conductivity,
        capacity=2.0,
        sides=[(None, None)] * 3,
        turbulence="laminar",
        conduction="explicit",
        implicit_viscosity=False,
        dtype=jnp.float64,
    )
    heat = replace(
        model.heat,
        exchange=jnp.full(model.mesh.shape, film),
        exchange_temperature=jnp.full(model.mesh.shape, given),
    )
    state = initial_state(model.mesh, 5.0)
    return replace(model, heat=heat), state


def rates(given, temperature, limited=True):
    wide = halo_padded(temperature)
    return heat_rate(given, temperature, carried_heat(given, wide, limited=limited), wide, limited=limited)


def temperature_of(model, state, start, dt=None):
    """The balanced temperature of a box without exchangers."""
    given = transport(model, state.velocity, closure(model, state.velocity, None), start, dt)
    (found, _), _ = balanced(lambda x: (rates(given, x[0]), ()), (start, ()), given, tolerance=1e-12)
    return found


def test_conduction_between_two_temperatures_is_linear():
    """A bar held at both ends: exact on any grid, in one Newton step."""
    model, state = row(12, conductivity=0.7, film=0.0)
    fixed = jnp.zeros(model.mesh.shape).at[0].set(1).at[-1].set(1)
    start = state.temperature.at[0].set(3.0).at[-1].set(-1.0)
    model = replace(model, heat=replace(model.heat, fixed=fixed))
    found = temperature_of(model, state, start)
    centres = np.asarray(model.mesh.centres(0))
    exact = 3.0 - 4.0 * (centres - centres[0]) / (centres[-1] - centres[0])
    np.testing.assert_allclose(found[:, 0, 0], exact, atol=1e-8)


def test_derivatives_of_a_row_of_cells():
    """Backwards, by all sources at once, and forwards, by one of them: both are the inverse of the row's matrix."""
    model, state = row(6, conductivity=0.7)

    def temperature(source):
        heated = replace(model, heat=replace(model.heat, source=source.reshape(model.mesh.shape)))
        return temperature_of(heated, state, state.temperature).ravel()

    matrix = 0.5 * np.eye(6)  # the film's, and 0.7 * 6 W/K between neighbours
    for cell in range(5):
        matrix[cell : cell + 2, cell : cell + 2] += 0.7 * 6 * np.array([[1, -1], [-1, 1]])
    weight = jnp.arange(6.0)
    backwards = jax.grad(lambda source: weight @ temperature(source))(jnp.zeros(6))
    np.testing.assert_allclose(backwards, np.linalg.solve(matrix.T, weight), rtol=1e-8)
    _, forwards = jax.jvp(temperature, (jnp.zeros(6),), (jnp.zeros(6).at[2].set(1.0),))
    np.testing.assert_allclose(forwards, np.linalg.inv(matrix)[:, 2], rtol=1e-8)


def test_gas_without_a_sink_and_without_a_source_stays_finite():
    """No rise closes a balance that nothing leaves; without heat the gas takes its own mean temperature."""
    model, state = row(6, conductivity=0.7, film=0.0)
    start = state.temperature.at[0].add(3.0)
    given = transport(model, state.velocity, closure(model, state.velocity, None), start)
    (found, _), steps = balanced(lambda x: (rates(given, x[0]), ()), (start, ()), given)
    assert float(steps.converged) == 1
    assert float(jnp.max(found) - jnp.min(found)) < 1e-3
    assert 4.9 < float(jnp.min(found)) < 8.1
    heated = replace(given, model=replace(model, heat=replace(model.heat, source=jnp.ones(model.mesh.shape))))
    (found, _), steps = balanced(lambda x: (rates(heated, x[0]), ()), (start, ()), heated)
    assert float(steps.converged) == 0


def test_a_step_in_time_is_that_of_backward_euler():
    """Gas at rest that loses heat: (C/dt) (T1 - T0) = G (T_ext - T1) in each cell, at any step."""
    model, state = row(6)
    for dt in (0.1, 10.0, 1e4):
        found = temperature_of(model, state, state.temperature, jnp.asarray(dt))
        stored = 2.0 / 6 / dt
        np.testing.assert_allclose(found, (stored * 5.0 + 0.5) / (stored + 0.5), rtol=1e-10)


def test_periodic_boxes_are_refused():
    model, state = row(6)
    around = replace(model, mesh=replace(model.mesh, periodic=(True, False, False)))
    with pytest.raises(ValueError, match="periodic"):
        transport(around, state.velocity, closure(model, state.velocity, None), state.temperature)


@cache
def module_in_motion(*overrides):
    """A small vessel (cut cells, racks, rear doors, films) some time after its start."""
    level = make_level(load_case(SMALL, ("solver.turbulence=k_epsilon", *overrides)), 1.0, None, True)
    state = first_state(level)
    for dt in (1e-3, 4e-3, 1e-2, 1e-2):
        state, report = advance(level.module, state, jnp.asarray(dt, state.flow.temperature.dtype), jnp.asarray(20))
    return level, state, report


@LIMITED_SLOW_UPWIND
def test_a_steady_module_closes_its_heat_balance(limited):
    level, state, _ = module_in_motion()
    found = jax.jit(partial(steady, limited=limited))(level.module, FrozenFlow(state))
    balance = {name: float(value) for name, value in found.values["balance"].items()}
    taken = balance["coil_heat"] + balance["hull_heat"] + balance["liquid_heat"]
    assert balance["it_power"] + balance["fan_power"] == pytest.approx(taken, rel=1e-6)
    assert balance["hull_heat"] > 0
    assert float(found.converged) == 1
    assert abs(float(found.imbalance)) < 1e-6 * balance["it_power"]
    gas = np.asarray(level.module.model.mesh.open_cell) > 0
    temperature = np.asarray(found.state.flow.temperature)[gas]
    assert temperature.min() > float(level.operation.sea_temperature - level.operation.reference_temperature)
    racks = level.module.racks  # which warm what enters them by 12 K
    entering = np.asarray(found.state.flow.temperature).ravel()[np.asarray(racks.layout.front_cell)]
    assert temperature.max() < entering.max() + 12.001


@pytest.mark.slow
def test_a_steady_module_does_not_depend_on_its_start():
    level, state, _ = module_in_motion()
    solve = jax.jit(partial(steady, tolerance=1e-6))  # by default single cells may be some 0.04 K off
    first = solve(level.module, FrozenFlow(state)).state.flow.temperature
    warmer = state.with_flow(replace(state.flow, temperature=state.flow.temperature + 8.0))
    second = solve(level.module, FrozenFlow(warmer)).state.flow.temperature
    gas = level.module.model.mesh.open_cell > 0  # a closed cell keeps what it has: nothing touches it
    assert float(jnp.max(jnp.abs(first - second) * gas)) < 2e-3
    np.testing.assert_array_equal((second - first)[~gas], 8.0)


@pytest.mark.slow
def test_many_steps_in_time_end_in_the_steady_state():
    level, state, _ = module_in_motion()
    expected = jax.jit(partial(steady, tolerance=1e-7))(level.module, FrozenFlow(state)).state.flow.temperature

    @jax.jit
    def later(state):
        return implicit_step(level.module, FrozenFlow(state), 60.0, tolerance=1e-6).state

    for _ in range(60):
        state = later(state)
    assert float(state.flow.time) > 3600
    assert float(jnp.max(jnp.abs(state.flow.temperature - expected))) < 2e-3


def test_a_step_in_time_stores_what_comes_in_and_does_not_leave():
    level, state, _ = module_in_motion()
    found = jax.jit(lambda s: implicit_step(level.module, FrozenFlow(s), 5.0, tolerance=1e-8))(state)
    balance = {name: float(value) for name, value in found.values["balance"].items()}
    left = balance["it_power"] - balance["coil_heat"] - balance["hull_heat"]
    assert abs(left) > 100
    assert balance["stored_heat"] == pytest.approx(left, rel=1e-6)


@pytest.mark.slow
def test_the_march_stays_where_it_is_told_to_go():
    """A round of the march in the same flow, held still, leaves the steady temperature as it is."""
    level, state, _ = module_in_motion()
    found = jax.jit(partial(steady, tolerance=1e-7))(level.module, FrozenFlow(state))
    coupling, held = couple(level.module, found.state)
    model, flow = coupling.model, held.flow
    turbulent = closure(model, flow.velocity, flow.turbulence)
    given = transport(model, flow.velocity, turbulent, flow.temperature)

    @jax.jit
    def march(temperature):
        def step(_, t):
            wide = halo_padded(t)
            carried = advected_heat(model.mesh, model.heat, given.flux, wide, given.conductance)
            return advance_temperature(model.heat, t, carried, given.conductance, 2e-3, None, wide=wide)[0]

        return jax.lax.fori_loop(0, 2000, step, temperature)

    expected = flow.temperature
    assert float(jnp.max(jnp.abs(march(expected) - expected))) < 1e-4
    elsewhere = march(expected + 0.1)
    assert float(jnp.max(jnp.abs(elsewhere - expected))) > 1e-2  # it does move what is not steady
    assert float(jnp.mean(jnp.abs(elsewhere - expected))) < 0.1


@pytest.mark.slow
@LIMITED
def test_derivatives_of_a_steady_module(limited):
    """Backwards, of what an engineer reads, by what he can change, against differences.

    The limiter has kinks: at one the differences to both sides are not the same (here by 0.3 % for UA).
    """
    level, state, _ = module_in_motion()

    def told(operation):
        found = steady(operate(level.layout, operation), FrozenFlow(state), limited=limited, tolerance=1e-11)
        racks, balance = found.values["racks"], found.values["balance"]
        return jnp.sum(racks["inlet_temperature"][1]) + 1e-2 * balance["hull_heat"] + 1e-4 * balance["coil_heat"]

    told = jax.jit(told)
    operation = level.operation
    slope = jax.jit(jax.grad(told))(operation)
    for name, at, share in (("rack_power", (0, 3), 1e-4), ("coil_ua", (1,), 1e-4), ("sea_temperature", (), 1e-6)):
        value = getattr(operation, name)
        change = share * float(value[at])
        more, less = (told(replace(operation, **{name: value.at[at].add(sign * change)})) for sign in (1, -1))
        expected = float(more - less) / (2 * change)
        assert float(getattr(slope, name)[at]) == pytest.approx(expected, rel=2e-3 if limited else 1e-6), name
    assert all(np.all(np.isfinite(leaf)) for leaf in jax.tree_util.tree_leaves(slope))


@pytest.mark.slow
def test_influence_of_racks_on_racks():
    """A column of the table is what one more watt in that rack does to all inlets."""
    level, state, _ = module_in_motion()
    table = np.asarray(rack_influence(level.layout, level.operation, FrozenFlow(state)))
    assert table.shape == (4, 4)
    assert table.min() > 0

    def inlets(operation):
        racks = steady(operate(level.layout, operation), FrozenFlow(state), limited=False, tolerance=1e-10).values[
            "racks"
        ]
        return jnp.sum(racks["flow"] * racks["inlet_temperature"], 1) / jnp.sum(racks["flow"], 1)

    inlets = jax.jit(inlets)
    power = level.operation.rack_power
    more = replace(level.operation, rack_power=power.at[2].multiply(1 + 100.0 / float(jnp.sum(power[2]))))
    np.testing.assert_allclose(table[:, 2], (inlets(more) - inlets(level.operation)) / 100, rtol=1e-3)


@pytest.mark.slow
def test_influence_of_an_idle_shorter_rack():
    """A watt in a rack without power heats what its own, fewer units let through, and all of it counts."""
    idle = ("racks.B.power=0 W", "racks.B.height_units=6", 'racks.B.airflow={ law = "fixed", flow = "0.4 m3/s" }')
    level, state, _ = module_in_motion(*idle)
    table = np.asarray(rack_influence(level.layout, level.operation, FrozenFlow(state)))
    assert np.all(np.isfinite(table))
    power = level.operation.rack_power
    assert power.shape == (4, 12)

    def warmth(watts):
        module = operate(level.layout, replace(level.operation, rack_power=power.at[1, :6].set(watts / 6)))
        racks = steady(module, FrozenFlow(state), limited=False, tolerance=1e-10).values["racks"]
        return jnp.sum(racks["flow"] * racks["inlet_temperature"], 1) / jnp.sum(racks["flow"], 1)

    np.testing.assert_allclose(table[:, 1], (warmth(60.0) - warmth(0.0)) / 60, rtol=1e-2)


def test_the_flow_of_means_is_taken_from_a_rounds_fields():
    level, state, report = module_in_motion()
    frozen = frozen_mean(state, report.values["interior"], 2 * state.machine_flow)
    np.testing.assert_array_equal(frozen.state.machine_flow, 2 * state.machine_flow)
    np.testing.assert_array_equal(frozen.state.flow.temperature, report.values["interior"]["temperature"])
    np.testing.assert_array_equal(frozen.eddy_viscosity, report.values["interior"]["eddy_viscosity"])
    own = closure(level.module.model, state.flow.velocity, state.flow.turbulence)
    np.testing.assert_allclose(frozen.eddy_viscosity, own.eddy, rtol=1e-9, atol=1e-12)
