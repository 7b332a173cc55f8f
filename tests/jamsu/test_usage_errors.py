"""Wrong usage: one line on stderr that names the right word, exit code 2, nothing solved."""

import pytest

OPTIONS = "expected one of --output, --force, --set, --quality, --resume, --json, --help"


# What is typed after `jamsu`, and the line it gives.
USAGE = [
    (("rnu",), "rnu: no such command (nearest: run)"),
    (("-",), "-: no such command; expected one of run, cases, show, check, audit, compare, render, sweep, version"),
    (("--",), "expected a command, one of run, cases, show, check, audit, compare, render, sweep, version"),
    (("--versio",), "--versio: no such option (nearest: --version)"),
    (("run",), "run: CASE is missing: a name of the library (`jamsu cases`), a TOML file, or - for standard"),
    (("run", "--"), "run: CASE is missing: a name of the library (`jamsu cases`), a TOML file, or - for standard"),
    (("render",), "render: RESULT is missing: a result file of `jamsu run`"),
    (("sweep", "module"), "sweep: --vary PATH=A,B,C is missing: an axis: "),
    (("run", "module", "--qualty", "fine"), "run: --qualty: no such option (nearest: --quality)"),
    (("run", "module", "--nonsense"), f"run: --nonsense: no such option; {OPTIONS}"),
    (("run", "module", "-x"), f"run: -x: no such option; {OPTIONS}"),
    (("run", "module", "--quality", "best"), "run: --quality: 'best': expected one of coarse, default, fine"),
    (
        ("run", "module", "--quality", "fin"),
        "run: --quality: 'fin': expected one of coarse, default, fine (nearest: fine)",
    ),
    (("run", "module", "--quality"), "run: --quality: a value is missing after it"),
    (("run", "module", "--force=yes"), "run: --force: takes no value"),
    (("run", "module", "--force", "--resume"), "run: --force and --resume contradict each other: give one of them"),
    (
        ("run", "module", "--set", "site.depth=20", "m"),
        "run: m: one argument too many; a value with blanks in it stands in quotes",
    ),
    (("version", "now"), "version: now: one argument too many; a value with blanks in it stands in quotes"),
    (("run", "module", "-o", ""), "run: --output: '': is empty; expected the name of a file"),
    (("run", "module", "-o", "  "), "run: --output: '': is empty; expected the name of a file"),
    (("run", "module", "-o", "."), "run: --output: '.': is a folder; expected the name of a file"),
    (("run", "module", "-o", "/"), "run: --output: '/': is a folder; expected the name of a file"),
    (("run", "module", "-o", "new/"), "run: --output: 'new/': is a folder; expected the name of a file"),
    (("sweep", "module", "--vary", "a=1", "-o", "/proc"), "sweep: --output: '/proc': is a folder; expected the name"),
    (("render", ""), "render: RESULT: '': is empty; expected the name of a result file"),
    (("render", "a.vtkhdf", "-o", ""), "render: --output: '': is empty; expected the name of a file"),
    (("render", "a.vtkhdf", "--size", "3"), "render: --size 3: expected width x height in pixels, such as 1600x900"),
    (("render", "a.vtkhdf", "--size", "99999x9"), "size: 99999x9: expected 1 to 4096 pixels a side, at most 4096x4096"),
    (("run", "module", "--set", "a=1", "--set", " a =2"), "run: --set: a: the path is given twice"),
    (("run", "module", "--set", ""), "run: --set: '': expected PATH=VALUE, such as"),
    (("run", "module", "--set", "=3"), "run: --set: '=3': expected PATH=VALUE, such as"),
    (("run", "module", "--set", "site.depth="), "run: --set: 'site.depth=': expected PATH=VALUE, such as"),
    (("check", "module", "--set", "site.depth"), "check: --set: 'site.depth': expected PATH=VALUE, such as"),
    (("show", "module", "--set", " = "), "show: --set: ' = ': expected PATH=VALUE, such as"),
    (("sweep", "module", "--vary", ""), "--vary: expected path=value,value,..., such as"),
]


@pytest.mark.parametrize(("typed", "line"), USAGE, ids=[" ".join(typed) for typed, _ in USAGE])
def test_one_line(runner, jamsu_command, typed, line):
    result = jamsu_command(*typed)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith(f"jamsu: {line}")
    assert runner.calls == []


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("", "'': expected the name of a case or of a TOML file"),
        (" ", "' ': expected the name of a case or of a TOML file"),
        (".", "'.': expected the name of a case or of a TOML file"),
        ("/", "'/': expected the name of a case or of a TOML file"),
        ("..", "..: cannot be read: is a folder, expected a TOML file"),
        ("/proc/", "/proc/: cannot be read: is a folder, expected a TOML file"),
        ("natick2.toml", "natick2.toml: cannot be read: No such file or directory (nearest: natick2)"),
        ("Natick2", "Natick2: no such case in the library and no such file (nearest: natick2)"),
        ("/dev/zero", "/dev/zero: not a case file: longer than 5 MB"),
        ("\x1b[2Jx.toml", "\ufffd[2Jx.toml: cannot be read: No such file or directory"),
    ],
)
@pytest.mark.parametrize("command", ["run", "check", "show"])
def test_what_is_no_name_of_a_case(idle_runner, jamsu_command, command, typed, line):
    result = jamsu_command(command, typed)
    assert result.exit_code == 2
    assert result.stderr == f"jamsu: {line}\n"
    assert idle_runner.calls == []


def test_no_arguments_print_the_help(jamsu_command):
    result = jamsu_command()
    assert result.exit_code == 0
    assert result.stderr == ""
    assert result.stdout == jamsu_command("--help").stdout


@pytest.mark.parametrize("command", ["run", "cases", "show", "check", "render", "sweep", "version"])
def test_the_help_names_every_command_with_an_example(jamsu_command, command):
    told = jamsu_command("--help").stdout
    assert f"\n    jamsu {command}" in told
    assert f"\n    jamsu {command}" in jamsu_command(command, "--help").stdout


def test_an_error_of_the_grid_repeats_what_was_typed(idle_runner, jamsu_command):
    from jamsu.cases.errors import CaseError, Problem

    def too_wide(case):
        raise CaseError("natick2", Problem("solver.resolution", "1.2 m", "cells are too wide"))

    idle_runner.fail = too_wide
    result = jamsu_command("run", "natick2", "--set", "solver.resolution=1200 mm")
    assert result.stderr.splitlines()[-1] == "jamsu: natick2.toml: solver.resolution: '1200 mm': cells are too wide"
