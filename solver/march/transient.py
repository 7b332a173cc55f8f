"""A module marched through time in rounds of a few steps that end exactly at the output times.

The clock is kept in double precision, apart from the state. Towards its next stop a round divides the remaining time
into equal steps, so that no step is cut short and the stop is met to round-off. A step is bounded by

    Courant number of the flow          dt <= Co / max(sum |F| / V)
    buoyancy on gas at rest             dt <= (Co dz / (g beta dT))^1/2
    explicit viscosity and conduction   dt <= 1 / (2 nu sum 2/d^2)   (Adams-Bashforth 2)

and grows by no more than half from round to round. The second bound matters while hot gas does not move yet and the
Courant number bounds nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from jamsu.solver.grid.mesh import AXES
from jamsu.solver.march.averaging import Average
from jamsu.solver.march.progress import COURANT, LARGEST_GROWTH, advance_by, hottest, relative_change, sinks, sources
from jamsu.solver.module import Module, ModuleState
from jamsu.solver.round import Round, courant_rate_now

STEPS_A_ROUND = 8  # machines, coils and hull follow the gas with a lag of one round
SMALLEST_PIECE = 1e-6  # share of an output interval below which a last piece is not a separate interval


@dataclass(frozen=True)
class Schedule:
    """When a run saves its fields, and the window whose means it reports; all in s from the start.

    Attributes:
      interval: time between saved fields; None: only the last.
      averaging: window before the end when there is no interval; with one, the window is the last interval.
    """

    duration: float
    interval: float | None
    averaging: float

    @property
    def count(self) -> int:
        """Number of saved times."""
        if self.interval is None:
            return 1
        return max(1, math.ceil(self.duration / self.interval - SMALLEST_PIECE))

    def output(self, number: int) -> float:
        """The saved time `number`, from 1 to `count`."""
        if number == self.count or self.interval is None:
            return self.duration
        return number * self.interval

    @property
    def window_start(self) -> float:
        if self.interval is None:
            return max(0.0, self.duration - self.averaging)
        return self.output(self.count - 1) if self.count > 1 else 0.0

    def next_stop(self, time: float) -> float:
        """The first time after `time` at which a round must end."""
        following = 1 if self.interval is None else int(time / self.interval)
        ahead = [self.window_start, self.duration]
        ahead += [self.output(n) for n in range(max(following, 1), min(following + 2, self.count) + 1)]
        return min(stop for stop in ahead if stop > time)

    def output_at(self, time: float) -> int | None:
        """Number of the output that falls on `time`; None between outputs."""
        near = self.count if self.interval is None else min(max(round(time / self.interval), 1), self.count)
        return next((n for n in (near, self.count) if self.output(n) == time), None)


@dataclass(frozen=True)
class Limits:
    """Bounds of the step that do not change in a run.

    Attributes:
      diffusion: largest step for explicit viscosity and conduction, s.
      heating: fastest rise of a cell by its own source, K/s.
      lift: g beta / dz of the thinnest cell, 1/(s2 K).
    """

    diffusion: float
    heating: float
    lift: float

    def buoyancy(self, difference: float) -> float:
        """Largest step for a temperature difference, s."""
        return math.sqrt(COURANT / max(self.lift * difference, 1e-30))

    def still(self) -> float:
        """Largest step of a round that begins at one temperature, s: the sources make the difference."""
        return (COURANT / max(self.lift * self.heating * STEPS_A_ROUND, 1e-30)) ** (1 / 3)


def step_limits(module: Module) -> Limits:
    """The bounds of a module."""
    model, heat = module.model, module.model.heat
    narrowest = [float(jnp.min(model.mesh.widths(axis))) for axis in AXES]
    momentum = float(model.fluid.viscosity)
    thermal = float(heat.box_conductivity) / float(heat.fluid_capacity)
    if model.turbulence == "constant":
        momentum += float(model.eddy_viscosity)
        thermal += float(model.eddy_viscosity) / float(heat.turbulent_prandtl)
    spread = max(momentum, thermal) * sum(2 / width**2 for width in narrowest)
    return Limits(
        diffusion=0.5 / spread,
        heating=float(jnp.max(heat.source / heat.capacity)),
        lift=float(model.fluid.buoyancy) / narrowest[2],
    )


@dataclass(frozen=True)
class TimeMarch:
    """Everything needed to continue after an interruption.

    Attributes:
      time: time from the start, s.
      dt: largest next step, s.
      window: sums since the window's start.
      series: by round (time s, residual, imbalance, hottest inlet K from the reference).
      probes: by round time (s), then temperatures (K from the reference) and speeds (m/s) of the probes.
    """

    state: ModuleState
    time: float
    dt: float
    steps: int = 0
    window: Average = field(default_factory=Average)
    series: list[tuple[float, float, float, float]] = field(default_factory=list)
    probes: list[list[float]] = field(default_factory=list)


def begin(module: Module, state: ModuleState, limits: Limits) -> TimeMarch:
    """Start at time 0; the first step follows from the machines' velocities and from what they heat."""
    rate = courant_rate_now(module, state)
    steps = [limits.diffusion, limits.still()] + ([0.5 * COURANT / rate] if rate > 0 else [])
    return TimeMarch(state, 0.0, min(steps))


def march_on(module: Module, march: TimeMarch, schedule: Schedule, limits: Limits, turnover: float) -> TimeMarch:
    """One round further, at most to the next stop.

    The residual is the relative change of the temperatures in one turnover; the imbalance is the share of the
    sources that neither left nor was stored.

    Raises:
      FloatingPointError: the flow diverged.
    """
    stop = schedule.next_stop(march.time)
    left = stop - march.time
    needed = max(1, math.ceil(left / march.dt * (1 - 1e-9)))
    count, dt = min(needed, STEPS_A_ROUND), left / needed
    state, report = advance_by(module, march.state, dt, count)
    time = stop if count == needed else march.time + count * dt
    hot = hottest(report)
    if not (math.isfinite(float(report.courant)) and math.isfinite(hot)):
        raise FloatingPointError(f"the flow diverged at {time:.3g} s")
    window = march.window
    if march.time >= schedule.window_start:
        now = Average()
        now.add(report)
        window = window.merged(now)
    power = sources(module)
    residual = relative_change(report, turnover)
    open_heat = (power - sinks(report) - float(report.values["balance"]["stored_heat"])) / max(abs(power), 1e-9)
    return TimeMarch(
        state=state,
        time=time,
        dt=_next_step(module, report, limits, dt),
        steps=march.steps + count,
        window=window,
        series=[*march.series, (time, residual, open_heat, hot)],
        probes=[*march.probes, [time, *_flat(report.values["probes"])]],
    )


def _flat(probes: dict[str, Array]) -> list[float]:
    """Temperatures, then speeds of the probes."""
    return [float(value) for name in ("temperature", "speed") for value in np.asarray(probes[name])]


def _next_step(module: Module, report: Round, limits: Limits, dt: float) -> float:
    temperature = np.asarray(report.values["interior"]["temperature"])
    heating = limits.heating * STEPS_A_ROUND * LARGEST_GROWTH * dt
    # Closed cells keep the sea's temperature, 0: the difference from it also drives gas along the hull.
    difference = float(temperature.max()) - float(temperature.min()) + heating
    flow = COURANT * dt / max(float(report.courant), 1e-12)
    return min(flow, limits.buoyancy(difference), limits.diffusion, LARGEST_GROWTH * dt)
