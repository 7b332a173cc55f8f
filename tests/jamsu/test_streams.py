"""Streams that cannot encode, are closed, broken or full: the report is readable, and nothing ends in a traceback."""

import io
import json
import os
import subprocess
import sys

import pytest
from fake_runner import summary

from jamsu import console
from jamsu.report import print_report
from jamsu.streams import READABLE, readable

MAIN = "from jamsu.cli import main; main()"


def jamsu(*arguments, env=None, **options):
    """The command in a process of its own, as a shell starts it."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.run([sys.executable, "-c", MAIN, *arguments], env={**os.environ, **(env or {})}, **options)


@pytest.mark.parametrize(
    ("text", "encoding", "expected"),
    [
        ("ε 12 °C", "ascii", "eff. 12 degC"),
        ("ε 12 °C", "cp1252", "eff. 12 °C"),
        ("ε 12 °C", "utf-8", "ε 12 °C"),
        ("1.4 m³/s ± 5 × 2 – 3 µm → ≤", "ascii", "1.4 m3/s +- 5 x 2 - 3 um -> <="),
        ("Größe, naïve…", "ascii", "Gro?e, naive..."),
        ("深 \udcff", "ascii", "? ?"),
        ("\udcff", "utf-8", "?"),
        ("━━╸", "ascii", "---"),
    ],
)
def test_what_an_encoding_lacks_is_readable(text, encoding, expected):
    assert readable(text, encoding) == expected


@pytest.fixture
def stdout(monkeypatch):
    """A stdout of any encoding; returns what was written."""

    def made(encoding):
        stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors=READABLE)
        monkeypatch.setattr(sys, "stdout", stream)
        return lambda: (stream.flush(), stream.buffer.getvalue().decode(encoding))[1]

    return made


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "cp437", "latin-1", "utf-8"])
def test_the_report_in_every_encoding(stdout, encoding):
    written = stdout(encoding)
    print_report(summary(), console.answers())
    text = written()
    assert "hottest rack inlet" in text
    assert ("24.5 +- 0.05 degC" if encoding == "ascii" else "24.5 ") in text
    assert ("ε" in text) == (encoding in ("utf-8", "cp437"))
    assert ("eff." in text) == (encoding not in ("utf-8", "cp437"))
    assert "?" not in text


def test_the_report_in_ascii_keeps_its_columns(stdout):
    written = stdout("ascii")
    print_report(summary(), console.answers())
    lines = written().splitlines()
    start = lines.index(next(line for line in lines if line.startswith("Racks")))
    units = next(line for line in lines[start:] if "m3/s" in line)
    row = next(line for line in lines if line.startswith("r1 "))
    bars = [i for i, character in enumerate(row) if character == "|"]
    assert len(bars) == 6
    assert [i for i, character in enumerate(units) if character == "|"] == bars


def test_json_keeps_its_texts_in_every_encoding(stdout):
    written = stdout("ascii")
    console.print_json({"case": "Größe 12 °C", "result": "a\udcff.vtkhdf"})
    assert json.loads(written()) == {"case": "Größe 12 °C", "result": "a\udcff.vtkhdf"}


def test_toml_is_written_in_utf_8_in_every_encoding(stdout):
    stdout("cp1252")
    console.print_toml('title = "Größe, ε"')
    assert sys.stdout.buffer.getvalue().decode("utf-8") == 'title = "Größe, ε"\n'


def test_an_error_in_every_encoding():
    done = jamsu("show", "Größe-ε", env={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 2
    assert done.stderr.startswith(b"jamsu: ")
    assert done.stderr.count(b"\n") == 1
    assert b"-eff.: no such case" in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="closes descriptors as a shell does")
@pytest.mark.parametrize("closed", [(1,), (2,), (0, 1, 2)], ids=str)
@pytest.mark.parametrize(("arguments", "code"), [(("cases",), 0), (("show", "natick2"), 0), (("nonsense",), 2)])
def test_closed_streams(tmp_path, closed, arguments, code):
    start = f"import os; [os.close(n) for n in {closed}]"
    start += f"; os.execv({sys.executable!r}, ['python', '-c', {MAIN!r}, *{arguments}])"
    done = subprocess.run([sys.executable, "-c", start], capture_output=True, cwd=tmp_path)
    assert done.returncode == code
    assert b"Traceback" not in done.stderr
    assert (b"nonsense" in done.stderr) == (code == 2 and 2 not in closed)
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_goes_is_no_failure():
    reading, writing = os.pipe()
    os.close(reading)
    for arguments in (["show", "natick2"], ["cases"], ["--help"]):
        done = jamsu(*arguments, stdout=writing)
        assert (done.returncode, done.stderr) == (0, b"")
    os.close(writing)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no full device")
def test_a_full_disk_is_told_in_one_line():
    with open("/dev/full", "wb") as full:
        done = jamsu("cases", stdout=full)
    assert done.returncode == 1
    assert done.stderr == b"jamsu: the answer could not be written to standard output: No space left on device\n"
