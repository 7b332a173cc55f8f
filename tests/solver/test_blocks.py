"""Blocks as stores of heat: sums by block, and what counts as steady."""

import jax.numpy as jnp
import numpy as np
import pytest

from jamsu.solver.exchange.blocks import Blocks, by_block, mean_temperature, to_surroundings
from jamsu.solver.exchange.coils import Coils
from jamsu.solver.exchange.coolers import Coolers
from jamsu.solver.exchange.hull import Hull
from jamsu.solver.march.averaging import Average
from jamsu.solver.march.settled import Criteria, open_balance, unsteady
from jamsu.solver.march.steady import of_round, throughput
from jamsu.solver.march.window import Window
from jamsu.solver.module import Module
from jamsu.solver.round import Round

CRITERIA = Criteria(settle=10.0, window=10.0, shortest=5.0, longest=100.0, tolerance=0.003)


def two_blocks(power=(120.0, 0.0)):
    """On 4 cells in a row along x: block 0 in cells 1 and 2, block 1 in cell 3; x-faces 0 to 4 come first."""
    return Blocks(
        cell=jnp.array([1, 2, 3]),
        block=jnp.array([0, 0, 1]),
        power=jnp.asarray(power),
        face=jnp.array([1, 3, 3]),
        face_block=jnp.array([0, 0, 1]),
    )


def test_sums_and_means_by_block():
    blocks = two_blocks()
    row = jnp.array([100.0, 1.0, 3.0, 7.0]).reshape(4, 1, 1)
    np.testing.assert_allclose(by_block(blocks, row), [4.0, 7.0])
    capacity = jnp.array([9.0, 1.0, 3.0, 2.0]).reshape(4, 1, 1)
    np.testing.assert_allclose(mean_temperature(blocks, row, capacity), [(1 * 1 + 3 * 3) / 4, 7.0])


def test_a_block_is_tied_to_gas_neighbours_and_hull():
    """Block 0: 2 W/K to the gas, 5 to block 1, 0.5 and 0.25 to the hull; what conducts inside it does not count."""
    along_x = jnp.array([0.0, 2.0, 50.0, 5.0, 0.0]).reshape(5, 1, 1)
    others = jnp.zeros((4, 2, 1)), jnp.zeros((4, 1, 2))
    exchange = jnp.array([8.0, 0.5, 0.25, 1.0]).reshape(4, 1, 1)
    found = to_surroundings(two_blocks(), (along_x, *others), exchange)
    np.testing.assert_allclose(found, [2 + 5 + 0.5 + 0.25, 5 + 1])


def module_of(*power):
    """All of a module that the judgement of its blocks reads."""
    made = object.__new__(Module)
    none = jnp.zeros(0, int)
    blocks = Blocks(cell=none, block=none, power=jnp.asarray(power, float), face=none, face_block=none)
    object.__setattr__(made, "blocks", blocks)
    kinds = {"coils": Coils, "coolers": Coolers, "hull": Hull}
    object.__setattr__(made, "exchangers", {name: object.__new__(kind) for name, kind in kinds.items()})
    return made


def half(gas, blocks=(), tied=()):
    """A half window of 2 s in which gas and blocks store this much, W; blocks tied to all around by `tied`, W/K."""
    means = {"balance.stored_heat": gas + sum(blocks), "blocks.stored_heat": blocks, "blocks.conductance": tied}
    return Average(2.0, {name: np.asarray(2.0 * np.asarray(value, float)) for name, value in means.items()})


def window_of(older, newer):
    return Window(2.0, [older, newer])


def closed(module, window, criteria, scale):
    return not open_balance(module, window, criteria, scale)


def test_a_block_that_takes_what_the_gas_gives_is_not_steady():
    """It stores 34 W of its 120 W, the gas gives 34 W away: together nothing. At 15 W/K it has 2.3 K to go."""
    passing, tied = 40120.0, (15.0,)
    half_way = window_of(half(-34.0, (34.0,), tied), half(-34.0, (34.0,), tied))
    assert float(half_way.mean("balance.stored_heat")) == 0.0
    np.testing.assert_allclose(unsteady(module_of(120.0), half_way, CRITERIA), [34.0 / 15.0 / 0.1])
    assert not closed(module_of(120.0), half_way, CRITERIA, passing)
    # Stored heat below 0.1 K times 15 W/K is steady.
    for stored, steady in ((1.4, True), (1.6, False), (-1.6, False)):
        now = window_of(half(-stored, (stored,), tied), half(-stored, (stored,), tied))
        assert closed(module_of(120.0), now, CRITERIA, passing) is steady


def test_every_block_has_its_own_measure():
    """A small one in still gas (0.1 W/K) that stores 0.05 W has 0.5 K to go, however steady a large one beside it is.

    Of one with 1 kW at 0.5 W/K, 2000 K warmer than the gas, the tolerance allows 0.3 %: 6 K.
    """
    mean = Window(2.0, [half(0.0, (0.05, 1.0, 2.9), (0.1, 100.0, 0.5))])
    np.testing.assert_allclose(unsteady(module_of(0.0, 500.0, 1000.0), mean, CRITERIA), [5.0, 0.1, 5.8 / 6.0])


def report_of(coil=0.0, hull=0.0, cooler=0.0):
    nothing = Round(*[jnp.zeros(())] * len(Round._fields))
    exchanged = {"coils": coil, "coolers": cooler, "hull": hull}
    return nothing._replace(exchanged={name: jnp.asarray(heat) for name, heat in exchanged.items()})


def test_a_tolerance_is_a_share_of_the_heat_that_passes():
    """100 W in 2.7 m3/s: a coil that takes 6.6 kW at 1 K may leave 0.3 W open, not the 20 W that 1 K would drive."""
    scale = throughput(100.0, {"coils": 100.0}, 6600.0)
    assert scale == pytest.approx(100.0)
    for stored, steady in ((0.29, True), (0.31, False), (20.0, False), (-21.0, False)):
        assert closed(module_of(), window_of(half(stored), half(stored)), CRITERIA, scale) is steady


def test_what_passes_is_the_most_of_one_kind():
    """121 W that leave of 100 W are what passes; a room between a warm sea and a cooling unit counts what it passes on.

    Without any source, the heat that 10 K would drive.
    """
    assert of_round(module_of(), 100.0, report_of(coil=121.0)) == pytest.approx(121.0)
    assert of_round(module_of(), 10.0, report_of(hull=-500.0, cooler=510.0)) == pytest.approx(510.0)
    assert throughput(0.0, {}, 50.0) == pytest.approx(500.0)


def test_gas_that_cools_and_then_warms_is_not_steady():
    """Halves that store -5 and +5 W cancel in the mean; the newer one has to be steady too."""
    assert not closed(module_of(), window_of(half(-5.0), half(5.0)), CRITERIA, 100.0)
    assert closed(module_of(), window_of(half(-0.5), half(0.5)), CRITERIA, 100.0)
