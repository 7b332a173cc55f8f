"""Colour scales: their ends, their colours, what lies beyond them, their labels.

The rule of the temperature's ends: the scale spans at least the allowable inlets of ASHRAE class A1, 15 to 32 degC,
and goes farther where most of the free gas (2nd to 98th percentile of its volume) or a rack's inlet lies beyond. Its
colours are bound to the limits: pale green to yellow within the recommended range, orange up to the allowable limit,
red beyond. So a difference that matters to nobody has no colour, red stands where an inlet would be too hot, and
between 15 and 32 degC a colour is the same temperature in every picture.

A range by hand that does not hold both limits magnifies small differences. Its hues are others, and red is none of
them, so that nobody takes a tenth of a kelvin for an alarm.

The gas inside racks and coils does not count, as it is warmer by the racks' whole rise. What lies beyond an end has a
colour of its own, and the picture says how far it goes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import Colormap, LinearSegmentedColormap

from jamsu.cases.results.ashrae import AIR_CLASSES
from jamsu.viz.items import Rack
from jamsu.viz.scene import Scene

Ends = tuple[float, float]  # low, high

LIMITS = AIR_CLASSES[0]  # A1, the strictest: the class that RCI is given for too
# degC -> colour between the limits; the ends of a wider scale are darker still.
ANCHORS = {15.0: "#4575b4", 18.0: "#b4dcd2", 22.5: "#e3f0c4", 27.0: "#fbe294", 32.0: "#e0522f"}
COLDEST, HOTTEST = "#27285f", "#7c0a24"
MAGNIFIED = colormaps["viridis"]
FROM_NOTHING = ("velocity", "power_density", "eddy_viscosity", "turbulent_kinetic_energy")  # fields that start at 0
COLOURS = dict.fromkeys(FROM_NOTHING, colormaps["YlGnBu"])
OTHERS = colormaps["PuOr_r"]
NAMES = {"velocity": "Gas speed", "power_density": "Heat released to the gas"}
BELOW, ABOVE = "#0c0f2b", "#3f0d5c"
SHARES = (0.02, 0.98)  # of the volume of the free gas
LITTLE = 0.15  # of the scale: so much beyond its ends is taken in rather than left off the scale
STEPS = (5.0, 2.0, 1.0, 4.0)  # from label to label, times a power of ten; earlier ones are preferred
PARTS = (4, 5, 6, 7, 3)  # into which labels divide a scale; earlier ones are preferred
MOST_DECIMALS = 6


@dataclass(frozen=True)
class Band:
    """A range of the bar's values that is marked beside it, such as the recommended inlets."""

    name: str
    low: float
    high: float
    colour: str

    @property
    def label(self) -> str:
        """The band's name and ends: "recommended 18 to 27 °C"."""
        return f"{self.name} {self.low:g} to {self.high:g} °C"


INLET_LIMITS = (
    Band("recommended", *LIMITS.recommended, "#2e7d4f"),
    Band(f"allowable {LIMITS.name}", *LIMITS.allowable, "#8fb8a0"),
)


@dataclass(frozen=True)
class Scale:
    """A colour scale: its title with the unit, its ends, and the least and greatest value that is drawn with it.

    `bands` are marked along its bar.
    """

    title: str
    unit: str
    colours: Colormap
    limits: Ends
    drawn: Ends
    bands: tuple[Band, ...] = ()

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

    def share(self, value: float) -> float:
        """Where a value lies along the bar, 0 at its low end and 1 at its high end."""
        return (value - self.limits[0]) / (self.limits[1] - self.limits[0])

    @property
    def ticks(self) -> np.ndarray:
        """The values that are written along the bar, evenly from end to end."""
        return np.linspace(*self.limits, _parts(*self.limits) + 1)

    @property
    def labels(self) -> list[str]:
        """The ticks, all with the same number of decimals."""
        return numbers(self.ticks / self._factor)

    @property
    def _factor(self) -> float:
        return factor(self.limits)

    @property
    def heading(self) -> str:
        """The title, with the power of ten that the labels are multiples of, where there is one."""
        power = self._factor
        if power == 1.0:
            return f"{self.title} ({self.unit})" if self.unit else self.title
        return f"{self.title} (1e{round(np.log10(power))}{f' {self.unit}' if self.unit else ''})"

    @property
    def note(self) -> str:
        """What the colours beyond the ends stand for; empty when there is nothing beyond."""
        unit = f" {self.unit}" if self.unit else ""
        said = []
        if self.below:
            said.append(f"down to {number(self.drawn[0])}{unit}")
        if self.above:
            said.append(f"up to {number(self.drawn[1])}{unit}")
        return "off the scale (end patches): " + ", ".join(said) if said else ""


def number(value: float) -> str:
    """A number with four digits, such as "16.25" or "12,000"."""
    return f"{value:,.0f}" if 1e4 <= abs(value) < 1e7 else f"{value:.4g}"


