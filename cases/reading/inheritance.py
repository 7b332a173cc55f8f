"""`like = "other"` in a case file: an object takes the keys of another of its kind, and may change some."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from jamsu.cases.errors import Problem, nearest, shown

KINDS = ("racks", "coils", "coolers", "fans", "panels", "blocks", "probes")
# Keys of which a rack has one or the other: one that it gives itself drops the ones it would inherit.
_EXCLUSIVE = {
    "power_map": ("servers",),
    "servers": ("power_map", "power"),
    "position": ("place", "heights"),
    "place": ("position",),
    "rack": ("position", "size", "front", "gas_flow"),
}


def expand_like(tree: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of the raw tree in which every `like` is replaced by the keys it stands for.

    Raises Problem for a name that is not there and for a circle of names.
    """
    expanded = copy.deepcopy(dict(tree))
    for kind in KINDS:
        objects = expanded.get(kind)
        if isinstance(objects, dict):
            expanded[kind] = {name: _resolved(kind, name, objects, ()) for name in objects}
    return expanded


def _resolved(kind: str, name: str, objects: dict[str, Any], chain: tuple[str, ...]) -> Any:
    table = objects[name]
    if not isinstance(table, dict) or "like" not in table:
        return table
    key = f"{kind}.{name}.like"
    other = table["like"]
    if other in (*chain, name):
        circle = " -> ".join((*chain, name, other))
        raise Problem(key, shown(other), f"expected another of the {kind}, not a circle ({circle})")
    if not isinstance(other, str) or other not in objects:
        near = nearest(str(other), objects)
        raise Problem(key, shown(other), f"expected the name of another of the {kind}", near)
    inherited = _resolved(kind, other, objects, (*chain, name))
    if not isinstance(inherited, dict):
        raise Problem(f"{kind}.{other}", shown(inherited), "expected a table of keys")
    own = {key: value for key, value in table.items() if key != "like"}
    dropped = {key for mine in own for key in _EXCLUSIVE.get(mine, ())}
    if _in_watts(own.get("power_map")):  # powers of its own: their sum is the total
        dropped.add("power")
    return {key: copy.deepcopy(value) for key, value in inherited.items() if key not in dropped} | own


def _in_watts(power_map: Any) -> bool:
    """Whether a raw power map gives powers with units, not shares."""
    items = power_map if isinstance(power_map, list) else [power_map]
    return any(isinstance(item, str) for item in items)
