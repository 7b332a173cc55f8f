"""Help and lists come at once: no command that solves nothing may load jax, VTK or PyVista."""

import subprocess
import sys

import pytest

PROBE = """
import sys
from jamsu.cli import app
try:
    app(sys.argv[1:])
except SystemExit as end:
    assert not end.code, end.code
heavy = {"jax", "vtk", "vtkmodules", "pyvista", "xarray"} & set(sys.modules)
assert not heavy, heavy
"""


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["run", "--help"], ["cases"]], ids=" ".join)
def test_light_commands_import_nothing_heavy(arguments):
    done = subprocess.run([sys.executable, "-c", PROBE, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_the_public_functions_are_importable_without_anything_heavy():
    probe = "import sys, jamsu; assert not {'jax', 'xarray', 'pyvista'} & set(sys.modules); print(jamsu.__all__)"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", ["run", "cases", "show", "check", "compare", "render", "sweep"])
def test_every_help_has_examples(jamsu_command, command):
    result = jamsu_command(command, "--help")
    assert result.exit_code == 0
    assert f"\n    jamsu {command}" in result.stdout


def test_the_module_is_the_command_too():
    done = subprocess.run([sys.executable, "-m", "jamsu.cli", "--version"], capture_output=True, text=True)
    assert done.stdout.startswith("jamsu ")


def test_version(jamsu_command):
    assert jamsu_command("version").stdout == jamsu_command("--version").stdout
    assert jamsu_command("--version").stdout.startswith("jamsu ")
