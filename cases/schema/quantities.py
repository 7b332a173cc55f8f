"""The quantities of a case: dimension, an example, and the bounds beyond which a value cannot be meant.

A bound stands where a value is impossible, or a slip of the unit beyond doubt, and says why. What can be but
leaves the range of a model is warned of instead (cases/schema/ranges.py, cases/run/warnings.py), and so is what is
out of all use (`usual`, cases/schema/usual.py). No `usual` bound stands where another warning says it better: gas too
fast or too hot, water too hot, dense coils, the range of seawater's and the gas's properties.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic_core import PydanticCustomError

from jamsu.cases.schema.numbers import Number, share
from jamsu.cases.schema.units import Quantity, QuantityList, refusal

LARGEST_EXTENT = 500.0  # m
SMALLEST_VESSEL = 0.01  # m
_NO_SHIP = "the longest ship ever built has 458 m"
_DEPOSIT = re.compile(r"(?!nan|inf)[a-z][a-z0-9-]*")


@dataclass(frozen=True)
class Resistance(Quantity):
    """A thermal resistance, also by the name of a deposit whose source is known (`materials/fouling.py`)."""

    def parse(self, value: object) -> float:
        """As `Quantity.parse`; a name that is not known is refused with the nearest ones."""
        if not isinstance(value, str) or not _DEPOSIT.fullmatch(value):
            return super().parse(value)
        from jamsu.materials import fouling_resistance

        try:
            return fouling_resistance(value)
        except KeyError as error:
            raise refusal(f"{error}; or a number and a unit, such as {self.example}") from error


_POSITION = Quantity(
    "a position", "m", '"0.6 m"', low=-LARGEST_EXTENT, high=LARGEST_EXTENT, display=("m",),
    why_low=_NO_SHIP, why=_NO_SHIP,
)  # fmt: skip
_LENGTH = Quantity(
    "a length", "m", '"0.6 m"', above=0.0, high=LARGEST_EXTENT, display=("m",), why=_NO_SHIP,
    usual=(2e-3, 100.0),
)  # fmt: skip
_EXTENT = Quantity(
    "an extent", "m", '"0.6 m"', low=0.0, high=LARGEST_EXTENT, display=("m",), why=_NO_SHIP, usual=(2e-3, 100.0)
)
_VESSEL_LENGTH = replace(
    _LENGTH, above=None, low=SMALLEST_VESSEL, why_low="no server fits into less", usual=(0.1, 100.0)
)
_FLOW = Quantity(
    "a volume flow", "m3/s", '"1.2 m3/s"', low=0.0, high=1e4, why="a rack of 20 kW moves some 1.4 m3/s",
    usual=(1e-4, None),
)  # fmt: skip
_POWER = Quantity(
    "a power", "W", '"20 kW"', low=0.0, high=1e7, display=("kW", "W"),
    why="a rack of today takes up to 0.6 MW, a whole module some MW", usual=(1.0, None),
)  # fmt: skip
_PRESSURE_RISE = Quantity(
    "a pressure", "Pa", '"40 Pa"', low=0.0, high=1e5, why="a rack's fans give up to some kPa",
    usual=(0.1, 5e3),
)  # fmt: skip

Length = Annotated[float, _LENGTH]
VesselLength = Annotated[float, _VESSEL_LENGTH]
VesselSize = Annotated[tuple[float, float, float], QuantityList(_VESSEL_LENGTH, 3, names="x, y, z")]
Position = Annotated[tuple[float, float, float], QuantityList(_POSITION, 3, names="x, y, z")]
Size = Annotated[tuple[float, float, float], QuantityList(_LENGTH, 3, names="x, y, z")]
FlatSize = Annotated[tuple[float, float, float], QuantityList(_EXTENT, 3, names="x, y, z")]
FacePoint = Annotated[tuple[float, float], QuantityList(_POSITION, 2, names="the face's two coordinates")]
Place = Annotated[tuple[float, float], QuantityList(_POSITION, 2, names="x, y")]
Heights = Annotated[tuple[float, ...], QuantityList(_POSITION)]
Depth = Annotated[
    float,
    Quantity(
        "a depth", "m", '"20 m"', above=0.0, high=11e3, display=("m",), why="the deepest sea floor is at 10.9 km",
        usual=(0.5, None),
    ),
]  # fmt: skip
CellWidth = Annotated[
    float,
    Quantity(
        "a cell width", "m", '"80 mm"', low=1e-3, high=10.0, display=("m",),
        why_low="no machine holds so many cells", why="a flow needs some cells across the vessel", usual=(2e-3, 1.0),
    ),
]  # fmt: skip
Thickness = Annotated[
    float,
    Quantity(
        "a thickness", "m", '"25 mm"', above=0.0, high=5.0, display=("mm", "m"), why="no hull is as thick",
        usual=(5e-5, 2.5),
    ),
]  # fmt: skip
Area = Annotated[
    float,
    Quantity("an area", "m2", '"20 m2"', above=0.0, high=1e6, why="no exchanger is as large", usual=(0.05, 1e4)),
]

Power = Annotated[float, _POWER]
POWERS = QuantityList(_POWER)
Temperature = Annotated[
    float,
    Quantity(
        "a temperature", "K", '"12 degC"', low=173.15, high=573.15, display=("degC",), absolute=True,
        why_low="no electronics works there", why="no electronics works there", usual=(223.15, 373.15),
    ),
]  # fmt: skip
SeaTemperature = Annotated[
    float,
    Quantity(
        "a temperature of the sea", "K", '"12 degC"', high=373.15, display=("degC",), absolute=True,
        why="the sea would boil",  # and its least value is the freezing point, which cases.schema.site.Site knows
    ),
]  # fmt: skip
SeaOffset = Annotated[
    float,
    Quantity(
        "a temperature difference", "K", '"2 K"', low=-100.0, high=100.0,
        why_low="the sea would be ice", why="the sea would boil", usual=(0.01, 30.0),
    ),
]  # fmt: skip
TemperatureRise = Annotated[
    float,
    Quantity(
        "a temperature difference", "K", '"12 K"', above=0.0, high=500.0, why="the servers would glow",
        usual=(0.1, None),
    ),
]  # fmt: skip
Salinity = Annotated[
    float,
    Quantity(
        "a salinity", "g/kg", '"35 g/kg"', low=0.0, high=120.0,
        why="TEOS-10, the equation of state of seawater, ends there", usual=(0.01, None),
    ),
]  # fmt: skip

Speed = Annotated[
    float,
    Quantity(
        "a speed", "m/s", '"0.5 m/s"', low=0.0, high=20.0, why="the fastest tidal streams run at some 10 m/s",
        usual=(1e-3, None),
    ),
]  # fmt: skip
PositiveFlow = Annotated[float, replace(_FLOW, low=None, above=0.0)]
Flows = Annotated[tuple[float, ...], QuantityList(_FLOW, shortest=2)]
FlowPerPower = Annotated[
    float,
    Quantity(
        "a volume flow per power", "m3/s/W", '"125 cfm/kW"', above=0.0, high=0.1, display=("m3/s/kW",),
        why="servers take some 0.1 m3/s/kW", usual=(1e-6, 2e-3),
    ),
]  # fmt: skip
_MASS_FLOW = Quantity(
    "a mass flow", "kg/s", '"1.2 kg/s"', low=0.0, high=1e4, why="as much as a river; a coil takes some kg/s",
    usual=(5e-3, 1e3),
)  # fmt: skip
MassFlow = Annotated[float, _MASS_FLOW]
WaterFlow = Annotated[float, replace(_MASS_FLOW, kind="a mass flow or volume flow of water")]
_PRESSURE = Quantity(
    "a pressure", "Pa", '"1 atm"', low=100.0, high=1.2e8,
    why_low="next to a vacuum, which carries no heat", why="more than at the deepest sea floor",
)  # fmt: skip
Pressure = Annotated[float, _PRESSURE]
GAS_PRESSURE = replace(_PRESSURE, high=1e7, why="the gas's density would be wrong by more than 3 %")
PressureRises = Annotated[tuple[float, ...], QuantityList(_PRESSURE_RISE, shortest=2)]
_ANGLE = Quantity(
    "an angle", "rad", '"20 deg"', low=-1.3963, high=1.3963, display=("deg",),
    why_low="vanes turn a jet by less than 80 degrees", why="vanes turn a jet by less than 80 degrees",
    usual=(8e-3, 1.05),
)  # fmt: skip
Angles = Annotated[tuple[float, float], QuantityList(_ANGLE, 2, names="towards the face's two coordinates")]
LeakageArea = Annotated[
    float,
    Quantity(
        "an area", "m2", '"100 cm2"', above=0.0, high=100.0, display=("cm2", "m2"), why="no gap is as large",
        usual=(1e-5, 1.0),
    ),
]  # fmt: skip
LossCoefficient = Annotated[float, Number("a loss coefficient", "20.0", low=0.0, high=1e6, why="no gas would pass")]

Conductance = Annotated[
    float,
    Quantity(
        "a conductance", "W/K", '"2.2 kW/K"', above=0.0, high=1e7, display=("kW/K",),
        why="a rear door has some kW/K; no exchanger that fits into a module has as much", usual=(1.0, None),
    ),
]  # fmt: skip
FilmCoefficient = Annotated[
    float,
    Quantity(
        "a film coefficient", "W/m2/K", '"500 W/m2/K"', above=0.0, high=1e6,
        why="boiling water has some 1e5 W/m2/K", usual=(0.5, 5e4),
    ),
]  # fmt: skip
ThermalResistance = Annotated[
    float,
    Resistance(
        "a thermal resistance", "m2*K/W", '"7e-5 m2*K/W"', low=0.0, high=100.0,
        why="as much as 2 m of insulating foam", usual=(1e-7, 10.0),
    ),
]  # fmt: skip
HeatCapacity = Annotated[
    float,
    Quantity(
        "a specific heat capacity", "J/kg/K", '"4180 J/kg/K"', low=100.0, high=15e3,
        why_low="no liquid stores so little", why="no liquid stores so much", usual=(900.0, 5e3),
    ),
]  # fmt: skip
KinematicViscosity = Annotated[
    float,
    Quantity(
        "a kinematic viscosity", "m2/s", '"1e-3 m2/s"', low=0.0, high=10.0,
        why="no flow in a vessel mixes as strongly", usual=(1e-6, None),
    ),
]  # fmt: skip
Duration = Annotated[
    float,
    Quantity(
        "a time", "s", '"60 s"', above=0.0, high=3.2e7, why="no machine follows a flow for a year",
        usual=(0.1, 1e6),
    ),
]  # fmt: skip
Share = Annotated[float, share()]
RelativeHumidity = Annotated[float, share("a relative humidity", '0.4 or "40 %"', above=0.0)]
Tolerance = Annotated[
    float, share("a share of the IT power", "0.003", above=0.0, high=0.5, why="half of the heat would be missing")
]
MergedShare = Annotated[
    float, share("a share of a cell's width", "0.25", high=0.5, why="objects would move by half a cell")
]
StlScale = Annotated[float, Number("a number of metres per unit", "0.001", above=0.0, high=1e6)]


_VOLUME_FLOW = Quantity("a volume flow", "m3/s", '"1.2 L/s"')  # its bounds are those of the mass flow made of it


def volume_flow(value: Any) -> float | None:
    """`value` in m3/s if it is text that reads as a volume flow, else None."""
    if not isinstance(value, str):
        return None
    try:
        return _VOLUME_FLOW.parse(value)
    except PydanticCustomError:
        return None
