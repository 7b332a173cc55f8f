"""Getting the next grid ready beside the march on this one: what stands there, and the program of its steps.

Compiling takes one core, a march on a coarse grid hardly more than one. A program that is compiled here is found again
by the march that needs it, in memory or in the folder of programs. Nothing depends on it: what fails here, or is not
ready, is done again where it is needed, which also tells of any error.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable


class Ahead:
    """One preparation at a time, in a thread of its own."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None

    def begin(self, prepare: Callable[[], object]) -> None:
        """Start a preparation; one that is under way is waited for."""
        self.wait()

        def quietly() -> None:
            with contextlib.suppress(Exception):
                prepare()

        self._thread = threading.Thread(target=quietly, name="jamsu-ahead")
        self._thread.start()

    def wait(self) -> float:
        """Wait for the preparation under way. Returns the seconds that this took."""
        if self._thread is None:
            return 0.0
        started = time.perf_counter()
        self._thread.join()
        self._thread = None
        return time.perf_counter() - started
