"""Sweeps: axes as written, one session, failed points, interruptions, the dataset."""

import errno
import json
import math
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import ClassVar

import numpy as np
import pytest
import xarray as xr

from jamsu.cases.errors import CaseError, Problem
from jamsu.cases.results.output import OutputWarning
from jamsu.cases.sweep.axis import make_axis, parse_axis
from jamsu.cases.sweep.plan import make_plan, refusals
from jamsu.cases.sweep.sweep import run_sweep


@pytest.mark.parametrize(
    ("text", "texts", "coordinate", "units"),
    [
        ("a.b=8 degC,10 degC,12 degC", ("8 degC", "10 degC", "12 degC"), (8, 10, 12), "degC"),
        ("a=0.2, 0.5 m/s", ("0.2 m/s", "0.5 m/s"), (0.2, 0.5), "m/s"),
        ("a=1e-3,2.5e-3", ("1e-3", "2.5e-3"), (0.001, 0.0025), "1"),
        ("a=20 kW", ("20 kW",), (20,), "kW"),
        ("a=500 W,2 kW", ("500 W", "2 kW"), (0.5, 2), "kW"),
        ("a=0 degC,300 K", ("0 degC", "300 K"), (273.15, 300), "K"),
        ("a=nitrogen,air", ("nitrogen", "air"), ("nitrogen", "air"), ""),
        ('a="1, 2 m","3, 4 m"', ('"1, 2 m"', '"3, 4 m"'), ('"1, 2 m"', '"3, 4 m"'), ""),
        ("a=[1,2],[2,1]", ("[1,2]", "[2,1]"), ("[1,2]", "[2,1]"), ""),
        ("a=1 kW**9**9**9**9,2 kW", ("1 kW**9**9**9**9", "2 kW"), ("1 kW**9**9**9**9", "2 kW"), ""),  # not worked out
        ("a=1, 2, 3 m; 4, 5, 6 m", ("1, 2, 3 m", "4, 5, 6 m"), ("1, 2, 3 m", "4, 5, 6 m"), ""),
        ("a=1, -2.e1;5, 6 cm", ("1, -2.e1 cm", "5, 6 cm"), ("1, -2.e1 cm", "5, 6 cm"), ""),
        ('a=5,"1, 2 m"', ("5", '"1, 2 m"'), ("5", '"1, 2 m"'), ""),
        ("a=8; 10 degC", ("8 degC", "10 degC"), (8, 10), "degC"),
        ('a="b; c",d', ('"b; c"', "d"), ('"b; c"', "d"), ""),
        ("a=1 kg/s,2 l/s", ("1 kg/s", "2 l/s"), ("1 kg/s", "2 l/s"), ""),
    ],
)
def test_parse_axis(text, texts, coordinate, units):
    axis = parse_axis(text)
    assert axis.texts == texts
    assert axis.units == units
    if units:
        assert axis.coordinate == pytest.approx(coordinate)
    else:
        assert axis.coordinate == coordinate


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("site.depth", "expected path=value"),
        ("=1,2", "expected path=value"),
        ("a=", "expected path=value"),
        ("a=1,,2", "a value is missing"),
        ("a=1, 2 m; 3, 4 m;", "a value is missing"),
        ("a=1, 2 m; 1, 2 m", "given twice"),
        ("a=8 degC,10", "missing unit"),
        ("a=1 m,2 m,1 m", "given twice"),
        ("a=1000 W,1 kW", "given twice"),
    ],
)
def test_bad_axes(text, message):
    with pytest.raises(CaseError, match=message):
        parse_axis(text)


def test_axis_from_python_values():
    assert make_axis("a", [0.1, np.float64(0.2)]).texts == ("0.1", "0.2")
    assert make_axis("a", [True, False]).texts == ("true", "false")
    assert make_axis("a", [["1 kW", "2 kW"], [1, 2]]).texts == ('["1 kW", "2 kW"]', "[1, 2]")
    with pytest.raises(CaseError, match="a value is missing"):
        make_axis("a", [])


