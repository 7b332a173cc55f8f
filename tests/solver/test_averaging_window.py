"""The averaging of a steady march: windows that grow, move on, and end as soon as the means are known."""

import jax.numpy as jnp
import numpy as np
import pytest
from test_blocks import module_of

from jamsu.solver.march import steady
from jamsu.solver.march.averaging import Average
from jamsu.solver.march.settled import Criteria, judge
from jamsu.solver.march.steady import March, average_round, missed
from jamsu.solver.march.window import MOST_BLOCKS, Window
from jamsu.solver.module import ModuleState
from jamsu.solver.round import Round

CRITERIA = Criteria(settle=0.0, window=60.0, shortest=30.0, longest=1e9, tolerance=0.003)
STEP = 0.5  # s, a round
PASSING = 70e3  # W


def round_of(time, inlet, stored=0.0, duration=STEP, block=None):
    """A round in which all of three inlets have `inlet` less a few kelvins, and the gas stores so much, W."""
    figures = {"hottest_inlet": inlet, "coldest_inlet": inlet - 3.0, "mean_inlet": inlet - 1.0}
    values = {
        "racks": {"inlet_temperature": jnp.asarray([[inlet, inlet - 1.0, inlet - 3.0]])},
        "key_figures": {name: jnp.asarray(value) for name, value in figures.items()},
        "balance": {"stored_heat": jnp.asarray(stored)},
        "blocks": {
            "temperature": jnp.asarray([] if block is None else [block], float),
            "stored_heat": jnp.zeros(0 if block is None else 1),
            "conductance": jnp.ones(0 if block is None else 1),
        },
        "interior": {"temperature": jnp.full((2, 2, 2), inlet)},
    }
    nothing = Round(*[jnp.zeros(())] * len(Round._fields))
    return nothing._replace(time=jnp.asarray(time), duration=jnp.asarray(duration), values=values, exchanged={})


@pytest.fixture
def marched(monkeypatch):
    """A function that averages a series of inlets (and of stored heat) as a march does, until it is done."""
    monkeypatch.setattr(steady, "of_window", lambda module, window, report: PASSING)
    module = module_of()

    def run(inlets, stored=None, criteria=CRITERIA):
        march = March(state=object.__new__(ModuleState), start=0.0, dt=0.1)
        lengths = []
        for i, inlet in enumerate(inlets):
            march.series.append(((i + 1) * STEP, 0.0, 0.0, float(inlet)))
            heat = 0.0 if stored is None else float(stored[i])
            average_round(module, march, round_of((i + 1) * STEP, float(inlet), heat), criteria)
            lengths.append(march.averaged)
            if march.finished:
                break
        return march, np.array(lengths), [miss.text for miss in missed(module, march, criteria)]

    return run


def meander(seconds, spread=1.0, scale=8.0, seed=0):
    """A flow that meanders: a series with an integral time scale of `scale` s."""
    random = np.random.default_rng(seed)
    memory = np.exp(-STEP / scale)
    values = np.empty(int(seconds / STEP))
    now = random.normal()
    for i in range(len(values)):
        now = memory * now + np.sqrt(1 - memory**2) * random.normal()
        values[i] = 25.0 + spread * now
    return values


def test_a_flow_at_rest_is_done_after_the_shortest_window(marched):
    march, lengths, _ = marched(np.full(400, 20.0))
    assert march.converged
    assert lengths[-1] == pytest.approx(CRITERIA.shortest)


def test_a_flow_that_hardly_moves_is_done_after_the_window(marched):
    march, lengths, _ = marched(meander(400, spread=0.03))
    assert march.converged
    assert lengths[-1] == pytest.approx(CRITERIA.window, rel=0.01)
    assert march.verdict.spread < 0.1


@pytest.mark.parametrize("seed", range(6))
def test_a_flow_that_meanders_is_done_once_its_mean_is_known(marched, seed):
    """Half its standard deviation at 95 % takes 18 independent values, which come every 16 s."""
    march, lengths, _ = marched(meander(3000, seed=seed))
    assert march.converged
    assert 90.0 < lengths[-1] < 1200.0
    assert march.verdict.uncertainty <= 0.5 * march.verdict.spread
    assert 2.0 < march.verdict.time_scale < 16.0
    assert abs(float(march.average.mean("key_figures.hottest_inlet")) - 25.0) < 2.2 * march.verdict.uncertainty
    # The window never begins anew: it loses a quarter at most.
    assert np.all(lengths[1:] >= 0.74 * lengths[:-1])


