"""The rooms: who may import whom, and that what the documents point at exists.

The rule is read from the sources' syntax trees, so an import inside a function or under TYPE_CHECKING counts.
"""

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("materials", "geometry", "solver", "cases", "viz", "jamsu")  # each may import those before it
FREE = ("benchmarks", "tests")  # may import any room; no room may import them

# Besides: the solver knows arrays and no files, the viewer reads result files only.
FORBIDDEN = {
    "solver": {"h5netcdf", "h5py", "pint", "pydantic", "pyvista", "rich", "tomllib", "typer", "xarray"},
    "viz": {"jax", "jaxlib", "solver"},
}


def imported(source: str) -> list[tuple[int, str]]:
    """(line, top-level package) of every import in a source, wherever it stands; "." for a relative one."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name.split(".")[0]) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append((node.lineno, "." if node.level else str(node.module).split(".")[0]))
        elif isinstance(node, ast.Call) and _is_import_call(node.func) and node.args:
            name = node.args[0]
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                found.append((node.lineno, name.value.split(".")[0]))
    return found


def _is_import_call(function: ast.expr) -> bool:
    """Whether a called function is `__import__` or `import_module`."""
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in ("__import__", "import_module")


def offences(room: str, source: str) -> list[str]:
    """What a source of a room imports against the rule, one line each."""
    later = {*ROOMS[ROOMS.index(room) + 1 :], *FREE, "."}
    forbidden = later | FORBIDDEN.get(room, set())
    return [f"line {line}: {room} imports {name}" for line, name in imported(source) if name in forbidden]


def sources(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_rooms_to_its_left(room):
    files = sources(room)
    assert files
    found = {str(path.relative_to(ROOT)): offences(room, path.read_text(encoding="utf-8")) for path in files}
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    ("room", "source", "expected"),
    [
        ("materials", "from geometry.grid import Grid", ["line 1: materials imports geometry"]),
        ("geometry", "import numpy\nimport solver.mesh as mesh", ["line 2: geometry imports solver"]),
        ("solver", "from cases import load_case", ["line 1: solver imports cases"]),
        ("solver", "import xarray as xr", ["line 1: solver imports xarray"]),
        ("cases", "def draw():\n    from viz.render import render", ["line 2: cases imports viz"]),
        ("cases", "if TYPE_CHECKING:\n    import jamsu", ["line 2: cases imports jamsu"]),
        ("viz", "def temperature():\n    import jax.numpy as jnp", ["line 2: viz imports jax"]),
        ("viz", "from solver.step import State", ["line 1: viz imports solver"]),
        ("viz", "importlib.import_module('solver.step')", ["line 1: viz imports solver"]),
        ("jamsu", "from benchmarks import registry", ["line 1: jamsu imports benchmarks"]),
        ("solver", "from . import mesh", ["line 1: solver imports ."]),
        ("cases", "from solver.step import step\nfrom geometry.grid import Grid\nimport materials", []),
        ("viz", "from cases.results.file import open_result", []),
    ],
)
def test_the_rule_can_fail(room, source, expected):
    assert offences(room, source) == expected


def test_every_room_is_packaged():
    """A folder that setuptools does not list works in a clone and is missing from the wheel."""
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    folders = {path.parent for top in (*ROOMS, "benchmarks") for path in (ROOT / top).rglob("*.py")}
    assert {".".join(folder.relative_to(ROOT).parts) for folder in folders} == set(listed)


DOCUMENTS = ("README.md", "CONTRIBUTING.md", "docs/architecture.md")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_documents_point_at_what_exists(document):
    """Files, folders and dotted names of ours that a document names in backticks."""
    text = (ROOT / document).read_text(encoding="utf-8")
    assert missing(text) == []


def test_a_dead_pointer_is_found():
    assert missing("`solver/step.py`, `cases.run.levels.make_level`, `solver/`, `site.depth`") == []
    assert missing("`solver/steps.py`") == ["solver/steps.py"]
    assert missing("`solver.step.stride`") == ["solver.step.stride"]
    assert missing("`geometry.gird`") == ["geometry.gird"]


def missing(text: str) -> list[str]:
    """Names in backticks that look like ours and are not there."""
    tops = "|".join((*ROOMS, *FREE, "docs"))
    paths = re.findall(rf"`((?:{tops}|\.ci)/[\w./-]*)`", text)
    names = re.findall(rf"`((?:{tops})(?:\.\w+)+)(?:\(.*?\))?`", text)
    return [path for path in paths if not (ROOT / path).exists()] + [n for n in names if not _defined(n)]


def _defined(name: str) -> bool:
    """Whether a dotted name is a module of ours, or a name at the top of one."""
    parts = name.split(".")
    for count in range(len(parts), 0, -1):
        base = ROOT.joinpath(*parts[:count])
        path = base / "__init__.py" if base.is_dir() else base.with_suffix(".py")
        if path.is_file():
            rest = parts[count:]
            return not rest or rest[0] in _top_names(path)
    return False


def _top_names(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.ImportFrom | ast.Import):
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
    return names
