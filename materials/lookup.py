"""Looking a named thing up in a table, with the nearest names when the name is not there."""

import difflib
from collections.abc import Iterable, Mapping
from typing import TypeVar

Value = TypeVar("Value")


class UnknownNameError(KeyError):
    """A name that is not in a table. Prints as its message (a plain `KeyError` would print its repr)."""

    def __str__(self) -> str:
        return str(self.args[0])


def unknown_name(kind: str, name: str, names: Iterable[str]) -> UnknownNameError:
    """The error for `name`, naming the nearest of `names`, or all of them if none is near."""
    known = sorted(names)
    near = difflib.get_close_matches(name.strip().lower().replace("_", "-").replace(" ", "-"), known, n=3)
    hint = f"did you mean {' or '.join(repr(n) for n in near)}?" if near else f"known: {', '.join(known)}"
    return UnknownNameError(f"unknown {kind} {name!r}; {hint}")


def look_up(kind: str, name: str, table: Mapping[str, Value]) -> Value:
    """`table[name]`; raises `UnknownNameError` with the nearest names."""
    try:
        return table[name]
    except KeyError:
        raise unknown_name(kind, name, table) from None
