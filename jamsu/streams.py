"""The standard streams as the commands need them: whatever is written to them, the command goes on.

A character that a stream cannot encode becomes readable ASCII. A closed stream takes everything and shows nothing, and
so does a pipe whose reader has gone. Any other failure to write is remembered, and told at the end.
"""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys
import unicodedata
from typing import IO, Any, TextIO

READABLE = "jamsu.readable"  # the name of our codec error handler

_ASCII = {
    "ε": "eff.",
    "°": "deg",
    "×": "x",
    "±": "+-",
    "·": "*",
    "–": "-",
    "—": "-",
    "−": "-",
    "µ": "u",
    "μ": "u",
    "Ω": "Ohm",
    "Δ": "Delta ",
    "→": "->",
    "≤": "<=",
    "≥": ">=",
    "≈": "~",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
}


def readable(text: str, encoding: str | None) -> str:
    """A text with every character that an encoding lacks (or that is half of one) in readable ASCII."""
    encoding = encoding or "utf-8"
    return text.encode(encoding, READABLE).decode(encoding)


def encodable(text: str, encoding: str | None) -> bool:
    """Whether an encoding has every character of a text."""
    try:
        text.encode(encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def prepare_streams() -> None:
    """Make stdin, stdout and stderr of this process safe to use; call it once, before anything opens a file."""
    for number in range(3):
        _open_if_closed(number)
    # Python leaves a stream None that was closed when it started.
    sys.stdin = sys.stdin or io.TextIOWrapper(io.BytesIO())
    sys.stdout, sys.stderr = _safe(sys.stdout, 1), _safe(sys.stderr, 2)


def lost_output() -> OSError | None:
    """Write out what stdout still holds; the first failure to write to it, but for a reader who has gone."""
    sys.stdout.flush()
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    failure = raw.failure if isinstance(raw, _Sink) else None
    return None if failure is None or failure.errno == errno.EPIPE else failure


class _Sink(io.FileIO):
    """A file that takes what cannot be written, and remembers the first failure."""

    failure: OSError | None = None

    def write(self, data: Any, /) -> int:
        if self.failure is None:
            try:
                return super().write(data)
            except BlockingIOError:
                raise
            except OSError as error:
                self.failure = error
        return memoryview(data).nbytes


def _open_if_closed(number: int) -> None:
    """Give a closed descriptor to the null device: the next file opened would get it, and with it what is printed."""
    try:
        os.fstat(number)
    except OSError:
        null = os.open(os.devnull, os.O_RDWR)
        if null != number:
            os.dup2(null, number)
            os.close(null)


def _safe(stream: TextIO | None, number: int) -> TextIO:
    if stream is None:
        return io.TextIOWrapper(_buffered(number), encoding="utf-8", errors=READABLE)
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    if _is_terminal(stream):
        stream.reconfigure(errors=READABLE)
        return stream
    stream.flush()
    return io.TextIOWrapper(
        _buffered(number),
        encoding=stream.encoding,
        errors=READABLE,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


def _buffered(number: int) -> io.BufferedWriter:
    return io.BufferedWriter(_Sink(number, "w", closefd=False))


def _is_terminal(stream: IO[str]) -> bool:
    try:
        return stream.isatty()
    except (OSError, ValueError):
        return False


def _replaced(error: UnicodeError) -> tuple[str, int]:
    """The codec error handler: the characters at fault in ASCII."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_in_ascii(character) for character in error.object[error.start : error.end]), error.end


def _in_ascii(character: str) -> str:
    if character in _ASCII:
        return _ASCII[character]
    if "\u2500" <= character <= "\u259f":  # lines and blocks of tables and bars
        return "-"
    parts = unicodedata.normalize("NFKD", character)  # "³" is 3, "é" is e with an accent, "…" is three dots
    plain = "".join(part for part in parts if not unicodedata.combining(part))
    return plain if plain and plain.isascii() else "?"


codecs.register_error(READABLE, _replaced)