@dataclass(frozen=True)
class FakeCase:
    values: dict[str, float]

    def to_toml(self):
        return json.dumps(self.values)

    def to_tree(self):
        return {}


def fake_load_case(name, overrides=()):
    """A case whose values are plain numbers; negative ones are refused, and a = 9 together with b = 10."""
    values = {}
    for text in overrides:
        path, _, value = text.partition("=")
        values[path] = float(value.split()[0])
        if values[path] < 0:
            raise CaseError(name, Problem(path, value, "expected zero or more"))
    if (values.get("a"), values.get("b")) == (9, 10):
        raise CaseError(name, Problem("b", "10", "expected more than a"))
    return FakeCase(values)


class FakeSession:
    """Hottest inlet = sum of the case's values; some points fail."""

    begun = 0
    solved: ClassVar[list[dict[str, float]]] = []
    breaks_at = math.nan
    error: BaseException = MemoryError("out of memory\nin a step")

    def __init__(self, case, quality):
        type(self).begun += 1

    def solve(self, case, *, progress=None):
        if case.values.get("b") == type(self).breaks_at:
            raise type(self).error
        type(self).solved.append(case.values)
        total = sum(case.values.values())
        rack = {"power": np.float64(1e3), "inlet_temperature": total, "ashrae_class": "A2"}
        summary = {
            "status": "converged",
            "kpis": {"hottest_inlet": np.float32(total), "ashrae_class": "A2", "other": None},
            "balance": {"it_power": 1e3, "imbalance": 1.0},
            "racks": {"r1": rack, "r2": rack},
            "coils": {},
            "warnings": ["warm", "wet"],
            "timings": {"compile_s": 0.0, "solve_s": 1.0, "total_s": 1.0, "compilations": 0},
        }
        return SimpleNamespace(summary=summary)


@pytest.fixture
def session(monkeypatch, tmp_path):
    kind = type("Session", (FakeSession,), {"begun": 0, "solved": []})
    module = ModuleType("jamsu.cases.run.runner")
    module.Session = kind
    monkeypatch.setitem(sys.modules, "jamsu.cases.run.runner", module)
    monkeypatch.setattr("jamsu.cases.load_case", fake_load_case, raising=False)
    monkeypatch.setattr("jamsu.cases.sweep.plan.check_grid", lambda case, quality: None)
    monkeypatch.chdir(tmp_path)
    return kind


AXES = (parse_axis("a=1,2 degC"), parse_axis("b=10,20,30"))
OUT = Path("out.nc")


def test_product_of_axes_in_one_session(session):
    data = run_sweep("x", AXES, overrides=("c=0.5",), output=OUT)
    assert session.begun == 1
    assert len(session.solved) == 6
    expected = [[11.5, 21.5, 31.5], [12.5, 22.5, 32.5]]
    np.testing.assert_allclose(data["hottest_inlet"], expected)
    on_disk = xr.load_dataset(OUT)
    xr.testing.assert_identical(on_disk, data)
    assert on_disk["hottest_inlet"].attrs["units"] == "degC"
    assert on_disk["a"].attrs["units"] == "degC"
    assert on_disk["b"].attrs["units"] == "1"
    assert on_disk["rack_inlet_temperature"].dims == ("a", "b", "rack")
    assert list(on_disk["rack"].values) == ["r1", "r2"]
    assert (on_disk["rack_ashrae_class"] == "A2").all()
    assert (on_disk["warnings"] == "warm; wet").all()
    assert on_disk["other"].isnull().all()
    assert json.loads(on_disk.attrs["case"]) == {"c": 0.5}
    assert [path.name for path in Path().iterdir()] == ["out.nc"]


def test_paths_with_dots_and_stars_are_dimensions_on_disk(session):
    axes = [parse_axis("site.current_speed=0.2,0.5 m/s"), parse_axis("racks.*.power=1,2 kW")]
    run_sweep("x", axes, output=OUT)
    point = xr.load_dataset(OUT)["hottest_inlet"].sel({"site.current_speed": 0.5, "racks.*.power": 1})
    assert float(point) == 1.5


