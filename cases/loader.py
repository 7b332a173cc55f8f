"""Case files: from a library name or a path to a checked `Case`, or one line that says what is wrong."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from cases.circuits import check_circuits
from cases.errors import CaseError, Problem, nearest, shown
from cases.inheritance import expand_like
from cases.layout import check_layout
from cases.overrides import set_path, split_override
from cases.schema import Case
from cases.validation import validated


def library_names() -> tuple[str, ...]:
    """Names of the cases that come with jamsu, in alphabetical order."""
    files = resources.files("cases.library").iterdir()
    return tuple(sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml")))


def case_text(case: str | Path) -> str:
    """The case file as it is written, comments included. Raises CaseError as `load_case`."""
    return _read(case)[0]


def load_case(case: str | Path, overrides: Sequence[str] = ()) -> Case:
    """The case of a library name or of a TOML file, with overrides "path=value" applied in turn.

    Overrides act on the raw tree after `like` is spelled out; `*` stands for any name
    (`racks.*.power=18 kW`). Raises CaseError, one line that names file, key, value and what was expected.
    """
    text, label, folder, name = _read(case)
    return case_from_text(text, overrides, label=label, folder=folder, name=name)


def case_from_text(
    text: str,
    overrides: Sequence[str] = (),
    *,
    label: str = "case",
    folder: Path | None = None,
    name: str = "case",
) -> Case:
    """The case of TOML text; `label` stands for the file in messages. Raises CaseError.

    `folder` is where relative file names start, `name` the case's name when the text gives none.
    """
    try:
        tree = _parsed(text)
        tree = {"name": name, **_in_folder(expand_like(tree), folder)}
        for override in overrides:
            tree = set_path(tree, *split_override(override))
        loaded = validated(tree)
        check_circuits(loaded)
        check_layout(loaded)
    except Problem as problem:
        raise CaseError(label, problem) from problem
    return loaded


def _read(case: str | Path) -> tuple[str, str, Path | None, str]:
    """Text, label for messages, folder and default name of a case."""
    if isinstance(case, str) and case in library_names():
        text = (resources.files("cases.library") / f"{case}.toml").read_text(encoding="utf-8")
        return text, f"{case}.toml", None, case
    path = Path(case)
    if isinstance(case, str) and path.suffix != ".toml" and len(path.parts) == 1 and not path.exists():
        known = nearest(case, library_names()) or library_names()
        raise CaseError(case, Problem("", "", "no such case in the library and no such file", known))
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        reason = error.strerror or str(error)
        raise CaseError(str(case), Problem("", "", f"cannot be read: {reason}")) from error
    except UnicodeDecodeError as error:
        expected = f"not a case file: expected TOML in UTF-8, byte {error.start} is not text"
        raise CaseError(str(case), Problem("", "", expected)) from error
    return text, str(case), path.parent, re.sub(r"[^A-Za-z0-9_-]+", "-", path.stem) or "case"


def _parsed(text: str) -> dict[str, Any]:
    try:
        tree = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(str(error), text) from error
    if not tree:
        raise Problem("", "", "empty file: expected a case with [site], [vessel] and [racks.NAME] tables")
    return tree


def _not_toml(message: str, text: str) -> Problem:
    found = re.search(r"\(at line (\d+), column \d+\)", message)
    lines = text.splitlines()
    number = int(found.group(1)) if found else len(lines)
    line = shown(lines[number - 1].strip()) if 0 < number <= len(lines) else ""
    reason = message.split(" (at ")[0]
    if "Cannot declare" in reason or "Cannot overwrite" in reason:
        return Problem(f"line {number}", line, "duplicate name: expected each table and key once")
    return Problem(f"line {number}", line, f"not TOML: {reason}")


def _in_folder(tree: Mapping[str, Any], folder: Path | None) -> dict[str, Any]:
    """The tree with the vessel's STL file as an absolute path, so that the case holds wherever it is read."""
    vessel = tree.get("vessel")
    if folder is None or not isinstance(vessel, dict) or not isinstance(vessel.get("file"), str):
        return dict(tree)
    return {**tree, "vessel": {**vessel, "file": str((folder / vessel["file"]).resolve())}}
