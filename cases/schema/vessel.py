"""The vessel: shape, wall layers, what fills it and what it stands in.

Coordinates. A horizontal cylinder's axis runs from x = 0 to its length with y = z = 0 on the axis (axis "y"
likewise); an upright cylinder runs from z = 0 up with x = y = 0 on the axis; a box has its lower corner at
the origin; a sphere its centre; an STL surface keeps the file's coordinates times `scale`. z points up.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from jamsu.cases.errors import nearest
from jamsu.cases.schema.base import Frozen, key_error
from jamsu.cases.schema.quantities import (
    GAS_PRESSURE,
    FilmCoefficient,
    Pressure,
    RelativeHumidity,
    StlScale,
    Temperature,
    ThermalResistance,
    Thickness,
    VesselLength,
    VesselSize,
)

ATMOSPHERE = 101325.0  # Pa
_MOISTURE = ("dew_point", "relative_humidity", "relative_humidity_at")


def _filling(name: str) -> str:
    """A fluid of the library that may fill a vessel."""
    from jamsu.materials import filling_names

    names = filling_names()
    if name not in names:
        expected = ", ".join(repr(known) for known in names)
        raise PydanticCustomError("literal_error", "unknown fluid", {"expected": expected})
    return name


Filling = Annotated[str, AfterValidator(_filling)]


def _is_gas(name: str | None) -> bool:
    from jamsu.materials import is_gas

    return name is not None and is_gas(name)


class Layer(Frozen):
    """One layer of the wall: either a material with a thickness, or a resistance (fouling, contact)."""

    material: str | None = Field(default=None, description="Name of a solid in the library of materials.")
    thickness: Thickness | None = Field(default=None, description="Thickness of the material, m.")
    resistance: ThermalResistance | None = Field(default=None, description="Resistance instead of a material, m2 K/W.")
    name: str = Field(default="", description="What the resistance stands for (fouling, contact), for reports.")

    @model_validator(mode="after")
    def _one_kind(self) -> Layer:
        if self.resistance is not None:
            if self.material is not None or self.thickness is not None:
                raise key_error("resistance", "expected either a resistance or a material with a thickness")
            return self
        if self.material is None or self.thickness is None:
            missing = "material" if self.material is None else "thickness"
            raise key_error(missing, "expected a material with a thickness, or a resistance")
        from jamsu.materials import solid_names

        names = solid_names()
        if self.material not in names:
            near = nearest(self.material, names) or tuple(names)
            raise key_error("material", "unknown material", near)
        return self


class _Wall(Frozen):
    """What all vessels have, whatever their shape."""

    fluid: Filling = Field(description="What fills the vessel.")
    pressure: Pressure = Field(default=ATMOSPHERE, description="Absolute pressure of the filling, Pa.")
    dew_point: Temperature | None = Field(
        default=None,
        description="Moisture of the gas: temperature at which it begins to condense (below 0 degC: to frost), K.",
    )
    relative_humidity: RelativeHumidity | None = Field(
        default=None,
        description="Moisture of the gas instead of dew_point: share of saturation at relative_humidity_at.",
    )
    relative_humidity_at: Temperature | None = Field(
        default=None, description="Temperature of the gas when its relative humidity was that, K."
    )
    layers: tuple[Layer, ...] = Field(default=(), description="Layers of the wall from the inside out.", strict=False)
    outside: Literal["sea", "adiabatic", "film"] = Field(
        default="sea",
        description="What the wall gives its heat to: the sea of the site, nothing, or a given film.",
    )
    film_coefficient: FilmCoefficient | None = Field(default=None, description="Outer film, W/m2/K; for outside film.")
    outside_temperature: Temperature | None = Field(default=None, description="Beyond that film, K; for outside film.")

    @field_validator("pressure", mode="before")
    @classmethod
    def _of_a_gas(cls, value: Any, info: ValidationInfo) -> Any:
        """A liquid may stand under the sea's own pressure; of a gas the properties end earlier."""
        if _is_gas(info.data.get("fluid")):
            GAS_PRESSURE.parse(value)
        return value

    @model_validator(mode="after")
    def _outside(self) -> _Wall:
        for key in ("film_coefficient", "outside_temperature"):
            given = getattr(self, key) is not None
            if given and self.outside != "film":
                raise key_error(key, f'has an effect only with outside = "film" (outside is "{self.outside}")')
            if not given and self.outside == "film":
                raise key_error(key, 'needed with outside = "film"')
        return self

    @model_validator(mode="after")
    def _moisture(self) -> _Wall:
        given = [key for key in _MOISTURE if getattr(self, key) is not None]
        if given and not _is_gas(self.fluid):
            raise key_error(given[0], f'has an effect only in a gas (fluid is "{self.fluid}")')
        if "dew_point" in given and len(given) > 1:
            raise key_error(given[1], "expected either dew_point or relative_humidity with relative_humidity_at")
        if len(given) == 1 and given != ["dew_point"]:
            missing = next(key for key in _MOISTURE[1:] if key not in given)
            raise key_error(missing, f"needed with {given[0]}: a relative humidity holds at one temperature")
        if given:
            self._check_vapour(given[0])
        return self

    def _check_vapour(self, key: str) -> None:
        from jamsu.materials.moist_air import saturation_pressure

        try:
            point = self.stated_dew_point()
        except ValueError as error:
            raise key_error(key, f"{error}; expected a dew_point, or no moisture at all") from None
        if point is not None and float(saturation_pressure(point)) >= self.pressure:
            raise key_error(key, f"the vapour alone would have more than the vessel's pressure, {self.pressure:g} Pa")

    def stated_dew_point(self) -> float | None:
        """Dew point of the gas, K, whichever way its moisture is stated; None where it is not.

        Moisture is stated at the vessel's own pressure: a dew point measured at another one is another one.
        """
        if self.relative_humidity is None or self.relative_humidity_at is None:
            return self.dew_point
        from jamsu.materials.moist_air import dew_point

        return dew_point(self.relative_humidity, self.relative_humidity_at)

    def resistance(self) -> float:
        """Resistance of the flat wall without films, m2 K/W: sum of thickness/conductivity over layers."""
        from jamsu.materials import get_solid

        total = 0.0
        for layer in self.layers:
            if layer.resistance is not None:
                total += layer.resistance
            elif layer.material is not None and layer.thickness is not None:
                total += layer.thickness / float(get_solid(layer.material).conductivity)
        return total


