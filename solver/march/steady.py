"""The steady state of a module, by marching through time to a (statistically) steady flow.

A level (one grid) is marched in rounds. While it settles, the gas's mean temperature is moved to where its own heat
balance asks for it where the heat's way out is slow, such as a bare hull (one Newton step on the mean a round: heat
stored over total conductance to the surroundings). Blocks answer quickly by themselves, as their heat capacity is set
so in a steady run. Then two half windows are averaged; when both agree and every store
of heat is steady by its own measure, the level is converged; else the older half is dropped and the window moves on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Array

from jamsu.solver.grid.arrays import on_device
from jamsu.solver.march.averaging import Average
from jamsu.solver.march.progress import (
    COURANT,
    LARGEST_GROWTH,
    Progress,
    advance_by,
    hottest,
    relative_change,
    sinks,
    sources,
)
from jamsu.solver.module import Module, ModuleState
from jamsu.solver.round import Round, courant_rate_now
from jamsu.solver.variables import KEY_FIGURES

STEPS_A_ROUND = 20
LARGEST_COURANT = 1.5  # a round that ends beyond this is taken again with smaller steps
MOST_TRIES = 8
FEWEST_STEPS = 100  # a turnover; gas at rest has no Courant number, and buoyancy sets it moving
STILL_DIFFERENCE = 10.0  # K: without any heat a balance is measured against what this drives out of the gas
FIRST_STEP = 1e-3  # the very first step, in units of the target Courant number
SHIFT_SHARE = 0.7  # of the Newton step on the mean temperature
BLOCK_SHARE = 0.2  # of what inlets may drift from one half window to the next
NEWER_HALF = 2.0  # times the tolerance that the newer half window may store
LONGEST_WINDOW = 4.0  # times the window: means that agree but store heat for so long drift
SLOW_PATH = 3.0  # turnovers: a way out for the heat that takes longer is hurried along


@dataclass(frozen=True)
class Criteria:
    """When a level is done.

    Attributes:
      settle: time before averaging, s. window: averaging time of a flow that keeps moving, s. shortest: averaging
        time of one that has come to rest, s. longest: time after which it gives up, s.
      tolerance: share of the heat that passes the gas, and of a block's, that either may store in the mean.
      drift: largest difference of two half windows' rack inlet (without racks: mean gas) temperatures, K.
      block_drift: K by which a block may miss its steady temperature where that is more than the tolerance.
      steady_drift: K; with less than this between two half windows the flow counts as at rest.
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


@dataclass
class March:
    """The march on one level: everything needed to go on after an interruption.

    start: time at which the level began, s. dt: next step, s. halves: older and newer half window.
    series: by round (time, residual, imbalance, hottest). agreed: both halves have been found alike.
    """

    state: ModuleState
    start: float
    dt: float
    older: Average = field(default_factory=Average)
    newer: Average = field(default_factory=Average)
    series: list[tuple[float, float, float, float]] = field(default_factory=list)
    rounds: int = 0
    agreed: bool = False
    finished: bool = False
    converged: bool = False


def begin(module: Module, state: ModuleState, criteria: Criteria) -> March:
    """Start a level from the flow that the machines set up at once.

    One step of next to no time makes the velocity divergence-free: what the gas does at the very start, and what the
    first step's size follows from. Its pressure is an impulse, not that of the flow, and is dropped.
    """
    rate = courant_rate_now(module, state)
    tiny = FIRST_STEP * criteria.courant / rate if rate > 0 else 1e-6 * criteria.settle
    started, report = advance_by(module, state, tiny, 1)
    before = state.flow
    flow = replace(
        started.flow, pressure=before.pressure, increment=before.increment, time=before.time, last_dt=before.last_dt
    )
    rate = float(report.courant) / tiny
    dt = 0.5 * criteria.courant / rate if rate > 0 else criteria.settle / 1000
    return March(state=started.with_flow(flow), start=float(state.flow.time), dt=dt)


def _advance_safely(module: Module, march: March) -> Round:
    """One round; with smaller steps when the flow sped up so much that the Courant number left its bounds.

    Raises:
      FloatingPointError: the flow diverges with ever smaller steps.
    """
    before = march.state
    for _ in range(MOST_TRIES):
        state, report = advance_by(module, before, march.dt, STEPS_A_ROUND)
        if float(report.courant) < LARGEST_COURANT:
            march.state = state
            return report
        march.dt /= 3
    raise FloatingPointError(f"the flow diverged after {float(before.flow.time):.3g} s")


