"""Case files: from a library name or a path to a checked `Case`, or one line that says what is wrong."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from jamsu.cases.errors import CaseError, Problem, nearest, shown
from jamsu.cases.reading.circuits import check_circuits
from jamsu.cases.reading.inheritance import expand_like
from jamsu.cases.reading.layout import check_layout
from jamsu.cases.reading.overrides import set_path, split_override
from jamsu.cases.schema.case import Case
from jamsu.cases.schema.limits import check_limits
from jamsu.cases.schema.validation import ABSENT, validated, value_at

LONGEST_FILE = 5_000_000  # bytes; a case of a thousand racks has some 100,000


def library_names() -> tuple[str, ...]:
    """Names of the cases that come with jamsu, in alphabetical order."""
    files = resources.files("jamsu.cases.library").iterdir()
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
        tree = _tree(text, overrides, folder, name)
    except Problem as problem:
        raise CaseError(label, problem) from problem
    try:
        loaded = validated(tree)
        check_circuits(loaded)
        check_layout(loaded)
        check_limits(loaded)
    except Problem as problem:
        raise CaseError(label, _as_typed(problem, tree)) from problem
    return loaded


def error_as_typed(error: CaseError, case: str | Path, overrides: Sequence[str] = ()) -> CaseError:
    """An error about a value of a case that was loaded before, with the file and the value as they were written.

    What goes wrong later (a grid that cannot be made) is told of the case by its name and with values in SI.
    """
    try:
        text, label, folder, name = _read(case)
        tree = _tree(text, overrides, folder, name)
    except (CaseError, Problem):
        return error
    if not error.key or error.file != tree["name"]:  # it was about an output, a checkpoint, another case
        return error
    return CaseError(label, _as_typed(Problem(error.key, error.value, error.expected, error.near), tree))


def _tree(text: str, overrides: Sequence[str], folder: Path | None, name: str) -> dict[str, Any]:
    """The raw tree of a case file, `like` spelled out and overrides applied. Raises Problem."""
    tree = {"name": name, **_in_folder(expand_like(_parsed(text)), folder)}
    for override in overrides:
        tree = set_path(tree, *split_override(override))
    return tree


def _as_typed(problem: Problem, tree: Mapping[str, Any]) -> Problem:
    """The problem with the value as it stands in the file, not as it was converted."""
    written = value_at(tree, tuple(problem.key.split(".")))
    one_item = isinstance(written, list) and problem.value in map(shown, written)
    if written is ABSENT or isinstance(written, Mapping) or one_item:
        return problem
    return Problem(problem.key, shown(written), problem.expected, problem.near)


def _read(case: str | Path) -> tuple[str, str, Path | None, str]:
    """Text, label for messages, folder and default name of a case."""
    if isinstance(case, str) and case in library_names():
        text = (resources.files("jamsu.cases.library") / f"{case}.toml").read_text(encoding="utf-8")
        return text, f"{case}.toml", None, case
    if not str(case).strip() or not Path(case).name:
        raise CaseError(shown(str(case)), Problem("", "", "expected the name of a case or of a TOML file"))
    path = Path(case)
    if isinstance(case, str) and path.suffix != ".toml" and len(path.parts) == 1 and not path.exists():
        known = nearest(case, library_names()) or library_names()
        raise CaseError(case, Problem("", "", "no such case in the library and no such file", known))
    if path.is_dir():
        raise CaseError(str(case), Problem("", "", "cannot be read: is a folder, expected a TOML file"))
    try:
        with path.open("rb") as file:
            content = file.read(LONGEST_FILE + 1)
        if len(content) > LONGEST_FILE:
            raise CaseError(str(case), Problem("", "", f"not a case file: longer than {LONGEST_FILE / 1e6:g} MB"))
        text = content.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except OSError as error:
        reason = error.strerror or str(error)
        near = [name for name in library_names() if name == path.stem]
        raise CaseError(str(case), Problem("", "", f"cannot be read: {reason}", near)) from error
    except UnicodeDecodeError as error:
        expected = f"not a case file: expected TOML in UTF-8, byte {error.start} is not text"
        raise CaseError(str(case), Problem("", "", expected)) from error
    return text, str(case), path.parent, re.sub(r"[^A-Za-z0-9_-]+", "-", path.stem) or "case"


def _parsed(text: str) -> dict[str, Any]:
    try:
        tree = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(str(error), text) from error
    except (RecursionError, ValueError) as error:  # brackets in brackets without end; a number of 5000 digits
        raise Problem("", "", "not TOML: a value nested too deeply or a number too long") from error
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
