"""`jamsu run`: what it writes, says and returns."""

import json
import signal
import sys
from pathlib import Path

import pytest

from jamsu.cases.results.output import tell


def test_writes_the_case_name_here_and_prints_a_report(runner, jamsu_command):
    result = jamsu_command("run", "module")
    assert result.exit_code == 0
    assert runner.calls[0]["output"] == Path("module.vtkhdf")
    assert Path("module.vtkhdf").exists()
    for text in (
        "converged",
        "r1",
        "door",
        "24.5",
        "A1",
        "Heat balance",
        "seawater rise",
        "1 min 02 s",
        "Reynolds",
    ):
        assert text in result.stdout
    assert "module.vtkhdf" in result.stdout.splitlines()[-1]


def test_a_path_gives_the_name_of_its_file(runner, jamsu_command):
    jamsu_command("run", "somewhere/deep.toml")
    assert runner.calls[0]["output"] == Path("deep.vtkhdf")


def test_options_reach_the_runner(runner, jamsu_command):
    jamsu_command(
        *("run", "module", "--set", "site.depth=20 m", "--set", "racks.*.power=1 kW"),
        *("--quality", "coarse", "--resume", "-o", "out.vtkhdf"),
    )
    call = runner.calls[0]
    assert call["case"].overrides == ("site.depth=20 m", "racks.*.power=1 kW")
    assert call["quality"] == "coarse"
    assert call["resume"] is True
    assert call["force"] is False
    assert call["output"] == Path("out.vtkhdf")


def test_an_existing_file_is_kept_and_nothing_is_solved(runner, jamsu_command):
    Path("module.vtkhdf").write_text("precious")
    result = jamsu_command("run", "module")
    assert result.exit_code == 2
    assert "module.vtkhdf" in result.stderr
    assert "--force" in result.stderr
    assert result.stderr.count("\n") == 1
    assert Path("module.vtkhdf").read_text() == "precious"
    assert runner.calls == []
    assert jamsu_command("run", "module", "--force").exit_code == 0
    assert runner.calls[0]["force"] is True


@pytest.mark.parametrize("output", ["no/such/folder/a.vtkhdf", "/proc/a.vtkhdf", "."])
def test_an_output_that_cannot_be_written_is_refused_before_solving(runner, jamsu_command, output):
    result = jamsu_command("run", "module", "-o", output)
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert runner.calls == []


def test_json_is_one_strict_object_and_nothing_else(runner, jamsu_command):
    result = jamsu_command("run", "module", "--json")
    answer = json.loads(result.stdout, parse_constant=pytest.fail)
    assert list(answer) == [
        *("status", "result", "cells", "balance", "racks", "coils", "sinks", "kpis", "warnings", "timings"),
    ]
    assert answer["result"] == "module.vtkhdf"
    assert answer["balance"]["it_power"] == 40e3
    assert answer["kpis"]["undefined"] is None  # NaN is not JSON
    assert "hottest inlet 24.5 °C, 1 min 05 s left" in result.stderr


def test_not_converged_says_so_and_exits_3(runner, jamsu_command):
    runner.status = "not-converged"
    result = jamsu_command("run", "module")
    assert result.exit_code == 3
    assert result.stdout.splitlines()[0].startswith("not-converged")
    assert jamsu_command("run", "module", "--json", "--force").exit_code == 3


def test_a_bad_case_is_one_line_and_exit_code_2(runner, jamsu_command):
    result = jamsu_command("run", "unknown")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "jamsu: unknown: there is no such case\n"
    assert jamsu_command("run", "module", "--set", "site.depth=bad").exit_code == 2
    assert runner.calls == []


def test_an_interruption_says_what_was_saved(runner, jamsu_command):
    def interrupt(case):
        stop = KeyboardInterrupt()
        stop.add_note("saved in module.vtkhdf.checkpoint: the same command with --resume goes on from there")
        raise stop

    runner.fail = interrupt
    result = jamsu_command("run", "module")
    assert result.exit_code == 130
    last = result.stderr.splitlines()[-1]
    assert last.startswith("jamsu: interrupted; saved in module.vtkhdf.checkpoint: the same command with --resume")


