"""A case from a pipe or standard input is read once and kept; a file that the library hides is told of."""

import io
import os
import re
import sys
import threading
from pathlib import Path

import pytest

from jamsu import api, cases
from jamsu.cases.errors import CaseError
from jamsu.cases.reading import source
from jamsu.cases.reading.loader import case_name, error_as_typed
from jamsu.cases.sweep.axis import parse_axis
from jamsu.cases.sweep.plan import make_plan

ROOM = """
name = "room"
[site]
seawater_temperature = "12 degC"
[vessel]
shape = "box"
size = "1.6, 1.2, 1.2 m"
fluid = "air"
[solver]
resolution = "150 mm"
"""


@pytest.fixture(autouse=True)
def no_pipes(monkeypatch, tmp_path):
    monkeypatch.setattr(source, "_PIPES", {})
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def standard_input(monkeypatch):
    def give(text):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))

    return give


@pytest.fixture
def pipe():
    """A pipe with a case in it, as `<(...)` of a shell gives it."""
    reading, writing = os.pipe()
    os.write(writing, ROOM.encode())
    os.close(writing)
    yield f"/dev/fd/{reading}"
    os.close(reading)


def test_a_pipe_is_read_once(pipe):
    first, second = cases.load_case(pipe), cases.load_case(pipe, ("site.depth=30 m",))
    assert first.site.depth != second.site.depth == 30
    assert case_name(pipe) == api.default_name(pipe) == "room"
    assert cases.case_text(pipe) == ROOM


def test_a_sweep_of_a_pipe(pipe):
    plan = make_plan(pipe, [parse_axis("site.depth=10,20,30 m")], (), "coarse")
    assert [case.site.depth for case in plan.values()] == [10, 20, 30]


def test_an_error_after_the_first_reading_is_as_typed(pipe):
    error = CaseError("room", cases.reading.loader.Problem("site.depth", "20.0", "expected less"))
    line = str(error_as_typed(error, pipe, ("site.depth=2000 cm",)))
    assert line == f"{pipe}: site.depth: '2000 cm': expected less"


def test_standard_input(standard_input):
    standard_input(ROOM)
    assert cases.load_case("-").name == "room"
    assert cases.load_case("-", ("site.depth=30 m",)).site.depth == 30
    assert api.default_name("-") == "room"
    with pytest.raises(CaseError, match=r"^standard input: site\.depth: 30: missing unit"):
        cases.load_case("-", ("site.depth=30",))


def test_standard_input_without_a_name_or_a_case(standard_input):
    standard_input(ROOM.replace('name = "room"', ""))
    assert api.default_name("-") == cases.load_case("-").name == "case"
    source._PIPES.clear()
    standard_input("")
    assert api.default_name("-") == "case"
    with pytest.raises(CaseError, match="standard input: empty file"):
        cases.load_case("-")


def test_files_beside_the_reader_of_a_pipe(standard_input):
    standard_input(
        ROOM.replace('shape = "box"', 'shape = "stl"\nfile = "hull.stl"').replace('size = "1.6, 1.2, 1.2 m"', "")
    )
    # The message shortens a long path.
    with pytest.raises(CaseError, match=re.escape(f"vessel.file: '{Path.cwd()}"[:50])):
        cases.load_case("-")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_a_named_pipe_is_read_anew_by_each_call():
    os.mkfifo("pipe")

    def loaded(depth):
        writer = threading.Thread(
            target=Path("pipe").write_text, args=(ROOM.replace("[site]", f'[site]\ndepth="{depth} m"'),)
        )
        writer.start()
        case = api.load_case("pipe")
        writer.join()
        return case.site.depth

    assert [loaded(10), loaded(30)] == [10, 30]


@pytest.mark.parametrize("file", ["natick2.toml", "natick2"])
def test_a_file_that_the_library_hides(file):
    assert source.shadowed_file("natick2") is None
    Path(file).write_text(ROOM)
    assert source.shadowed_file("natick2") == Path(file)
    assert cases.load_case("natick2").name == "natick2"  # the library's
    assert cases.load_case(f"./{file}").name == cases.load_case(Path(file)).name == "room"
    assert source.shadowed_file("natick2.toml") is None
    assert source.shadowed_file("other") is None


def test_a_folder_of_results_hides_nothing():
    Path("natick2").mkdir()
    assert source.shadowed_file("natick2") is None


def test_an_override_typed_in_a_locale_without_its_letters():
    typed = "title=Größe".encode().decode("ascii", "surrogateescape")
    assert cases.load_case("natick2", (typed,)).title == "Größe"


@pytest.mark.parametrize("text", ["title=\udcff", "title=a\ud800"])
def test_an_override_that_is_no_text(text):
    with pytest.raises(CaseError, match=r"^natick2.toml: title: .*not text in UTF-8"):
        cases.load_case("natick2", (text,))
