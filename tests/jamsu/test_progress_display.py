"""Progress: plain lines in a pipe, a moving line on a terminal, never on stdout."""

import io
import math
from types import SimpleNamespace

import pytest
from rich.console import Console

from jamsu import progress

STEP = SimpleNamespace(
    stage="coarse grid",
    step=12,
    fraction=0.25,
    residual=3e-4,
    imbalance=-0.0123,
    hottest_inlet=31.26,
    seconds_left=65.4,
)


def test_numbers_that_are_not_known_yet_are_left_out():
    everything = "step 12, residual 3.0e-04, balance -1.23 %, hottest inlet 31.3 °C, 1 min 05 s left"
    assert progress.numbers(STEP) == everything
    unknown = {"residual": math.nan, "imbalance": math.nan, "hottest_inlet": math.nan, "seconds_left": None}
    assert progress.numbers(SimpleNamespace(**vars(STEP) | unknown)) == "step 12"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "0 s"), (59.6, "1 min 00 s"), (125, "2 min 05 s"), (11_530, "3 h 12 min"), (-3, "0 s")],
)
def test_duration(seconds, text):
    assert progress.duration(seconds) == text


def test_plain_lines_come_with_a_new_stage_or_after_a_while(capsys, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    with progress.shown_progress("natick2") as display:
        for second in range(12):
            now[0] = float(second)
            display(STEP)
        display(SimpleNamespace(**vars(STEP) | {"stage": "fine grid"}))
    captured = capsys.readouterr()
    lines = captured.err.splitlines()
    assert captured.out == ""
    assert len(lines) == 4  # at 0, 5 and 10 s, and the new stage
    assert lines[0] == f"natick2: coarse grid, 25%, {progress.numbers(STEP)}"
    assert lines[3].startswith("natick2: fine grid")


def test_a_terminal_gets_a_moving_line(monkeypatch):
    stream = io.StringIO()
    terminal = Console(file=stream, force_terminal=True, width=140, highlight=False, legacy_windows=False)
    monkeypatch.setattr(progress, "messages", lambda: terminal)
    monkeypatch.setenv("TERM", "xterm")
    with progress.shown_progress("natick2") as display:
        display(STEP)
        display.say("1/2 [a] done")
    assert "natick2: coarse grid" in stream.getvalue()
    assert "hottest inlet 31.3 °C" in stream.getvalue()
    assert "1/2 [a] done" in stream.getvalue()
