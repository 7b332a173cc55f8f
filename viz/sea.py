"""The sea around the module, as a picture names it: from the case's text in the result."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass

import numpy as np
import xarray as xr
from pydantic_core import PydanticCustomError

from jamsu.cases.schema.units import Quantity
from jamsu.viz.wishes import ZERO_CELSIUS

TEMPERATURE = Quantity("a temperature", "K", '"12 degC"', absolute=True)
SPEED = Quantity("a speed", "m/s", '"0.5 m/s"')


@dataclass(frozen=True)
class Sea:
    """Temperature (degC) and current (m/s) of the sea at the module; no current where the hull does not feel it."""

    temperature: float
    current: float | None

    def direction(self, front: np.ndarray) -> np.ndarray:
        """The unit vector in which the current is drawn: horizontally across the hull, away from the viewer at `front`.

        A case says how fast the current crosses the hull, and not whence it comes.
        """
        return -front


def sea_of(tree: xr.DataTree) -> Sea | None:
    """The sea of a result; None where nothing gives heat to it, or the case's text cannot be read."""
    try:
        case = tomllib.loads(str(tree.attrs.get("case", "")))
        site = case.get("site", {})
        hull = case.get("vessel", {}).get("outside", "sea") == "sea"
        if "seawater_temperature" not in site or not (hull or case.get("coils") or case.get("liquid")):
            return None  # a case of a room on land holds a site too, of which nothing is read
        warmth = TEMPERATURE.parse(site["seawater_temperature"]) - ZERO_CELSIUS
        return Sea(warmth, SPEED.parse(site.get("current_speed", "0 m/s")) if hull else None)
    except (tomllib.TOMLDecodeError, PydanticCustomError):
        return None
