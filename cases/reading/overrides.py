"""Overrides "path=value": the same dotted paths for the command line, sweeps and calibration."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from jamsu.cases.errors import Problem, nearest, shown
from jamsu.cases.reading.inheritance import KINDS
from jamsu.cases.schema.base import takes
from jamsu.cases.schema.paths import case_paths, model_at


def split_override(text: str) -> tuple[str, Any]:
    """Path and value of "path=value". The value is read as TOML where it is TOML (0.5, true, [1]), else text.

    Raises Problem when there is no path or no value, or where it is no text.
    """
    text = _as_text(text)
    path, equals, value = text.partition("=")
    if not equals or not path.strip() or not value.strip():
        expected = "expected path=value, such as site.seawater_temperature=12 degC"
        raise Problem(text.strip() or "override", "", expected)
    return path.strip(), _value(value.strip())


def _as_text(text: str) -> str:
    """What was typed in UTF-8, also where the locale (C) could not say so; Problem where it is none."""
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeError:
        readable = text.encode("ascii", "backslashreplace").decode("ascii")
        raise Problem(readable.partition("=")[0], shown(readable), "not text in UTF-8") from None


def _value(text: str) -> Any:
    try:
        tree = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text
    value = tree["value"]
    known = isinstance(value, bool | int | float | str | list | dict)
    return value if len(tree) == 1 and known else text


def set_path(tree: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of the raw tree with `value` at every place that the dotted `path` addresses.

    `*` in a part of the path stands for any text: `racks.*.power` is every rack. A key that the schema knows
    may be absent from the tree. Raises Problem when the path addresses nothing, naming the nearest paths.
    """
    hits = places(tree, path)
    if not hits:
        near = _near(path, list(case_paths(tree)))
        raise Problem(path, shown(value), _no_such_key(tree, path), near)
    changed = copy.deepcopy(dict(tree))
    for place in hits:
        _set(changed, place, copy.deepcopy(value))
    return changed


def places(tree: Mapping[str, Any], path: str) -> list[tuple[str, ...]]:
    """Every place of the raw tree that the dotted `path` addresses."""
    parts = tuple(path.split("."))
    return [
        place
        for place in case_paths(tree)
        if len(place) == len(parts) and all(fnmatchcase(p, q) for p, q in zip(place, parts, strict=True))
    ]


def _set(tree: dict[str, Any], place: tuple[str, ...], value: Any) -> None:
    node: Any = tree
    for depth, key in enumerate(place):
        in_list = isinstance(node, list) and key.isdigit()
        if not in_list and not isinstance(node, dict):
            raise Problem(".".join(place[:depth]), shown(node), "expected a table of keys")
        slot = int(key) if in_list else key
        if depth == len(place) - 1:
            node[slot] = value
        else:
            node = node[slot] if in_list else node.setdefault(slot, {})


def _no_such_key(tree: Mapping[str, Any], path: str) -> str:
    """What to say of a path that addresses nothing; of a table of one kind (an airflow law), what that kind takes."""
    parent = path.rpartition(".")[0]
    models = {model for place in places(tree, parent) if (model := model_at(tree, place)) is not None}
    told = sorted(filter(None, map(takes, models)))
    return f"{parent}: {'; '.join(told)}" if told else "this path addresses nothing in the case"


def _near(path: str, known: list[tuple[str, ...]]) -> tuple[str, ...]:
    """The paths that `path` may be a slip of: each part by itself, so that parts in common do not count."""
    if "*" in path:
        known = [(place[0], "*", *place[2:]) if place[0] in KINDS and place[1:] else place for place in known]
    parts = tuple(path.split("."))
    slips: dict[int, list[str]] = {}
    for place in dict.fromkeys(known):
        differ = [(p, q) for p, q in zip(parts, place, strict=False) if p != q]
        if len(place) == len(parts) and all(nearest(p, [q]) for p, q in differ):
            slips.setdefault(len(differ), []).append(".".join(place))
    if slips:
        return nearest(path, slips[min(slips)])
    return nearest(path, [".".join(place) for place in known if len(place) > len(parts)])
