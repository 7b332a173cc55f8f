"""Height units on cells of other heights: each outlet follows from the unit's own heat and flow."""

from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

from jamsu.cases import load_case
from jamsu.cases.run.levels import make_level
from jamsu.geometry.boxes import overlap_matrix
from jamsu.solver.exchange.racks import RackLayout, Racks, follow_pressure, unit_excess, unit_outlet

FAULTS = Path(__file__).parent / "faults"


def ports(inside, open_unit):
    """One rack's ports of one cell's width, a row for each pair of a layer of cells and a height unit in it."""
    level, unit = np.nonzero(inside)
    nothing = jnp.zeros(len(level), int)
    return RackLayout(
        front_cell=nothing,
        rear_cell=nothing,
        behind_cell=nothing,
        slot=jnp.asarray(unit),
        level=jnp.asarray(level),
        level_rack=jnp.zeros(len(inside), int),
        inside=jnp.asarray(inside[level, unit]),
        across=jnp.ones(len(level)),
        open_unit=jnp.asarray(open_unit)[None],
        law_racks={"fixed": jnp.zeros(1, int)},
        door_loss=jnp.zeros(1),
        passage_face=jnp.zeros(0, int),
        passage_rack=jnp.zeros(0, int),
        passage_sign=jnp.zeros(0),
    )


def excess_of(inside, heat, share):
    """`unit_excess` as a table, (layer, unit)."""
    layout = ports(inside, np.ones(len(heat)))
    found = np.zeros(inside.shape)
    found[np.nonzero(inside)] = unit_excess(layout, jnp.asarray(heat)[None], jnp.asarray(share)[None])
    return found


def test_two_units_in_a_row_by_hand():
    """24 units of 1/24 of the flow, two in each of 12 rows; the 12th has 3 kW.

    Its gas would take 3 kW * 24 = 72 kW of the whole flow, its row's 36 kW: 36 kW more, and the 11th as much less.
    """
    inside = overlap_matrix(np.linspace(0, 1.2, 13), np.linspace(0, 1.2, 25)) / 0.05
    heat = np.zeros(24)
    heat[11] = 3000.0
    excess = excess_of(inside, heat, np.full(24, 1 / 24))
    expected = np.zeros((12, 24))
    expected[5, 10:12] = -36000.0, 36000.0
    np.testing.assert_allclose(excess, expected, atol=1e-6)


@pytest.mark.parametrize(("rows", "units"), [(3, 24), (5, 24), (16, 24), (29, 24), (7, 1), (1, 7)])
def test_the_excess_of_a_row_is_nothing_in_the_mean(rows, units):
    """Whatever lies in a row: what its cells hold is what its units' gas holds; blank units neither give nor take."""
    rng = np.random.default_rng(rows)
    row_edges = np.concatenate([[0.0], np.sort(rng.random(rows - 1)), [1.0]])
    inside = overlap_matrix(row_edges, np.linspace(0, 1, units + 1)) * units
    heat = rng.random(units) * 1000
    flow = rng.random(units) + 0.1
    blank = (rng.random(units) < 0.3) & (np.arange(units) > 0)
    heat[blank] = flow[blank] = 0.0
    split = inside * flow / flow.sum()
    excess = excess_of(inside, heat, flow / flow.sum())
    np.testing.assert_allclose((split * excess).sum(1), 0.0, atol=1e-9)
    assert np.all(excess[split == 0] == 0)
    # A row's gas takes what its cells hold; with the excess, each unit's gas takes the unit's own heat.
    held = inside @ heat
    through = split.sum(1)
    warmth = np.where(through > 0, held / np.where(through > 0, through, 1), 0.0)
    np.testing.assert_allclose((split * (warmth[:, None] + excess)).sum(0), heat, atol=1e-9)


