"""JAX as a run needs it: precision, and compiled programs kept between runs.

Programs are kept under the user's cache folder (XDG_CACHE_HOME or ~/.cache, in jamsu/xla); JAMSU_CACHE names
another folder, and JAMSU_CACHE=off keeps nothing.
"""

from __future__ import annotations

import os
from pathlib import Path

import jax


def prepare(precision: str) -> None:
    """Set JAX up for a run in "float32" or "float64" (double precision, once on, stays on in a process)."""
    if precision == "float64":
        jax.config.update("jax_enable_x64", True)
    # Products of the direct solvers lose digits on accelerators otherwise.
    jax.config.update("jax_default_matmul_precision", "highest")
    folder = cache_folder()
    if folder is not None and getattr(jax.config, "jax_compilation_cache_dir", None) is None:
        jax.config.update("jax_compilation_cache_dir", str(folder))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)


def cache_folder() -> Path | None:
    """Where compiled programs are kept; None when they are not."""
    given = os.environ.get("JAMSU_CACHE")
    if given is not None:
        if given in ("", "off", "0"):
            return None
        if given not in ("on", "1"):
            return Path(given)
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "jamsu" / "xla"
