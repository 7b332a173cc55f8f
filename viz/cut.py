"""Where the slice lies, by the view and by what stands in the vessel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from jamsu.viz.items import SIDES, Box, Rack
from jamsu.viz.vessel import Vessel

# How far from the middle the slice may lie, as a share of the half width: there a round vessel is still
# 0.7 of its diameter high. Farther out the slice would be a sliver.
OUTERMOST = 0.72


@dataclass(frozen=True)
class Cut:
    """The plane of the slice; `normal` points to the viewer's side.

    "behind": upright, behind the machines, which are all drawn in front of it. "through": upright, through
    machines; nothing in front of it is drawn. "level": at half the height of the racks, which stand in it.
    """

    kind: Literal["behind", "through", "level"]
    normal: np.ndarray
    origin: np.ndarray

    def shows(self, item: Box) -> bool:
        """Whether `item` is drawn: in a cut through the machines those that it goes through."""
        if self.kind != "through":
            return True
        low, high = item.reach(self.normal)
        here = float(self.origin @ self.normal)
        return low <= here + 1e-6 and high >= here - 1e-6

    @property
    def place(self) -> str:
        """Where the plane is, such as "x = 1.20 m"."""
        axis = int(np.argmax(np.abs(self.normal)))
        return f"{'xyz'[axis]} = {self.origin[axis]:.2f} m"


def choose_cut(view: str, vessel: Vessel, racks: Sequence[Rack], items: Sequence[Box], front: np.ndarray) -> Cut:
    """The cut of a view. `items` are the racks and all that takes up volume beside them."""
    middle = vessel.bounds.mean(axis=0)
    hot = hottest(racks)
    station = hot.centre if hot else middle
    if view == "section":
        return Cut("through", -along(front), station)
    if view == "top" or (view == "cutaway" and vessel.low):
        return Cut("level", np.array([0.0, 0.0, 1.0]), np.array([middle[0], middle[1], station[2]]))
    if vessel.low:
        return Cut("through", front, station)
    return Cut("behind", front, _behind(vessel, items, front))


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


def _behind(vessel: Vessel, items: Sequence[Box], front: np.ndarray) -> np.ndarray:
    """A point on the slice: half-way between the rearmost machine and the hull, but at the middle or behind it."""
    middle = vessel.bounds.mean(axis=0)
    centre = float(middle @ front)
    hull = float((vessel.bounds @ front).min())
    rear = min((item.reach(front)[0] for item in items), default=np.inf)
    depth = min(centre, max((rear + hull) / 2, centre + OUTERMOST * (hull - centre)))
    return middle + (depth - centre) * front
