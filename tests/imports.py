"""What a source imports, read from its syntax tree: inside a function and under TYPE_CHECKING too."""

import ast
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("materials", "geometry", "solver", "cases", "viz", "benchmarks")
"""Packages inside jamsu where it is installed, folders beside it here."""


def imported_names(source: str) -> list[tuple[int, str]]:
    """(line, dotted name) of every import, `a.b` for `from a import b`; "." for a relative one."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = ["."] if node.level else [f"{node.module}.{alias.name}" for alias in node.names]
            found += [(node.lineno, name) for name in names]
        elif isinstance(node, ast.Call) and _is_import_call(node.func) and node.args:
            name = node.args[0]
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                found.append((node.lineno, name.value))
    return sorted(found)


def _is_import_call(function: ast.expr) -> bool:
    """Whether a called function is `__import__` or `import_module`."""
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in ("__import__", "import_module")


def sources(room: str) -> Mapping[str, str]:
    """The text of every source of a room, by dotted name: "jamsu.solver.flow.step", "jamsu.solver" for `__init__`."""
    return {_dotted(path): path.read_text(encoding="utf-8") for path in paths(room)}


def paths(room: str) -> list[Path]:
    """Every source of a room; links from `jamsu/` to the other rooms are not followed."""
    return sorted((ROOT / room).glob("*.py") if room == "jamsu" else (ROOT / room).rglob("*.py"))


def _dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    parts = parts if parts[0] == "jamsu" else ("jamsu", *parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