def test_an_interruption_before_anything_was_saved_promises_nothing(runner, jamsu_command):
    def interrupt(case):
        raise KeyboardInterrupt

    runner.fail = interrupt
    result = jamsu_command("run", "module")
    assert result.exit_code == 130
    assert result.stderr.splitlines()[-1] == "jamsu: interrupted"


@pytest.mark.parametrize(("name", "code", "word"), [("SIGTERM", 143, "terminated"), ("SIGHUP", 129, "hung up")])
def test_a_signal_that_ends_the_process_is_an_interruption(runner, jamsu_command, name, code, word):
    number = getattr(signal, name)

    def end(case):
        try:
            signal.raise_signal(number)
        except KeyboardInterrupt as stop:
            signal.raise_signal(number)  # a second one does not cut the saving short
            stop.add_note("saved")
            raise

    runner.fail = end
    before = signal.signal(number, signal.SIG_DFL)  # the tests themselves may run under nohup
    try:
        result = jamsu_command("run", "module")
        assert result.exit_code == code
        assert result.stderr.splitlines()[-1] == f"jamsu: {word}; saved"
        assert signal.getsignal(number) is signal.SIG_DFL
    finally:
        signal.signal(number, before)


def test_a_signal_that_is_ignored_stays_so(runner, jamsu_command):
    runner.fail = lambda case: signal.raise_signal(signal.SIGHUP)
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        assert jamsu_command("run", "module").exit_code == 0
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_result_beside_its_output_has_its_own_exit_code(runner, jamsu_command, monkeypatch):
    """What the runner tells is printed once, as a line of ours."""
    solve = runner.run_case

    def elsewhere(case, **options):
        tell("module.vtkhdf: another file came to lie there")
        solved = solve(case, **options)
        solved.summary["result"] = "module-1.vtkhdf"
        return solved

    monkeypatch.setattr(sys.modules["jamsu.cases.run.runner"], "run_case", elsewhere)
    result = jamsu_command("run", "module")
    assert result.exit_code == 4
    assert result.stderr.count("jamsu: warning: module.vtkhdf: another file came to lie there\n") == 1
    assert "module-1.vtkhdf" in result.stdout.splitlines()[-1]


def test_the_help_names_the_signals(jamsu_command):
    for command in ("run", "sweep"):
        assert "130, 143, 129  ended by Ctrl-C, SIGTERM, SIGHUP" in jamsu_command(command, "--help").stdout


def test_a_defect_keeps_its_traceback(runner, jamsu_command):
    def break_down(case):
        raise ZeroDivisionError("a defect")

    runner.fail = break_down
    with pytest.raises(ZeroDivisionError):
        jamsu_command("run", "module")


@pytest.mark.parametrize(
    "arguments",
    [(), ("--quality", "best", "module"), ("module", "--force", "--resume"), ("module", "--nonsense")],
)
def test_wrong_usage_exits_2(runner, jamsu_command, arguments):
    assert jamsu_command("run", *arguments).exit_code == 2
    assert runner.calls == []


def test_no_colours_in_a_pipe(runner, jamsu_command):
    result = jamsu_command("run", "module")
    assert "\x1b" not in result.stdout + result.stderr


def test_the_result_is_told_the_command(runner, jamsu_command, monkeypatch):
    arguments = ["run", "module", "--set", "site.depth=20 m", "-o", "a b.vtkhdf"]
    monkeypatch.setattr("sys.argv", ["/usr/bin/jamsu", *arguments])
    jamsu_command(*arguments)
    origin = runner.calls[0]["origin"]
    assert origin.overrides == ("site.depth=20 m",)
    assert origin.command == "jamsu run module --set 'site.depth=20 m' -o 'a b.vtkhdf'"
