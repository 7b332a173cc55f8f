"""The rules inside a room: which part of `solver/` and of `cases/` imports which, and no import in a circle."""

import graphlib
from collections.abc import Mapping

import pytest
from imports import FOLDERS, imported_names, sources

# Each part of a room may import itself and those before it.
ORDERS = {
    "solver": (
        "variables",
        "operation",
        "grid",
        "linear",
        "turbulence",
        "flow",
        "exchange",
        "top",
        "frozen_flow",
        "march",
    ),
    "cases": ("errors", "schema", "reading", "assembly", "results", "run", "sweep"),
}
# What lies in the room itself: a file such as `solver/module.py`; `jamsu.cases`, which imports `reading`.
OTHERWISE = {"solver": "top", "cases": "reading"}
BOX = ("grid", "linear", "turbulence", "flow")  # what `solver/box.py` may import: a box has no machines and no hull


def offences(name: str, source: str) -> list[str]:
    """What a source of `solver/` or `cases/` imports against the order of its room's parts, one line each."""
    room, part = name.split(".")[1], part_of(name)
    order = ORDERS[room]
    allowed = BOX if name == "jamsu.solver.box" else order[: order.index(part) + 1]
    found = {(line, part_of(n)) for line, n in imported_names(source) if f"{n}.".startswith(f"jamsu.{room}.")}
    return [f"line {line}: {part} imports {other}" for line, other in sorted(found) if other not in allowed]


def part_of(name: str) -> str:
    """The part of its room that a dotted name belongs to: "flow" of jamsu.solver.flow.step.step."""
    room, *rest = name.split(".")[1:]
    return rest[0] if rest and rest[0] in ORDERS[room] else OTHERWISE[room]


def circles(files: Mapping[str, str]) -> list[str]:
    """The files (text by dotted name) of one circle of imports among them, the first again at the end; else []."""
    graph = {
        name: {found for _, other in imported_names(text) if (found := _file(other, files))} - {name}
        for name, text in files.items()
    }
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


def _file(name: str, files: Mapping[str, str]) -> str:
    """The file that a dotted name lies in, "" where it is none of these."""
    while name and name not in files:
        name = name.rpartition(".")[0]
    return name


@pytest.mark.parametrize("room", ORDERS)
def test_parts_of_a_room_import_one_way(room):
    package = f"jamsu.{room}"  # its own `__init__`, which gathers what a user imports, is free
    found = {name: offences(name, text) for name, text in sources(room).items() if name != package}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_every_part_has_its_place_in_the_order():
    """A new folder is named in the order above, or the rule would take its files for others."""
    for room, order in ORDERS.items():
        folders = {name.split(".")[2] for name in sources(room) if len(name.split(".")) > 3}
        assert folders
        assert folders <= set(order)


@pytest.mark.parametrize(
    ("name", "source", "expected"),
    [
        ("linear.preconditioner", "from jamsu.solver.flow.heat import HeatEquation", "linear imports flow"),
        ("grid.mesh", "def f():\n    import jamsu.solver.linear.conjugate_gradient", "grid imports linear"),
        ("flow.step", "if TYPE_CHECKING:\n    from jamsu.solver.module import Module", "flow imports top"),
        ("flow.step", "from jamsu.solver import module", "flow imports top"),
        ("exchange.hull", "from jamsu.solver.march.averaging import Average", "exchange imports march"),
        ("module", "from jamsu.solver.march.steady import march_round", "top imports march"),
        ("module", "from jamsu.solver.frozen_flow import temperature", "top imports frozen_flow"),
        ("frozen_flow.steady", "from jamsu.solver.march.steady import march_round", "frozen_flow imports march"),
        ("box", "from jamsu.solver.exchange.hull import Hull", "top imports exchange"),
        ("box", "from jamsu.solver.module import Module", "top imports top"),
        ("turbulence.walls", "from jamsu.solver.grid.mesh import Mesh\nfrom jamsu.solver.linear import x", ""),
        ("module", "from jamsu.solver.exchange.hull import Hull, WallState", ""),
        ("march.steady", "from jamsu.solver.module import Module\nfrom jamsu.solver.frozen_flow import x", ""),
        ("frozen_flow.steady", "from jamsu.solver.module import Module", ""),
        ("box", "from jamsu.solver.flow.heat import HeatEquation", ""),
    ],
)
def test_the_order_in_the_solver_can_fail(name, source, expected):
    line = source.count("\n") + 1
    assert offences(f"jamsu.solver.{name}", source) == ([f"line {line}: {expected}"] if expected else [])


@pytest.mark.parametrize(
    ("name", "source", "expected"),
    [
        ("errors", "from jamsu.cases.schema.case import Case", "errors imports schema"),
        ("schema.case", "from jamsu.cases.reading.loader import load_case", "schema imports reading"),
        ("schema.case", "def f():\n    from jamsu.cases import load_case", "schema imports reading"),
        ("reading.layout", "import jamsu.cases.assembly.grid", "reading imports assembly"),
        ("results.outcome", "if TYPE_CHECKING:\n    from jamsu.cases.run import levels", "results imports run"),
        ("run.steady", "import_module('jamsu.cases.sweep.plan')", "run imports sweep"),
        ("sweep.sweep", "from jamsu.cases.run.runner import Session\nfrom jamsu.cases.errors import CaseError", ""),
    ],
)
def test_the_order_in_cases_can_fail(name, source, expected):
    line = source.count("\n") + 1
    assert offences(f"jamsu.cases.{name}", source) == ([f"line {line}: {expected}"] if expected else [])


def test_no_files_import_each_other_in_a_circle():
    files = {name: text for room in (*FOLDERS, "jamsu") for name, text in sources(room).items()}
    assert {"jamsu.cli", "jamsu.solver.module", "jamsu.materials"} <= set(files)
    assert circles(files) == []


def test_a_circle_is_found():
    files = {
        "jamsu.geometry.grid": "def widths():\n    from jamsu.geometry import boxes",
        "jamsu.geometry.boxes": "from jamsu.geometry.shapes import Box",
        "jamsu.geometry.shapes": "if TYPE_CHECKING:\n    from jamsu.geometry.grid import Grid",
        "jamsu.geometry": "",
    }
    found = circles(files)
    assert found[0] == found[-1]
    assert set(found) == {"jamsu.geometry.grid", "jamsu.geometry.boxes", "jamsu.geometry.shapes"}
    assert circles(files | {"jamsu.geometry.shapes": ""}) == []


def test_benchmarks_set_up_their_vessels_without_cases():
    """One definition of walls, friction and cut cells: that of geometry and solver."""
    files = sources("benchmarks")
    assert files
    found = {n: [o for _, o in imported_names(t) if o.startswith("jamsu.cases.assembly")] for n, t in files.items()}
    assert {name: others for name, others in found.items() if others} == {}