def test_a_failed_point_leaves_the_others(session):
    session.breaks_at = 20
    axes = (parse_axis("a=9,2"), AXES[1])
    data = run_sweep("x", axes, output=OUT)
    assert data["status"].values.tolist() == [["failed", "failed", "converged"], ["converged", "failed", "converged"]]
    np.testing.assert_array_equal(np.isnan(data["hottest_inlet"]), data["status"] == "failed")
    assert data["message"].values[1, 1] == "MemoryError: out of memory in a step"
    assert "expected more than a" in data["message"].values[0, 0]
    assert data["message"].values[1, 0] == ""
    assert data["ashrae_class"].values[0, 0] == ""


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        (("a=-1,-2",), "--vary: a: '-1', '-2': expected zero or more"),
        (("a=-1,-2", "b=-10,-20"), "--vary: a: '-1', '-2': expected zero or more"),
        (("a=-1", "b=10,20"), "--vary: a: '-1': expected zero or more"),
        (("a=1,2", "b=-10"), "--vary: b: '-10': expected zero or more"),
        (("a=9", "b=10"), "--vary: b: '10': expected more than a"),
        (("a=9", "b=10", "c=1,2"), "--vary: b: '10': expected more than a"),
        (("a=" + ",".join(map(str, range(101))), "b=" + ",".join(map(str, range(100)))), "10,100 points: expected"),
    ],
)
def test_a_sweep_without_a_good_point_is_refused_before_anything_is_solved(session, axes, message):
    with pytest.raises(CaseError) as caught:
        run_sweep("x", [parse_axis(text) for text in axes], output=OUT)
    assert message in str(caught.value)
    assert session.begun == 0
    assert not list(Path().iterdir())


@pytest.mark.parametrize(
    ("axes", "warning", "good"),
    [
        (("a=1,-2",), "1 of 2 points make no case and are left out: a: '-2': expected zero or more", 1),
        (("a=-1,2,-3,-4",), "3 of 4 points make no case and are left out: a: '-1', '-3', '-4': expected zero", 1),
        (("a=1,2", "b=10,20,-30"), "2 of 6 points make no case and are left out: b: '-30': expected zero", 4),
        (
            ("a=1,-2", "b=10,-20"),
            "3 of 4 points make no case and are left out: a: '-2': expected zero or more; b: '-20': expected zero",
            1,
        ),
        (
            ("a=9,2,-1", "b=10,20"),
            "3 of 6 points make no case and are left out: a: '-1': expected zero or more; a=9, b=10: b: 10: expected",
            3,
        ),
    ],
)
def test_bad_values_leave_the_others_and_all_are_named_first(session, axes, warning, good):
    told = []
    data = run_sweep(
        "x", [parse_axis(text) for text in axes], output=OUT, warn=lambda text: told.append((text, session.begun))
    )
    ((text, begun),) = told
    assert text.startswith(warning)
    assert begun == 0  # nothing was solved before
    assert len(session.solved) == good
    failed = data["status"] == "failed"
    assert int((~failed).sum()) == good
    assert data["message"].where(failed, "expected").str.contains("expected").all()
    np.testing.assert_array_equal(np.isnan(data["hottest_inlet"]), failed)


def test_a_long_list_of_points_is_cut(session, monkeypatch):
    def load(name, overrides=()):
        case = fake_load_case(name, overrides)
        if case.values["a"] == case.values["b"]:
            raise CaseError(name, Problem("c", "", "expected a and b to differ"))
        return case

    monkeypatch.setattr("jamsu.cases.load_case", load)
    axes = [parse_axis(f"{name}=" + ",".join(map(str, range(30)))) for name in "ab"]  # 30 alike, and 9 with 10
    named = refusals(make_plan("x", axes, (), "coarse"), axes)
    assert named[0] == "a=0, b=0: c: expected a and b to differ"
    assert len(named) == 11
    assert named[-1] == "21 more points, whose values do not go together"


def test_good_sweeps_warn_of_nothing(session):
    run_sweep("x", AXES, warn=pytest.fail)


