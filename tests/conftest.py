"""Test set-up: float64 on, array annotations checked."""

import jax
from jaxtyping import install_import_hook

jax.config.update("jax_enable_x64", True)
# Shapes and dtypes in annotations are checked here and nowhere else: a user's run pays nothing for them.
_hook = install_import_hook(["jamsu.materials", "jamsu.geometry", "jamsu.solver"], "beartype.beartype")
_hook.__enter__()
