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
    for text in ("150,000", "100 × 50 × 40", "300 MiB", "40.0 mm", "12,345", "rack r1 stands 4 mm"):
        assert text in result.stdout
    assert json.loads(jamsu_command("check", "module", "--json").stdout)["shape"] == [100, 50, 40]


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

    def draw(result, picture, **options):
        calls.append((result, options))
        return picture

    module = ModuleType("viz.render")
    module.render = draw
    monkeypatch.setitem(sys.modules, "viz.render", module)
    assert jamsu_command("render", "far/warm.vtkhdf").stdout == "warm.png\n"
    options = ("-o", "a.png", "--view", "end", "--field", "velocity", "--size", "800x600")
    assert jamsu_command("render", "warm.vtkhdf", *options).stdout == "a.png\n"
    assert calls == [
        (Path("far/warm.vtkhdf"), {"size": (1600, 900), "view": "cutaway", "field": "temperature"}),
        (Path("warm.vtkhdf"), {"size": (800, 600), "view": "end", "field": "velocity"}),
    ]
    assert jamsu_command("render", "warm.vtkhdf", "--size", "800").exit_code == 2
