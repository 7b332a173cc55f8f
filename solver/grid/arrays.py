"""Arrays on their way from NumPy to the device."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
from jax.typing import DTypeLike
from jaxtyping import Array


def on_device(values: Any, dtype: DTypeLike) -> Array:
    """A device array of `dtype`, copied and cast by NumPy: `jnp.asarray` would compile a program for every shape."""
    return jax.device_put(np.array(values, dtype))
