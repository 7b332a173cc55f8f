"""The steady state of a module, by marching through time to a (statistically) steady flow.

A level (one grid) is marched in rounds. While it settles, and where the heat leaves slowly, as through a bare hull, the
gas's mean temperature is moved towards its heat balance (one Newton step on the mean a round: heat stored over total
conductance to the surroundings). Blocks respond quickly, as a steady run gives them a small heat capacity. Then two
half windows are averaged. When both agree and every store of heat is steady by its own measure, the level is converged;
else the older half is dropped and the window moves on.
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
STILL_DIFFERENCE = 10.0  # K: without any heat a balance is measured against the heat that this drives out of the gas
FIRST_STEP = 1e-3  # the very first step, in units of the target Courant number
SHIFT_SHARE = 0.7  # share of the Newton step on the mean temperature
BLOCK_SHARE = 0.2  # share of the drift that inlets may have from one half window to the next
NEWER_HALF = 2.0  # times the tolerance that the newer half window may store
LONGEST_WINDOW = 4.0  # times the window: means that agree but store heat for longer than this are drifting
SLOW_PATH = 3.0  # turnovers: where heat takes longer to leave, the mean temperature is moved


@dataclass(frozen=True)
class Criteria:
    """When a level is done.

    Attributes:
      settle: time before averaging, s.
      window: averaging time of a flow that keeps moving, s.
      shortest: averaging time of a flow that has come to rest, s.
      longest: time after which the level gives up, s.
      tolerance: share of the heat that passes the gas, and of a block's heat, that either may store in the mean.
      drift: largest difference of two half windows' rack inlet (without racks: mean gas) temperatures, K.
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


@dataclass
class March:
    """The march on one level: everything needed to continue after an interruption.

    Attributes:
      start: time at which the level began, s.
      dt: next step, s.
      older: older half window.
      newer: newer half window.
      series: by round (time, residual, imbalance, hottest).
      agreed: whether both halves have been found alike.
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

    One step of next to no time makes the velocity divergence-free: this is the gas's first motion, and the size of the
    first step follows from it. The pressure of that step is an impulse, not the flow's pressure, and is dropped.
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
    """One round, repeated with smaller steps when the flow sped up so much that the Courant number left its bounds.

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

    The balance and the stored heat are shares of it. In a vessel without any heat it is the heat that
    `STILL_DIFFERENCE` drives.

    Args:
      power: heat of the sources, W.
      exchanged: heat exchanged, by heading of the balance, W.
      sensitivity: see `jamsu.solver.round.Round`.
    """
    passing = max([abs(power), *(abs(heat) for heat in exchanged.values())])
    return max(passing if power else max(passing, STILL_DIFFERENCE * sensitivity), 1e-9)


def by_heading(module: Module, exchanged: Mapping[str, Array | float]) -> dict[str, float]:
    """Heat of the exchangers by heading of the balance and, where several share a heading, also by name, W."""
    found = {name: float(heat) for name, heat in exchanged.items()}
    for name, exchanger in module.exchangers.items():
        found[exchanger.balance] = found.get(exchanger.balance, 0.0) + found[name]
    return found


def of_round(module: Module, power: float, report: Round) -> float:
    """`throughput` of one round."""
    return throughput(power, by_heading(module, report.exchanged), float(report.sensitivity))


def of_window(module: Module, march: March, report: Round) -> float:
    """`throughput` of the means over both half windows; `report`: the last round's."""
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

    Gas is warmed everywhere alike. It is cooled in proportion to its excess over the coldest sink: a cell at the sink's
    own temperature would otherwise get colder than the sink, and stay so where gas hardly moves.
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
    """Lowest temperature that the gas may give its heat to, K from the reference."""
    sinks = [exchanger.coldest() for exchanger in module.exchangers.values()]
    return min((float(sink) for sink in sinks if sink is not None), default=0.0)


def _average(module: Module, march: March, report: Round, criteria: Criteria) -> None:
    """Add a round to the newer half; when both halves are full, compare them, then lengthen them or move on."""
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
    # A mean over an earlier time, when the gas still cooled or warmed, may store little by chance: the newer half has
    # to be steady too.
    stores = [
        abs(float(half.mean("balance.stored_heat") - np.sum(half.mean("blocks.stored_heat"))))
        for half in (mean, march.newer)
    ]
    gas = stores[0] <= criteria.tolerance * scale and stores[1] <= NEWER_HALF * criteria.tolerance * scale
    return gas and bool(np.all(unsteady(module, mean, criteria) <= 1.0))


def unsteady(module: Module, mean: Average, criteria: Criteria) -> np.ndarray:
    """Distance of each block from its steady state over the allowed one: (block,).

    A block that stores S (W) and has the conductance G (W/K) to its surroundings has S / G (K) to go. Allowed is the
    larger of `block_drift` and the tolerance's share of P / G, the excess that its own power P gives it.
    """
    tied = np.maximum(mean.mean("blocks.conductance"), 1e-12)
    allowed = np.maximum(criteria.block_drift, criteria.tolerance * np.asarray(module.blocks.power, float) / tied)
    return np.abs(mean.mean("blocks.stored_heat")) / tied / allowed


def agreed(march: March, drift: float, moving: bool) -> bool:
    """Whether two half windows agree.

    The hottest rack inlet, the root mean square over all inlets, and their extremes and mean (the gas's where there are
    none) may differ by `drift` (K). In a flow that keeps `moving` they may differ by half the standard deviation of its
    hottest inlet over the window. The mean of each block, whose film follows the slowest of the flow, may differ by
    `BLOCK_SHARE` of that.
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
