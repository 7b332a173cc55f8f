"""The checkpoint of one run, messages to its user about its files, and averages from their saved leaves."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from jamsu.cases.errors import CaseError, Problem
from jamsu.cases.results.file import store_result
from jamsu.cases.results.output import Stamp, beside, checkpoint_path, fields_folder, stamp, tell
from jamsu.cases.run import checkpoint
from jamsu.cases.schema.case import Case
from jamsu.solver.march.averaging import Average
from jamsu.solver.march.window import Window

SECONDS_BETWEEN_CHECKPOINTS = 15.0
SECONDS_OF_GRACE = 60.0  # a run leaves another one's checkpoint this long: its user may have forgotten --resume


class CheckpointWriter:
    """Writes the checkpoint of one run now and then, and its result; without an output it keeps nothing.

    A checkpoint that cannot be written costs the run nothing: its user is told once. Another run's checkpoint is left
    alone for a while, and for good where this run is of another case and done by then.

    Attributes:
      replaces: stamp of the file that the result may replace.
      notes: messages that the user got.
    """

    def __init__(self, case: Case, quality: str, output: Path | None, replaces: Stamp = None) -> None:
        self.output = output
        self.path = None if output is None else checkpoint_path(output)
        self.fingerprint = checkpoint.fingerprint(case, quality)
        self.replaces = replaces
        self.notes: list[str] = []
        self._saved = self._told = False
        self._behind = False  # the saved state is not the present one
        self._others = self._same = False  # the file at the path is another run's; of this case and quality
        self._begun = self._last = time.perf_counter()

    def begin(self, *, resume: bool) -> checkpoint.Checkpoint | None:
        """The checkpoint to go on from; None where the run begins anew.

        Raises CaseError where `resume` meets a checkpoint that cannot be read or is another run's.
        """
        if self.path is None or self.output is None or not self.path.exists():
            return None
        if not resume:
            self._others, self._same = True, checkpoint.same_run(self.path, self.fingerprint)
            whose = "run, from which --resume would go on" if self._same else "run of another case or quality"
            after = f"this one begins anew and replaces it after {SECONDS_OF_GRACE:.0f} s"
            self.note(f"{self.path}: checkpoint of an interrupted {whose}; {after}")
            return None
        found = self.load()
        if found is not None:
            self._saved = True
            replaces = found.facts.get("replaces")
            self.replaces = None if replaces is None else (replaces[0], replaces[1])
            if stamp(self.output) not in (None, self.replaces):
                self.note(f"{self.output}: is not of this run and is kept; the result will go beside it")
        return found

    def load(self) -> checkpoint.Checkpoint | None:
        return None if self.path is None else checkpoint.load(self.path, self.fingerprint)

    def due(self) -> bool:
        return self.path is not None and time.perf_counter() - self._last > SECONDS_BETWEEN_CHECKPOINTS

    def spares(self) -> bool:
        """Whether nothing is written yet, because its user may want another run's checkpoint that lies there."""
        return self._others and time.perf_counter() - self._begun < SECONDS_OF_GRACE

    def save(self, facts: dict[str, Any], trees: dict[str, Any], first: Callable[[], None] | None = None) -> None:
        """Write the checkpoint, and before it what it depends on (`first`, which raises OSError)."""
        if self.path is None or self.spares():
            return
        facts = facts | {"fingerprint": self.fingerprint, "replaces": self.replaces}
        try:
            if self._others:
                self._clear()
            if first is not None:
                first()
            checkpoint.save(self.path, facts, trees)
        except OSError as error:
            kept = "the one before is kept" if self._saved else "an interruption loses the run"
            reason = error.strerror or error
            if not self._told:
                self.note(f"{self.path}: the checkpoint cannot be written ({reason}); the run goes on, {kept}")
            self._told = self._behind = True
        else:
            self._saved, self._others, self._behind = True, False, False
        self._last = time.perf_counter()

    def note(self, line: str) -> None:
        """Tell the user one line, once; the run's summary holds it too."""
        if line not in self.notes:
            self.notes.append(line)
            tell(line)

    @contextlib.contextmanager
    def interruptible(self, save: Callable[[], None]) -> Iterator[None]:
        """Save when the block is interrupted, or fails by a defect after hours of work.

        The exception's notes say from where --resume continues. A case that is refused, or whose flow diverged, leaves
        nothing worth continuing.
        """
        try:
            yield
        except CaseError:
            raise
        except (KeyboardInterrupt, Exception) as stop:
            save()
            if self.path is not None:
                stop.add_note(self._state())
            raise

    def _state(self) -> str:
        if self._saved:
            what = "an earlier state is saved" if self._behind else "saved"
            return f"{what} in {self.path}: the same command with --resume goes on from there"
        if self._others:
            return f"{self.path} is left as it was" + (": --resume goes on from there" if self._same else "")
        return "nothing was saved"

    def store(self, tree: xr.DataTree, summary: dict[str, Any], save: Callable[[], None]) -> None:
        """Write the result; the summary gets its path and the messages that the user got.

        Raises CaseError when it cannot be written, after saving what can be saved.
        """
        if self.output is not None:
            try:
                stored = store_result(self.output, tree, self.replaces)
            except CaseError as error:
                save()
                kept = f"; {self._state()}" if self._saved else ""
                raise CaseError(error.file, Problem(error.key, error.value, error.expected + kept)) from None
            if stored != self.output:
                self.note(beside(self.output, stored))
            summary["result"] = str(stored)
        summary["warnings"] = [*summary["warnings"], *self.notes]

    def discard(self) -> None:
        """Delete what a run keeps beside its output, now that it is done."""
        if not self._others or self._same:
            self._clear()

    def _clear(self) -> None:
        """Delete the checkpoint first: without it nothing reads the saved fields."""
        if self.path is not None and self.output is not None:
            self.path.unlink(missing_ok=True)
            shutil.rmtree(fields_folder(self.output), ignore_errors=True)
        self._others = False


def saved_average(name: str, average: Average) -> dict[str, Any]:
    """The trees of an average for a checkpoint."""
    return {name: average.sums, f"{name}_squares": average.squares}


def restored_average(name: str, duration: float, trees: dict[str, dict[str, np.ndarray]]) -> Average:
    """An average from its saved sums."""
    return Average(duration, trees.get(name, {}), trees.get(f"{name}_squares", {}))


def saved_window(window: Window | None) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """The facts and the trees of an averaging window for a checkpoint."""
    if window is None:
        return None, {}
    trees = saved_average("filling", window.filling)
    for number, block in enumerate(window.blocks):
        trees |= saved_average(f"block{number}", block)
    durations = [block.duration for block in window.blocks]
    return {"length": window.length, "blocks": durations, "filling": window.filling.duration}, trees


def restored_window(facts: dict[str, Any] | None, trees: dict[str, dict[str, np.ndarray]]) -> Window | None:
    """A window from what `saved_window` gave."""
    if facts is None:
        return None
    blocks = [restored_average(f"block{number}", time, trees) for number, time in enumerate(facts["blocks"])]
    return Window(facts["length"], blocks, restored_average("filling", facts["filling"], trees))
