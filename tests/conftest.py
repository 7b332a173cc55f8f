"""Test set-up: float64 on, array annotations checked, memory given back after each file."""

import jax
import pytest
from jaxtyping import install_import_hook

jax.config.update("jax_enable_x64", True)
# Shapes and dtypes in annotations are checked here and nowhere else: a user's run pays nothing for them.
_hook = install_import_hook(["jamsu.materials", "jamsu.geometry", "jamsu.solver"], "beartype.beartype")
_hook.__enter__()


@pytest.fixture(autouse=True, scope="module")
def _memory_of_one_file():
    """Drops the programs that a file's tests have compiled: kept, those of all files are some gigabytes a process.

    A file's tests share programs, those of different files hardly any.
    """
    yield
    from jamsu.cases.run.runtime import forget_programs

    forget_programs()
