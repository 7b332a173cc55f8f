"""Where a result comes from: what was asked, when and with what it was made; attributes of its file, keys of --json."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

PACKAGES = ("jamsu", "jax", "numpy")


@dataclass(frozen=True)
class Origin:
    """What was asked: the overrides "path=value" of the case, and the command line or the call in Python."""

    overrides: tuple[str, ...] = ()
    command: str = ""


def attributes(origin: Origin | None, quality: str) -> dict[str, str]:
    """Attributes of a result made now: quality, overrides (one a line), command, date (UTC, ISO 8601), versions.

    None of them names the machine: equal runs differ in the date and the command alone.
    """
    origin = origin or Origin()
    return {
        "quality": quality,
        "overrides": "\n".join(map(_text, origin.overrides)),
        "command": _text(origin.command),
        "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        **{f"{name}_version": version(name) for name in PACKAGES},
        "python_version": platform.python_version(),
    }


def in_summary(attrs: Mapping[Any, Any]) -> dict[str, Any]:
    """The same from a result's attributes, as `--json` has it: overrides as a list, versions as an object."""
    versions = {name: attrs[f"{name}_version"] for name in (*PACKAGES, "python") if f"{name}_version" in attrs}
    return {
        "quality": attrs.get("quality"),
        "overrides": str(attrs.get("overrides", "")).splitlines(),
        "command": attrs.get("command"),
        "date": attrs.get("date"),
        "versions": versions,
    }


def _text(text: str) -> str:
    """The text on one line, without the lone surrogates that names of files may have and text files cannot hold."""
    return " ".join(text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").split())
