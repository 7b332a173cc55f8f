"""`jamsu sweep`: axes, output, exit codes. The sweep itself is tested in tests/cases/test_sweep.py."""

import json
from pathlib import Path

import pytest
import xarray as xr

AXES = ("--vary", "site.seawater_temperature=8,12 degC", "--vary", "site.current_speed=0.2,0.5,1 m/s")


def test_writes_a_dataset_and_prints_a_table(runner, jamsu_command):
    result = jamsu_command("sweep", "module", *AXES, "-o", "out.nc")
    assert result.exit_code == 0
    data = xr.load_dataset("out.nc")
    assert data["hottest_inlet"].dims == ("site.seawater_temperature", "site.current_speed")
    assert data["hottest_inlet"].shape == (2, 3)
    assert data["site.current_speed"].attrs["units"] == "m/s"
    assert "12 degC" in result.stdout
    assert "out.nc" in result.stdout.splitlines()[-1]
    assert "6/6 site.seawater_temperature=12 degC, site.current_speed=1 m/s: converged" in result.stderr


def test_default_name_and_existing_output(runner, jamsu_command):
    assert jamsu_command("sweep", "module", "--vary", "site.depth=1,2 m").exit_code == 0
    assert Path("module-sweep.nc").exists()
    solved = len(runner.calls)
    again = jamsu_command("sweep", "module", "--vary", "site.depth=1,2 m")
    assert again.exit_code == 2
    assert "--force" in again.stderr
    assert jamsu_command("sweep", "module", "--vary", "site.depth=1,2 m", "--resume").exit_code == 0
    assert len(runner.calls) == solved
    assert jamsu_command("sweep", "module", "--vary", "site.depth=1,2 m", "--force").exit_code == 0
    assert len(runner.calls) == 2 * solved


def test_json_has_a_row_for_each_point(runner, jamsu_command):
    result = jamsu_command("sweep", "module", *AXES, "-o", "out.nc", "--json")
    answer = json.loads(result.stdout, parse_constant=pytest.fail)
    assert answer["result"] == "out.nc"
    assert len(answer["points"]) == 6
    values = {"site.seawater_temperature": "8 degC", "site.current_speed": "0.2 m/s"}
    assert answer["points"][0]["values"] == values
    assert answer["points"][0]["ashrae_class"] == "A1"


def test_a_failed_point_is_told_and_exits_3(runner, jamsu_command):
    def break_down(case):
        if case.overrides == ("site.depth=2 m",):
            raise MemoryError("no room")

    runner.fail = break_down
    result = jamsu_command("sweep", "module", "--vary", "site.depth=1,2 m", "-o", "out.nc")
    assert result.exit_code == 3
    assert "failed" in result.stdout
    assert "2/2 site.depth=2 m: failed: MemoryError: no room" in result.stderr


def test_a_bad_value_leaves_the_others(runner, jamsu_command):
    axes = ("--vary", "site.depth=1 m,bad", "--vary", "site.current_speed=1,2 m/s")
    result = jamsu_command("sweep", "module", *axes, "-o", "out.nc")
    assert result.exit_code == 3
    warning = "jamsu: warning: 2 of 4 points make no case and are left out: site.depth: 'bad': expected a number and a"
    assert result.stderr.startswith(warning)
    assert len(runner.calls) == 1 + 2
    assert xr.load_dataset("out.nc")["status"].values.tolist() == [["converged"] * 2, ["failed"] * 2]


def test_a_sweep_without_a_good_point_is_refused_before_anything_is_solved(runner, jamsu_command):
    axes = ("--vary", "site.depth=bad", "--vary", "site.current_speed=1,2 m/s")
    result = jamsu_command("sweep", "module", *axes, "-o", "out.nc")
    assert result.exit_code == 2
    *_, line = result.stderr.splitlines()
    assert line == "jamsu: --vary: site.depth: 'bad': expected a number and a unit"
    assert runner.calls == []
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize(
    "axes",
    [(), ("--vary", "site.depth"), ("--vary", "site.depth=bad"), ("--vary", "a=1", "--vary", "a=2")],
)
def test_bad_axes_exit_2_before_solving(runner, jamsu_command, axes):
    assert jamsu_command("sweep", "module", *axes, "-o", "out.nc").exit_code == 2
    assert runner.calls == []
    assert not Path("out.nc").exists()


def test_an_interrupted_sweep_goes_on(runner, jamsu_command):
    def interrupt(case):
        if len(runner.calls) == 4:  # the session, then the third point
            raise KeyboardInterrupt

    runner.fail = interrupt
    stopped = jamsu_command("sweep", "module", *AXES, "-o", "out.nc")
    assert stopped.exit_code == 130
    assert "--resume" in stopped.stderr
    runner.fail = lambda case: None
    runner.calls.clear()
    result = jamsu_command("sweep", "module", *AXES, "-o", "out.nc", "--resume")
    assert result.exit_code == 0
    assert len(runner.calls) == 1 + 4
    assert result.stderr.count("(done before)") == 2


def test_the_file_and_json_hold_what_was_asked(runner, jamsu_command, monkeypatch):
    arguments = ["sweep", "module", *AXES, "--set", "a.b=1", "--quality", "fine", "-o", "out.nc", "--json"]
    monkeypatch.setattr("sys.argv", ["jamsu", *arguments])
    answer = json.loads(jamsu_command(*arguments).stdout)
    attrs = xr.load_dataset("out.nc").attrs
    for told in (answer, attrs):
        assert told["quality"] == "fine"
        assert told["command"].startswith("jamsu sweep module --vary 'site.seawater_temperature=8,12 degC'")
        assert told["date"].endswith("Z")
    assert answer["overrides"] == ["a.b=1"]
    assert attrs["overrides"] == "a.b=1"
    assert set(answer["versions"]) == {"jamsu", "jax", "numpy", "python"}
