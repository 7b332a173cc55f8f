"""Consoles for answers (stdout) and for progress (stderr), and strict JSON.

Colours and moving bars appear on terminals only (rich also honours NO_COLOR and TERM=dumb).
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import IO, Any

from rich.console import Console

_WIDTH_OF_A_FILE = 110  # columns where there is no terminal to ask: wide enough for every table


def answers() -> Console:
    """The console on stdout."""
    return _console(sys.stdout)


def messages() -> Console:
    """The console on stderr."""
    return _console(sys.stderr)


def print_json(answer: Any) -> None:
    """Print an object to stdout as strict JSON: what is not a finite number becomes null."""
    print(json.dumps(plain(answer), indent=2, ensure_ascii=False, allow_nan=False))


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


def _console(stream: IO[str]) -> Console:
    width = None if stream.isatty() else _WIDTH_OF_A_FILE
    return Console(file=stream, width=width, highlight=False)
