"""How much compiling a run did, counted from JAX's own events."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import jax

_COMPILE = "/jax/core/compile/backend_compile_duration"
_PREPARE = ("/jax/core/compile/jaxpr_trace_duration", "/jax/core/compile/jaxpr_to_mlir_module_duration")


@dataclass
class CompilationCount:
    """A context that counts compilations of the thread that enters it.

    Attributes:
      compilations: number of programs compiled (or read from the persistent cache) inside it.
      seconds: time for tracing, lowering and compiling them, s.
    """

    compilations: int = 0
    seconds: float = 0.0
    thread: int = 0

    def _listen(self, event: str, duration_secs: float, **_: str | int) -> None:
        if threading.get_ident() != self.thread:
            return  # beside the run, see `jamsu.cases.run.ahead`: the run waits less for it, or not at all
        if event == _COMPILE:
            self.compilations += 1
            self.seconds += duration_secs
        elif event in _PREPARE:
            self.seconds += duration_secs

    def __enter__(self) -> CompilationCount:
        self.thread = threading.get_ident()
        jax.monitoring.register_event_duration_secs_listener(self._listen)
        return self

    def __exit__(self, *_: object) -> None:
        jax.monitoring.unregister_event_duration_listener(self._listen)