def test_a_value_without_a_grid_is_named_too(session, monkeypatch):
    def check_grid(case, quality):
        if case.values["b"] == 20:
            raise CaseError("x", Problem("solver.resolution", "20 m", "too wide"))

    monkeypatch.setattr("jamsu.cases.sweep.plan.check_grid", check_grid)
    told = []
    run_sweep("x", AXES, warn=told.append)
    assert told == ["2 of 6 points make no case and are left out: b: '20': solver.resolution: 20 m: too wide"]
    assert len(session.solved) == 4


def test_an_axis_that_another_one_overrides_is_refused(session, monkeypatch):
    def load(name, overrides=()):
        return fake_load_case(name, [text.replace("*", "a") for text in overrides])

    monkeypatch.setattr("jamsu.cases.load_case", load)
    with pytest.raises(CaseError, match=r"--vary: a: '2': makes the same case as 1"):
        run_sweep("x", [parse_axis("a=1,2"), parse_axis("*=3,4")])
    assert session.begun == 0


@pytest.mark.parametrize(
    ("axes", "words"),
    [
        (("racks.*.power=-18,-20 kW",), "--vary: racks.*.power: '-18 kW', '-20 kW': expected a power of zero or more"),
        (("site.dpth=1,2 m",), "site.dpth: '1 m', '2 m': this path addresses nothing in the case (nearest: site."),
        (("site.dpth=1 m", "site.depth=1,2 m"), "--vary: site.dpth: '1 m': this path addresses nothing in the case"),
        (("solver.mode=transient",), "natick2.toml: solver.duration: missing: needed with"),
        (("racks.R01.power=1,2 kW", "racks.*.power=3,4 kW"), "'2 kW': makes the same case as 1 kW"),
        (
            ("racks.R01.position=1.2, -0.5, -0.6 m",),
            """racks.R01.position: '1.2 m': expected 3 values (x, y, z) with a unit, such as "0.6, 0.6, 0.6 m"; """
            'such values are parted by ";"',
        ),
        (("racks.*.size=0.6, 1.1, 2 m",), 'such values are parted by ";"'),
        (("racks.R01.power_map=1, 2, 3",), "expected several values; such values are parted by"),
    ],
)
def test_axes_without_a_point_of_a_real_case(monkeypatch, tmp_path, axes, words):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CaseError) as caught:
        run_sweep("natick2", [parse_axis(text) for text in axes], output=OUT)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not list(Path().iterdir())


@pytest.mark.parametrize(
    ("axes", "named"),
    [
        (("racks.*.power=18,-20 kW",), ["racks.*.power: '-20 kW': expected a power of zero or more"]),
        (("racks.*.power=18,20000 kW",), ["'20000 kW': expected a power of at most 10000 kW: a rack of today"]),
        (("site.depth=20 m,12 km", "racks.R01.power=1,2 kW"), ["site.depth: '12 km': expected a depth of at most"]),
        (
            ("site.depth=20 m,12 km", "racks.R01.power=1,-2 kW"),
            ["site.depth: '12 km': expected a depth of at most", "racks.R01.power: '-2 kW': expected a power of zero"],
        ),
        (("solver.tolerance=0.01,nan",), ["solver.tolerance: 'nan': expected a share of the IT power: a finite"]),
        (("solver.mode=steady,transient",), ["'transient': solver.duration: missing: needed with"]),
        (("solver.resolution=75,1200 mm",), ["solver.resolution: '1200 mm': cells of 2.4 m are too wide"]),
        (("racks.R01.position=0.85, -0.65, -0.95 m; 9, 9, 9 m",), ["'9, 9, 9 m': racks.R01 reaches 13.5 m outside"]),
        (('racks.R01.position="850, -650, -950 mm","850, 650, -950 mm"',), ["racks.R01 reaches 0.641 m outside"]),
        (("site.depth=20, 30 m; 20 m",), ["site.depth: '20, 30 m': "]),
    ],
)
def test_bad_values_of_a_real_case(axes, named):
    axes = [parse_axis(text) for text in axes]
    plan = make_plan("natick2", axes, (), "coarse")
    found = refusals(plan, axes)
    assert len(found) == len(named)
    for line, words in zip(found, named, strict=True):
        assert words in line
        assert "\n" not in line


