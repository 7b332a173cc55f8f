"""The benchmarks' command line: listing, values, free parameters, and one clear line for bad input."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from jamsu.benchmarks import registry
from jamsu.benchmarks.__main__ import main
from jamsu.cases.schema.case import Arrangement

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "heat_transfer.json").read_text())


@pytest.fixture
def run_json(capsys):
    def run(*words):
        assert main(["run", *words, "--json"]) == 0
        out = capsys.readouterr().out
        assert out.count("\n") == 1
        return json.loads(out)

    return run


def test_wall_of_the_reference(run_json):
    got = run_json("wall", "contact_resistances=[2e-4]")
    expected = REFERENCE["wall"]
    assert set(got) == {"heat_flux", "overall_coefficient", "temperatures"}
    assert got["heat_flux"] == pytest.approx(expected["heat_flux"], rel=1e-10)
    assert got["overall_coefficient"] == pytest.approx(expected["overall_coefficient"], rel=1e-10)
    assert got["temperatures"] == pytest.approx(expected["temperatures"], abs=1e-9)


@pytest.mark.parametrize("none", [[], ["contact_resistances=none"], ["contact_resistances=[0]"]])
def test_perfect_contact_makes_no_jump(run_json, none):
    got = run_json("wall", *none)
    assert len(got["temperatures"]) == 5
    assert got["heat_flux"] == pytest.approx(28 / (0.1 + 0.02 / 50 + 0.0003 / 0.25 + 1 / 500))


def test_wall_with_any_parameters(run_json):
    got = run_json(
        "wall",
        "layers=[[0.1, 2], [0.2, 4.0], [0.3, 6]]",
        "contact_resistances=[0, 0.05]",
        "inside_temperature=-5",
        "inside_film=20",
        "outside_temperature=15.5",
        "outside_film=1e3",
    )
    flux = -20.5 / (1 / 20 + 3 * 0.05 + 0.05 + 1e-3)
    assert got["heat_flux"] == pytest.approx(flux)
    drops = [0.05, 0.05, 0.05, 0.05, 0.05, 1e-3]
    expected = [-5 - flux * sum(drops[:n]) for n in range(7)]
    assert got["temperatures"] == pytest.approx(expected)


def test_shell(run_json):
    got = run_json("shell", "radii=[1.47, 1.5]", "layers=[16.3]")
    assert got["heat_per_length"] == pytest.approx(REFERENCE["shell"]["heat_per_length"], rel=1e-10)
    assert got["temperatures"] == pytest.approx(REFERENCE["shell"]["temperatures"], abs=1e-9)
    two = run_json("shell", "radii=[1.0, 1.2, 1.3]", "layers=[16.3, 0.3]", "contact_resistances=0.01")
    assert len(two["temperatures"]) == 6


def test_exchanger(run_json):
    for point in REFERENCE["exchanger"]["effectiveness"]:
        given = [f"ntu={point['ntu']}", f"capacity_ratio={point['capacity_ratio']}"]
        for name in set(point) - {"ntu", "capacity_ratio"}:
            got = run_json("exchanger", *given, f"arrangement={name}")
            assert got == {"effectiveness": pytest.approx(point[name], abs=1e-9)}


def test_options_may_stand_anywhere(capsys):
    assert main(["run", "--json", "exchanger", "ntu=1"]) == 0
    assert main(["--json", "run", "exchanger", "ntu=1"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == second


def test_list_names_everything(capsys):
    assert main(["list"]) == 0
    text = capsys.readouterr().out
    for item in registry.all_benchmarks().values():
        assert item.name in text
        for key, parameter in item.parameters.items():
            assert f"{key}=" in text
            assert parameter.unit in text
    assert {"wall", "shell", "exchanger"} <= set(registry.all_benchmarks())
    for name in get_args(Arrangement):
        assert name in text
    assert main(["list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert listed["wall"]["parameters"]["inside_film"]["default"] == 10.0
    assert listed["wall"]["gives"]["heat_flux"]["unit"] == "W/m2"


def test_table(capsys):
    assert main(["run", "wall"]) == 0
    text = capsys.readouterr().out
    assert "heat_flux" in text
    assert "270.2703" in text
    assert "W/m2" in text


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["run", "wal"], "no benchmark 'wal'; known: .*nearest: wall"),
        (["run", "wall", "inside_flm=3"], "no parameter 'inside_flm'; .*nearest: inside_film"),
        (["run", "wall", "inside_film=0"], "wall: inside_film=0: expected a number above 0 in W"),
        (["run", "wall", "inside_film=warm"], "inside_film=warm: expected a number"),
        (["run", "wall", "inside_film=inf"], "inside_film=inf: expected a number"),
        (["run", "wall", "inside_film=1e999"], "expected a number"),
        (["run", "wall", "inside_film="], "expected a number"),
        (["run", "wall", "inside_film=true"], "expected a number"),
        (["run", "wall", "layers=[[1, 2, 3]]"], "expected a list of pairs"),
        (["run", "wall", "layers=[[1, -2]]"], "expected a list of pairs"),
        (["run", "wall", "layers=[]"], "at least one layer"),
        (["run", "wall", "layers=[[1,\n'a']]"], "expected a list of pairs"),
        (["run", "wall", "contact_resistances=[1, 2]"], "expected 1 of them"),
        (["run", "wall", "inside_film=1", "inside_film=2"], "given twice"),
        (["run", "wall", "inside_film"], "expected KEY=VALUE"),
        (["run", "shell", "radii=[1, 0.9]"], "each larger than the one before"),
        (["run", "shell", "radii=[1, 2, 3]"], "expected 2 of them"),
        (["run", "exchanger", "capacity_ratio=1.2"], "from 0 up to 1"),
        (["run", "exchanger", "ntu=-1"], "a number from 0"),
        (["run", "exchanger", "arrangement=conter"], "Did you mean 'counter'"),
        (["run"], "which benchmark"),
        ([], "known: list, run"),
        (["lst"], "no command 'lst'"),
        (["list", "wall"], "no command 'list wall'"),
        (["run", "wall", "--jsn"], "unrecognized arguments: --jsn"),
    ],
)
def test_bad_input_is_one_line(capsys, words, expected):
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert re.search(expected, err), err


def test_as_a_program_in_double_precision():
    words = [sys.executable, "-m", "jamsu.benchmarks", "run"]
    done = subprocess.run([*words, "exchanger", "ntu=1", "--json"], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["effectiveness"] == pytest.approx(0.5647334016064, abs=1e-12)
    wrong = subprocess.run([*words, "exchangr"], capture_output=True, text=True)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "Traceback" not in wrong.stderr


def test_listing_does_not_import_the_solver():
    code = "import sys; from jamsu.benchmarks.registry import all_benchmarks as a; a(); print('jax' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


GIVEN = registry.Benchmark(
    "given",
    "Parameters of every kind",
    {
        "flag": registry.Parameter("flag", False),
        "count": registry.Parameter("integer", 1, minimum=1),
        "name": registry.Parameter("name", "a", choices=("a", "none")),
        "size": registry.Parameter("number", 2.0, "m", above=0.0),
        "numbers": registry.Parameter("numbers", None, maximum=5.0),
        "points": registry.Parameter("points", []),
    },
    {},
    dict,
)


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("flag", "True", True),
        ("count", "12", 12),
        ("count", "1e2", 100),
        ("name", "none", "none"),
        ("size", ".5", 0.5),
        ("size", 3, 3.0),
        ("numbers", "none", None),
        ("numbers", "4", [4.0]),
        ("numbers", (1, 2.5), [1.0, 2.5]),
        ("points", "[[1, 2, 3]]", [(1.0, 2.0, 3.0)]),
        ("points", "((1, 2, 3),)", [(1.0, 2.0, 3.0)]),
    ],
)
def test_values_are_read_from_text_and_from_python(key, value, expected):
    found = GIVEN.values({key: value})
    assert found[key] == expected
    assert type(found[key]) is type(expected)
    assert list(found) == list(GIVEN.parameters)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("flag", "1", "flag=1: expected true or false"),
        ("count", "1.5", "count=1.5: expected a whole number from 1"),
        ("count", "0", "count=0: expected a whole number from 1"),
        ("count", "true", "count=true: expected a whole number from 1"),
        ("name", "nine", "name=nine: expected one of a, none (nearest: none)"),
        ("size", "0", "size=0: expected a number above 0 in m"),
        ("size", "nan", "size=nan: expected a number above 0 in m"),
        ("size", "'1'", "size='1': expected a number above 0 in m"),
        ("size", None, "size=None: expected a number above 0 in m"),
        ("numbers", "[1, 6]", "numbers=[1, 6]: expected a list of numbers, such as [1, 2.5] up to 5 or none"),
        ("numbers", "[true]", "numbers=[true]: expected a list of numbers, such as [1, 2.5] up to 5 or none"),
        ("points", "[[1, 2]]", "points=[[1, 2]]: expected a list of points, such as [[1, 0, 0], [2, 0.5, 0.25]]"),
    ],
)
def test_a_wrong_value_is_told_with_what_was_expected(key, value, message):
    with pytest.raises(registry.BenchmarkError) as error:
        GIVEN.values({key: value})
    assert str(error.value) == f"given: {message}"


def test_results_come_in_the_order_in_which_they_are_declared(run_json):
    assert list(run_json("wall")) == list(registry.find("wall").gives)
