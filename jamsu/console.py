"""Consoles for answers (stdout) and for progress (stderr), strict JSON, and TOML.

Colours appear on terminals, and elsewhere where FORCE_COLOR asks for them (rich also honours NO_COLOR and TERM=dumb);
what moves the cursor appears on terminals only.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import IO, Any

from rich.console import Console
from rich.text import Text

from jamsu.streams import encodable, readable

_WIDTH_OF_A_FILE = 110  # columns where there is no terminal to ask: wide enough for every table


def answers() -> Console:
    """The console on stdout."""
    return _console(sys.stdout)


def messages() -> Console:
    """The console on stderr."""
    return _console(sys.stderr)


def print_json(answer: Any) -> None:
    """Print an object to stdout as strict JSON: what is not a finite number becomes null.

    Characters that stdout cannot encode are written as JSON's escapes, so that no text is changed.
    """
    text = json.dumps(plain(answer), indent=2, ensure_ascii=False, allow_nan=False)
    if not encodable(text, sys.stdout.encoding):
        text = json.dumps(plain(answer), indent=2, ensure_ascii=True, allow_nan=False)
    print(text)


def print_toml(text: str) -> None:
    """Print TOML to stdout: in UTF-8, as TOML is, wherever it may become a file; as the terminal wants it on one."""
    text = text if text.endswith("\n") else text + "\n"
    binary = getattr(sys.stdout, "buffer", None)
    if binary is None or sys.stdout.isatty():
        print(readable(text, sys.stdout.encoding), end="")
        return
    sys.stdout.flush()
    binary.write(text.encode("utf-8"))
    binary.flush()


def plain(value: Any) -> Any:
    """A value made of dicts, lists, texts and numbers; numpy's are converted, NaN and infinity are None."""
    if isinstance(value, dict):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "tolist"):  # numpy arrays and scalars, jax arrays
        return plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def is_live(console: Console) -> bool:
    """Whether a line may be drawn over and over: on a terminal that moves its cursor, whatever FORCE_COLOR says."""
    return console.file.isatty() and console.is_terminal and not console.is_dumb_terminal


class _Console(Console):
    """A console whose tables are laid out with the characters that its stream can encode."""

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(readable(text, self.encoding), **options)


def _console(stream: IO[str]) -> Console:
    width = None if stream.isatty() else _WIDTH_OF_A_FILE
    return _Console(file=stream, width=width, highlight=False, emoji=False)
