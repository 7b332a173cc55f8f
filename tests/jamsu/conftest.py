"""A runner that solves nothing, so that the commands can be tested in milliseconds."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest
from fake_runner import CASE, FakeRunner, fake_load_case
from typer.testing import CliRunner


@pytest.fixture
def idle_runner(monkeypatch, tmp_path):
    """The fake runner in place of the real one, real cases, and an empty current folder."""
    fake = FakeRunner()
    module = ModuleType("jamsu.cases.run.runner")
    vars(module).update(run_case=fake.run_case, check_case=fake.check_case, Session=fake.session)
    monkeypatch.setitem(sys.modules, "jamsu.cases.run.runner", module)
    monkeypatch.chdir(tmp_path)
    return fake


@pytest.fixture
def runner(idle_runner, monkeypatch):
    """The fake runner, an empty current folder, and a library of one case that takes any value."""
    monkeypatch.setattr("jamsu.cases.load_case", fake_load_case)
    monkeypatch.setattr("jamsu.cases.sweep.plan.check_grid", lambda case, quality: None)
    monkeypatch.setattr("jamsu.cases.library_names", lambda: ("module",))
    monkeypatch.setattr("jamsu.cases.case_text", lambda name: CASE)
    return idle_runner


@pytest.fixture
def jamsu_command():
    """Call the command line: jamsu_command("run", "module") gives exit_code, stdout, stderr."""
    from jamsu.cli import app

    def call(*arguments: str):
        result = CliRunner().invoke(app, list(arguments), catch_exceptions=True)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return call