def test_many_points_tell_how_far_their_check_is(session):
    told = []
    axes = [parse_axis("a=" + ",".join(map(str, range(12)))), parse_axis("b=" + ",".join(map(str, range(11, 21))))]
    make_plan("x", axes, (), "coarse", told.append)
    assert [(progress.stage, round(progress.fraction, 2)) for progress in told] == [
        ("checking the points", 0.41),
        ("checking the points", 0.82),
    ]


def test_positions_of_a_rack_are_planned():
    axes = [parse_axis("racks.R12.position=10.75, -0.65, -0.95; 10.95, -0.65, -0.95 m")]
    plan = make_plan("natick2", axes, (), "coarse")
    assert [case.racks["R12"].position[0] for case in plan.values()] == [10.75, 10.95]


def test_values_that_are_right_only_together_are_planned():
    axes = [parse_axis("solver.mode=transient"), parse_axis("solver.duration=10,20 s")]
    plan = make_plan("natick2", axes, (), "coarse")
    assert [case.solver.duration for case in plan.values()] == [10.0, 20.0]


def test_axes_that_cannot_be(session):
    with pytest.raises(CaseError, match="given twice"):
        run_sweep("x", [AXES[0], AXES[0]])
    with pytest.raises(CaseError, match="needs one axis"):
        run_sweep("x", [])
    assert session.begun == 0
    assert not list(Path().iterdir())


def interrupted(session):
    session.breaks_at, session.error = 30, KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        run_sweep("x", AXES, output=OUT)
    assert not OUT.exists()
    assert len(session.solved) == 2
    session.breaks_at = math.nan
    session.solved.clear()


def test_an_interrupted_sweep_goes_on(session):
    interrupted(session)
    with Path("out.nc.part").open("a") as journal:
        journal.write('{"index": [0, 2], "sta')  # a line that a crash cut short
    reports = []
    data = run_sweep("x", AXES, output=OUT, on_point=lambda point, total, before: reports.append(before))
    assert len(session.solved) == 4
    assert reports == [True, True, False, False, False, False]
    xr.testing.assert_identical(data.drop_attrs(), run_sweep("x", AXES).drop_attrs())
    assert not Path("out.nc.part").exists()


def test_another_sweep_does_not_take_the_journal(session):
    interrupted(session)
    with pytest.raises(CaseError, match=r"with other axes: --force"):
        run_sweep("x", AXES[:1], output=OUT)
    with pytest.raises(CaseError, match=r"another quality"):
        run_sweep("x", AXES, output=OUT, quality="fine")
    with pytest.warns(OutputWarning, match="2 points of an interrupted sweep are left aside"):
        run_sweep("x", AXES[:1], output=OUT, force=True)
    assert len(session.solved) == 2


def test_lines_of_another_sweep_are_no_answers(session):
    """Two sweeps that wrote one journal: the values of a line decide, and its case and quality, not its place."""
    axes = {name: (parse_axis(f"a={name}"),) for name in ("5,8,10", "1,2,3", "5,2,10")}
    lines = {}
    for name, other in axes.items():
        session.breaks_at, session.error = 10, KeyboardInterrupt()
        with pytest.raises(KeyboardInterrupt):
            run_sweep("x", other, overrides=() if name == "5,2,10" else ("c=7",), output=OUT, on_point=stop_at(3))
        lines[name] = Path("out.nc.part").read_text().splitlines()
        Path("out.nc.part").unlink()
    session.breaks_at = math.nan
    session.solved.clear()
    header, own = lines["1,2,3"][0], lines["1,2,3"][1:]
    mixed = [header, *own[:1], *lines["5,8,10"][1:], *lines["5,2,10"][1:]]  # "2" also comes from another case
    Path("out.nc.part").write_text("\n".join(mixed) + "\n")
    with pytest.warns(OutputWarning, match=r"4 of its lines are not of this sweep's points"):
        data = run_sweep("x", axes["1,2,3"], overrides=("c=7",), output=OUT)
    assert data["hottest_inlet"].values.tolist() == [8, 9, 10]
    assert [values["a"] for values in session.solved] == [2, 3]


