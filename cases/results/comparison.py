"""Two results side by side: inputs and key figures that differ, and a field's difference on the first one's grid."""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from scipy.interpolate import RegularGridInterpolator
from scipy.ndimage import distance_transform_edt

from jamsu.cases.errors import CaseError, Problem
from jamsu.cases.results.variables import VARIABLES

ATTRIBUTES = ("quality", "precision", "jamsu_version")  # of a result, which decide its numbers besides the case
UNSAID = ("title", "description", "name", "site.name")  # keys of a case without effect on the answer
NAMED = ("racks", "coils", "coolers", "fans", "panels", "blocks")  # tables of a case whose keys are names


@dataclass(frozen=True)
class Row:
    """One quantity in both results; None where a result lacks it. `group` is a group of the file, or "" of an input."""

    group: str
    name: str
    units: str
    first: Any
    second: Any

    @property
    def difference(self) -> float | None:
        """Second less first, where both are numbers."""
        if isinstance(self.first, float) and isinstance(self.second, float):
            return self.second - self.first
        return None

    @property
    def differs(self) -> bool:
        """Whether they are not the same; two values that are no numbers (NaN) are."""
        if isinstance(self.first, float) and isinstance(self.second, float):
            return not (self.first == self.second or (math.isnan(self.first) and math.isnan(self.second)))
        return bool(self.first != self.second)


def inputs(first: xr.DataTree, second: xr.DataTree) -> list[Row]:
    """The values of the cases that differ, by dotted path as `--set` takes it, then quality, precision, version."""
    cases = [_flat(_case(tree)) for tree in (first, second)]
    paths = list(dict.fromkeys([*cases[0], *cases[1]]))
    rows = [Row("", path, "", cases[0].get(path), cases[1].get(path)) for path in paths if path not in UNSAID]
    rows += [Row("", name, "", first.attrs.get(name), second.attrs.get(name)) for name in ATTRIBUTES]
    return [row for row in rows if row.differs]


def gathered(rows: list[Row], first: xr.DataTree, second: xr.DataTree) -> list[Row]:
    """Input rows for a reader: those of all racks (coils, ...) alike as one, `racks.*.power`, and a new rack as one."""
    cases = _case(first), _case(second)

    def of_a_name(row: Row) -> tuple[str, str] | None:
        table, *rest = row.name.split(".")
        return (table, rest[0]) if table in NAMED and rest else None

    def pattern(row: Row) -> tuple[str, str, str]:
        table, _, *rest = row.name.split(".")
        return ".".join([table, "*", *rest]), str(row.first), str(row.second)

    counts = Counter(pattern(row) for row in rows if of_a_name(row))
    kept: dict[Any, Row] = {}
    for row in rows:
        named = of_a_name(row)
        if named is None:
            kept[row.name] = row
            continue
        table, name = named
        there = [name in case.get(table, {}) for case in cases]
        everyone = {known for case in cases for known in case.get(table, {})}
        if not all(there):
            values = ["present" if present else None for present in there]
            kept.setdefault(named, Row("", f"{table}.{name}", "", *values))
        elif len(everyone) > 1 and counts[pattern(row)] == len(everyone):
            kept.setdefault(pattern(row), Row("", pattern(row)[0], "", row.first, row.second))
        else:
            kept[row.name] = row
    return list(kept.values())


def figures(first: xr.DataTree, second: xr.DataTree) -> list[Row]:
    """All key figures and parts of the balance, as the results have them, and the hottest inlet of every rack."""
    rows: list[Row] = []
    for group in ("kpis", "balance"):
        sets = [tree[group].to_dataset() if group in tree.children else xr.Dataset() for tree in (first, second)]
        for name in dict.fromkeys([*map(str, sets[0].data_vars), *map(str, sets[1].data_vars)]):
            units = VARIABLES[group].get(name, ("", ""))[0]
            rows.append(Row(group, name, units, *(_last(data, name) for data in sets)))
    racks = [_hottest(tree) for tree in (first, second)]
    for name in dict.fromkeys([*racks[0], *racks[1]]):
        rows.append(Row("racks", name, "degC", racks[0].get(name), racks[1].get(name)))
    return rows


def difference(first: xr.DataTree, second: xr.DataTree, field: str) -> xr.DataTree:
    """The first result with `field` of `/interior` replaced by second less first, and the racks' inlets likewise.

    Both are taken at their last time. The second one's field is carried to the first one's grid, linearly between
    centres of cells that have gas; where one of both has none the difference is NaN. "velocity" is the speed.
    Differences of temperatures are in kelvin. The flow, which belongs to neither, is left out.

    Raises CaseError where a result lacks the field.
    """
    there, here = _values(second, field), _values(first, field)
    carried = there if _same_grid(first, second) else _carried(first, second, there)
    interior = first["interior"].to_dataset().isel(time=[-1])
    units = str(here.attrs.get("units", ""))
    values = xr.DataArray(
        (carried.to_numpy() - here.to_numpy())[None],
        dims=("time", "z", "y", "x"),
        attrs={"units": _as_difference(units)},
    )
    name = "speed" if field == "velocity" else field
    flow = [component for component in ("velocity_x", "velocity_y", "velocity_z") if component in interior]
    tree = first.copy()
    tree["interior"].dataset = interior.drop_vars(flow).assign({name: values})
    if "racks" in first.children and "rack" in first["racks"].coords and "inlet_temperature" in first["racks"]:
        tree["racks"].dataset = _racks(first["racks"].to_dataset(), second)
    return tree


