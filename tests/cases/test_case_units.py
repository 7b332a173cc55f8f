"""Quantities: any unit of the right dimension, exact to SI and back, everything else refused."""

import math
from typing import Any, get_args

import numpy as np
import pytest
from pydantic import BaseModel, ValidationError

from jamsu.cases.schema import quantities as base


def read(kind, value):
    """`value` read as a field of type `kind`."""
    model: Any = type("Model", (BaseModel,), {"__annotations__": {"x": kind}, "__module__": __name__})
    return model.model_validate({"x": value}).x


# SI values by hand: 1 cfm = 0.3048^3/60 m3/s; 1 knot = 1852/3600 m/s; 1 BTU(IT)/h = 0.29307107 W.
@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (base.Power, "240 kW", 240e3),
        (base.Power, "1e-3MW", 1e3),
        (base.Power, "240kW", 240e3),
        (base.Temperature, "12 degC", 285.15),
        (base.Temperature, "12 °C", 285.15),
        (base.Temperature, "285 K", 285.0),
        (base.Temperature, "53.6 degF", 285.15),
        (base.TemperatureRise, "12 K", 12.0),
        (base.TemperatureRise, "12 delta_degC", 12.0),
        (base.TemperatureRise, "18 delta_degF", 10.0),
        (base.Speed, "1 knot", 1852 / 3600),
        (base.PositiveFlow, "1000 cfm", 1000 * 0.3048**3 / 60),
        (base.PositiveFlow, "1.2 m3/s", 1.2),
        (base.FlowPerPower, "125 cfm/kW", 125 * 0.3048**3 / 60 / 1e3),
        (base.MassFlow, "3.6 t/h", 1.0),
        (base.Pressure, "1 atm", 101325.0),
        (base.Conductance, "2.2 kW/K", 2200.0),
        (base.FilmCoefficient, "500 W/m2/K", 500.0),
        (base.FilmCoefficient, "500 W/(m^2 K)", 500.0),
        (base.FilmCoefficient, "500 W/m²/K", 500.0),
        (base.ThermalResistance, "7e-5 m2 K/W", 7e-5),
        (base.ThermalResistance, "seawater-30-days-summer", 7.01e-5),
        (base.ThermalResistance, "clean", 0.0),
        (base.Salinity, "35 g/kg", 35.0),
        (base.Salinity, "35 psu", 35.0),
        (base.Share, 0.87, 0.87),
        (base.Share, "87 %", 0.87),
        (base.Position, "1, -0.65, 2 m", (1.0, -0.65, 2.0)),
        (base.Position, ["1 m", "-65 cm", "2000 mm"], (1.0, -0.65, 2.0)),
    ],
)
def test_reads_in_si(kind, text, expected):
    assert read(kind, text) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        (base.Power, 240, "missing unit"),
        (base.Power, "240", "missing unit"),
        (base.ThermalResistance, "sea-water", "did you mean 'seawater'"),
        (base.ThermalResistance, "nan m2*K/W", "finite number"),
        (base.ThermalResistance, "thick", "or a number and a unit, such as"),
        (base.Power, "240 kg", "wrong unit 'kg'"),
        (base.Power, "240 kWx", "unknown unit 'kWx'"),
        (base.Power, "-1 kW", "zero or more"),
        (base.Power, "nan kW", "finite"),
        (base.Power, "inf kW", "finite"),
        (base.Power, math.nan, "finite"),
        (base.Power, "much", "a number and a unit"),
        (base.Power, True, "a number and a unit"),
        (base.Temperature, "12 delta_degC", "wrong unit"),
        (base.Temperature, "-300 degC", "at least -100 degC"),
        (base.TemperatureRise, "12 degC", "wrong unit"),
        (base.PositiveFlow, "1 kg/s", "wrong unit"),
        (base.Share, 1.2, "from 0 to 1"),
        (base.Position, "1, 2 m", "expected 3 values (x, y, z)"),
        (base.Position, ["1 m", "2 m"], "got 2"),
        (base.Position, "1, two, 3 m", "'two' is not a number"),
        (base.Position, "1, nan, 3 m", "finite"),
        (base.Size, "1, 0, 3 m", "above 0"),
        (base.Power, "1 kW; import os", "unknown unit"),
        (base.Power, "1 {kW}", "unknown unit"),
    ],
)
def test_refuses(kind, value, words):
    with pytest.raises(ValidationError) as caught:
        read(kind, value)
    assert words in caught.value.errors()[0]["msg"]


def test_written_text_reads_back_exactly():
    rng = np.random.default_rng(1)
    for kind, values in (
        (base.Power, 10 ** rng.uniform(-3, 7, 200)),
        (base.Temperature, rng.uniform(200, 400, 200)),
        (base.Temperature, 273.15 + np.arange(0, 40, 0.1)),
        (base.Thickness, np.arange(1, 100) / 1000),
    ):
        quantity = get_args(kind)[1]
        for value in map(float, values):
            assert quantity.parse(quantity.format(value)) == value
