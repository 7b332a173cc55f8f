"""From pydantic's report on a raw tree, or a check of a whole case, to the one line that a person reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from jamsu.cases.errors import Problem, nearest, shown
from jamsu.cases.schema.base import DISCRIMINATORS
from jamsu.cases.schema.case import Case
from jamsu.cases.schema.paths import Path, field_at

ABSENT = object()


def validated(tree: Mapping[str, Any]) -> Case:
    """The case of a raw tree. Raises Problem for the first value that is wrong."""
    try:
        return Case.model_validate(tree)
    except ValidationError as error:
        raise first_problem(error, tree) from error


def first_problem(error: ValidationError, tree: Mapping[str, Any]) -> Problem:
    """The first complaint of a ValidationError as a Problem with a path of the case file."""
    report = error.errors()[0]
    context = report.get("ctx", {})
    path = _file_path(report["loc"], tree)
    if report["type"] == "key":
        path = (*path, context["key"])
        near = tuple(filter(None, context["near"].split(",")))
        return _problem(path, tree, context["text"], near)
    if report["type"].startswith("union_tag"):
        choices = [tag.strip(" '") for tag in context.get("expected_tags", "").split(",")]
        path = (*path, str(context["discriminator"]).strip("'"))
        choices = choices if choices != [""] else _tags(path, tree)
        return _choice(path, tree, choices)
    return _problem(path, tree, *_expectation(report, path, tree))


def problem_with(case: Case, key: str, expected: str) -> Problem:
    """A Problem about the value at a dotted path of a checked case, the value as a case file would have it."""
    return _problem(tuple(key.split(".")), case.to_tree(), expected)


def _expectation(report: Any, path: Path, tree: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    kind, context = report["type"], report.get("ctx", {})
    if kind == "missing":
        field = field_at(tree, path)
        wanted = f"expected this key: {field.description}" if field else "expected one more value"
        return wanted.rstrip("."), ()
    if kind in ("dict_type", "model_type", "model_attributes_type"):
        return "expected a table of keys", ()
    if kind == "literal_error":
        choices = [choice.strip(" '") for choice in context["expected"].replace(" or ", ",").split(",")]
        near = nearest(str(report["input"]), choices)
        return f"expected one of {', '.join(choices)}", near
    if kind == "string_pattern_mismatch":
        return "expected a name of letters, digits, _ and - only", ()
    message = report["msg"]
    return (message if message.startswith(("expected", "missing", "wrong", "unknown")) else _plain(message)), ()


def _plain(message: str) -> str:
    """pydantic's "Input should be a valid string" as "expected a valid string"."""
    return message.replace("Input should be", "expected", 1).replace("Field required", "expected this key")


def _choice(path: Path, tree: Mapping[str, Any], choices: list[str]) -> Problem:
    value = value_at(tree, path)
    near = nearest(str(value), choices) if value is not ABSENT else ()
    return _problem(path, tree, f"expected one of {', '.join(choices)}", near)


def _tags(path: Path, tree: Mapping[str, Any]) -> list[str]:
    from typing import get_args

    from jamsu.cases.schema.paths import _models

    field = field_at(tree, path[:-1])
    models = list(_models(field.annotation)) if field else []
    return [tag for model in models for tag in get_args(model.model_fields[path[-1]].annotation)]


def _problem(path: Path, tree: Mapping[str, Any], expected: str, near: tuple[str, ...] = ()) -> Problem:
    value = value_at(tree, path)
    return Problem(".".join(path), "missing" if value is ABSENT else shown(value), expected, near)


def _file_path(location: tuple[int | str, ...], tree: Mapping[str, Any]) -> Path:
    """pydantic's location without what it adds to the file's keys: names of union members, "[key]"."""
    path: list[str] = []
    node: Any = tree
    for part in location:
        if part == "[key]":
            continue
        if isinstance(node, Mapping):
            if part not in node and part in [node.get(key) for key in DISCRIMINATORS]:
                continue
            node = node.get(part, ABSENT)
        elif isinstance(node, list) and isinstance(part, int) and part < len(node):
            node = node[part]
        path.append(str(part))
    return tuple(path)


def value_at(tree: Mapping[str, Any], path: Path) -> Any:
    """The value at a path of the raw tree; ABSENT where there is none."""
    node: Any = tree
    for key in path:
        if isinstance(node, Mapping):
            node = node.get(key, ABSENT)
        elif isinstance(node, list) and key.isdigit() and int(key) < len(node):
            node = node[int(key)]
        else:
            return ABSENT
    return node
