"""The result of a run as one `xarray.DataTree`, in the layout of `jamsu.cases.results.variables`."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import numpy as np
import xarray as xr

from jamsu.cases.assembly.layout import Geometry
from jamsu.cases.results.outcome import COIL_NUMBERS, Outcome, celsius
from jamsu.cases.results.patches import hull_patches
from jamsu.cases.results.placement_notes import moved_faces
from jamsu.cases.results.variables import FIELD_DIMENSIONS, VARIABLES
from jamsu.cases.schema.case import Case, CylinderVessel
from jamsu.cases.schema.extents import coil_extent, placed, rack_extent
from jamsu.solver.flow.closure import TurbulentFields
from jamsu.solver.march.averaging import Average
from jamsu.solver.module import Module

TURBULENCE = TurbulentFields._fields  # fields of /interior that only some turbulence models have
STATUS_MEANING = {
    "converged": "the means over the averaging window are known and the heat balance closes within the tolerance",
    "finished": "a transient run that came to its last time",
    "not converged": "the run ended before its averages settled or its heat balance closed: do not sign off on it",
}


def interior_dataset(
    case: Case, geometry: Geometry, module: Module, fields: Mapping[str, np.ndarray], time: float
) -> xr.Dataset:
    """/interior at one time.

    Args:
      fields: the group "interior" in the solver's order: temperatures in K from the reference, velocities on faces.
    """
    grid, domain = geometry.grid, geometry.domain
    gas = domain.open_cell
    seen = gas | (domain.solid >= 0)
    solved = gas & (domain.machine < 0)  # inside machines they hold prescribed values
    cells = {
        "temperature": np.where(seen, celsius(case, fields["temperature"]), np.nan),
        "pressure": np.where(solved, fields["pressure"], np.nan),
        "open_fraction": np.where(gas, domain.cut.volume_fraction, 0.0),
        "power_density": np.asarray(module.model.heat.source) / np.asarray(grid.cell_volume),
    }
    for axis, name in enumerate("xyz"):
        face = fields[f"velocity_{name}"]
        n = face.shape[axis]
        mean = 0.5 * (np.take(face, range(n - 1), axis) + np.take(face, range(1, n), axis))
        cells[f"velocity_{name}"] = np.where(gas, mean, 0.0)
    cells |= {name: np.where(solved, fields[name], np.nan) for name in TURBULENCE if name in fields}
    dtype = np.float32 if case.solver.precision == "float32" else np.float64
    data = {name: (FIELD_DIMENSIONS, np.ascontiguousarray(value.T[None], dtype)) for name, value in cells.items()}
    coords: dict[str, Any] = {"time": np.array([time])}
    for axis, name in enumerate("xyz"):
        coords[name] = np.asarray(grid.centres(axis))
        coords[f"{name}_edge"] = (f"{name}_edge", np.asarray(grid.edges(axis)))
    return xr.Dataset(data, coords=coords)


def result_tree(
    case: Case,
    interior: xr.Dataset,
    geometry: Geometry,
    module: Module,
    average: Average,
    outcome: Outcome,
    series: np.ndarray,
    status: str,
    meaning: str,
    probe_series: np.ndarray | None = None,
) -> xr.DataTree:
    """The whole result of a run.

    Args:
      probe_series: of a run in time, by round: time (s), temperatures (K from the reference) and speeds of the probes.
    """
    kpis = xr.Dataset(outcome.kpis)
    groups = {
        "/": xr.Dataset(
            attrs={
                "title": case.title or case.name,
                "Conventions": "CF-1.11",
                "case": case.to_toml(),
                "jamsu_version": version("jamsu"),
                "precision": case.solver.precision,
                "status": status,
                "status_meaning": meaning,
            }
        ),
        "/interior": interior,
        "/hull": _hull(case, geometry, module, average),
        "/racks": _racks(case, outcome, float(module.model.heat.fluid_capacity)),
        "/coils": _coils(case, outcome),
        "/blocks": _blocks(outcome),
        "/balance": xr.Dataset(outcome.balance),
        "/kpis": kpis,
        "/history": _history(case, series),
    }
    if geometry.placement.moves:
        groups["/moved_faces"] = moved_faces(geometry.placement)
    if case.probes:
        groups["/probes"] = _probes(case, outcome, probe_series)
    return xr.DataTree.from_dict(groups)


def _hull(case: Case, geometry: Geometry, module: Module, average: Average) -> xr.Dataset:
    hull = module.hull
    patches = hull_patches(hull, average)
    position = geometry.domain.cut.wall_centroid.reshape(3, -1)[:, patches.cell].T
    vessel = case.vessel
    attrs: dict[str, Any] = {"shape": vessel.shape, "outside": vessel.outside}
    if isinstance(vessel, CylinderVessel):
        attrs |= {"axis": vessel.axis, "diameter": vessel.diameter, "length": vessel.length}
    elif vessel.shape == "sphere":
        attrs |= {"diameter": vessel.diameter}
    elif vessel.shape == "box":
        attrs |= {"size": np.asarray(vessel.size)}
    return xr.Dataset(
        {
            "position": (("patch", "component"), position),
            "area": ("patch", patches.area),
            **{
                name: ("patch", celsius(case, value) if VARIABLES["hull"][name][0] == "degC" else value)
                for name, value in patches.means.items()
            },
        },
        attrs=attrs
        | {
            "resistance": float(hull.resistance),
            "area_ratio": float(hull.area_ratio),
            "outside_temperature": float(celsius(case, float(hull.outside_temperature))),
        },
    )


def _racks(case: Case, outcome: Outcome, gas_capacity: float) -> xr.Dataset:
    extents = [rack_extent(rack) for rack in case.racks.values()]
    data = {name: (("rack", "unit"), values) for name, values in outcome.units.items()}
    return xr.Dataset(
        data
        | {
            "passage_flow": ("rack", np.array([outcome.racks[name]["passage_flow"] for name in case.racks], float)),
            "lower": (("rack", "component"), np.array([e.lower for e in extents]).reshape(-1, 3)),
            "upper": (("rack", "component"), np.array([e.upper for e in extents]).reshape(-1, 3)),
            "front": ("rack", np.array([rack.front for rack in case.racks.values()], dtype=str)),
        },
        coords={
            "rack": np.array(list(case.racks), dtype=str),
            "unit": np.arange(1, outcome.units["power"].shape[1] + 1),
        },
        attrs={"gas_heat_capacity": gas_capacity, "gas_heat_capacity_units": "J m-3 K-1"},
    )


def _coils(case: Case, outcome: Outcome) -> xr.Dataset:
    names = list(outcome.coils)
    extents = [coil_extent(coil, case.racks) for coil in case.coils.values()]
    extents += [placed(unit.position, unit.size) for unit in case.coolers.values()]
    return xr.Dataset(
        {key: ("coil", np.array([outcome.coils[n][key] for n in names])) for key in COIL_NUMBERS}
        | {
            "lower": (("coil", "component"), np.array([e.lower for e in extents]).reshape(-1, 3)),
            "upper": (("coil", "component"), np.array([e.upper for e in extents]).reshape(-1, 3)),
        },
        coords={"coil": np.array(names, dtype=str)},
    )


def _blocks(outcome: Outcome) -> xr.Dataset:
    names = list(outcome.blocks)
    return xr.Dataset(
        {key: ("block", np.array([outcome.blocks[name][key] for name in names], float)) for key in VARIABLES["blocks"]},
        coords={"block": np.array(names, dtype=str)},
    )


def _probes(case: Case, outcome: Outcome, series: np.ndarray | None) -> xr.Dataset:
    """/probes: a strip's points follow each other and share its name, so `sel(probe=NAME)` gives the whole strip."""
    told = list(outcome.probes.values())
    names = [name for name, probe in outcome.probes.items() for _ in probe["position"]]
    data: dict[str, Any] = {
        "position": (("probe", "component"), np.array([p for probe in told for p in probe["position"]], float)),
        **{
            key: ("probe", np.array([v for probe in told for v in probe[key]], float))
            for key in ("temperature", "speed")
        },
    }
    coords: dict[str, Any] = {"probe": np.array(names, dtype=str)}
    if series is not None:
        coords["time"] = series[:, 0]
        data["temperature_in_time"] = (("time", "probe"), celsius(case, series[:, 1 : 1 + len(names)]))
        data["speed_in_time"] = (("time", "probe"), series[:, 1 + len(names) :])
    return xr.Dataset(data, coords=coords)


def _history(case: Case, series: np.ndarray) -> xr.Dataset:
    series = np.asarray(series, float).reshape(-1, 4)
    return xr.Dataset(
        {
            "time": ("step", series[:, 0]),
            "residual": ("step", series[:, 1]),
            "imbalance": ("step", series[:, 2]),
            "hottest_inlet": ("step", celsius(case, series[:, 3])),
        }
    )