def _as_difference(units: str) -> str:
    return "K" if units == "degC" else units


def _racks(racks: xr.Dataset, second: xr.DataTree) -> xr.Dataset:
    """The first one's racks with the difference of their inlets; NaN where the second has no such rack or unit."""
    inlet = racks["inlet_temperature"]
    missing = "racks" not in second.children or "rack" not in second["racks"].coords
    if missing:
        return racks.assign(inlet_temperature=inlet * np.nan)
    other = second["racks"].to_dataset()["inlet_temperature"]
    index = {name: inlet[name] for name in inlet.dims if name in inlet.coords}
    return racks.assign(inlet_temperature=other.reindex(index).reindex_like(inlet) - inlet)


def _values(tree: xr.DataTree, field: str) -> xr.DataArray:
    """A field at the last time, (z, y, x), NaN where there is no gas. Raises CaseError."""
    interior = tree["interior"].to_dataset()
    if "time" in interior.dims:
        interior = interior.isel(time=-1)
    parts = [f"velocity_{axis}" for axis in "xyz"]
    if field == "velocity" and all(part in interior for part in parts):
        u, v, w = (interior[part] for part in parts)
        values = ((u**2 + v**2 + w**2) ** 0.5).assign_attrs(units="m s-1")
    elif field in interior and {"z", "y", "x"} <= set(interior[field].dims):
        values = interior[field].assign_attrs(units=_units(interior, field))
    else:
        raise CaseError("", Problem("field", field, "not in both results"))
    gas = interior["open_fraction"] > 0 if "open_fraction" in interior else True
    return values.where(gas).transpose("z", "y", "x")


def _units(interior: xr.Dataset, field: str) -> str:
    return str(interior[field].attrs.get("units", VARIABLES["interior"].get(field, ("", ""))[0]))


def _same_grid(first: xr.DataTree, second: xr.DataTree) -> bool:
    return all(np.array_equal(first["interior"][axis], second["interior"][axis]) for axis in "xyz")


def _carried(first: xr.DataTree, second: xr.DataTree, values: xr.DataArray) -> xr.DataArray:
    """A field of the second one's grid at the first one's cell centres."""
    known = np.isfinite(values.to_numpy())
    filled = values.to_numpy().astype(float)
    if not known.all():
        nearest = distance_transform_edt(~known, return_distances=False, return_indices=True)
        filled = filled[tuple(nearest)]
    axes = [second["interior"][axis].to_numpy() for axis in "zyx"]
    wanted = [
        np.clip(first["interior"][axis].to_numpy(), own[0], own[-1]) for axis, own in zip("zyx", axes, strict=True)
    ]
    points = np.stack(np.meshgrid(*wanted, indexing="ij"), axis=-1)
    carried = RegularGridInterpolator(axes, filled)(points)
    held = RegularGridInterpolator(axes, known.astype(float), method="nearest")(points) > 0
    template = _values(first, "temperature").astype(float)
    return template.copy(data=np.where(held, carried, np.nan))


def _case(tree: xr.DataTree) -> dict[str, Any]:
    try:
        return tomllib.loads(str(tree.attrs.get("case", "")))
    except tomllib.TOMLDecodeError:
        return {}


def _flat(table: Mapping[str, Any], start: str = "") -> dict[str, Any]:
    """The values of a nested table by dotted path."""
    found: dict[str, Any] = {}
    for key, value in table.items():
        path = f"{start}{key}"
        found |= _flat(value, f"{path}.") if isinstance(value, Mapping) and value else {path: value}
    return found


def _last(data: xr.Dataset, name: str) -> Any:
    """The last value of a variable: a float or text; None where there is none."""
    if name not in data:
        return None
    value = np.ravel(data[name].to_numpy())[-1]
    return float(value) if np.issubdtype(data[name].dtype, np.number) else str(value)


def _hottest(tree: xr.DataTree) -> dict[str, float]:
    """The hottest inlet by rack, degC; NaN where no gas passes a rack."""
    if "racks" not in tree.children or "rack" not in tree["racks"].coords:
        return {}
    inlets = tree["racks"]["inlet_temperature"]
    return {str(name): float(inlets.sel(rack=name).max()) for name in inlets["rack"].to_numpy()}
