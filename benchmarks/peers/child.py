"""Other programs as child processes on chosen cores: when each line of their output came, how much memory they held."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

LAUNCHERS = ("mpirun", "orted", "prterun")  # they hold no part of the problem
LOOKS = (0.1, 1.0)  # s between looks at the memory: a tenth of the time gone by, within these
TAIL = 12  # lines of output kept for a message
THREADS = ("NPROC", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class Finished(NamedTuple):
    """A process that has ended.

    launched: stamp of the monotonic clock, s. lines: (stamp, text) of standard output and error.
    memory: highest resident memory of the process and all that it started, added up, bytes; None where unknown.
    """

    code: int
    launched: float
    lines: list[tuple[float, str]]
    memory: int | None

    @property
    def tail(self) -> str:
        """The last lines, for a message."""
        return "\n".join(text for _, text in self.lines[-TAIL:])


def usable_cores() -> list[int]:
    """Cores that this process may run on; all of them where the system cannot say."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def run_child(
    command: Sequence[str], cores: int, *, folder: Path | None = None, environment: Mapping[str, str] | None = None
) -> Finished:
    """Run to the end on so many cores, where the system can hold it to them.

    An interrupt ends the whole family of processes.
    """
    launched = time.monotonic()
    process = _start(command, cores, folder, {**dict.fromkeys(THREADS, str(cores)), **(environment or {})})
    watch = MemoryWatch(process.pid)
    watch.start()
    lines: list[tuple[float, str]] = []
    assert process.stdout is not None
    try:
        for text in process.stdout:
            lines.append((time.monotonic(), text.rstrip("\n")))
        code = process.wait()
    except BaseException:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    finally:
        watch.stop()
    return Finished(code, launched, lines, watch.peak)


def _start(command: Sequence[str], cores: int, folder: Path | None, added: Mapping[str, str]) -> subprocess.Popen[str]:
    """A child with this thread's cores, which are so many only while it starts."""
    mine, held = usable_cores(), hasattr(os, "sched_setaffinity")
    try:
        if held:
            os.sched_setaffinity(0, mine[:cores])
        return subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **added},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
    finally:
        if held:
            os.sched_setaffinity(0, mine)


class MemoryWatch(threading.Thread):
    """Looks at the highest resident memory of a process and its descendants, as Linux counts it (VmHWM).

    The system keeps the highest itself, so few looks are enough; each of them reads all of /proc.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._ended = threading.Event()
        self._highest: dict[int, int] = {}

    @property
    def peak(self) -> int | None:
        """Sum of the highest of each process, bytes: shared pages count once for each."""
        return sum(self._highest.values()) or None

    def run(self) -> None:
        began = time.monotonic()
        while not self._ended.wait(min(max(0.1 * (time.monotonic() - began), LOOKS[0]), LOOKS[1])):
            family = [self._pid]
            states = _states()
            for known in family:  # grows while it is read
                family += [pid for pid, state in states.items() if state.get("PPid") == str(known)]
            for pid in family:
                state = states.get(pid, {})
                if state.get("Name") not in LAUNCHERS and "VmHWM" in state:
                    held = 1024 * int(state["VmHWM"].split()[0])
                    self._highest[pid] = max(self._highest.get(pid, 0), held)

    def stop(self) -> None:
        self._ended.set()
        self.join()


def _states() -> dict[int, dict[str, str]]:
    """What /proc tells of each process (Name, PPid, VmHWM and others), as far as there is one."""
    found: dict[int, dict[str, str]] = {}
    for entry in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError):
            fields = (line.partition(":") for line in entry.read_text(errors="replace").splitlines())
            found[int(entry.parent.name)] = {key: value.strip() for key, _, value in fields}
    return found
