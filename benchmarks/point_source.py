"""Steady concentration downstream of a source in a uniform stream (Roberts 1923; Carslaw & Jaeger 1959, sec. 10.7).

    point   c = Q / (4 pi D r) exp(U (x - r) / (2 D))
    line    along z, Q per length: c = Q / (2 pi D) exp(U x / (2 D)) K0(U r / (2 D))

The source is released in the cells around the origin; a quarter of the stream (half of it for a line) is computed, with
planes of symmetry through the source and sides that are far away. The stream moves along +x. Units: D/U and U, which
leaves the places of the stations as the only parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from jamsu.benchmarks.grids import ONE, growing, mirrored
from jamsu.benchmarks.levels import ENDS, ended, limits
from jamsu.benchmarks.profiles import lagrange
from jamsu.benchmarks.registry import BenchmarkError, Parameter, benchmark
from jamsu.benchmarks.streams import open_box, passing, settle, streaming

if TYPE_CHECKING:
    from jamsu.solver.flow.model import FlowModel, FlowState

GROWTH = 1.08  # of a cell to the next outer one
WIDEST_NEAR = 0.5  # cell at the source, D/U
AROUND = 4  # cells over which the concentration changes e-fold at a station, at least
UPSTREAM = 10.0  # beyond the stations, D/U: a plume goes upstream as exp(-x)


@benchmark(
    "point_source",
    "Concentration downstream of a point or line source in a uniform stream",
    parameters={
        "velocity": Parameter("number", 1.0, "m/s", "U, along x", above=0.0),
        "diffusivity": Parameter("number", 0.1, "m2/s", "D", above=0.0),
        "stations": Parameter("points", [(1.0, 0.0, 0.0), (1.0, 0.2, 0.1)], "m", "[x, y, z] from the source"),
        "source": Parameter("name", "point", "", "point, or a line along z", choices=("point", "line")),
        "strength": Parameter("number", 1.0, "kg/s", "released, per metre of a line", above=0.0),
        "cells": Parameter("integer", 10, "", "from the source to the nearest station", minimum=4, maximum=64),
        **limits(1e-4),
    },
    gives={
        "concentration": ("kg/m3", "at the stations"),
        "exact": ("kg/m3", "of the exact solution"),
        "grid": ("", "cells along x, y, z"),
        **ENDS,
    },
)
def point_source(
    velocity: float,
    diffusivity: float,
    stations: Sequence[Sequence[float]],
    source: str,
    strength: float,
    cells: int,
    tolerance: float,
) -> dict[str, Any]:
    """March the concentration to its steady state."""
    length = diffusivity / velocity
    places = np.asarray(stations, float).reshape(-1, 3) / length
    places[:, 1:] = np.abs(places[:, 1:])
    line = source == "line"
    if line:
        places[:, 2] = 0.0
    if not len(places) or np.linalg.norm(places, axis=1).min() == 0.0:
        raise BenchmarkError("point_source: stations: expected at least one, and none at the source itself")
    model, unit = stream_model(places, line, cells)
    transit = float(model.mesh.x_edge[-1] - model.mesh.x_edge[0])
    # What is left counts from the value on the axis at the farthest station.
    state, remaining, steps = settle(model, streaming(model), transit, tolerance, 20 * transit)
    scale = strength / diffusivity / (1.0 if line else length)
    found = {
        "concentration": scale / unit * np.array(at_places(model, state, places)),
        "exact": scale * exact(places, line),
        "grid": model.mesh.shape,
    }
    return ended(found, remaining, tolerance, steps)


def exact(places: np.ndarray, line: bool) -> np.ndarray:
    """Concentration at places (n, 3) in units of D/U; of a source of strength 1, with D = 1."""
    from scipy.special import k0e

    r = np.linalg.norm(places, axis=1)
    fall = np.exp((places[:, 0] - r) / 2)
    return np.asarray(fall * (k0e(r / 2) / (2 * np.pi) if line else 1 / (4 * np.pi * r)))


def stream_model(places: np.ndarray, line: bool, cells: int) -> tuple[FlowModel, float]:
    """The stream with a source of strength `unit`, with which concentrations at the farthest station are near 1."""
    r = np.linalg.norm(places, axis=1)
    # The concentration falls e-fold within 1 / (1/r + (1 - cos) / 2), the gradient of the logarithm.
    fold = float(np.min(1 / (1 / r + (1 - places[:, 0] / r) / 2)))
    near = min(float(r.min()) / cells, WIDEST_NEAR, fold / AROUND)
    forth, back = max(0.0, float(places[:, 0].max())), max(0.0, -float(places[:, 0].min()))
    ends = (1.25 * forth + UPSTREAM, back + UPSTREAM)
    aside = 6 * np.sqrt(2 * ends[0]) + UPSTREAM

    def grown(reach: float, end: float) -> np.ndarray:
        return growing(near, fold / AROUND, reach, end, GROWTH)

    x = mirrored(grown(back, ends[1]), grown(forth, ends[0]))
    y = grown(float(places[:, 1].max()), float(places[:, 1].max()) + aside)
    z = ONE if line else grown(float(places[:, 2].max()), float(places[:, 2].max()) + aside)
    # A half of the line's, a quarter of the point's strength, in the two cells at the origin.
    unit = float(1 / exact(np.array([[r.max(), 0.0, 0.0]]), line)[0])
    origin = int(np.argmin(np.abs(x)))
    released = np.zeros((len(x) - 1, len(y) - 1, len(z) - 1))
    released[origin - 1 : origin + 1, 0, 0] = (0.5 if line else 0.25) * unit / (2 * near * y[1] * z[1])
    model = open_box([x, y, z], passing(1.0), no_slip=np.zeros((3, 2)), source=released)
    return model, unit


def at_places(model: FlowModel, state: FlowState, places: np.ndarray) -> list[float]:
    """Cubic interpolation of the cells' values, by Lagrange's polynomials; even about the planes of symmetry."""
    values = np.asarray(state.temperature)
    centres = [np.asarray(model.mesh.centres(axis)) for axis in range(3)]
    for axis in (1, 2):
        if values.shape[axis] > 1:
            values = np.concatenate([np.take(values, [1, 0], axis), values], axis)
            centres[axis] = np.concatenate([-centres[axis][1::-1], centres[axis]])
    found = []
    for place in places:
        part = values
        for axis in (2, 1, 0):
            if values.shape[axis] == 1:
                part = part[..., 0]
                continue
            first = int(np.clip(np.searchsorted(centres[axis], place[axis]) - 2, 0, len(centres[axis]) - 4))
            points = centres[axis][first : first + 4]
            part = np.take(part, range(first, first + 4), axis) @ lagrange(points, float(place[axis]))
        found.append(float(part))
    return found
