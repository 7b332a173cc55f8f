"""What all models of the schema share: frozen, unknown keys refused, quantities of known dimension."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from cases.errors import nearest
from cases.units import Fraction, Quantity, QuantityList


class Frozen(BaseModel):
    """Base of every model: immutable; an unknown key is refused and the nearest right key named."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            raise PydanticCustomError("table", "expected a table of keys")
        for key in data:
            if key not in cls.model_fields:
                near = nearest(str(key), cls.model_fields)
                raise key_error(str(key), "unknown key" if near else _unknown(cls), near)
        return data


def _unknown(model: type[BaseModel]) -> str:
    return f"unknown key; expected one of {', '.join(model.model_fields)}"


def key_error(key: str, expected: str, near: tuple[str, ...] = ()) -> PydanticCustomError:
    """An error of a whole table that points at one key in it (the loader adds the key to the path)."""
    return PydanticCustomError("key", "{text}", {"key": key, "text": expected, "near": ",".join(near)})


_LENGTH = Quantity("a length", "m", '"0.6 m"', display=("m",))
_POSITIVE_LENGTH = Quantity("a length", "m", '"0.6 m"', above=0.0, display=("m",))
_EXTENT = Quantity("an extent", "m", '"0.6 m"', low=0.0, display=("m",))
_FLOW = Quantity("a volume flow", "m3/s", '"1.2 m3/s"', low=0.0)
_POWER = Quantity("a power", "W", '"20 kW"', low=0.0, display=("kW", "W"))
_PRESSURE_RISE = Quantity("a pressure", "Pa", '"40 Pa"', low=0.0)

# Name of a rack, coil and so on: letters, digits, `_` and `-`, so that a dotted path can address it.
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$")]
Direction = Literal["-x", "+x", "-y", "+y", "-z", "+z"]
HorizontalDirection = Literal["-x", "+x", "-y", "+y"]

Length = Annotated[float, _LENGTH]
PositiveLength = Annotated[float, _POSITIVE_LENGTH]
Thickness = Annotated[float, Quantity("a thickness", "m", '"25 mm"', above=0.0, display=("mm", "m"))]
Area = Annotated[float, Quantity("an area", "m2", '"20 m2"', above=0.0)]
Position = Annotated[tuple[float, float, float], QuantityList(_LENGTH, 3, names="x, y, z")]
Size = Annotated[tuple[float, float, float], QuantityList(_POSITIVE_LENGTH, 3, names="x, y, z")]
FlatSize = Annotated[tuple[float, float, float], QuantityList(_EXTENT, 3, names="x, y, z")]
FacePoint = Annotated[tuple[float, float], QuantityList(_LENGTH, 2, names="the face's two coordinates")]
Power = Annotated[float, _POWER]
Powers = Annotated[tuple[float, ...], QuantityList(_POWER)]
Temperature = Annotated[
    float,
    Quantity("a temperature", "K", '"12 degC"', above=0.0, high=2000.0, display=("degC",), absolute=True),
]
TemperatureDifference = Annotated[float, Quantity("a temperature difference", "K", '"12 K"')]
TemperatureRise = Annotated[float, Quantity("a temperature difference", "K", '"12 K"', above=0.0)]
Salinity = Annotated[float, Quantity("a salinity", "g/kg", '"35 g/kg"', low=0.0, high=120.0)]
Speed = Annotated[float, Quantity("a speed", "m/s", '"0.5 m/s"', low=0.0)]
Flow = Annotated[float, _FLOW]
PositiveFlow = Annotated[float, Quantity("a volume flow", "m3/s", '"1.2 m3/s"', above=0.0)]
Flows = Annotated[tuple[float, ...], QuantityList(_FLOW, shortest=2)]
FlowPerPower = Annotated[
    float, Quantity("a volume flow per power", "m3/s/W", '"125 cfm/kW"', above=0.0, display=("m3/s/kW",))
]
MassFlow = Annotated[float, Quantity("a mass flow or volume flow of water", "kg/s", '"1.2 kg/s"', low=0.0)]
Pressure = Annotated[float, Quantity("a pressure", "Pa", '"1 atm"', above=0.0)]
PressureRises = Annotated[tuple[float, ...], QuantityList(_PRESSURE_RISE, shortest=2)]
Conductance = Annotated[float, Quantity("a conductance", "W/K", '"2.2 kW/K"', above=0.0, display=("kW/K",))]
FilmCoefficient = Annotated[float, Quantity("a film coefficient", "W/m2/K", '"500 W/m2/K"', above=0.0)]
ThermalResistance = Annotated[float, Quantity("a thermal resistance", "m2*K/W", '"7e-5 m2*K/W"', low=0.0)]
HeatCapacity = Annotated[float, Quantity("a specific heat capacity", "J/kg/K", '"4180 J/kg/K"', above=0.0)]
KinematicViscosity = Annotated[float, Quantity("a kinematic viscosity", "m2/s", '"1e-3 m2/s"', low=0.0)]
Duration = Annotated[float, Quantity("a time", "s", '"60 s"', above=0.0)]
Share = Annotated[float, Fraction()]


def volume_flow(value: Any) -> float | None:
    """`value` in m3/s if it is text that reads as a volume flow, else None."""
    if not isinstance(value, str):
        return None
    try:
        return _FLOW.parse(value)
    except PydanticCustomError:
        return None
