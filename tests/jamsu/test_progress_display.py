"""Progress: plain lines in a pipe, a moving line on a terminal, never on stdout."""

import io
import math
from dataclasses import replace

import pytest
from rich.console import Console

from jamsu import progress
from jamsu.cases.run.progress import Progress, meandering, steady_doing

STEP = Progress(
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
    unknown = replace(STEP, residual=math.nan, imbalance=math.nan, hottest_inlet=math.nan, seconds_left=None)
    assert progress.numbers(unknown) == "step 12"


@pytest.mark.parametrize(
    ("fraction", "text"), [(0.0, "0 %"), (0.256, "25 %"), (0.995, "99 %"), (0.99999, "99 %"), (1.0, "100 %")]
)
def test_only_the_end_is_a_hundred_percent(fraction, text):
    assert progress.percent(fraction) == text


# elapsed, settling until, averaged so far, window wanted (all s), both halves found alike.
@pytest.mark.parametrize(
    ("state", "text"),
    [
        ((12.0, 40.0, 0.0, 300.0, False), "settling, 12 of 40 s"),
        ((160.0, 40.0, 120.0, 300.0, False), "averaging, 120 of at least 300 s"),
        ((400.0, 40.0, 320.0, 300.0, True), "averaging, 320 s so far, until the heat balance closes"),
        ((400.0, 40.0, 300.0, 300.0, False), "averaging, 300 s, until the means are known"),
        (
            (400.0, 40.0, 300.0, 420.0, False, meandering(1.3, 20.0, 0.7)),
            "averaging, 300 of at least 420 s: the hottest inlet meanders by 1.3 K (standard deviation) over some "
            "40 s, its mean known to ± 0.7 K (95 %)",
        ),
    ],
)
def test_what_a_steady_run_is_doing(state, text):
    assert steady_doing(*state) == text


def test_what_is_under_way_comes_first():
    doing = replace(STEP, doing="averaging, 120 of at least 300 s")
    assert progress.numbers(doing).startswith("averaging, 120 of at least 300 s, step 12")


def test_a_run_that_waits_for_its_balance_says_so_and_promises_nothing(capsys, monkeypatch):
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0.0)
    with progress.shown_progress("natick2") as display:
        for step in (100, 120, 140):
            display(replace(STEP, step=step, fraction=0.995, seconds_left=0.0))
    first, *others, _ = capsys.readouterr().err.splitlines()
    assert "0 s left" in first
    for line in others:
        assert "99 %, longer than foreseen, until the means hold still and the heat balance closes, step" in line
        assert "left" not in line


def test_the_end_has_no_time_left():
    assert progress.numbers(replace(STEP, fraction=1.0)).endswith("hottest inlet 31.3 °C, finishing")


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
        display(replace(STEP, stage="fine grid"))
    captured = capsys.readouterr()
    lines = captured.err.splitlines()
    assert captured.out == ""
    assert len(lines) == 5  # at 0, 5 and 10 s, the new stage, and the end
    assert lines[0] == f"natick2: coarse grid, 25 %, {progress.numbers(STEP)}"
    assert lines[3].startswith("natick2: fine grid")
    assert lines[4] == "natick2: ended after 11 s"


def test_no_line_says_ended_of_a_run_that_was_interrupted(capsys):
    def interrupted():
        with progress.shown_progress("natick2") as display:
            display(STEP)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert "ended" not in capsys.readouterr().err


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("variable", ["FORCE_COLOR", "TTY_COMPATIBLE", "CLICOLOR_FORCE"])
def test_a_log_gets_no_moving_line_whatever_is_forced(capsys, monkeypatch, variable):
    monkeypatch.setenv(variable, "1")
    monkeypatch.setenv("TERM", "xterm")
    with progress.shown_progress("natick2") as display:
        display(STEP)
        display.say("1/2 [a] done")
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in lines] == ["natick2", "1/2 [a] done", "natick2"]
    assert not any("\x1b" in line for line in lines)


def test_a_terminal_gets_a_moving_line(monkeypatch):
    stream = Terminal()
    terminal = Console(file=stream, force_terminal=True, width=140, highlight=False, legacy_windows=False)
    monkeypatch.setattr(progress, "messages", lambda: terminal)
    monkeypatch.setenv("TERM", "xterm")
    with progress.shown_progress("natick2") as display:
        display(STEP)
        display.say("1/2 [a] done")
    assert "natick2: coarse grid" in stream.getvalue()
    assert "hottest inlet 31.3 °C" in stream.getvalue()
    assert "1/2 [a] done" in stream.getvalue()