class CylinderVessel(_Wall):
    """A cylinder with flat ends."""

    shape: Literal["cylinder"] = Field(description="A cylinder with flat ends.")
    axis: Literal["x", "y", "z"] = Field(default="x", description='Direction of the axis; "z" stands upright.')
    diameter: VesselLength = Field(description="Inner diameter, m.")
    length: VesselLength = Field(description="Inner length (height of an upright one), m.")


class BoxVessel(_Wall):
    """A rectangular room with its lower corner at the origin."""

    shape: Literal["box"] = Field(description="A rectangular room.")
    size: VesselSize = Field(description="Inner size in x, y, z, m.")


class SphereVessel(_Wall):
    """A sphere with its centre at the origin."""

    shape: Literal["sphere"] = Field(description="A sphere.")
    diameter: VesselLength = Field(description="Inner diameter, m.")


class StlVessel(_Wall):
    """Any closed surface, from an STL file."""

    shape: Literal["stl"] = Field(description="A closed surface from an STL file.")
    file: str = Field(description="The STL file; a relative path starts at the case file's folder.")
    scale: StlScale = Field(default=1.0, description="Metres per unit of the file (0.001 for millimetres).")


Vessel = Annotated[CylinderVessel | BoxVessel | SphereVessel | StlVessel, Field(discriminator="shape")]