def test_a_window_grows_while_its_heat_balance_is_open(marched):
    """The gas's heat swings by 30 kJ: over 60 s that may be 0.7 % of 70 kW, and at most 0.3 % over 143 s."""
    swing = 30e3 * np.sin(2 * np.pi * np.arange(4000) * STEP / 47.0 + 0.4)
    stored = np.diff(swing, prepend=swing[0]) / STEP
    march, lengths, _ = marched(np.full(4000, 20.0), stored)
    assert march.converged
    assert abs(float(march.average.mean("balance.stored_heat"))) <= 0.003 * PASSING
    assert lengths[-1] < 300.0
    assert np.all(np.diff(lengths) > 0)


def test_a_drift_is_left_behind(marched):
    """Gas that warms by 5 K with a time of 100 s: half windows of 30 s agree to 0.1 K where 0.33 K are left."""
    time = np.arange(4000) * STEP
    inlets = 25.0 - 5.0 * np.exp(-time / 100.0) + 0.02 * np.sin(time)
    march, lengths, _ = marched(inlets)
    assert march.converged
    assert abs(float(march.average.mean("key_figures.hottest_inlet")) - 25.0) < 0.4
    assert lengths[-1] < 130.0  # it moved on instead of growing
    assert len(lengths) * STEP < 600.0


def test_what_is_missed_is_told_with_figures(marched):
    drifting = 25.0 + 0.01 * np.arange(400)
    march, _, told = marched(drifting)
    assert not march.converged
    assert any(line.startswith("the means of the hottest inlet over two half windows disagree by 0.") for line in told)
    assert any("K is allowed" in line for line in told)
    march, _, told = marched(np.full(240, 20.0), np.full(240, 0.011 * PASSING))
    assert told[0] == "the heat balance misses by 1.1 % where 0.3 % is allowed"
    march, _, told = marched(meander(70.0, seed=1))
    assert any("known to ±" in line and "(95 %) where ± " in line for line in told)


def test_a_unit_that_moves_more_than_the_hottest_of_each_moment_counts():
    """Two inlets that swing against each other: one of them is always hot, and neither one's mean is known."""
    window, series = Window(7.5), []
    for i in range(120):
        swing = 3.0 * np.sin(2 * np.pi * i * STEP / 50.0)
        report = round_of(i * STEP, 25.0)
        report.values["racks"]["inlet_temperature"] = jnp.asarray([[25.0 - 3.0 + swing, 25.0 - 3.0 - swing, 20.0]])
        window.add(report)
        series.append((i * STEP, 0.0, 0.0, 25.0))
    verdict = judge(window, series, CRITERIA)
    assert verdict.spread == 0.0
    assert verdict.uncertainty > 1.0


@pytest.mark.parametrize(("spread", "known"), [(0.0, False), (1.5, True)])
def test_a_block_may_drift_less_in_a_quiet_flow(spread, known):
    """By 0.06 K from one half window to the other: above a fifth of 0.1 K, far below what a flow of 1.5 K meanders."""
    window, series = Window(7.5), []
    for i in range(120):
        inlet = 25.0 + spread * np.sin(2 * np.pi * i / 15.0)
        window.add(round_of(i * STEP, inlet, block=40.0 + 0.001 * i))
        series.append((i * STEP, 0.0, 0.0, inlet))
    misses = judge(window, series, CRITERIA).misses
    assert (not misses) is known
    assert known or misses[0].text.startswith("the means of block 1 (5 times) over two half windows disagree by 0.3 K")


def test_growing_keeps_the_mean_and_moving_on_drops_a_quarter():
    window = Window(1.0)
    ended = [window.add(round_of(float(i), float(i))) for i in range(2 * MOST_BLOCKS)]
    assert ended == [False, True] * MOST_BLOCKS
    assert window.is_full
    mean = float(window.mean("key_figures.hottest_inlet"))
    assert mean == pytest.approx(np.mean(np.arange(16)))
    window.grow()
    assert (len(window.blocks), window.duration) == (4, 8.0)
    assert float(window.merged().mean("key_figures.hottest_inlet")) == pytest.approx(mean)
    np.testing.assert_allclose(window.means("key_figures.hottest_inlet"), [1.5, 5.5, 9.5, 13.5])
    assert float(window.newer_mean("key_figures.hottest_inlet")) == pytest.approx(11.5)
    window.move_on()
    assert window.duration == 4.0


def test_packed_fields_are_single_and_numbers_double():
    part = Average()
    part.add(round_of(0.5, 20.1))
    packed = part.packed()
    assert packed.sums["interior.temperature"].dtype == np.float32
    assert packed.sums["key_figures.hottest_inlet"].dtype == np.float64
    assert packed.merged(packed).sums["interior.temperature"].dtype == np.float64
    np.testing.assert_allclose(packed.mean("interior.temperature"), 20.1, rtol=1e-7)
