"""Whether this machine can draw off-screen, found out without risking the process.

Without a working OpenGL, VTK does not raise: it ends the process. So a child process draws one small picture,
once per process of ours, and its fate decides.
"""

from __future__ import annotations

import functools
import os
import subprocess
import sys

from jamsu.cases.errors import CaseError, Problem

PROBE_SECONDS = 60.0
LARGEST_SIDE = 4096  # pixels: against jagged edges four times as many are drawn, OpenGL's usual end is 16384
PROBE = """
from vtkmodules.vtkRenderingCore import vtkRenderer, vtkRenderWindow
import vtkmodules.vtkRenderingOpenGL2
window = vtkRenderWindow()
window.SetOffScreenRendering(1)
window.SetSize(16, 16)
window.AddRenderer(vtkRenderer())
window.Render()
print("drawn" if window.SupportsOpenGL() else "no OpenGL")
"""


def check_size(size: tuple[int, int]) -> None:
    """Raise CaseError for a picture of `size` (width, height in pixels) that OpenGL cannot hold."""
    width, height = size
    if not (0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE):
        expected = f"expected 1 to {LARGEST_SIDE} pixels a side, at most {LARGEST_SIDE}x{LARGEST_SIDE}"
        raise CaseError("", Problem("size", f"{width}x{height}", expected))


class GraphicsError(CaseError):
    """No off-screen drawing here; the message is one line that says what to install."""

    def __init__(self, reason: str) -> None:
        super().__init__("", Problem("", "", reason))


def prepare() -> None:
    """Make VTK ready to draw off-screen, or raise GraphicsError. Call it before the first window is made.

    Without a display VTK is told to use EGL, unless the user chose a window class himself.
    """
    if needs_egl():
        os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")
    if not can_draw():
        raise GraphicsError(
            "cannot draw: no OpenGL on this machine; on Debian or Ubuntu install two packages: "
            "apt-get install libegl1 libgl1-mesa-dri"
        )


def needs_egl() -> bool:
    """Whether this is a Linux machine without a display."""
    return sys.platform.startswith("linux") and not os.environ.get("DISPLAY")


@functools.lru_cache(maxsize=1)
def can_draw() -> bool:
    """Whether a child process with our environment can draw. Asked once (about 0.5 s), then remembered."""
    try:
        child = subprocess.run(
            [sys.executable, "-c", PROBE], capture_output=True, text=True, timeout=PROBE_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return child.returncode == 0 and "drawn" in child.stdout