def numbers(values: np.ndarray) -> list[str]:
    """Numbers with as many decimals, all the same, as the one that needs most: "22.0", "22.5", "23.0"."""
    needed = decimals(values)
    return [f"{value + 0.0:,.{needed}f}" for value in np.round(values, needed)]


def decimals(values: np.ndarray) -> int:
    """How many decimals write all of the values, MOST_DECIMALS at most."""
    slack = 1e-6 * max(float(np.ptp(values)), 1e-300)
    fitting = (d for d in range(MOST_DECIMALS) if np.all(np.abs(np.round(values, d) - values) <= slack))
    return next(fitting, MOST_DECIMALS)


def factor(limits: Ends) -> float:
    """The power of ten that labels are multiples of: 1 where they can be read as they are."""
    largest = max(abs(limits[0]), abs(limits[1]))
    return 1.0 if 0.01 <= largest < 1e6 or largest == 0 else float(10.0 ** np.floor(np.log10(largest)))


def _parts(low: float, high: float) -> int:
    """Into how many equal parts the labels divide a scale: those whose step is round, or need the fewest decimals."""
    for parts in PARTS:
        step = (high - low) / parts
        mantissa = step / 10.0 ** np.floor(np.log10(step) + 1e-9)
        if np.isclose(mantissa, STEPS, rtol=1e-6).any() and abs(low / step - round(low / step)) < 1e-6:
            return parts
    power = factor((low, high))
    return min(PARTS, key=lambda parts: decimals(np.linspace(low / power, high / power, parts + 1)))


def scale_of(scene: Scene, ends: Ends | None = None) -> Scale:
    """The scale of the slice, the paths and the racks; from `ends` to `ends` where they are given (in its unit)."""
    values = np.asarray(scene.grid.cell_data[scene.field])[scene.free]
    volumes = np.asarray(scene.grid.compute_cell_sizes().cell_data["Volume"])[scene.free]
    most = _middle(values, volumes)
    racks = _of_racks(scene)
    everything = np.concatenate([values, racks])
    drawn = (float(everything.min()), float(everything.max())) if everything.size else most
    warmth = scene.field == "temperature"
    if ends is None:
        wanted = LIMITS.allowable if warmth else ()
        gas = () if warmth or most[0] < most[1] or not values.size else drawn
        reach = np.concatenate([racks, most, gas, wanted])
        limits = _limits((float(reach.min()), float(reach.max())), drawn)
    else:
        limits = ends
    if warmth:
        title = "Gas, and racks by their inlets" if racks.size else "Gas temperature"
        return Scale(title, "°C", temperature_colours(limits), limits, drawn, INLET_LIMITS)
    name = NAMES.get(scene.field, scene.field.replace("_", " ").capitalize())
    return Scale(name, scene.unit, COLOURS.get(scene.field, OTHERS), limits, drawn)


def temperature_colours(limits: Ends) -> Colormap:
    """Colours of temperatures between `limits` (degC), bound to the inlet limits where the scale holds these."""
    low, high = limits
    if low > LIMITS.allowable.low or high < LIMITS.allowable.high:
        return MAGNIFIED
    places = dict(ANCHORS)
    if low < min(ANCHORS):
        places[low] = COLDEST
    if high > max(ANCHORS):
        places[high] = HOTTEST
    listed = [((value - low) / (high - low), places[value]) for value in sorted(places)]
    return LinearSegmentedColormap.from_list("inlets", listed, N=1024)


def _limits(ends: Ends, drawn: Ends) -> Ends:
    """Limits around `ends`, and around all that is drawn where that lies only a little farther out."""
    low, high = nice_limits(*ends)
    margin = LITTLE * (high - low)
    low = drawn[0] if drawn[0] > low - margin else low
    high = drawn[1] if drawn[1] < high + margin else high
    return nice_limits(min(low, ends[0]), max(high, ends[1]))


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
        return rack.inlet_temperature if scene.inlets_known else None
    return scene.inside_of(rack) if scene.field == "power_density" else None


def _middle(values: np.ndarray, volumes: np.ndarray) -> Ends:
    """Between which values most of the volume lies."""
    if not values.size:
        return 0.0, 1.0
    order = np.argsort(values)
    share = (np.cumsum(volumes[order]) - volumes[order] / 2) / volumes.sum()
    low, high = np.interp(SHARES, share, values[order])
    return float(low), float(high)


def nice_limits(low: float, high: float) -> Ends:
    """The narrowest limits around `low` to `high` that are multiples of a round step, 3 to 7 of them apart."""
    if high - low <= 1e-6 * max(1.0, abs(low), abs(high)):
        low, high = low - 0.5, high + 0.5
    power = 10.0 ** np.floor(np.log10((high - low) / 4))
    found: list[tuple[float, Ends]] = []
    for step in (mantissa * scale for scale in (power, 10 * power) for mantissa in STEPS):
        first, last = np.floor(low / step + 1e-9), np.ceil(high / step - 1e-9)
        if min(PARTS) <= last - first <= max(PARTS):
            found.append(((last - first) * step, (float(first * step), float(last * step))))
    return min(found, key=lambda limits: round(limits[0] / power, 6))[1]
