"""The steady state of a module, by marching through time to a (statistically) steady flow.

A level (one grid) is marched in rounds. While it settles, the gas's mean temperature is moved to where the heat
balance asks for it where the heat's way out is slow, such as a bare hull (one Newton step on the mean a round: excess
heat over total conductance to the surroundings). Then two half windows are averaged; when both agree and
the balance closes, the level is converged; else the older half is dropped and the window moves on.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import jax.numpy as jnp
import numpy as np

from jamsu.solver.averaging import Average
from jamsu.solver.module import INLETS, KEY_FIGURES, Module, ModuleState, Round, advance, courant_rate_now

STEPS_A_ROUND = 20
LARGEST_GROWTH = 1.5  # of the step from one round to the next
LARGEST_COURANT = 1.5  # a round that ends beyond this is taken again with smaller steps
MOST_TRIES = 8
FEWEST_STEPS = 100  # a turnover; gas at rest has no Courant number, and buoyancy sets it moving
SMALLEST_DIFFERENCE = 1.0  # K: a balance is not measured against less heat than this drives out of the gas,
STILL_DIFFERENCE = 10.0  # K: and without any source against what this does
BLINK = 1e-3  # the very first step, in units of the target Courant number
SHIFT_SHARE = 0.7  # of the Newton step on the mean temperature
SLOW_PATH = 3.0  # turnovers: a way out for the heat that takes longer is hurried along


@dataclass(frozen=True)
class Criteria:
    """When a level is done.

    Attributes:
      settle: time before averaging, s. window: averaging time of a flow that keeps moving, s. shortest: averaging
        time of one that has come to rest, s. longest: time after which it gives up, s.
      tolerance: share of the sources by which the averaged heat balance may be open.
      drift: largest difference of two half windows' rack inlet (without racks: mean gas) temperatures, K.
      steady_drift: K; with less than this between two half windows the flow counts as at rest.
      courant: target Courant number.
    """

    settle: float
    window: float
    shortest: float
    longest: float
    tolerance: float
    drift: float = 0.1
    steady_drift: float = 0.01
    courant: float = 0.7


@dataclass
class Progress:
    """What one round tells: for progress displays and the history.

    time: s. residual: relative change of the temperature field per turnover. imbalance: share of the sources.
    hottest: hottest rack inlet (or, without racks, hottest gas) from the reference, K. fraction: of this level done.
    """

    time: float
    residual: float
    imbalance: float
    hottest: float
    fraction: float


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
    first step's size follows from. Its pressure is that of a blow, not of the flow, and is left behind.
    """
    rate = courant_rate_now(module, state)
    blink = BLINK * criteria.courant / rate if rate > 0 else 1e-6 * criteria.settle
    started, report = _advance(module, state, blink, 1)
    before = state.flow
    flow = replace(
        started.flow, pressure=before.pressure, increment=before.increment, time=before.time, last_dt=before.last_dt
    )
    rate = float(report.courant) / blink
    dt = 0.5 * criteria.courant / rate if rate > 0 else criteria.settle / 1000
    return March(state=replace(started, flow=flow), start=float(state.flow.time), dt=dt)


def _advance(module: Module, state: ModuleState, dt: float, steps: int) -> tuple[ModuleState, Round]:
    dtype = module.model.mesh.dtype
    return advance(module, state, jnp.asarray(np.asarray(dt, dtype)), jnp.asarray(np.int32(steps)))


def _advance_safely(module: Module, march: March) -> Round:
    """One round; with smaller steps when the flow sped up so much that the Courant number left its bounds.

    Raises:
      FloatingPointError: the flow diverges with ever smaller steps.
    """
    before = march.state
    for _ in range(MOST_TRIES):
        state, report = _advance(module, before, march.dt, STEPS_A_ROUND)
        if float(report.courant) < LARGEST_COURANT:
            march.state = state
            return report
        march.dt /= 3
    raise FloatingPointError(f"the flow diverged after {float(before.flow.time):.3g} s")


def sources(module: Module) -> float:
    """Heat released in the gas domain, W."""
    return float(np.sum(np.asarray(module.model.heat.source, float)))


def heat_capacity(module: Module) -> float:
    """Heat capacity of the open cells, J/K."""
    mesh = module.model.mesh
    return float(np.sum(np.asarray(module.model.heat.capacity, float) * np.asarray(mesh.open_cell)))


def hottest(report: Round) -> float:
    """Hottest height unit's inlet (where no gas passes a rack: hottest gas), K from the reference."""
    return float(report.key_figures[KEY_FIGURES.index("hottest_inlet")])


