"""The measured order of accuracy of a refined series of grids or steps, with its table printed."""

from collections.abc import Callable, Sequence

import numpy as np


def assert_expected_order(
    error: Callable[[int], float],
    sizes: Sequence[int],
    expected: float,
    *,
    tolerance: float = 0.1,
    name: str = "error",
    unit: str = "cells",
) -> list[float]:
    """Run `error(size)` for each size and ask for the expected order between the last two.

    The order is log(e1 / e2) / log(n2 / n1) for errors e at sizes n (cells a side, or steps to one time).

    Returns:
      The orders, coarse to fine. Raises AssertionError with the table if the last is below expected - tolerance.
    """
    errors = [float(error(size)) for size in sizes]
    orders = [float(np.log(errors[i] / errors[i + 1]) / np.log(sizes[i + 1] / sizes[i])) for i in range(len(sizes) - 1)]
    lines = [f"{unit:>8} {name:>12}  order"]
    for size, value, order in zip(sizes, errors, [None, *orders], strict=True):
        lines.append(f"{size:8d} {value:12.4e}  {'' if order is None else f'{order:5.2f}'}")
    table = "\n".join(lines)
    print(f"\n{table}")
    assert np.all(np.isfinite(errors)), table
    assert orders[-1] >= expected - tolerance, f"order {orders[-1]:.2f}, expected {expected}\n{table}"
    return orders


def tanh_edges(cells: int, length: float = 1.0, strength: float = 1.5) -> np.ndarray:
    """Edges on [0, length], finer at both ends (strength 0: uniform); one mapping for all numbers of cells."""
    s = np.linspace(-1, 1, cells + 1)
    stretched = s if strength == 0 else np.tanh(strength * s) / np.tanh(strength)
    return length * (1 + stretched) / 2


GRADINGS = {"uniform": 0.0, "graded": 1.5}
