"""How much compiling a run did, counted from JAX's own events."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import jax

_COMPILE = "/jax/core/compile/backend_compile_duration"
_PREPARE = ("/jax/core/compile/jaxpr_trace_duration", "/jax/core/compile/jaxpr_to_mlir_module_duration")


@dataclass
class CompilationCount:
    """A context that counts compilations.

    Attributes:
      compilations: number of programs compiled (or read from the persistent cache) inside it.
      seconds: time for tracing, lowering and compiling in the thread that enters it, s.
    """

    compilations: int = 0
    seconds: float = 0.0
    thread: int = 0

    def _listen(self, event: str, duration_secs: float, **_: str | int) -> None:
        if event == _COMPILE:
            self.compilations += 1
        # What another thread compiles (`jamsu.cases.run.ahead`) the run waits less for, or not at all.
        if threading.get_ident() == self.thread and (event == _COMPILE or event in _PREPARE):
            self.seconds += duration_secs

    def __enter__(self) -> CompilationCount:
        self.thread = threading.get_ident()
        jax.monitoring.register_event_duration_secs_listener(self._listen)
        return self

    def __exit__(self, *_: object) -> None:
        jax.monitoring.unregister_event_duration_listener(self._listen)