def sinks(report: Round) -> float:
    """Heat that leaves the gas domain, W."""
    return float(report.hull_heat) + float(np.sum(report.coil_duty)) + float(np.sum(report.cooler_duty))


def march_round(module: Module, march: March, criteria: Criteria, turnover: float) -> Progress:
    """Advance a level by one round and decide whether it is done (changes `march`)."""
    report = _advance_safely(module, march)
    power = sources(module)
    excess = power - sinks(report)
    exchange = float(report.exchange)
    scale = max(abs(power), (SMALLEST_DIFFERENCE if power else STILL_DIFFERENCE) * exchange, 1e-9)
    time = float(report.time)
    _next_step(march, report, criteria, turnover)
    elapsed = time - march.start
    hot = hottest(report)
    residual = float(report.change) * turnover / max(abs(hot), 1.0)
    march.series.append((time, residual, excess / scale, hot))
    march.rounds += 1
    if elapsed < criteria.settle:
        far = abs(excess) > criteria.tolerance * scale
        slow = heat_capacity(module) > SLOW_PATH * turnover * float(report.exchange) > 0
        if far and slow and elapsed < 0.7 * criteria.settle:
            _shift_mean(module, march, SHIFT_SHARE * excess / float(report.exchange))
    else:
        _average(march, report, criteria, scale)
        if elapsed > criteria.longest:
            march.finished = True
    fraction = 1.0 if march.finished else min(elapsed / (criteria.settle + criteria.window), 0.99)
    return Progress(time, residual, excess / scale, hot, fraction)


def _next_step(march: March, report: Round, criteria: Criteria, turnover: float) -> None:
    wanted = criteria.courant * march.dt / max(float(report.courant), 1e-12)
    march.dt = min(wanted, LARGEST_GROWTH * march.dt, turnover / FEWEST_STEPS)


def _shift_mean(module: Module, march: March, shift: float) -> None:
    """Move the whole gas by one temperature difference; held and closed cells stay."""
    flow = march.state.flow
    moving = np.asarray(module.model.mesh.open_cell)
    if module.model.heat.fixed is not None:
        moving = moving * (1 - np.asarray(module.model.heat.fixed))
    warmer = np.asarray(flow.temperature) + np.asarray(shift, moving.dtype) * moving
    march.state = replace(march.state, flow=replace(flow, temperature=jnp.asarray(warmer)))


def _average(march: March, report: Round, criteria: Criteria, scale: float) -> None:
    """Add a round to the newer half; when both halves are full, judge them, widen them or move on."""
    march.newer.add(report)
    tolerance = criteria.tolerance * scale
    if march.agreed:
        # A mean over any longer window is as good: it ends as soon as the stored heat has averaged out.
        march.finished = march.converged = closed(march, tolerance)
        return
    if march.newer.duration < max(criteria.shortest / 2, march.older.duration):
        return
    if not march.older.sums:
        march.older, march.newer = march.newer, Average()
        return
    wide = march.older.duration + march.newer.duration >= 0.99 * criteria.window
    march.agreed = agreed(march, criteria.drift if wide else criteria.steady_drift, wide)
    if march.agreed:
        march.finished = march.converged = closed(march, tolerance)
    elif wide:
        march.older, march.newer = march.newer, Average()  # the flow is still settling: leave its beginning behind
    else:
        march.older, march.newer = march.older.merged(march.newer), Average()


def closed(march: March, tolerance: float) -> bool:
    """Whether the heat stored over both half windows is at most `tolerance`, W."""
    return abs(float(march.older.merged(march.newer).mean("stored"))) <= tolerance


def agreed(march: March, drift: float, moving: bool) -> bool:
    """Whether two half windows tell the same.

    The hottest rack inlet, and the root mean square over all inlets and the extremes and mean of them (of the gas where
    there are none), differ by at most `drift` (K), or in a flow that keeps `moving` by at most half the standard
    deviation of its hottest inlet over the window.
    """
    halves = (march.older, march.newer)
    old, new = (np.append(half.mean("rack_inlet"), half.mean("key_figures")[:INLETS]) for half in halves)
    if moving:
        series = np.array(march.series)
        window = series[:, 0] > series[-1, 0] - march.older.duration - march.newer.duration
        drift = max(drift, 0.5 * float(np.std(series[window, 3])))
    root_mean_square = np.sqrt(np.mean((old - new) ** 2))
    return bool(abs(np.max(old) - np.max(new)) <= drift and root_mean_square <= drift)
