"""A small made-up result in the layout of a real one: a cylinder, three racks, a rear door behind each.

The numbers are plausible, not solved: gas rises behind the racks, returns over their tops and sinks in front.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr

from jamsu.cases.results.file import store_result
from jamsu.cases.results.output import check_output, stamp

RADIUS, LENGTH = 1.4, 6.0
RACK_X = (0.9, 2.7, 4.5)
RACK_SIZE = (0.7, 1.0, 1.7)
FLOOR = -0.85
UNITS = 8


def synthetic_result(
    *,
    times: tuple[float, ...] = (0.0,),
    cells: tuple[int, int, int] = (48, 28, 28),
    status: str = "converged",
) -> xr.DataTree:
    """A result of `cells` (x, y, z) cells at `times` (s) as a run hands it to `store_result`."""
    racks = _racks()
    inlet = float(racks["inlet_temperature"].max())
    balance = {
        "it_power": 60e3,
        "fan_power": 3e3,
        "coil_heat": 60.1e3,
        "hull_heat": 2.8e3,
        "liquid_heat": 0.0,
        "stored_heat": 0.0,
        "imbalance": 100.0,
    }
    meaning = {
        "converged": "fields and heat balance settled within the tolerance",
        "not converged": "the heat balance was still moving by 1.4 % at the end of max_time",
    }
    root = {
        "title": "Synthetic module, three racks",
        "case": 'name = "synthetic"\n',
        "jamsu_version": "0.1.0",
        "precision": "float32",
        "status": status,
        "status_meaning": meaning.get(status, status),
    }
    return xr.DataTree.from_dict(
        {
            "/": xr.Dataset(attrs=root),
            "/interior": _interior(times, cells),
            "/hull": _hull(),
            "/racks": racks,
            "/coils": _coils(),
            "/balance": xr.Dataset({name: ((), value) for name, value in balance.items()}),
            "/history": xr.Dataset(
                {
                    "time": ("step", np.arange(20.0)),
                    "residual": ("step", np.geomspace(1.0, 1e-4, 20)),
                    "imbalance": ("step", np.geomspace(0.5, 1e-3, 20)),
                    "hottest_inlet": ("step", np.full(20, inlet)),
                }
            ),
            "/kpis": xr.Dataset({"hottest_inlet": ((), inlet), "hull_share": ((), 0.045)}),
        }
    )


def write_result(path: str | Path, tree: xr.DataTree, *, overwrite: bool = False) -> Path:
    """Write a tree as a result file, as a run with `--output` (and `--force`) does."""
    path = check_output(path, overwrite=overwrite)
    return store_result(path, tree, stamp(path))


def _interior(times: tuple[float, ...], cells: tuple[int, int, int]) -> xr.Dataset:
    spans = ((0.0, LENGTH), (-RADIUS, RADIUS), (-RADIUS, RADIUS))
    edges = [np.linspace(*span, count + 1) for span, count in zip(spans, cells, strict=True)]
    centres = [(edge[1:] + edge[:-1]) / 2 for edge in edges]
    z, y, x = np.meshgrid(*reversed(centres), indexing="ij")
    radius = np.hypot(y, z)
    open_fraction = np.clip((RADIUS - radius) / (edges[1][1] - edges[1][0]) + 0.5, 0, 1)
    # Swirl around the racks in every cross-section: up behind (y > 0), over the top, down in front.
    strength = 1.2 * (radius / RADIUS) * np.clip(1 - (radius / RADIUS) ** 4, 0, None)
    velocity_y = -strength * z / np.maximum(radius, 0.05)
    velocity_z = strength * y / np.maximum(radius, 0.05)
    velocity_x = 0.25 * np.sin(2 * np.pi * x / LENGTH) * strength
    power = np.zeros_like(x)
    plume = np.zeros_like(x)
    for index, left in enumerate(RACK_X):
        inside = (x > left) & (x < left + RACK_SIZE[0]) & (abs(y) < 0.5) & (abs(z) < 0.85)
        power[inside] = 20e3 / np.prod(RACK_SIZE)
        across = np.exp(-(((x - left - 0.35) / 0.6) ** 2))
        plume += (9 + 2 * index) * across / (1 + np.exp(-(y - 0.1) / 0.12)) * np.clip(1.5 - y, 0, 1)
    warm = 16 + plume + 1.6 * (z + RADIUS) + 1.0 * np.sin(3 * x) * (z > 0.6)
    hold = open_fraction == 0
    stack = len(times)

    def field(values: np.ndarray, growth: float = 0.0) -> tuple[tuple[str, ...], np.ndarray]:
        values = np.where(hold, 0.0, values)
        series = np.stack([values * (1 + growth * step) for step in range(stack)])
        return ("time", "z", "y", "x"), series.astype(np.float32)

    fields = {
        "temperature": field(np.where(hold, 10.0, warm), 0.01),
        "velocity_x": field(velocity_x),
        "velocity_y": field(velocity_y),
        "velocity_z": field(velocity_z),
        "pressure": field(0.5 * strength),
        "open_fraction": field(open_fraction),
        "power_density": field(power),
    }
    axes = dict(zip("xyz", centres, strict=True)) | {
        f"{name}_edge": edge for name, edge in zip("xyz", edges, strict=True)
    }
    return xr.Dataset(fields, coords={"time": np.asarray(times, dtype=float), **axes})


def _racks() -> xr.Dataset:
    count = len(RACK_X)
    lower = np.array([[left, -0.5, FLOOR] for left in RACK_X])
    unit = np.arange(UNITS)
    inlet = 17.0 + np.array([0.0, 1.2, 2.6])[:, None] + 0.55 * unit[None, :]
    power = np.full((count, UNITS), 20e3 / UNITS)
    flow = np.full((count, UNITS), 0.22)
    return xr.Dataset(
        {
            "power": (("rack", "unit"), power),
            "flow": (("rack", "unit"), flow),
            "inlet_temperature": (("rack", "unit"), inlet),
            "outlet_temperature": (("rack", "unit"), inlet + power / (flow * 1.2 * 1040)),
            "lower": (("rack", "component"), lower),
            "upper": (("rack", "component"), lower + np.array(RACK_SIZE)),
            "front": ("rack", np.array(["-y"] * count)),
        },
        coords={"rack": [f"rack-{index + 1:02d}" for index in range(count)], "unit": unit},
    )


def _coils() -> xr.Dataset:
    count = len(RACK_X)
    lower = np.array([[left, 0.55, FLOOR] for left in RACK_X])
    values = {
        "duty": 20.0e3,
        "gas_inlet_temperature": 30.0,
        "gas_outlet_temperature": 18.0,
        "water_inlet_temperature": 11.0,
        "water_outlet_temperature": 14.0,
        "water_flow": 1.6,
        "effectiveness": 0.63,
    }
    return xr.Dataset(
        {name: ("coil", np.full(count, value)) for name, value in values.items()}
        | {
            "lower": (("coil", "component"), lower),
            "upper": (("coil", "component"), lower + np.array([RACK_SIZE[0], 0.15, RACK_SIZE[2]])),
        },
        coords={"coil": [f"door-{index + 1:02d}" for index in range(count)]},
    )


def _hull() -> xr.Dataset:
    angle = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    x = np.linspace(0.25, LENGTH - 0.25, 12)
    grid_x, grid_angle = (part.ravel() for part in np.meshgrid(x, angle, indexing="ij"))
    position = np.stack([grid_x, RADIUS * np.cos(grid_angle), RADIUS * np.sin(grid_angle)], axis=1)
    size = grid_x.size
    return xr.Dataset(
        {
            "position": (("patch", "component"), position),
            "area": ("patch", np.full(size, 2 * np.pi * RADIUS * LENGTH / size)),
            "inner_temperature": ("patch", np.full(size, 12.0)),
            "outer_temperature": ("patch", np.full(size, 11.4)),
            "heat_flux": ("patch", np.full(size, 53.0)),
            "film_coefficient_inner": ("patch", np.full(size, 6.0)),
            "film_coefficient_outer": ("patch", np.full(size, 600.0)),
        },
        attrs={"shape": "cylinder", "axis": "x", "diameter": 2 * RADIUS, "length": LENGTH},
    )
