"""Where the text of a case comes from: the library, a file, standard input or another pipe."""

from __future__ import annotations

import re
import stat
import sys
from functools import cache
from importlib import resources
from pathlib import Path
from typing import IO, NamedTuple

from jamsu.cases.errors import CaseError, Problem, nearest, shown

LONGEST_FILE = 5_000_000  # bytes; a case of a thousand racks has some 100,000
STANDARD_INPUT = "-"
DEFAULT_NAME = "case"


class Source(NamedTuple):
    """A case as text, with the word for it in messages, the folder of its file names, and its name by default."""

    text: str
    label: str
    folder: Path | None
    name: str


@cache
def library_names() -> tuple[str, ...]:
    """Names of the cases that come with jamsu, in alphabetical order."""
    files = resources.files("jamsu.cases.library").iterdir()
    return tuple(sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml")))


def read_source(case: str | Path) -> Source:
    """The text of a case: "-" is standard input, a name of the library comes before a file, a Path is a file.

    What can be read only once (standard input, a pipe, `<(...)` of a shell) is kept: it is the same at every reading
    until `forget_pipes`. Raises CaseError.
    """
    if isinstance(case, str) and case in library_names():
        text = (resources.files("jamsu.cases.library") / f"{case}.toml").read_text(encoding="utf-8")
        return Source(text, f"{case}.toml", None, case)
    if case == STANDARD_INPUT:
        return _kept(STANDARD_INPUT)
    if not str(case).strip() or not Path(case).name:
        raise CaseError(shown(str(case)), Problem("", "", "expected the name of a case or of a TOML file"))
    path = Path(case)
    if isinstance(case, str) and path.suffix != ".toml" and len(path.parts) == 1 and not path.exists():
        known = nearest(case, library_names()) or library_names()
        raise CaseError(case, Problem("", "", "no such case in the library and no such file", known))
    if path.is_dir():
        raise CaseError(str(case), Problem("", "", "cannot be read: is a folder, expected a TOML file"))
    if is_pipe(path):
        return _kept(str(case))
    text = _file_text(path, str(case))
    return Source(text, str(case), path.parent, re.sub(r"[^A-Za-z0-9_-]+", "-", path.stem) or DEFAULT_NAME)


def is_pipe(case: str | Path) -> bool:
    """Whether a case comes from standard input or another stream, which has no file name to call a result after."""
    if case == STANDARD_INPUT or str(case).startswith(("/dev/", "/proc/")):
        return True
    try:
        mode = Path(case).stat().st_mode
    except (OSError, ValueError):
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def forget_pipes() -> None:
    """Read pipes anew: a named one may hold another case by now. What standard input held is not to be had again."""
    for key in [key for key in _PIPES if key != STANDARD_INPUT]:
        del _PIPES[key]


def shadowed_file(case: str) -> Path | None:
    """The file in the current folder that is left aside because its name is also one of the library."""
    for path in (Path(f"{case}.toml"), Path(case)):
        if len(path.parts) == 1 and path.is_file() and case in library_names():
            return path
    return None


_PIPES: dict[str, Source] = {}


def _kept(case: str) -> Source:
    if case not in _PIPES:
        label = "standard input" if case == STANDARD_INPUT else case
        text = _decoded(_standard_input(), label) if case == STANDARD_INPUT else _file_text(Path(case), label)
        _PIPES[case] = Source(text, label, Path.cwd(), DEFAULT_NAME)
    return _PIPES[case]


def _standard_input() -> bytes:
    stream: IO[bytes] | None = getattr(sys.stdin, "buffer", None)
    if stream is None:  # a notebook's
        return sys.stdin.read(LONGEST_FILE + 1).encode() if sys.stdin is not None else b""
    return stream.read(LONGEST_FILE + 1)


def _file_text(path: Path, label: str) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(LONGEST_FILE + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        near = [name for name in library_names() if name == path.stem]
        raise CaseError(label, Problem("", "", f"cannot be read: {reason}", near)) from error
    return _decoded(content, label)


def _decoded(content: bytes, label: str) -> str:
    if len(content) > LONGEST_FILE:
        raise CaseError(label, Problem("", "", f"not a case file: longer than {LONGEST_FILE / 1e6:g} MB"))
    try:
        return content.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        expected = f"not a case file: expected TOML in UTF-8, byte {error.start} is not text"
        raise CaseError(label, Problem("", "", expected)) from error
