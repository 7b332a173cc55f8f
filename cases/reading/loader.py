"""Case files: from a library name or a path to a checked `Case`, or one line that says what is wrong."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jamsu.cases.errors import CaseError, Problem, shown
from jamsu.cases.reading.circuits import check_circuits
from jamsu.cases.reading.inheritance import expand_like
from jamsu.cases.reading.layout import check_layout
from jamsu.cases.reading.overrides import set_path, split_override
from jamsu.cases.reading.source import DEFAULT_NAME, library_names, read_source
from jamsu.cases.schema.case import Case
from jamsu.cases.schema.limits import check_limits
from jamsu.cases.schema.validation import ABSENT, validated, value_at

__all__ = ["case_from_text", "case_name", "case_text", "error_as_typed", "library_names", "load_case"]


def case_text(case: str | Path) -> str:
    """The case file as it is written, comments included. Raises CaseError as `load_case`."""
    return read_source(case).text


def case_name(case: str | Path) -> str:
    """The name that a case gives itself, or that of its file; "case" where it cannot be read."""
    try:
        source = read_source(case)
        name = _parsed(source.text).get("name", source.name)
    except (CaseError, Problem):
        return DEFAULT_NAME
    return name if isinstance(name, str) and re.fullmatch(r"[A-Za-z0-9_-]+", name) else source.name


def load_case(case: str | Path, overrides: Sequence[str] = ()) -> Case:
    """The case of a library name, of a TOML file or of standard input ("-"), with overrides "path=value" in turn.

    Overrides act on the raw tree after `like` is spelled out; `*` stands for any name
    (`racks.*.power=18 kW`). Raises CaseError, one line that names file, key, value and what was expected.
    """
    source = read_source(case)
    return case_from_text(source.text, overrides, label=source.label, folder=source.folder, name=source.name)


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
        source = read_source(case)
        tree = _tree(source.text, overrides, source.folder, source.name)
    except (CaseError, Problem):
        return error
    if not error.key or error.file != tree["name"]:  # it was about an output, a checkpoint, another case
        return error
    return CaseError(source.label, _as_typed(Problem(error.key, error.value, error.expected, error.near), tree))


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