def stop_at(count):
    """Interrupts after so many points."""
    seen = []

    def on_point(point, total, before):
        seen.append(point)
        if len(seen) == count - 1:
            raise KeyboardInterrupt

    return on_point


def test_each_line_of_the_journal_says_what_it_answers(session):
    interrupted(session)
    header, *points = map(json.loads, Path("out.nc.part").read_text().splitlines())
    assert header["replaces"] is None
    assert [point["values"] for point in points] == [["1 degC", "10"], ["1 degC", "20"]]
    assert len({point["fingerprint"] for point in points} | {""}) == 3


def test_a_second_sweep_is_refused_before_anything_is_solved(session):
    """From within the first one's first point; whatever it is asked with."""
    told = []

    def again(point, total, before):
        for options in ({}, {"force": True}, {"resume": True}):
            with pytest.raises(CaseError) as caught:
                run_sweep("x", AXES, output=OUT, **options)
            told.append(str(caught.value))

    run_sweep("x", AXES[:1], output=OUT, on_point=again)
    assert len(told) == 6
    assert all("out.nc: this process writes it already, since" in line for line in told)
    assert len(session.solved) == 2
    assert os.listdir() == ["out.nc"]


def test_a_file_that_came_to_lie_there_is_kept(session):
    def another(point, total, before):
        OUT.write_bytes(b"another's")

    with pytest.warns(OutputWarning, match=r"out\.nc: another file came to lie there and is kept.*out-1\.nc"):
        data = run_sweep("x", AXES[:1], output=OUT, on_point=another)
    assert data.encoding["source"] == "out-1.nc"
    assert OUT.read_bytes() == b"another's"
    xr.testing.assert_identical(xr.load_dataset("out-1.nc"), data)
    assert sorted(os.listdir()) == ["out-1.nc", "out.nc"]


def test_an_interrupted_sweep_does_not_replace_another_s_file(session):
    interrupted(session)
    journal = Path("out.nc.part").read_bytes()
    Path("out.nc.part").unlink()
    run_sweep("x", AXES[:1], output=OUT)
    Path("out.nc.part").write_bytes(journal)
    finished = OUT.read_bytes()
    session.solved.clear()
    with pytest.warns(OutputWarning, match="will go beside it|another file came to lie there"):
        run_sweep("x", AXES, output=OUT, resume=True)
    assert OUT.read_bytes() == finished
    assert xr.load_dataset("out-1.nc")["hottest_inlet"].shape == (2, 3)
    assert len(session.solved) == 4


def test_a_sweep_begun_with_force_is_resumed_and_replaces_what_it_was_to(session):
    run_sweep("x", AXES[:1], output=OUT)
    session.solved.clear()
    session.breaks_at, session.error = 30, KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt) as caught:
        run_sweep("x", AXES, output=OUT, force=True)
    assert caught.value.__notes__ == [
        "2 of 6 points are kept in out.nc.part: the same command with --resume goes on from there"
    ]
    session.breaks_at = math.nan
    data = run_sweep("x", AXES, output=OUT, resume=True)
    xr.testing.assert_identical(xr.load_dataset(OUT), data)
    assert len(session.solved) == 6
    assert os.listdir() == ["out.nc"]


def test_an_interruption_before_the_first_point_promises_nothing(session):
    session.breaks_at, session.error = 10, KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt) as caught:
        run_sweep("x", AXES, output=OUT)
    assert caught.value.__notes__ == ["no point was done"]


