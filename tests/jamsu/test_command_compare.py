"""`jamsu compare`: tables and JSON of what differs."""

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest
from synthetic import synthetic_result, write_result

import jamsu


@pytest.fixture
def results(tmp_path, monkeypatch):
    """Two results, a.vtkhdf and b.vtkhdf, in the current folder: b has another sea and a hotter inlet."""
    monkeypatch.chdir(tmp_path)
    for name, sea, more in (("a", 10, 0.0), ("b", 12, 2.0)):
        tree = synthetic_result(cells=(9, 7, 5))
        tree.attrs["case"] = f'[site]\nseawater_temperature = "{sea} degC"\n'
        tree["kpis"].dataset = tree["kpis"].to_dataset().assign(hottest_inlet=20.0 + more)
        write_result(f"{name}.vtkhdf", tree)


def test_the_tables_hold_what_differs_only(results, jamsu_command):
    shown = jamsu_command("compare", "a.vtkhdf", "b.vtkhdf").stdout
    assert "site.seawater_temperature" in shown
    assert "12 degC" in shown
    line = next(line for line in shown.splitlines() if line.startswith("hottest_inlet, degC"))
    assert line.split() == ["hottest_inlet,", "degC", "│", "20", "│", "22", "│", "+2"]
    assert "hull_share" not in shown
    assert "status: a converged, b converged" in shown
    same = jamsu_command("compare", "a.vtkhdf", "a.vtkhdf").stdout
    assert "no input differs" in same
    assert "no number differs" in same


def test_json_has_inputs_and_numbers(results, jamsu_command):
    told = json.loads(jamsu_command("compare", "a.vtkhdf", "b.vtkhdf", "--json").stdout)
    assert told["inputs"] == {"site.seawater_temperature": ["10 degC", "12 degC"]}
    assert told["numbers"] == {
        "kpis/hottest_inlet": {"units": "degC", "first": 20.0, "second": 22.0, "difference": 2.0}
    }
    assert told == jamsu.compare("a.vtkhdf", "b.vtkhdf") | {"results": ["a.vtkhdf", "b.vtkhdf"]}


def test_a_picture_is_drawn_on_demand(results, jamsu_command, monkeypatch):
    calls = []
    module = ModuleType("jamsu.viz.difference")
    module.render_difference = lambda first, second, names, picture, **options: calls.append((names, picture, options))
    monkeypatch.setitem(sys.modules, "jamsu.viz.difference", module)
    options = ("--picture", "d.png", "--field", "velocity", "--view", "top")
    assert "picture: d.png" in jamsu_command("compare", "a.vtkhdf", "b.vtkhdf", *options).stdout
    assert calls == [(("a", "b"), Path("d.png"), {"size": (1600, 900), "field": "velocity", "view": "top"})]


@pytest.mark.parametrize("missing", ["a.vtkhdf", "none.vtkhdf"])
def test_a_result_that_is_not_there(results, jamsu_command, missing):
    done = jamsu_command("compare", missing, "none.vtkhdf")
    assert done.exit_code == 2
    assert done.stderr == "jamsu: none.vtkhdf: no such file\n"
