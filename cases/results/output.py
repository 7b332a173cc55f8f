"""The file that a run or a sweep writes: who may write it, and how no other file is lost.

An output is checked before the work, owned during it (`owned`), and put in its place at the end (`put`), whole or not
at all. A file that has appeared in that place meanwhile is somebody else's work: it stays, and the output goes to a
name next to it.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

from jamsu.cases.errors import CaseError, Problem
from jamsu.cases.results.lock import held, refuse_held

Stamp = tuple[int, int] | None
"""What tells one file from another under the same name: size in bytes and time of change, ns; None: no file."""


class OutputWarning(UserWarning):
    """Something about a run's files that its user must know while it runs. The text is one line."""


def tell(line: str) -> None:
    """Tell the user one line, as a Python warning; the command line prints it."""
    warnings.warn(line, OutputWarning, stacklevel=3)


def refused(path: Path, reason: str) -> CaseError:
    """The one-line error `PATH: reason`."""
    return CaseError(str(path), Problem("", "", reason))


def check_output(path: str | Path, *, overwrite: bool = False, resume: bool = False) -> Path:
    """Path of a result about to be written.

    With `resume` an old file may be replaced only where a checkpoint of an interrupted run lies next to it. An output
    that another process writes is refused with any option. Call this before a long run, so that a mistyped folder costs
    a second instead of the run.

    Raises:
      CaseError: the folder takes no file, an old file must stay, or another process writes it.
    """
    path = Path(path)
    if path.is_dir():
        raise refused(path, "is a folder; expected the name of a result file")
    refuse_held(path)
    _refuse_existing(path, overwrite, resume)
    if path.suffix.lower() == ".toml":
        raise refused(path, "is a case's name; expected a result's, such as NAME.vtkhdf")
    part = part_name(path)
    try:
        with open(part, "ab"):
            pass
        part.unlink(missing_ok=True)
    except OSError as error:
        raise refused(path, f"cannot write the result file ({error.strerror})") from None
    return path


@contextlib.contextmanager
def owned(output: Path | None, *, overwrite: bool = False, resume: bool = False) -> Iterator[Stamp]:
    """Own an output for the block: nobody else writes it, and half-written files of killed processes are deleted.

    Yields the stamp of the file that the output may replace. Without an output there is nothing to own.

    Raises:
      CaseError: another process, or another thread of this one, owns it; or a file that must stay is there.
    """
    if output is None:
        yield None
        return
    with held(output):
        _refuse_existing(output, overwrite, resume)
        _clear_parts(output)
        yield stamp(output)


def stamp(path: Path) -> Stamp:
    """The stamp of a file. A copy that keeps its times has the same stamp."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def put(content: bytes | memoryview, output: Path, replaces: Stamp) -> Path:
    """Write `content` to `output` in place of the file with the stamp `replaces`; returns the path written.

    The path is another name, NAME-1.SUFFIX or the next free one, where `output` is by now another file. The content
    is written under a temporary name first, down to the disk. Raises OSError, and leaves nothing half written.
    """
    part = part_name(output)
    try:
        write_through(part, content)
        there = stamp(output)
        if there is not None and there == replaces:
            os.replace(part, output)
            return output
        for name in _names(output):
            if _claimed(part, name):
                return name
    finally:
        part.unlink(missing_ok=True)
    raise AssertionError("there is no end of names")


def write_through(path: Path, content: bytes | memoryview) -> None:
    """Write a file down to the disk. Raises OSError here, and not later, when the disk is full."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def beside(output: Path, stored: Path) -> str:
    """The message that an output lies elsewhere, as its own place was taken."""
    return f"{output}: another file came to lie there and is kept; this one's result is {stored}"


def checkpoint_path(output: Path) -> Path:
    """Path where a run that writes `output` keeps what an interruption must not lose."""
    return output.with_name(output.name + ".checkpoint")


def fields_folder(output: Path) -> Path:
    """Folder where a run in time that writes `output` keeps its fields until it is done."""
    return output.with_name(output.name + ".steps")


def part_name(path: Path) -> Path:
    """The name under which this process writes a file until it is whole."""
    return path.with_name(f".{path.name}.{os.getpid()}.part")


def _refuse_existing(path: Path, overwrite: bool, resume: bool) -> None:
    if not path.exists():
        return
    if resume and not checkpoint_path(path).exists():
        raise refused(path, "its run is finished: nothing to resume; --force replaces it, -o takes another name")
    if not (overwrite or resume):
        raise refused(path, "file exists; give --force to replace it or another name with -o")


def _clear_parts(output: Path) -> None:
    """Delete half-written files of killed processes; only the output's owner may do so."""
    part = re.compile(rf"\.{re.escape(output.name)}(\.checkpoint|\.part)?\.\d+\.part")
    saved = fields_folder(output)
    left = [path for path in output.parent.iterdir() if part.fullmatch(path.name)]
    left += saved.glob(".*.part") if saved.is_dir() else ()
    for path in left:
        with contextlib.suppress(OSError):
            path.unlink()


def _names(output: Path) -> Iterator[Path]:
    yield output
    for number in itertools.count(1):
        yield output.with_name(f"{output.stem}-{number}{output.suffix}")


def _claimed(part: Path, name: Path) -> bool:
    """Give a whole file its name; False where the name is taken."""
    try:
        os.link(part, name)
    except FileExistsError:
        return False
    except OSError:  # no hard links here: the name is taken first, then filled
        try:
            name.open("x").close()
        except FileExistsError:
            return False
        os.replace(part, name)
    return True