def heat_capacity(module: Module) -> float:
    """Heat capacity of the open cells, J/K."""
    mesh = module.model.mesh
    return float(np.sum(np.asarray(module.model.heat.capacity, float) * np.asarray(mesh.open_cell)))


def throughput(power: float, exchanged: Mapping[str, float], sensitivity: float) -> float:
    """Heat that passes the gas, W: its sources, or what enters or leaves through one kind of sink where that is more.

    What the balance and the stored heat are shares of. A vessel without any heat counts what `STILL_DIFFERENCE` drives.

    Args:
      power: of the sources, W. exchanged: by heading of the balance, W. sensitivity: see `jamsu.solver.round.Round`.
    """
    passing = max([abs(power), *(abs(heat) for heat in exchanged.values())])
    return max(passing if power else max(passing, STILL_DIFFERENCE * sensitivity), 1e-9)


def by_heading(module: Module, exchanged: Mapping[str, Array | float]) -> dict[str, float]:
    """Heat of the exchangers by heading of the balance and, where several share one, by name too, W."""
    found = {name: float(heat) for name, heat in exchanged.items()}
    for name, exchanger in module.exchangers.items():
        found[exchanger.balance] = found.get(exchanger.balance, 0.0) + found[name]
    return found


def of_round(module: Module, power: float, report: Round) -> float:
    """`throughput` of one round."""
    return throughput(power, by_heading(module, report.exchanged), float(report.sensitivity))


def of_window(module: Module, march: March, report: Round) -> float:
    """`throughput` of the means over both half windows; `report` of the last round."""
    mean = march.older.merged(march.newer)
    exchanged = {name: float(mean.mean(f"exchanged.{name}")) for name in report.exchanged}
    return throughput(sources(module), by_heading(module, exchanged), float(report.sensitivity))


def march_round(module: Module, march: March, criteria: Criteria, turnover: float) -> Progress:
    """Advance a level by one round and decide whether it is done (changes `march`)."""
    report = _advance_safely(module, march)
    power = sources(module)
    excess = power - sinks(report)
    exchange = float(report.sensitivity)
    scale = of_round(module, power, report)
    time = float(report.time)
    _next_step(march, report, criteria, turnover)
    elapsed = time - march.start
    hot = hottest(report)
    residual = relative_change(report, turnover)
    march.series.append((time, residual, excess / scale, hot))
    march.rounds += 1
    if elapsed < criteria.settle:
        held = float(report.gas_stored)
        far = abs(held) > min(criteria.tolerance * scale, criteria.drift * exchange)
        slow = heat_capacity(module) > SLOW_PATH * turnover * exchange > 0
        if far and slow and elapsed < 0.7 * criteria.settle:
            _shift_mean(module, march, SHIFT_SHARE * held / exchange)
    else:
        _average(module, march, report, criteria)
        if elapsed > criteria.longest:
            march.finished = True
    fraction = 1.0 if march.finished else min(elapsed / (criteria.settle + criteria.window), 0.99)
    return Progress(time, residual, excess / scale, hot, fraction)


def _next_step(march: March, report: Round, criteria: Criteria, turnover: float) -> None:
    wanted = criteria.courant * march.dt / max(float(report.courant), 1e-12)
    march.dt = min(wanted, LARGEST_GROWTH * march.dt, turnover / FEWEST_STEPS)


def _shift_mean(module: Module, march: March, shift: float) -> None:
    """Move the gas's mean temperature; held and closed cells stay.

    Gas is warmed everywhere alike. It is cooled in proportion to what it has above the coldest sink: a cell at the
    sink's own temperature would otherwise get colder than that, and where gas hardly moves remain so.
    """
    flow = march.state.flow
    moving = np.asarray(module.model.mesh.open_cell)
    if module.model.heat.fixed is not None:
        moving = moving * (1 - np.asarray(module.model.heat.fixed))
    temperature = np.asarray(flow.temperature)
    change = np.full_like(temperature, shift)
    if shift < 0:
        content = np.asarray(module.model.heat.capacity, float) * moving
        above = np.maximum(temperature - coldest_sink(module), 0.0)
        mean = float(np.sum(content * above) / np.sum(content))
        change = above * (max(shift / mean, -1.0) if mean > 0 else 0.0)
    warmer = (temperature + change * moving).astype(temperature.dtype)
    march.state = march.state.with_flow(replace(flow, temperature=on_device(warmer, warmer.dtype)))


