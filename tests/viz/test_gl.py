"""The probe for OpenGL, with its child process replaced."""

import subprocess

import pytest

from jamsu.cases.errors import CaseError
from jamsu.viz import gl, render


@pytest.fixture
def no_display(monkeypatch):
    monkeypatch.setattr(gl.sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setenv("VTK_DEFAULT_OPENGL_WINDOW", "")  # so that it is put back afterwards
    monkeypatch.delenv("VTK_DEFAULT_OPENGL_WINDOW")
    gl.can_draw.cache_clear()
    yield
    gl.can_draw.cache_clear()


def child(monkeypatch, outcome):
    """Let the probe's child end with `outcome`; returns the list of commands that were started."""
    started = []

    def run(command, **options):
        started.append(command)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(subprocess, "run", run)
    return started


@pytest.mark.parametrize(
    "outcome",
    [
        subprocess.CompletedProcess([], -11, "", "segmentation fault"),
        subprocess.CompletedProcess([], 0, "no OpenGL\n", ""),
        subprocess.TimeoutExpired("python", 60),
        OSError("no process"),
    ],
)
def test_without_gl_one_line_names_the_packages(monkeypatch, no_display, outcome):
    child(monkeypatch, outcome)
    with pytest.raises(gl.GraphicsError) as caught:
        gl.prepare()
    message = str(caught.value)
    assert isinstance(caught.value, CaseError)
    assert "libegl1 libgl1-mesa-dri" in message
    assert "\n" not in message


def test_the_child_is_asked_once_and_egl_is_chosen(monkeypatch, no_display):
    started = child(monkeypatch, subprocess.CompletedProcess([], 0, "drawn\n", ""))
    gl.prepare()
    gl.prepare()
    assert len(started) == 1
    assert gl.os.environ["VTK_DEFAULT_OPENGL_WINDOW"] == "vtkEGLRenderWindow"


def test_a_display_or_a_chosen_window_is_respected(monkeypatch, no_display):
    child(monkeypatch, subprocess.CompletedProcess([], 0, "drawn\n", ""))
    monkeypatch.setenv("DISPLAY", ":0")
    gl.prepare()
    assert "VTK_DEFAULT_OPENGL_WINDOW" not in gl.os.environ
    monkeypatch.delenv("DISPLAY")
    monkeypatch.setenv("VTK_DEFAULT_OPENGL_WINDOW", "vtkOSOpenGLRenderWindow")
    gl.prepare()
    assert gl.os.environ["VTK_DEFAULT_OPENGL_WINDOW"] == "vtkOSOpenGLRenderWindow"


@pytest.mark.parametrize("size", [(4097, 100), (100, 99999), (0, 100), (100, -1)])
def test_a_picture_that_opengl_cannot_hold_is_refused(size):
    with pytest.raises(CaseError, match=r"size: .*: expected 1 to 4096 pixels a side"):
        gl.check_size(size)


def test_the_largest_picture_is_accepted():
    gl.check_size((gl.LARGEST_SIDE, gl.LARGEST_SIDE))


def test_render_does_not_touch_vtk_without_gl(monkeypatch, no_display, tmp_path):
    from synthetic import synthetic_result, write_result

    child(monkeypatch, subprocess.CompletedProcess([], -6, "", "bad"))
    monkeypatch.setattr(render, "draw", lambda *_, **__: pytest.fail("drew without OpenGL"))
    result = write_result(tmp_path / "a.vtkhdf", synthetic_result(cells=(8, 6, 6)))
    with pytest.raises(CaseError, match="libegl1"):
        render.render(result, tmp_path / "a.png")
    assert not (tmp_path / "a.png").exists()
