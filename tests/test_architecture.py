"""The rooms: who may import whom, and that what the documents point at exists.

The rule is read from the sources' syntax trees, so an import inside a function or under TYPE_CHECKING counts.
The rules inside a room are in `tests/test_inner_rooms.py`.
"""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from imports import FOLDERS, ROOT, imported_names, paths, sources

ROOMS = ("materials", "geometry", "solver", "cases", "viz", "jamsu")  # each may import those before it
FREE = ("benchmarks", "tests")  # may import any room; no room may import them
CHECKOUT_ONLY = {Path("benchmarks/peers")}  # not in the wheel: it compares with other programs

# Besides: the solver knows arrays and no files, the viewer reads result files only.
FORBIDDEN = {
    "solver": {"h5netcdf", "h5py", "pint", "pydantic", "pyvista", "rich", "tomli_w", "tomllib", "typer", "xarray"},
    "viz": {"jax", "jaxlib", "solver"},
}


def imported(source: str) -> list[tuple[int, str]]:
    """(line, room or top-level package) of every import in a source; "." for a relative one."""
    return sorted({(line, name if name == "." else _room(name)) for line, name in imported_names(source)})


def _room(name: str) -> str:
    """The room of a dotted name, "solver" of jamsu.solver.flow.step; else its first part."""
    first, *rest = name.split(".")
    return rest[0] if first == "jamsu" and rest and rest[0] in FOLDERS else first


def offences(room: str, source: str) -> list[str]:
    """What a source of a room imports against the rule, one line each."""
    later = {*ROOMS[ROOMS.index(room) + 1 :], *FREE, "."}
    forbidden = later | FORBIDDEN.get(room, set())
    return [f"line {line}: {room} imports {name}" for line, name in imported(source) if name in forbidden]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_rooms_to_its_left(room):
    files = sources(room)
    assert files
    found = {name: offences(room, text) for name, text in files.items()}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    ("room", "source", "expected"),
    [
        ("materials", "from jamsu.geometry.grid import Grid", ["line 1: materials imports geometry"]),
        ("geometry", "import numpy\nimport jamsu.solver.grid.mesh as mesh", ["line 2: geometry imports solver"]),
        ("solver", "from jamsu.cases import load_case", ["line 1: solver imports cases"]),
        ("solver", "import xarray as xr", ["line 1: solver imports xarray"]),
        ("cases", "def draw():\n    from jamsu.viz.render import render", ["line 2: cases imports viz"]),
        ("cases", "if TYPE_CHECKING:\n    import jamsu", ["line 2: cases imports jamsu"]),
        ("viz", "def temperature():\n    import jax.numpy as jnp", ["line 2: viz imports jax"]),
        ("viz", "from jamsu.solver.flow.step import State", ["line 1: viz imports solver"]),
        ("viz", "importlib.import_module('jamsu.solver.flow.step')", ["line 1: viz imports solver"]),
        ("jamsu", "from jamsu.benchmarks import registry", ["line 1: jamsu imports benchmarks"]),
        ("materials", "from jamsu import solver", ["line 1: materials imports solver"]),
        ("solver", "from . import mesh", ["line 1: solver imports ."]),
        (
            "cases",
            "from jamsu.solver.flow.step import step\nfrom jamsu.geometry.grid import Grid",
            [],
        ),
        ("viz", "from jamsu.cases.results.file import open_result", []),
    ],
)
def test_the_rule_can_fail(room, source, expected):
    assert offences(room, source) == expected


def test_every_room_is_packaged():
    """A folder that setuptools does not list works in a clone and is missing from the wheel."""
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    folders = {path.parent.relative_to(ROOT) for top in FOLDERS for path in (ROOT / top).rglob("*.py")}
    assert folders >= CHECKOUT_ONLY
    names = {".".join(("jamsu", *folder.parts)) for folder in folders - CHECKOUT_ONLY}
    assert {"jamsu", *names} == set(listed["packages"])
    assert listed["package-dir"] == {"jamsu": "jamsu"} | {f"jamsu.{top}": top for top in FOLDERS}


def test_no_name_but_jamsu_is_imported_from_the_project():
    """A notebook's own `materials.py` must not be what jamsu imports: no source names a room without jamsu."""
    bare = re.compile(rf"^\s*(?:from|import) (?:{'|'.join(FOLDERS)})\b", re.MULTILINE)
    assert bare.search("def f():\n    from materials import get_fluid")
    found = [p for top in (*ROOMS, *FREE) for p in paths(top) if bare.search(p.read_text(encoding="utf-8"))]
    assert [str(path.relative_to(ROOT)) for path in found if path.name != "test_architecture.py"] == []


def test_a_module_of_the_users_own_is_left_alone(tmp_path):
    """`materials.py`, `cases.py` and so on beside a notebook: jamsu imports its own, the notebook its own."""
    for top in FOLDERS:
        (tmp_path / f"{top}.py").write_text("MINE = True\n", encoding="utf-8")
    code = "import jamsu, materials, cases; print(jamsu.load_case('natick2').name, materials.MINE, cases.MINE)"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["natick2", "True", "True"], done.stderr


DOCUMENTS = ("README.md", "CONTRIBUTING.md", "docs/architecture.md")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_documents_point_at_what_exists(document):
    """Files, folders and dotted names of ours that a document names in backticks."""
    text = (ROOT / document).read_text(encoding="utf-8")
    assert missing(text) == []


def test_a_dead_pointer_is_found():
    assert missing("`solver/flow/step.py`, `jamsu.cases.run.levels.make_level`, `solver/`, `site.depth`") == []
    assert missing("`solver/steps.py`") == ["solver/steps.py"]
    assert missing("`jamsu.solver.flow.step.stride`") == ["jamsu.solver.flow.step.stride"]
    assert missing("`jamsu.geometry.gird`") == ["jamsu.geometry.gird"]
    assert missing("`solver.flow.step.step`") == ["solver.flow.step.step"]  # a name without jamsu


def missing(text: str) -> list[str]:
    """Names in backticks that look like ours and are not there."""
    tops = "|".join((*ROOMS, *FREE, "docs"))
    paths = re.findall(rf"`((?:{tops}|\.ci)/[\w./-]*)`", text)
    names = re.findall(r"`(jamsu(?:\.\w+)+)(?:\(.*?\))?`", text)
    bare = re.findall(rf"`((?:{'|'.join(FOLDERS)})(?:\.\w+)+)(?:\(.*?\))?`", text)
    dead = [n for n in names if not _defined(n)]
    return [path for path in paths if not (ROOT / path).exists()] + dead + [n for n in bare if _defined(f"jamsu.{n}")]


def _defined(name: str) -> bool:
    """Whether a dotted name is a module of ours, or a name at the top of one."""
    parts = name.split(".")
    parts = parts[1:] if len(parts) > 1 and parts[1] in FOLDERS else parts
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
