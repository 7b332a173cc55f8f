"""Other programs as child processes on chosen cores: when each line of their output came, how much memory they held."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

LAUNCHERS = ("mpirun", "orted", "prterun")  # they hold no part of the problem
LOOKS = (0.1, 1.0)  # s between looks at the memory: a tenth of the time gone by, within these
TAIL = 12  # lines of output kept for a message


class Finished(NamedTuple):
    """A process that has ended.

    launched, ended: stamps of the monotonic clock, s. lines: (stamp, text) of standard output and error.
    memory: highest resident memory of the process and all that it started, added up, bytes; None where unknown.
    """

    code: int
    launched: float
    ended: float
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


@contextmanager
def on_cores(count: int) -> Iterator[None]:
    """What this thread starts within runs on so many cores only (where the system can hold it to them)."""
    cores = usable_cores()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cores[:count])
    try:
        yield
    finally:
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, cores)


def run_child(
    command: Sequence[str], cores: int, *, folder: Path | None = None, environment: Mapping[str, str] | None = None
) -> Finished:
    """Run to the end on so many cores. An interrupt ends the whole family of processes."""
    threads = {name: str(cores) for name in ("NPROC", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
    with on_cores(cores):
        launched = time.monotonic()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **threads, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
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
        ended = time.monotonic()
        watch.stop()
    return Finished(code, launched, ended, lines, watch.peak)


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
            for pid in family(self._pid):
                name, held = _status(pid)
                if name not in LAUNCHERS:
                    self._highest[pid] = max(self._highest.get(pid, 0), held)

    def stop(self) -> None:
        self._ended.set()
        self.join()


def family(pid: int) -> list[int]:
    """A process and its descendants, as far as /proc knows them."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, IndexError, ValueError):
            # The name, in parentheses, may hold spaces; the parent is the second word after it.
            parents[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
    found = [pid]
    for known in found:  # grows while it is read
        found += [child for child, parent in parents.items() if parent == known]
    return found


def _status(pid: int) -> tuple[str, int]:
    """Name and highest resident memory, bytes; nothing of a process that has gone."""
    name, held = "", 0
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            key, _, value = line.partition(":")
            if key == "Name":
                name = value.strip()
            elif key == "VmHWM":
                held = 1024 * int(value.split()[0])
    return name, held
