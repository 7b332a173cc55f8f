"""JAX as a run needs it: precision, and compiled programs kept between runs.

Programs are kept under the user's cache folder (XDG_CACHE_HOME or ~/.cache, in jamsu/xla); JAMSU_CACHE names
another folder, and JAMSU_CACHE=off keeps nothing. A user without a home, or a folder that takes no file (in
containers, on read-only disks), costs a compilation a run and nothing else.
"""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import tempfile
import warnings
from pathlib import Path

import jax
import jaxlib

# Measured on natick2 (jaxlib 0.10, AVX-512): a step takes 12 % less processor time.
_FLAGS = ("--xla_cpu_prefer_vector_width=512", "--xla_cpu_enable_concurrency_optimized_scheduler=false")
_FLAGS_UNTIL = (0, 11)  # version of jaxlib: a later one might not know a flag, and would end the process


def prepare(precision: str) -> None:
    """Set JAX up for a run in "float32" or "float64" (double precision, once on, stays on in a process)."""
    _start_with_flags()
    if precision == "float64":
        jax.config.update("jax_enable_x64", True)
    # Products of the direct solvers lose digits on accelerators otherwise.
    jax.config.update("jax_default_matmul_precision", "highest")
    if getattr(jax.config, "jax_compilation_cache_dir", None) is not None:
        return
    folder = cache_folder()
    if folder is not None and takes_files(folder):
        # A cache that fails later (a full disk, a damaged program) only means compiling again: no concern of the user.
        warnings.filterwarnings("ignore", message="Error (reading|writing) persistent compilation cache")
        jax.config.update("jax_compilation_cache_dir", str(folder))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)


def _start_with_flags() -> None:
    """Start JAX with the flags that a run is quicker with; no effect where it has been started already.

    Flags of the user's own count, and the environment is left as it was.
    """
    version = tuple(int(part) for part in jaxlib.__version__.split(".")[:2])
    given = os.environ.get("XLA_FLAGS")
    if version >= _FLAGS_UNTIL or "xla_cpu" in (given or ""):
        return
    os.environ["XLA_FLAGS"] = " ".join([given or "", *_FLAGS]).strip()
    try:
        jax.local_devices()
    finally:
        if given is None:
            del os.environ["XLA_FLAGS"]
        else:
            os.environ["XLA_FLAGS"] = given


def forget_programs() -> None:
    """Drop the programs that this process has compiled, and give their memory back; the folder of programs stays.

    Compiling takes and frees much memory in small pieces, which the C library keeps unless it is asked to return it.
    """
    jax.clear_caches()
    gc.collect()
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "malloc_trim"):
        libc.malloc_trim(0)


def cache_folder() -> Path | None:
    """Folder of the compiled programs; None when none are kept, also where no home folder is known."""
    given = os.environ.get("JAMSU_CACHE")
    if given is not None:
        if given in ("", "off", "0"):
            return None
        if given not in ("on", "1"):
            return Path(given)
    try:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    except RuntimeError:  # no HOME, and a user id that has no name
        return None
    return Path(base) / "jamsu" / "xla"


def takes_files(folder: Path) -> bool:
    """Whether a file can be made in a folder, which is made where it is missing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
