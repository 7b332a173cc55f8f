"""`import jamsu`: the functions that mirror the commands."""

from pathlib import Path

import pytest

import jamsu
from jamsu.cases.errors import CaseError


def test_run_returns_the_tree_and_writes_nothing_unasked(runner):
    tree = jamsu.run("module", set={"site.depth": "20 m", "racks.r1.liquid_share": 0.5}, quality="coarse")
    assert tree.attrs["status"] == "converged"
    call = runner.calls[0]
    assert call["output"] is None
    assert call["quality"] == "coarse"
    assert call["case"].overrides == ("site.depth=20 m", "racks.r1.liquid_share=0.5")
    assert list(Path().iterdir()) == []


def test_run_with_output_keeps_an_existing_file(runner):
    jamsu.run("module", output="a.vtkhdf")
    with pytest.raises(CaseError, match=r"a\.vtkhdf"):
        jamsu.run("module", output="a.vtkhdf")
    jamsu.run("module", output="a.vtkhdf", force=True)
    assert len(runner.calls) == 2


def test_run_takes_a_case_that_is_loaded(runner):
    case = jamsu.load_case("module", set={"site.depth": "20 m"})
    jamsu.run(case)
    assert runner.calls[0]["case"] is case
    with pytest.raises(TypeError, match="load_case"):
        jamsu.run(case, set={"site.depth": "20 m"})


def test_library(runner):
    assert jamsu.library() == ("module",)


def test_sweep_returns_a_dataset(runner):
    data = jamsu.sweep("module", {"racks.*.power": ["18 kW", "20 kW"], "racks.r1.liquid_share": [0.0, 0.5]})
    assert dict(data["hottest_inlet"].sizes) == {"racks.*.power": 2, "racks.r1.liquid_share": 2}
    assert list(Path().iterdir()) == []


def test_open_result_refuses_what_is_no_result(runner):
    with pytest.raises(CaseError, match=r"nothing\.vtkhdf"):
        jamsu.open_result("nothing.vtkhdf")
