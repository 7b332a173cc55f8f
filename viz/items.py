"""What stands in the vessel, as boxes: racks and coils from their groups of the result, the rest from its case."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from pydantic import ValidationError

from jamsu.cases.schema.case import Block, Cooler, Fan, Panel
from jamsu.cases.schema.extents import Extent, opening_extent, opposite, placed

SIDES = {"-x": (0, -1.0), "+x": (0, 1.0), "-y": (1, -1.0), "+y": (1, 1.0), "-z": (2, -1.0), "+z": (2, 1.0)}


@dataclass(frozen=True)
class Box:
    """A named box along the axes between two corners (m); one extent may be 0."""

    name: str
    lower: np.ndarray
    upper: np.ndarray

    @property
    def centre(self) -> np.ndarray:
        """The middle of the box, (3,)."""
        return (self.lower + self.upper) / 2

    def reach(self, direction: np.ndarray) -> tuple[float, float]:
        """Least and greatest coordinate of the box along `direction`."""
        middle, half = float(self.centre @ direction), float((self.upper - self.lower) / 2 @ np.abs(direction))
        return middle - half, middle + half


@dataclass(frozen=True)
class Rack(Box):
    """A rack: the side where gas enters, and its inlet temperature per unit from the bottom (degC; NaN: no gas)."""

    front: str
    inlet_temperature: np.ndarray

    @property
    def hottest(self) -> float:
        """The hottest inlet of the rack (degC), NaN when no gas flows at all."""
        known = self.inlet_temperature[np.isfinite(self.inlet_temperature)]
        return float(known.max()) if known.size else float("nan")


@dataclass(frozen=True)
class Fixture(Box):
    """All but the racks. `kind` is a key of `jamsu.viz.render.KINDS`; `direction`: where a flat one drives the gas."""

    kind: str
    direction: str = ""


def racks_of(tree: xr.DataTree) -> tuple[Rack, ...]:
    """The racks of a result."""
    if "racks" not in tree.children or "lower" not in tree["racks"].data_vars:
        return ()
    racks = tree["racks"].to_dataset()
    inlets = racks["inlet_temperature"].transpose("rack", ...).to_numpy()
    counts = np.full(len(inlets), inlets.shape[-1])
    if "power" in racks:  # racks with fewer units than the tallest are filled up with NaN
        counts = np.isfinite(racks["power"].transpose("rack", ...).to_numpy()).sum(axis=-1)
    return tuple(
        Rack(
            name,
            racks["lower"].to_numpy()[index],
            racks["upper"].to_numpy()[index],
            str(racks["front"].to_numpy()[index]) if "front" in racks else "",
            inlets[index][: max(1, counts[index])],
        )
        for index, name in enumerate(_names(racks, "rack"))
    )


def coils_of(tree: xr.DataTree) -> tuple[Fixture, ...]:
    """The coils of a result, and its cooling units, which the file lists with them."""
    if "coils" not in tree.children or "lower" not in tree["coils"].data_vars:
        return ()
    coils = tree["coils"].to_dataset()
    rows = zip(_names(coils, "coil"), coils["lower"].to_numpy(), coils["upper"].to_numpy(), strict=True)
    return tuple(Fixture(name, lower, upper, "coil") for name, lower, upper in rows)


def fixtures_of(tree: xr.DataTree) -> tuple[tuple[Fixture, ...], tuple[str, ...]]:
    """The cooling units, fans, panels and blocks of a result's case, and the paths of those that cannot be read.

    Only these tables of the case's text are read: a picture needs neither its STL file nor its site.
    """
    try:
        case = tomllib.loads(str(tree.attrs.get("case", "")))
    except tomllib.TOMLDecodeError:
        return (), ("case",)
    found: list[Fixture] = []
    unread: list[str] = []
    for table, read in {"coolers": _cooler, "fans": _fan, "panels": _panel, "blocks": _block}.items():
        for name, raw in case.get(table, {}).items():
            try:
                found += read(name, raw)
            except ValidationError:
                unread.append(f"{table}.{name}")
    return tuple(found), tuple(unread)


def _cooler(name: str, raw: Any) -> Iterator[Fixture]:
    unit = Cooler.model_validate(raw)
    yield _fixture(name, placed(unit.position, unit.size), "cooling unit")
    for outlet in unit.outlets:
        yield _fixture(name, opening_extent(unit, outlet), "outlet", outlet.face)
    yield _fixture(name, opening_extent(unit, unit.intake), "intake", opposite(unit.intake.face))


def _fan(name: str, raw: Any) -> Iterator[Fixture]:
    fan = Fan.model_validate(raw)
    yield _fixture(name, placed(fan.position, fan.size), "fan", fan.direction)


def _panel(name: str, raw: Any) -> Iterator[Fixture]:
    panel = Panel.model_validate(raw)
    kind = f"perforated {panel.kind}" if panel.open_share > 0 else panel.kind
    yield _fixture(name, placed(panel.position, panel.size), kind)


def _block(name: str, raw: Any) -> Iterator[Fixture]:
    block = Block.model_validate(raw)
    yield _fixture(name, placed(block.position, block.size), "block")


def _fixture(name: str, extent: Extent, kind: str, direction: str = "") -> Fixture:
    return Fixture(name, np.array(extent.lower), np.array(extent.upper), kind, direction)


def _names(dataset: xr.Dataset, dimension: str) -> list[str]:
    if dimension in dataset.coords:
        return [str(name) for name in dataset[dimension].to_numpy()]
    return [f"{dimension} {index + 1}" for index in range(dataset.sizes[dimension])]
