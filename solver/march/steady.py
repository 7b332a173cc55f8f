"""The steady state of a module, by marching through time to a (statistically) steady flow.

A level (one grid) is marched in rounds. While it settles, and where the heat leaves slowly, as through a bare hull, the
gas's mean temperature is moved towards its heat balance (one Newton step on the mean a round: heat stored over total
conductance to the surroundings). Blocks respond quickly, as a steady run gives them a small heat capacity.

Then the flow is averaged until its means are known and every store of heat is steady (`jamsu.solver.march.settled`). A
window that is full before that moves on where the flow drifts one way, else it grows to twice its length
(`jamsu.solver.march.window`): a flow that meanders is known the better the longer it is averaged, whatever two windows
show by chance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Array

from jamsu.solver.grid.arrays import on_device
from jamsu.solver.march.averaging import Average
from jamsu.solver.march.progress import (
    LARGEST_GROWTH,
    Progress,
    advance_by,
    hottest,
    relative_change,
    sinks,
    sources,
)
from jamsu.solver.march.settled import Criteria, Miss, Verdict, judge, open_balance
from jamsu.solver.march.window import FEWEST_BLOCKS, MOST_BLOCKS, Window
from jamsu.solver.module import Module, ModuleState
from jamsu.solver.round import Round, courant_rate_now

STEPS_A_ROUND = 20
LARGEST_COURANT = 1.5  # a round that ends beyond this is taken again with smaller steps
MOST_TRIES = 8
FEWEST_STEPS = 100  # a turnover; gas at rest has no Courant number, and buoyancy sets it moving
STILL_DIFFERENCE = 10.0  # K: without any heat a balance is measured against the heat that this drives out of the gas
FIRST_STEP = 1e-3  # the very first step, in units of the target Courant number
SHIFT_SHARE = 0.7  # share of the Newton step on the mean temperature
SLOW_PATH = 3.0  # turnovers: where heat takes longer to leave, the mean temperature is moved


@dataclass
class March:
    """The march on one level: everything needed to continue after an interruption.

    Attributes:
      start: time at which the level began, s.
      dt: next step, s.
      window: what is averaged; begun with the first round after settling.
      series: by round (time, residual, imbalance, hottest).
      agreed: whether the window's means are known.
      direction: the last change of a full window that was no chance, 0 before.
      expected: length at which the window is expected to do, s; 0 before it is judged.
      verdict: what the window was last judged to be; made again after an interruption.
      passing: heat that passed the gas in the window, W.
    """

    state: ModuleState
    start: float
    dt: float
    window: Window | None = None
    series: list[tuple[float, float, float, float]] = field(default_factory=list)
    rounds: int = 0
    agreed: bool = False
    direction: float = 0.0
    expected: float = 0.0
    verdict: Verdict | None = None
    passing: float = 0.0
    finished: bool = False
    converged: bool = False

    @property
    def averaged(self) -> float:
        """Length of the window, s."""
        return 0.0 if self.window is None else self.window.duration

    @property
    def average(self) -> Average:
        """The average over the window."""
        return Average() if self.window is None else self.window.merged()


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


def of_window(module: Module, window: Window, report: Round) -> float:
    """`throughput` of the means over a window; `report`: the last round's."""
    exchanged = {name: float(window.mean(f"exchanged.{name}")) for name in report.exchanged}
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
        average_round(module, march, report, criteria)
        if elapsed > criteria.longest:
            march.finished = True
    whole = criteria.settle + max(criteria.window, march.expected)
    fraction = 1.0 if march.finished else min(elapsed / min(whole, max(criteria.longest, 1e-9)), 0.99)
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


def average_round(module: Module, march: March, report: Round, criteria: Criteria) -> None:
    """Add a round to the window. Judge the means at the end of each block and, where they are known, the heat now."""
    if march.window is None:
        march.window = Window(criteria.shortest / MOST_BLOCKS)
    window = march.window
    ended = window.add(report)
    march.passing = of_window(module, window, report)
    if ended and window.duration >= 0.99 * criteria.shortest and len(window.blocks) >= FEWEST_BLOCKS:
        march.verdict = judge(window, march.series, criteria)
        march.agreed = not march.verdict.misses
    if march.agreed:
        # A mean over any longer window is as good: it ends as soon as the stored heat has averaged out.
        march.finished = march.converged = not open_balance(module, window, criteria, march.passing)
    if ended and not march.finished:
        misses = missed(module, march, criteria)
        march.expected = max([miss.wanted for miss in misses], default=0.0)
        if window.is_full:
            _make_room(window, march, criteria, misses)


def missed(module: Module, march: March, criteria: Criteria) -> list[Miss]:
    """All criteria that a window misses, those of its means as they were last judged."""
    if march.window is None:
        return []
    means = () if march.verdict is None else march.verdict.misses
    return [*means, *open_balance(module, march.window, criteria, march.passing)]


def _make_room(window: Window, march: March, criteria: Criteria, misses: list[Miss]) -> None:
    """Let a full window move on where the flow drifts, still the same way as the last time; else let it grow."""
    direction = next((miss.direction for miss in misses if miss.direction), 0.0)
    wide = window.duration >= 0.99 * criteria.window
    if wide and direction and direction * march.direction >= 0:
        window.move_on()
    else:
        window.grow()
    march.direction = direction
