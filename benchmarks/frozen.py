"""Temperature for a given flow: how long it takes, and how far it is from what the march found."""

from __future__ import annotations

import time
from typing import Any

from jamsu.benchmarks.registry import Parameter, benchmark


@benchmark(
    "frozen",
    "The steady temperature of a library case for the mean flow that a march found",
    parameters={
        "case": Parameter("name", "natick2", "", "name of a case in the library"),
        "quality": Parameter("name", "coarse", "", "of the march", choices=("coarse", "default", "fine")),
        "limited": Parameter("flag", True, "", "with the march's own scheme, not first-order upwind"),
    },
    gives={
        "cells": ("", "of the whole grid"),
        "seconds": ("s", "of one solution, compiled before"),
        "first_seconds": ("s", "of the first solution, with compiling (less where programs are kept on disk)"),
        "march_seconds": ("s", "of the march, with compiling"),
        "steps": ("", "Newton steps"),
        "converged": ("", "whether the residuals became as small as asked for"),
        "difference": ("K", "from the marched mean over the gas, root mean square"),
        "largest_difference": ("K", "of any cell"),
        "hottest_inlet": ("K", "difference from the marched mean's"),
        "hull_heat": ("", "over the march's"),
        "imbalance": ("", "heat that comes in and does not leave, over the racks' power"),
    },
)
def frozen(case: str, quality: str, limited: bool) -> dict[str, Any]:
    """March a case, hold its mean flow, and solve for the temperature."""
    from functools import partial

    import jax
    import numpy as np

    from jamsu.cases import load_case
    from jamsu.cases.run.checkpoint_writer import CheckpointWriter
    from jamsu.cases.run.runtime import prepare
    from jamsu.cases.run.steady import SteadyRun
    from jamsu.solver.frozen_flow.temperature import frozen_mean, steady

    loaded = load_case(case)
    prepare(loaded.solver.precision)
    run = SteadyRun(loaded, quality, None, CheckpointWriter(loaded, quality, None, None))
    started = time.perf_counter()
    run.solve(None)
    marched = time.perf_counter()
    module, average = run.level.module, run.average
    interior = average.group("interior")
    flow = frozen_mean(run.march.state, interior, average.mean("machines.flow"))
    solve = jax.jit(partial(steady, limited=limited))
    jax.block_until_ready(solve(module, flow))
    first = time.perf_counter()
    found = jax.block_until_ready(solve(module, flow))
    seconds = time.perf_counter() - first
    gas = np.asarray(module.model.mesh.open_cell) > 0
    apart = np.asarray(found.state.flow.temperature)[gas] - interior["temperature"][gas]
    figures, balance = found.values["key_figures"], found.values["balance"]
    return {
        "cells": gas.size,
        "seconds": seconds,
        "first_seconds": first - marched,
        "march_seconds": marched - started,
        "steps": float(found.steps),
        "converged": bool(found.converged),
        "difference": float(np.sqrt(np.mean(apart**2))),
        "largest_difference": float(np.max(np.abs(apart))),
        "hottest_inlet": float(figures["hottest_inlet"] - average.mean("key_figures.hottest_inlet")),
        "hull_heat": float(balance["hull_heat"] / average.mean("balance.hull_heat")),
        "imbalance": float(found.imbalance / max(float(balance["it_power"]), 1.0)),
    }
