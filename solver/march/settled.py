"""When a march is done: its means are known well enough, and every store of heat is steady.

Means. In a flow at rest two half windows agree to `steady_drift`. A flow that keeps moving is averaged over `window`
at least, until the half-widths of its means (95 % confidence) and the difference of its half windows are below `drift`.
Where it meanders by more than that, half its own standard deviation is allowed: what an inlet has at any moment is then
less sure than its mean, and the result states both. Half-widths come from batch means and, for the hottest inlet of a
flow that meanders, from its integral time scale too; the larger one counts (`jamsu.solver.march.statistics`).

Heat. The gas stores less than the tolerance's share of the heat that passes, over the whole window and (twice that)
over its newer half. Each block is near its steady temperature.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from jamsu.solver.march.progress import COURANT
from jamsu.solver.march.statistics import (
    batch_half_width,
    evenly,
    half_width,
    halves,
    integral_time_scale,
    trend,
)
from jamsu.solver.march.window import Window
from jamsu.solver.module import Module
from jamsu.solver.variables import KEY_FIGURES

MEANDER_SHARE = 0.5  # of the standard deviation of a flow that meanders: as well as its mean must be known
BLOCK_SHARE = 0.2  # share of the drift that blocks may have in a quiet flow: their films follow the slowest of it
CHANCE = 2.0  # times the half-width of a mean: how far its two half windows differ by chance (95 %)
NEWER_HALF = 2.0  # times the tolerance that the newer half window may store


@dataclass(frozen=True)
class Criteria:
    """When a level is done.

    Attributes:
      settle: time before averaging, s.
      window: averaging time of a flow that keeps moving, s.
      shortest: averaging time of a flow that has come to rest, s.
      longest: time after which the level gives up, s.
      tolerance: share of the heat that passes the gas, and of a block's heat, that either may store in the mean.
      drift: half-width of the means, and difference of half windows, of the rack inlets (without racks: of the gas), K.
      block_drift: difference by which a block may miss its steady temperature if the tolerance allows less, K.
      steady_drift: difference between two half windows below which the flow counts as at rest, K.
      courant: target Courant number.
    """

    settle: float
    window: float
    shortest: float
    longest: float
    tolerance: float
    drift: float = 0.1
    block_drift: float = 0.1
    steady_drift: float = 0.01
    courant: float = COURANT


class Miss(NamedTuple):
    """A criterion that is not met.

    Attributes:
      text: what is wrong, with the figure found and the one allowed.
      direction: the change that shows it where it is no chance, else 0.
      wanted: length of the window at which it may be met, s.
    """

    text: str
    direction: float
    wanted: float


@dataclass(frozen=True)
class Verdict:
    """What is known of a window's means.

    Attributes:
      misses: criteria of the means that are not met; empty where they are known.
      spread: standard deviation of the hottest inlet, K.
      time_scale: its integral time scale, s.
      uncertainty: half-width of its mean, and of that of the unit that is hottest in the mean, at 95 % confidence, K.
    """

    misses: tuple[Miss, ...]
    spread: float
    time_scale: float
    uncertainty: float


Series = Sequence[tuple[float, float, float, float]]
"""By round: time, residual, imbalance, hottest inlet."""


def judge(window: Window, series: Series, criteria: Criteria) -> Verdict:
    """Whether the means of a window of at least four blocks are known."""
    duration = window.duration
    spread, scale = _meander(series, duration)
    hottest = next(_figures(window, BLOCK_SHARE))
    uncertain = hottest.half
    widest = max(spread, hottest.spread)
    if widest > criteria.drift:
        # The height unit that is hottest in the mean may move more than the hottest of each moment, as fast as that.
        uncertain = max(uncertain, half_width(widest, scale, duration))
    if duration < 0.99 * criteria.window:
        misses = tuple(_at_rest(window, criteria))
    else:
        misses = tuple(_moving(window, criteria.drift, spread, uncertain))
    return Verdict(misses, spread, scale, uncertain)


def _meander(series: Series, duration: float) -> tuple[float, float]:
    """Standard deviation (K) and integral time scale (s) of the hottest inlet over the last `duration`."""
    rows = np.array(series, float)
    rows = rows[rows[:, 0] > rows[-1, 0] - duration * (1 + 1e-9)]
    if len(rows) < 2:
        return 0.0, 0.0
    values, step = evenly(rows[:, 0], rows[:, 3])
    return float(np.std(rows[:, 3])), integral_time_scale(values, step)


class _Figure(NamedTuple):
    """A figure that must be known.

    Attributes:
      apart: difference of its half windows (of a block over its share of what is allowed), K.
      chance: as much as chance may make of that, K.
      half: half-width of its mean, K.
      spread: its standard deviation, K.
      means: what shows its trend, (blocks,).
    """

    name: str
    apart: float
    chance: float
    half: float
    spread: float
    means: np.ndarray


def _figures(window: Window, block_share: float) -> Iterator[_Figure]:
    """The hottest inlet, all inlets with their extremes and mean (the gas's where there are none), each block."""
    names = [f"key_figures.{name}" for name in KEY_FIGURES]
    inlets = window.means("racks.inlet_temperature")
    all_ = np.concatenate([inlets.reshape(len(inlets), -1), *(window.means(name)[:, None] for name in names)], axis=1)
    spreads = np.append(window.spread("racks.inlet_temperature"), [window.spread(name) for name in names])
    half, hot = batch_half_width(all_), len(spreads) - len(names)
    older, newer = (part.mean(0) for part in halves(all_))
    # The hottest of each moment, and the height unit that is hottest in the mean.
    both = [hot, int(np.argmax(all_[:, :hot].mean(0)))] if hot else [hot]
    apart, known = abs(float(newer.max() - older.max())), float(half[both].max())
    yield _Figure("the hottest inlet", apart, CHANCE * known, known, float(spreads[both].max()), all_[:, hot])
    apart, known, spread = (float(np.sqrt(np.mean(values**2))) for values in (newer - older, half, spreads))
    yield _Figure("the inlets (root mean square)", apart, CHANCE * known, known, spread, all_.mean(1))
    blocks = window.means("blocks.temperature")
    for number in range(blocks.shape[1]):
        means = blocks[:, number]
        older, newer = (part.mean() for part in halves(means))
        apart, known = abs(float(newer - older)) / block_share, float(batch_half_width(means))
        name = f"block {number + 1}" + (f" ({1 / block_share:g} times)" if block_share < 1 else "")
        yield _Figure(name, apart, CHANCE * known / block_share, known, 0.0, means)


def _at_rest(window: Window, criteria: Criteria) -> Iterator[Miss]:
    """What moves too much for a flow at rest, within a window that is short for one that keeps moving."""
    for name, apart, *_, means in _figures(window, BLOCK_SHARE):
        if apart > criteria.steady_drift:
            found = f"the means of {name} over two half windows disagree by {apart:.2g} K"
            allowed = f"{criteria.steady_drift:.2g} K is allowed before {criteria.window:.3g} s are averaged"
            yield Miss(f"{found} where {allowed}", trend(means), criteria.window)


def _moving(window: Window, drift: float, spread: float, hottest: float) -> Iterator[Miss]:
    """What is not known well enough of a flow that keeps moving.

    Args:
      drift: what half-widths, and differences of half windows by a trend, may have in any case, K.
      spread: standard deviation of the hottest inlet, K.
      hottest: half-width of its mean, K.
    """
    duration = window.duration
    # Where the flow meanders the blocks do so with it.
    share = 1.0 if spread > drift else BLOCK_SHARE
    for number, (name, apart, chance, half, own, means) in enumerate(_figures(window, share)):
        allowed = max(drift, MEANDER_SHARE * max(own, spread))
        known, change = max(half, hottest) if number == 0 else half, trend(means)
        # Half windows may differ by chance as much as is known of their difference, by a trend as much as is allowed.
        bound = allowed if change else max(allowed, chance)
        if apart > bound:
            text = f"the means of {name} over two half windows disagree by {apart:.2g} K where {bound:.2g} K is allowed"
            yield Miss(text, change, duration + window.length)
        elif known > allowed:
            text = f"the mean of {name} is known to ± {known:.2g} K (95 %) where ± {allowed:.2g} K is allowed"
            # The half-width falls with the square root of the time.
            yield Miss(text, 0.0, duration * min(known / allowed, 1e3) ** 2)


def open_balance(module: Module, window: Window, criteria: Criteria, scale: float) -> list[Miss]:
    """What of gas and blocks is not steady in a window; `scale`: heat that passes the gas, W (`steady.throughput`)."""
    misses = []
    # A mean over an earlier time, when the gas still cooled or warmed, may store little by chance: the newer half has
    # to be steady too.
    for words, mean, allowed in (
        ("", window.mean, criteria.tolerance),
        (" in the newer half window", window.newer_mean, NEWER_HALF * criteria.tolerance),
    ):
        share = float(mean("balance.stored_heat") - np.sum(mean("blocks.stored_heat"))) / scale
        if abs(share) > allowed:
            text = f"the heat balance misses by {100 * abs(share):.2g} %{words} where {100 * allowed:.2g} % is allowed"
            misses.append(Miss(text, _stored_trend(window), window.duration * abs(share) / allowed))
    to_go = unsteady(module, window, criteria)
    for number in np.flatnonzero(to_go > 1.0):
        text = f"block {number + 1} is {to_go[number]:.2g} times as far from its steady temperature as is allowed"
        misses.append(Miss(text, 0.0, window.duration + window.length))
    return misses


def _stored_trend(window: Window) -> float:
    """Heat that the gas stores in the mean, W; 0 where it is within what chance makes of it."""
    if len(window.blocks) < 2:
        return 0.0
    stored = window.means("balance.stored_heat") - window.means("blocks.stored_heat").sum(-1)
    mean = float(stored.mean())
    return mean if abs(mean) > float(batch_half_width(stored)) else 0.0


def unsteady(module: Module, window: Window, criteria: Criteria) -> np.ndarray:
    """Distance of each block from its steady state over the allowed one: (block,).

    A block that stores S (W) and has the conductance G (W/K) to its surroundings has S / G (K) to go. Allowed is the
    larger of `block_drift` and the tolerance's share of P / G, the excess that its own power P gives it.
    """
    tied = np.maximum(window.mean("blocks.conductance"), 1e-12)
    allowed = np.maximum(criteria.block_drift, criteria.tolerance * np.asarray(module.blocks.power, float) / tied)
    return np.abs(window.mean("blocks.stored_heat")) / tied / allowed