def coldest_sink(module: Module) -> float:
    """Least temperature of what the gas may give its heat to, K from the reference."""
    sinks = [exchanger.coldest() for exchanger in module.exchangers.values()]
    return min((float(sink) for sink in sinks if sink is not None), default=0.0)


def _average(module: Module, march: March, report: Round, criteria: Criteria) -> None:
    """Add a round to the newer half; when both halves are full, judge them, widen them or move on."""
    march.newer.add(report)
    if march.agreed:
        # A mean over any longer window is as good: it ends as soon as the stored heat has averaged out.
        march.finished = march.converged = closed(module, march, criteria, of_window(module, march, report))
        if not march.converged and march.older.duration + march.newer.duration > LONGEST_WINDOW * criteria.window:
            march.agreed, march.older, march.newer = False, march.newer, Average()  # it drifts: begin again
        return
    if march.newer.duration < max(criteria.shortest / 2, march.older.duration):
        return
    if not march.older.sums:
        march.older, march.newer = march.newer, Average()
        return
    wide = march.older.duration + march.newer.duration >= 0.99 * criteria.window
    march.agreed = agreed(march, criteria.drift if wide else criteria.steady_drift, wide)
    if march.agreed:
        march.finished = march.converged = closed(module, march, criteria, of_window(module, march, report))
    elif wide:
        march.older, march.newer = march.newer, Average()  # the flow is still settling: leave its beginning behind
    else:
        march.older, march.newer = march.older.merged(march.newer), Average()


def closed(module: Module, march: March, criteria: Criteria, scale: float) -> bool:
    """Whether gas and blocks are steady in the mean over both half windows; `scale` as `throughput` gives it, W."""
    mean = march.older.merged(march.newer)
    # What a mean over an earlier time, of gas that still cools or warms, happens to store is no balance: the newer half
    # has to be steady too.
    stores = [
        abs(float(half.mean("balance.stored_heat") - np.sum(half.mean("blocks.stored_heat"))))
        for half in (mean, march.newer)
    ]
    gas = stores[0] <= criteria.tolerance * scale and stores[1] <= NEWER_HALF * criteria.tolerance * scale
    return gas and bool(np.all(unsteady(module, mean, criteria) <= 1.0))


def unsteady(module: Module, mean: Average, criteria: Criteria) -> np.ndarray:
    """How far each block is from its steady state, in what is allowed: (block,).

    A block that stores S (W) and is tied to all around it by G (W/K) has S / G (K) to go; allowed are `block_drift`,
    and the tolerance's share of what its own power P makes of it, P / G.
    """
    tied = np.maximum(mean.mean("blocks.conductance"), 1e-12)
    allowed = np.maximum(criteria.block_drift, criteria.tolerance * np.asarray(module.blocks.power, float) / tied)
    return np.abs(mean.mean("blocks.stored_heat")) / tied / allowed


def agreed(march: March, drift: float, moving: bool) -> bool:
    """Whether two half windows tell the same.

    The hottest rack inlet, the root mean square over all inlets and the extremes and mean of them (of the gas where
    there are none) differ by at most `drift` (K), or in a flow that keeps `moving` by at most half the standard
    deviation of its hottest inlet over the window; the mean of each block, whose film follows the slowest of the flow,
    by at most `BLOCK_SHARE` of that.
    """
    halves = (march.older, march.newer)
    old, new = (_inlets(half) for half in halves)
    if moving:
        series = np.array(march.series)
        window = series[:, 0] > series[-1, 0] - march.older.duration - march.newer.duration
        drift = max(drift, 0.5 * float(np.std(series[window, 3])))
    root_mean_square = np.sqrt(np.mean((old - new) ** 2))
    blocks = [half.mean("blocks.temperature") for half in halves]
    apart = max([abs(np.max(old) - np.max(new)), root_mean_square, *np.abs(blocks[0] - blocks[1]) / BLOCK_SHARE])
    return bool(apart <= drift)


def _inlets(half: Average) -> np.ndarray:
    """All rack inlets and their key figures, K from the reference."""
    figures = [half.mean(f"key_figures.{name}") for name in KEY_FIGURES]
    return np.append(half.mean("racks.inlet_temperature"), figures)
