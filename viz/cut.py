"""Where the slice lies, by the view and by what stands in the vessel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from jamsu.cases.errors import CaseError, Problem
from jamsu.viz.items import SIDES, Box, Rack
from jamsu.viz.vessel import Vessel
from jamsu.viz.wishes import Slice

LOW_LEVEL = 0.25  # of the racks' height: where the cutaway's level slice shows the gas and hides little of the racks
EDGE_ON = 0.2  # cosine between a slice and the line of sight below which nothing is seen of it


@dataclass(frozen=True)
class Cut:
    """The plane of the slice; `normal` points to the viewer's side.

    "through": upright; nothing in front of it is drawn, and machines that it meets are cut open. "level": all that
    stands in the vessel is drawn, and rises out of it.
    """

    kind: Literal["through", "level"]
    normal: np.ndarray
    origin: np.ndarray

    def shows(self, item: Box) -> bool:
        """Whether `item` is drawn: of an upright cut, whose slice hides what lies beyond, only what it goes through."""
        return self.kind != "through" or self.meets(item)

    def meets(self, item: Box) -> bool:
        """Whether the plane goes through `item`."""
        low, high = item.reach(self.normal)
        return low - 1e-6 <= float(self.origin @ self.normal) <= high + 1e-6

    @property
    def place(self) -> str:
        """Where the plane is, such as "x = 1.20 m"."""
        axis = int(np.argmax(np.abs(self.normal)))
        return f"{'xyz'[axis]} = {self.origin[axis]:.2f} m"


def choose_cut(view: str, vessel: Vessel, racks: Sequence[Rack], front: np.ndarray) -> Cut:
    """The cut of a view where the user asks for none: through the rack with the hottest inlet, or level."""
    middle = vessel.bounds.mean(axis=0)
    hot = hottest(racks)
    station = hot.centre if hot else middle
    if view == "section":
        return Cut("through", -along(front), station)
    if view == "side":
        return Cut("through", front, station)
    height = station[2]
    if hot and view == "cutaway":
        height = hot.lower[2] + LOW_LEVEL * (hot.upper[2] - hot.lower[2])
    return Cut("level", np.array([0.0, 0.0, 1.0]), np.array([middle[0], middle[1], height]))


def cut_at(wanted: Slice, vessel: Vessel, towards: np.ndarray, view: str) -> Cut:
    """The cut that a user asks for, seen from the direction `towards` (towards the viewer).

    Raises CaseError where the plane is outside the vessel, or seen edge-on.
    """
    axis, place = wanted.axis, wanted.place
    low, high = vessel.bounds[:, axis]
    written = f"{'xyz'[axis]}={place:g} m"
    if not low < place < high:
        raise CaseError("", Problem("slice", written, f"outside the vessel; expected {low:.3g} to {high:.3g} m"))
    if abs(towards[axis]) < EDGE_ON:
        raise CaseError("", Problem("slice", written, f"seen edge-on in the view {view}; give another --view"))
    normal = np.sign(towards[axis]) * np.eye(3)[axis]
    origin = vessel.bounds.mean(axis=0)
    origin[axis] = place
    return Cut("level" if axis == 2 else "through", normal, origin)


def hottest(racks: Sequence[Rack]) -> Rack | None:
    """The rack with the hottest inlet; None where no rack has any gas."""
    return max((rack for rack in racks if np.isfinite(rack.hottest)), key=lambda rack: rack.hottest, default=None)


def along(front: np.ndarray) -> np.ndarray:
    """The horizontal direction across `front`."""
    return np.array([abs(front[1]), abs(front[0]), 0.0])


def viewing_side(racks: Sequence[Rack], extent: np.ndarray) -> np.ndarray:
    """The horizontal direction towards the viewer: across a long vessel, on the side of most rack fronts."""
    counts = Counter(SIDES[rack.front] for rack in racks if rack.front in SIDES)
    long_axis = int(np.argmax(extent[:2])) if max(extent[:2]) > 1.2 * min(extent[:2]) else None
    across = {side: count for side, count in counts.items() if side[0] != long_axis}
    if across:
        axis, sign = max(across, key=lambda side: across[side])
    else:
        axis, sign = (0, 1.0) if long_axis == 1 else (1, -1.0)
    direction = np.zeros(3)
    direction[axis] = sign
    return direction
