"""OpenFOAM's file format: dictionaries and fields as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

NUMBERS_A_LINE = 10


def value_text(value: Any) -> str:
    """A value after its key: numbers to all digits, lists in parentheses, flags as true and false."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, list | tuple):
        return f"({' '.join(value_text(item) for item in value)})"
    return str(value)


def entries_text(entries: Mapping[str, Any], depth: int = 0) -> str:
    """Keys and values, with dictionaries within dictionaries."""
    pad = "    " * depth
    lines = []
    for key, value in entries.items():
        if isinstance(value, Mapping):
            lines.append(f"{pad}{key}\n{pad}{{\n{entries_text(value, depth + 1)}{pad}}}\n")
        else:
            lines.append(f"{pad}{key} {value_text(value)};\n")
    return "".join(lines)


def file_text(name: str, entries: Mapping[str, Any], kind: str = "dictionary") -> str:
    """A whole file: its header, then the entries."""
    header = {"version": "2.0", "format": "ascii", "class": kind, "object": name}
    return entries_text({"FoamFile": header}) + "\n" + entries_text(entries)


def scalar_list(values: Sequence[float]) -> str:
    """A field's values cell by cell."""
    words = [f"{value:.12g}" for value in values]
    rows = [" ".join(words[k : k + NUMBERS_A_LINE]) for k in range(0, len(words), NUMBERS_A_LINE)]
    return f"nonuniform List<scalar> {len(words)}\n(\n" + "\n".join(rows) + "\n)"


def write_case(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files, named by their place in the case."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