def full(*_):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_journal_that_finds_no_space_costs_no_point(session, monkeypatch):
    """The disk is full for three points: one warning, nothing half written, and the points follow later."""
    kept = []

    def on_point(point, total, before):
        kept.append(len(Path("out.nc.part").read_text().splitlines()) - 1)
        monkeypatch.setattr("os.fsync", full if len(kept) in (1, 2, 3) else lambda _: None)
        if len(kept) == 5:
            raise KeyboardInterrupt

    with pytest.warns(OutputWarning, match="the sweep goes on") as told, pytest.raises(KeyboardInterrupt):
        run_sweep("x", AXES, output=OUT, on_point=on_point)
    assert kept == [1, 1, 1, 1, 5]
    assert len(told) == 1
    assert [json.loads(line)["index"] for line in Path("out.nc.part").read_text().splitlines()[1:]] == [
        *([0, 0], [0, 1], [0, 2], [1, 0], [1, 1]),
    ]


def test_an_output_that_finds_no_space_keeps_the_points(session, monkeypatch):
    with monkeypatch.context() as patch:

        def on_point(point, total, before):
            if point.index == (1, 2):
                patch.setattr("os.fsync", full)

        with pytest.raises(CaseError, match=r"\(No space left on device\); 6 of 6 points are kept in out.nc.part"):
            run_sweep("x", AXES, output=OUT, on_point=on_point)
    assert os.listdir() == ["out.nc.part"]
    session.solved.clear()
    run_sweep("x", AXES, output=OUT)
    assert session.solved == []


def test_failed_points_are_tried_again(session):
    session.breaks_at = 20
    stop = []

    def stop_at_last(point, total, before):
        stop.append(point)
        if len(stop) == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_sweep("x", AXES, output=OUT, on_point=stop_at_last)
    session.breaks_at = math.nan
    session.solved.clear()
    data = run_sweep("x", AXES, output=OUT)
    assert (data["status"] == "converged").all()
    assert len(session.solved) == 3  # the two that failed and the last


def test_a_finished_file(session):
    data = run_sweep("x", AXES, output=OUT)
    session.solved.clear()
    with pytest.raises(CaseError, match=r"--force"):
        run_sweep("x", AXES, output=OUT)
    xr.testing.assert_identical(run_sweep("x", AXES, output=OUT, resume=True), data)
    with pytest.raises(CaseError, match=r"holds a sweep with other axes \(--force"):
        run_sweep("x", AXES[:1], output=OUT, resume=True)
    assert session.solved == []
    run_sweep("x", AXES, output=OUT, force=True)
    assert len(session.solved) == 6


def test_positions_are_an_axis_of_texts_that_resumes(session, monkeypatch):
    def load(name, overrides=()):
        return fake_load_case(name, [text.replace(", 0 m", " m") for text in overrides])

    monkeypatch.setattr("jamsu.cases.load_case", load)
    axes = (parse_axis("p=1, 0 m; 2, 0 m; 3, 0 m"),)
    session.breaks_at, session.error = 30, KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        run_sweep("x", (axes[0], AXES[1]), output=OUT)
    session.breaks_at = math.nan
    session.solved.clear()
    run_sweep("x", (axes[0], AXES[1]), output=OUT)
    assert len(session.solved) == 7
    data = run_sweep("x", (axes[0], AXES[1]), output=OUT, resume=True)
    assert data["p"].values.tolist() == ["1, 0 m", "2, 0 m", "3, 0 m"]
    assert data["hottest_inlet"].sel(p="2, 0 m", b=20).item() == 22
    assert data.attrs["axes"] == "p=1, 0 m; 2, 0 m; 3, 0 m; b=10, 20, 30"


def test_a_file_cut_short_is_called_so(session):
    run_sweep("x", AXES, output=OUT)
    OUT.write_bytes(OUT.read_bytes()[:3000])
    with pytest.raises(CaseError, match=r"out\.nc: the file is damaged or cut short"):
        run_sweep("x", AXES, output=OUT, resume=True)


def test_resume_refuses_a_foreign_file(session):
    OUT.write_text("my notes")
    with pytest.raises(CaseError, match=r"out\.nc"):
        run_sweep("x", AXES, output=OUT, resume=True)
    assert OUT.read_text() == "my notes"
