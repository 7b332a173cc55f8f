"""One writer for one output: a file NAME.lock next to it names the process that writes it, until that process is done.

The lock is made by a hard link, or where there are none by exclusive creation: both are atomic on network file
systems too, and neither needs a file system that locks. A process that is killed leaves its lock behind. Such a lock
does not count once its process is known to be gone, which only the same machine can know.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shlex
import socket
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from jamsu.cases.errors import CaseError, Problem

LONGEST_COMMAND = 120  # characters of a command that a message repeats
NO_LINKS = (errno.EPERM, errno.EACCES, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL, errno.EMLINK)
TRIES, PAUSE = 50, 0.02  # s: a lock that comes and goes, or is made without links, is read again


@dataclass(frozen=True)
class Holder:
    """Who writes an output.

    Attributes:
      process: id of the process.
      host: name of the machine.
      boot: id of the machine's present start, "" where the system does not give it.
      namespace: namespace of the process ids (a container has its own), "" likewise.
      begun: the process's start in clock ticks since the boot, "" likewise.
      started: time at which it took the output.
      token: differs for every lock.
    """

    process: int
    host: str
    boot: str
    namespace: str
    begun: str
    started: str
    command: str
    token: str


def lock_path(output: Path) -> Path:
    """The lock of an output."""
    return output.with_name(output.name + ".lock")


@contextlib.contextmanager
def held(output: Path) -> Iterator[None]:
    """Make the block the only writer of `output`, in this process too.

    Raises CaseError that names the present writer, or says why the lock cannot be made.
    """
    lock = lock_path(output)
    try:
        mine = _take(lock, output)
    except OSError as error:
        reason = f"cannot write the result file ({error.strerror or error})"
        raise CaseError(str(output), Problem("", "", reason)) from None
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            if _read(lock) == mine and mine.process == os.getpid():  # not in a fork
                lock.unlink()


def refuse_held(output: Path) -> None:
    """Raise CaseError where somebody writes `output` at present."""
    lock = lock_path(output)
    with contextlib.suppress(OSError):
        if lock.exists() and not is_stale(found := _settled(lock)):
            raise _in_use(output, lock, found)


def is_stale(holder: Holder | None) -> bool:
    """Whether the process of a lock is known to be gone; False where it cannot be known."""
    if holder is None or sys.platform == "win32" or holder.host != socket.gethostname():
        return False
    here = _present()
    if holder.boot != here.boot:
        return True
    if holder.namespace != here.namespace:
        return False
    try:
        os.kill(holder.process, 0)
    except ProcessLookupError:
        return True
    except OSError:  # another user's
        pass
    now = _process_status(holder.process)
    return now is not None and (now[0] in "ZX" or now[1] != holder.begun)  # dead and not waited for; another one


def _take(lock: Path, output: Path) -> Holder:
    mine = _present()
    for _ in range(TRIES):
        if _create(lock, mine):
            return mine
        try:
            found = _settled(lock)
        except FileNotFoundError:
            time.sleep(PAUSE)
            continue
        if not is_stale(found):
            raise _in_use(output, lock, found)
        # One process at a time clears a stale lock away: else the slower would clear the faster one's new lock.
        guard = lock.with_name(lock.name + ".clearing")
        _take(guard, output)
        try:
            if _read(lock) == found:
                lock.unlink()
        finally:
            guard.unlink(missing_ok=True)
    raise _in_use(output, lock, None)


def _create(lock: Path, mine: Holder) -> bool:
    """Make the lock with its content unless it exists."""
    part = lock.with_name(f".{lock.name}.{mine.token}.part")
    text = json.dumps(asdict(mine)) + "\n"
    try:
        part.write_text(text, encoding="utf-8")
        os.link(part, lock)
    except FileExistsError:
        return _read(lock) == mine  # a network file system may repeat what it has done
    except OSError as error:
        if error.errno not in NO_LINKS or not part.exists():
            raise
        return _create_exclusively(lock, text)
    finally:
        part.unlink(missing_ok=True)
    return True


def _create_exclusively(lock: Path, text: str) -> bool:
    try:
        file = lock.open("x", encoding="utf-8")
    except FileExistsError:
        return False
    try:
        with file:
            file.write(text)
    except OSError:
        lock.unlink(missing_ok=True)
        raise
    return True


def _settled(lock: Path) -> Holder | None:
    """Holder of the lock; None where its file does not give one even after a while. Raises FileNotFoundError."""
    for _ in range(TRIES):
        if (found := _read(lock)) is not None:
            return found
        lock.stat()
        time.sleep(PAUSE)  # it may be on its way
    return None


def _read(lock: Path) -> Holder | None:
    try:
        holder = Holder(**json.loads(lock.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None
    return holder if isinstance(holder.process, int) and holder.process > 0 else None


def _present() -> Holder:
    """This process as a holder."""
    process = os.getpid()
    status = _process_status(process)
    return Holder(
        process=process,
        host=socket.gethostname(),
        boot=_system_text("/proc/sys/kernel/random/boot_id"),
        namespace=_namespace(),
        begun="" if status is None else status[1],
        started=time.strftime("%Y-%m-%d %H:%M:%S"),
        command=shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])[:LONGEST_COMMAND],
        token=uuid.uuid4().hex,
    )


def _process_status(process: int) -> tuple[str, str] | None:
    """State letter and start (clock ticks since the boot) of a process; None where the system does not give them.

    Linux, proc(5): fields 3 and 22 of /proc/PID/stat; field 2, the name in brackets, may hold anything.
    """
    fields = _system_text(f"/proc/{process}/stat").rpartition(")")[2].split()
    return (fields[0], fields[19]) if len(fields) > 19 else None


def _namespace() -> str:
    try:
        return os.readlink("/proc/self/ns/pid")
    except OSError:
        return ""


def _system_text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _in_use(output: Path, lock: Path, holder: Holder | None) -> CaseError:
    if holder is None:
        reason = f"{lock.name} beside it says that another process writes it; delete that file if none does"
    elif holder.process == os.getpid() and not is_stale(holder) and holder.host == socket.gethostname():
        reason = f"this process writes it already, since {holder.started}; take another name"
    else:
        who = f"process {holder.process} on {holder.host}, since {holder.started}: {holder.command}"
        reason = f"another process writes it ({who}); wait for it or take another name"
        here = _present()
        if (holder.host, holder.namespace) != (here.host, here.namespace):
            reason += f"; if it is gone, delete {lock.name}"
    return CaseError(str(output), Problem("", "", reason))
