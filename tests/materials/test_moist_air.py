"""Water vapour: saturation and dew points against published tables."""

import numpy as np
import pytest
from CoolProp.HumidAirProp import HAPropsSI

from jamsu.materials.moist_air import dew_point, saturation_pressure

# degC, Pa. ASHRAE Handbook Fundamentals (2005, chapter 6, table 3; Hyland & Wexler 1983): over ice, then over water.
ASHRAE = [
    (-40.0, 12.85),
    (-20.0, 103.24),
    (-10.0, 259.87),
    (0.0, 611.2),
    (10.0, 1228.0),
    (20.0, 2338.8),
    (30.0, 4246.2),
]
# K, Pa: IAPWS-95 in Wagner & Pruss 2002, table 13.1; IAPWS R14-08 (2011), table 3.
IAPWS = [(273.16, 611.655), (300.0, 3536.8), (350.0, 41682.0), (373.124, 101325.0), (230.0, 8.94735)]


@pytest.mark.parametrize(("celsius", "pascal"), ASHRAE)
def test_saturation_of_ashrae(celsius, pascal):
    assert float(saturation_pressure(celsius + 273.15)) == pytest.approx(pascal, rel=1e-3)


@pytest.mark.parametrize(("kelvin", "pascal"), IAPWS)
def test_saturation_of_iapws(kelvin, pascal):
    assert float(saturation_pressure(kelvin)) == pytest.approx(pascal, rel=5e-5)


def test_saturation_rises_without_a_jump_at_the_triple_point():
    values = saturation_pressure(np.linspace(180.0, 400.0, 2001))
    assert np.all(np.diff(values) > 0)
    assert float(saturation_pressure(273.16 - 1e-9)) == pytest.approx(float(saturation_pressure(273.16)), rel=1e-5)


# degC, relative humidity, dew point in degC: psychrometric chart (ASHRAE Fundamentals), 13.86 and 9.27 for rooms.
@pytest.mark.parametrize(("celsius", "humidity", "expected"), [(25.0, 0.5, 13.86), (20.0, 0.5, 9.27)])
def test_dew_points_of_rooms(celsius, humidity, expected):
    assert dew_point(humidity, celsius + 273.15) - 273.15 == pytest.approx(expected, abs=0.03)


@pytest.mark.parametrize("pressure", [5e4, 101325.0, 3e5])
@pytest.mark.parametrize(("celsius", "humidity"), [(40.0, 0.1), (25.0, 0.5), (15.0, 0.95), (20.0, 0.08)])
def test_dew_points_of_real_moist_air(pressure, celsius, humidity):
    """The enhancement factor, which is left out, stands on both sides (ASHRAE RP-1485, as CoolProp has it)."""
    expected = HAPropsSI("D", "T", celsius + 273.15, "R", humidity, "P", pressure)
    assert dew_point(humidity, celsius + 273.15) == pytest.approx(expected, abs=0.06)


def test_saturated_gas_is_at_its_dew_point():
    assert dew_point(1.0, 290.0) == pytest.approx(290.0, abs=1e-9)


@pytest.mark.parametrize("humidity", [0.0, -0.1, 1.01, float("nan")])
def test_impossible_humidities(humidity):
    with pytest.raises(ValueError, match="relative humidity must be above 0"):
        dew_point(humidity, 290.0)


def test_drier_than_any_table():
    with pytest.raises(ValueError, match="below 150 K"):
        dew_point(1e-14, 290.0)
