"""Getting the next grid ready during the march on this one: what stands there, and the program of its steps.

Compiling takes one core, a march on a coarse grid hardly more than one. A program that is compiled here is found again
by the march that needs it, in memory or in the folder of programs. Nothing depends on it: what fails here, or is not
ready, is done again where it is needed, which also tells of any error.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable

_NAME = "jamsu-ahead"


def runs_ahead() -> bool:
    """Whether this is the thread of a preparation, which must not drop what the march is using."""
    return threading.current_thread().name == _NAME


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

        thread = threading.Thread(target=quietly, name=_NAME)
        with contextlib.suppress(RuntimeError):  # where no further thread is allowed, the run goes on without
            thread.start()
            self._thread = thread

    def wait(self) -> float:
        """Wait for the preparation under way. Returns the seconds that this took."""
        if self._thread is None:
            return 0.0
        started = time.perf_counter()
        self._thread.join()
        self._thread = None
        return time.perf_counter() - started
