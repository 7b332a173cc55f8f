"""`jamsu cases`, `show`, `check` and `render`."""

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest


def test_cases_lists_the_library(runner, jamsu_command):
    result = jamsu_command("cases")
    assert result.exit_code == 0
    for text in ("module", "A test [module]", "cylinder", "2"):
        assert text in result.stdout
    card = {"name": "module", "title": "A test [module]", "vessel": "cylinder", "racks": 2, "coils": 1}
    assert json.loads(jamsu_command("cases", "--json").stdout) == [card]


def test_show_prints_the_text_as_it_is_written(runner, jamsu_command):
    from fake_runner import CASE

    assert jamsu_command("show", "module").stdout == CASE


def test_show_with_values_prints_the_resolved_case(runner, jamsu_command):
    result = jamsu_command("show", "module", "--set", "site.depth=20 m")
    assert result.stdout == 'name = "module"\n# site.depth=20 m\n'
    assert jamsu_command("show", "unknown", "--set", "site.depth=20 m").exit_code == 2


def test_check_prints_facts_and_warnings(runner, jamsu_command):
    result = jamsu_command("check", "module", "--quality", "fine", "--set", "site.depth=20 m")
    assert result.exit_code == 0
    assert runner.calls[0]["quality"] == "fine"
    assert runner.calls[0]["case"].overrides == ("site.depth=20 m",)
    for text in ("150,000", "100 × 50 × 40", "300 MiB", "40.0 to 80.0 mm", "12,345", "rack r1 stands 4 mm"):
        assert text in result.stdout
    assert json.loads(jamsu_command("check", "module", "--json").stdout)["shape"] == [100, 50, 40]


def rows(result):
    """The table's rows as a dictionary."""
    cells = (line.split("│") for line in result.stdout.splitlines() if "│" in line)
    return {label.strip(): text.strip() for label, text in cells}


def test_check_prints_units(runner, jamsu_command):
    found = rows(jamsu_command("check", "module"))
    assert found == {
        "cells": "200,000 (100 × 50 × 40)",
        "cells open to the gas": "150,000",
        "cell widths": "40.0 to 80.0 mm",
        "memory, about": "300 MiB",
        "cells cut by the hull": "12,345, at least 26 % open",
        "gap in a cut cell's surface": "0 % of a face",
        "cells outside the hull": "50,000",
        "volume inside": "74.7 m³",
        "area of the wall": "119.6 m²",
        "cells inside solid blocks": "0",
        "cells inside machines": "6,000",
        "gas turned over in": "4.53 s",
        "time to simulate, at least": "31.6 s",
        "density of the gas": "1.165 kg/m³",
    }


def test_check_tells_of_no_cut_cells_where_the_walls_lie_between_cells(runner, jamsu_command):
    runner.smallest_fraction = 1.0
    found = rows(jamsu_command("check", "module"))
    assert found["cells along the walls"] == "12,345, none of them cut"
    assert not [label for label in found if label.startswith(("cells cut", "gap"))]


def test_check_of_a_real_case_has_all_facts(jamsu_command):
    small = str(Path(__file__).parents[1] / "small.toml")
    result = jamsu_command("check", small, "--quality", "coarse", "--set", "site.depth=1000 m")
    found = rows(result)
    assert found["volume inside"].endswith(" m³")
    assert found["density of the gas"] == "1.165 kg/m³"  # nitrogen at 20 degC and 1 atm
    assert "warning: site.depth: 1000 m; seawater's properties" in result.stdout


@pytest.mark.parametrize("content", [None, "no HDF5"])
def test_render_refuses_what_is_no_result(runner, jamsu_command, content):
    if content is not None:
        Path("result.vtkhdf").write_text(content)
    result = jamsu_command("render", "result.vtkhdf", "-o", "a.png")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "result.vtkhdf" in result.stderr


def test_render_draws_under_the_name_of_the_result(runner, jamsu_command, monkeypatch):
    calls = []
    nothing = {"ends": None, "plane": None, "time": None, "hull": True}

    def draw(result, picture, **options):
        calls.append((result, options))
        return picture

    module = ModuleType("jamsu.viz.render")
    module.render = draw
    monkeypatch.setitem(sys.modules, "jamsu.viz.render", module)
    assert jamsu_command("render", "far/warm.vtkhdf").stdout == "warm.png\n"
    options = ("-o", "a.png", "--view", "end", "--field", "velocity", "--size", "800x600")
    assert jamsu_command("render", "warm.vtkhdf", *options).stdout == "a.png\n"
    assert calls == [
        (Path("far/warm.vtkhdf"), {"size": (1600, 900), "view": "cutaway", "field": "temperature", **nothing}),
        (Path("warm.vtkhdf"), {"size": (800, 600), "view": "end", "field": "velocity", **nothing}),
    ]
    options = ("--range", "16,17 degC", "--slice", "z=1 m", "--time", "9 s", "--no-hull")
    jamsu_command("render", "warm.vtkhdf", *options)
    asked = {"ends": "16,17 degC", "plane": "z=1 m", "time": "9 s", "hull": False}
    assert asked.items() <= calls[-1][1].items()
    assert jamsu_command("render", "warm.vtkhdf", "--size", "800").exit_code == 2


def test_a_file_that_the_library_hides_is_told(idle_runner, jamsu_command):
    Path("natick2.toml").write_text("not even a case")
    result = jamsu_command("check", "natick2", "--json")
    assert result.exit_code == 0
    assert result.stderr == "jamsu: natick2: the library's case; the file of that name here is ./natick2.toml\n"
    assert jamsu_command("check", "./natick2.toml").exit_code == 2
