"""The checkpoint of one run: when it is written, and averages from their saved leaves."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import jax
import numpy as np

from jamsu.cases.results.file import checkpoint_path
from jamsu.cases.run import checkpoint
from jamsu.cases.schema.case import Case
from jamsu.solver.averaging import AVERAGED, SQUARES, Average
from jamsu.solver.module import Module, ModuleState
from jamsu.solver.turbulence import turbulent_fields

SECONDS_BETWEEN_CHECKPOINTS = 15.0


class Keeper:
    """Writes the checkpoint of one run now and then; without an output it keeps nothing."""

    def __init__(self, case: Case, quality: str, output: Path | None) -> None:
        self.path = None if output is None else checkpoint_path(output)
        self.fingerprint = checkpoint.fingerprint(case, quality)
        self._last = time.perf_counter()

    def load(self) -> checkpoint.Checkpoint | None:
        return None if self.path is None else checkpoint.load(self.path, self.fingerprint)

    def due(self) -> bool:
        return self.path is not None and time.perf_counter() - self._last > SECONDS_BETWEEN_CHECKPOINTS

    def save(self, facts: dict[str, Any], trees: dict[str, Any]) -> None:
        if self.path is not None:
            checkpoint.save(self.path, facts | {"fingerprint": self.fingerprint}, trees)
        self._last = time.perf_counter()

    def discard(self) -> None:
        if self.path is not None:
            self.path.unlink(missing_ok=True)


def restored_average(module: Module, state: ModuleState, duration: float, leaves: list[np.ndarray]) -> Average:
    """An average from its saved leaves.

    Args:
      module, state: the module and any state of it, for the shape of the averaged trees.

    Raises:
      ValueError: the number of leaves is not that of the quantities averaged now.
    """
    if not leaves:
        return Average()
    template: dict[str, Any] = dict.fromkeys((*AVERAGED, SQUARES), 0)
    turbulence = jax.eval_shape(turbulent_fields, module.model, state.flow)
    template |= {"velocity": state.flow.velocity, "wall": state.wall, "turbulence": turbulence}
    return Average(duration, jax.tree_util.tree_unflatten(jax.tree_util.tree_structure(template), leaves))
