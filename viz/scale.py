"""Colour scales: their ends, what lies beyond them, their labels, and their bar in the picture.

The scale of the gas spans what most of the gas outside the machines has, and every rack's inlet: the gas inside
racks and coils is warmer by the racks' whole rise, and would leave one blue for all the rest. What lies beyond an
end has a colour of its own, and the bar says how far it goes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import Colormap, LinearSegmentedColormap

from jamsu.viz.items import Rack
from jamsu.viz.scene import Scene

Ends = tuple[float, float]  # low, high

GAS_COLOURS = colormaps["RdYlBu_r"]
# No hue of the gas in it, so that nobody reads one on the other's bar.
RACK_COLOURS = LinearSegmentedColormap.from_list("inlets", ["#b9e6c6", "#5db08c", "#7460a8", "#3d0f63"])
FROM_NOTHING = ("velocity", "power_density", "eddy_viscosity", "turbulent_kinetic_energy")  # fields that start at 0
COLOURS = dict.fromkeys(FROM_NOTHING, colormaps["YlGnBu"])
NAMES = {"velocity": "Gas speed", "power_density": "Heat released to the gas"}
BELOW, ABOVE = "#14173d", "#4d0011"
SHARES = (0.02, 0.98)  # of the volume of the free gas
LEAST_SPAN = 1.0  # K: less does not matter to anybody and must not look as if it did
LITTLE = 0.15  # of the scale: so much beyond its ends is taken in rather than left off the scale
STEPS = np.array([1.0, 1.25, *np.arange(1.5, 10.5, 0.5), 20.0])  # from label to label, times a power of ten
ALIKE = 0.5  # K: inlets so close may look alike, and are drawn with the gas to tell how warm they are
READABLE = 0.2  # share of the gas's scale that the inlets must span to be told apart on it


@dataclass(frozen=True)
class Scale:
    """A colour scale: its title with the unit, its ends, and the least and greatest value that is drawn with it."""

    title: str
    unit: str
    colours: Colormap
    limits: Ends
    drawn: Ends

    @property
    def below(self) -> bool:
        """Whether something drawn lies below the scale."""
        return self.drawn[0] < self.limits[0] - self._slack

    @property
    def above(self) -> bool:
        """Whether something drawn lies above the scale."""
        return self.drawn[1] > self.limits[1] + self._slack

    @property
    def _slack(self) -> float:
        return 1e-6 * (self.limits[1] - self.limits[0])

    @property
    def labels(self) -> list[str]:
        """Five numbers, evenly from end to end."""
        return [number(value) for value in np.linspace(*self.limits, 5)]

    @property
    def note(self) -> str:
        """What the colours beyond the ends stand for; empty when there is nothing beyond."""
        unit = f" {self.unit}" if self.unit else ""
        said = []
        if self.below:
            said.append(f"down to {number(self.drawn[0])}{unit}")
        if self.above:
            said.append(f"up to {number(self.drawn[1])}{unit}")
        return "off the scale (darkest): " + ", ".join(said) if said else ""


def number(value: float) -> str:
    """A number with four digits, such as "16.25" or "12,000"."""
    return f"{value:,.0f}" if 1e4 <= abs(value) < 1e7 else f"{value:.4g}"


def scales(scene: Scene) -> tuple[Scale, Scale]:
    """The scale of the slice and of the paths, and the scale of the racks: the same one where it can be read.

    Where the inlets span little of what the gas spans, racks have a scale of their own, in other hues.
    """
    values = np.asarray(scene.grid.cell_data[scene.field])[scene.free]
    volumes = np.asarray(scene.grid.compute_cell_sizes().cell_data["Volume"])[scene.free]
    ends = _middle(values, volumes)
    drawn = (float(values.min()), float(values.max())) if values.size else ends
    if scene.field == "temperature":
        return _of_temperature(_of_racks(scene), ends, drawn)
    reach = np.append(_of_racks(scene), drawn if ends[0] == ends[1] else ends)
    ends = float(reach.min()), float(reach.max())
    drawn = min(drawn[0], ends[0]), max(drawn[1], ends[1])
    name = NAMES.get(scene.field, scene.field.replace("_", " ").capitalize())
    scale = _scale(name, scene.unit, COLOURS.get(scene.field, GAS_COLOURS), ends, drawn)
    return scale, scale


def _of_temperature(inlets: np.ndarray, ends: Ends, drawn: Ends) -> tuple[Scale, Scale]:
    """Scales of the gas and of the racks from the racks' inlets, and the gas's ends and extremes."""
    if not inlets.size:
        scale = _scale("Gas temperature", "°C", GAS_COLOURS, widened(ends), drawn)
        return scale, scale
    own = float(inlets.min()), float(inlets.max())
    both = min(ends[0], own[0]), max(ends[1], own[1])
    alike = own[1] - own[0] <= ALIKE
    if alike or own[1] - own[0] >= READABLE * (both[1] - both[0]):
        scale = _scale("Gas, and racks by their inlets", "°C", GAS_COLOURS, widened(both), drawn)
        return scale, scale
    return (
        _scale("Gas temperature", "°C", GAS_COLOURS, widened(ends), drawn),
        _scale("Racks by their inlets", "°C", RACK_COLOURS, widened(own), own),
    )


def _scale(name: str, unit: str, colours: Colormap, ends: Ends, drawn: Ends) -> Scale:
    """A scale around `ends`, and around all that is drawn where that lies only a little farther out."""
    low, high = nice_limits(*ends)
    margin = LITTLE * (high - low)
    low = drawn[0] if drawn[0] > low - margin else low
    high = drawn[1] if drawn[1] < high + margin else high
    limits = nice_limits(min(low, ends[0]), max(high, ends[1]))
    return Scale(f"{name} ({unit})" if unit else name, unit, colours, limits, drawn)


def _of_racks(scene: Scene) -> np.ndarray:
    """All values that racks are coloured by."""
    known = [values for rack in scene.racks if (values := rack_values(scene, rack)) is not None]
    values = np.concatenate(known or [np.empty(0)])
    return values[np.isfinite(values)]


def rack_values(scene: Scene, rack: Rack) -> np.ndarray | None:
    """What each unit of a rack is coloured by, from the bottom: its inlet, or the heat released in its middle.

    None for the fields that say nothing about the inside of racks.
    """
    if scene.field == "temperature":
        return rack.inlet_temperature
    return scene.inside_of(rack) if scene.field == "power_density" else None


def _middle(values: np.ndarray, volumes: np.ndarray) -> Ends:
    """Between which values most of the volume lies."""
    if not values.size:
        return 0.0, 1.0
    order = np.argsort(values)
    share = (np.cumsum(volumes[order]) - volumes[order] / 2) / volumes.sum()
    low, high = np.interp(SHARES, share, values[order])
    return float(low), float(high)


def widened(ends: Ends) -> Ends:
    """`ends`, or LEAST_SPAN about their middle where they are closer together."""
    more = max(0.0, LEAST_SPAN - (ends[1] - ends[0])) / 2
    return ends[0] - more, ends[1] + more


def nice_limits(low: float, high: float) -> Ends:
    """The narrowest limits around `low` to `high` whose five labels are round numbers."""
    if high - low <= 1e-6 * max(1.0, abs(low), abs(high)):
        low, high = low - 0.5, high + 0.5
    power = 10.0 ** np.floor(np.log10((high - low) / 4))
    for step, grain in ((step, grain) for step in STEPS * power for grain in (power, power / 2)):
        grain = grain if step > 1.3 * power else step  # 18, 23, 28 are as round as 15, 20, 25
        start = np.floor(low / grain + 1e-9) * grain
        if start + 4 * step >= high - 1e-9 * step:
            break
    return float(start), float(start + 4 * step)