def test_an_outlet_by_hand():
    """Two units share the gas of one row, at 30 degC: a rack of 2 kW/K, +20 and -20 kW make 40 and 20 degC of it."""
    number = jnp.zeros((1, 3))
    racks = Racks(
        layout=ports(np.array([[0.5, 0.5, 0.0]]), np.ones(3)),
        power=number,
        gas_heat=number,
        unit_share=jnp.array([[0.5, 0.5, 0.0]]),
        flow=jnp.ones(1),
        airflow={},
        share=jnp.array([0.5, 0.5]),
        excess=jnp.array([20e3, -20e3]),
        door_loss=jnp.zeros(1),
    )
    np.testing.assert_allclose(unit_outlet(racks, jnp.full(2, 30.0), jnp.array([2000.0])), [[40.0, 20.0, 0.0]])
    np.testing.assert_allclose(unit_outlet(racks, jnp.full(2, 30.0), jnp.array([0.0])), [[30.0, 30.0, 0.0]])


@pytest.mark.parametrize("width", [2.0, 1.0, 0.75])
def test_field_and_table_hold_the_same_heat_on_any_grid(width):
    """3 kW in the cells; gas that leaves the rows warmed by what they hold has each unit's own rise in the table.

    Unit 12: 3 kW / (0.025 m3/s * 1248 J/m3/K) = 96.2 K; all others none.
    """
    level = make_level(load_case(FAULTS / "one_hot_unit.toml"), width, None, True)
    racks, power = level.module.racks, np.asarray(level.module.model.heat.source, float)
    assert power.sum() == pytest.approx(3000.0, rel=1e-6)
    share, excess = np.asarray(racks.share, float), np.asarray(racks.excess, float)
    assert share.sum() == pytest.approx(1.0, rel=1e-5)
    assert abs(np.sum(share * excess)) < 1e-4 * 3000.0
    capacity = float(level.module.model.heat.fluid_capacity)
    # A stream tube's gas, warmed by all heat of its cells from front to rear.
    rear = np.asarray(racks.layout.rear_cell)
    place = np.array(np.unravel_index(rear, power.shape))
    tube = power.sum(1)[place[0], place[2]]
    flows = np.zeros(power.shape)
    np.add.at(flows.ravel(), rear, share * 0.6)
    through = flows.ravel()[rear]
    warmed = np.where(through > 0, tube / (capacity * np.where(through > 0, through, 1.0)), 0.0)  # rows that fill up: 0
    outlet = np.asarray(unit_outlet(racks, jnp.asarray(warmed), jnp.array([capacity * 0.6])), float)[0]
    expected = np.zeros(24)
    expected[11] = 3000.0 / (capacity * 0.025)
    assert expected[11] == pytest.approx(96.2, abs=3.0)
    np.testing.assert_allclose(outlet, expected, atol=2e-3)


def operating_point(density, area):
    """Flow at which 100 - 80 Q (Pa, below 0.5 m3/s) is the loss 100 rho / (2 A^2) Q^2 of the door, m3/s."""
    loss = 100.0 * density / (2 * area**2)
    return (-80 + np.sqrt(80**2 + 400 * loss)) / (2 * loss)


def test_a_door_is_passed_through_the_open_units_only():
    """Units 1 to 12 of 24: 0.36 m2 of the 0.72 m2 face. rho = 1.197 kg/m3: 461.8 Q^2 + 80 Q = 100, Q = 0.387 m3/s."""
    assert operating_point(1.197, 0.36) == pytest.approx(0.387, abs=0.0005)
    level = make_level(load_case(FAULTS / "half_filled_rack.toml"), 2.0, 285.2, True)  # nitrogen of 12 degC
    density = float(level.module.gas.density)
    assert density == pytest.approx(101325 / (296.8 * 285.2), rel=1e-3)
    flow = jnp.array([0.1], level.module.model.mesh.dtype)
    for _ in range(60):
        flow = follow_pressure(level.module.racks, flow, jnp.zeros_like(flow))
    assert float(flow[0]) == pytest.approx(operating_point(density, 0.36), rel=1e-3)
    assert operating_point(density, 0.72) > 1.3 * float(flow[0])
