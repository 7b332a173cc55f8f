"""Moist gas: how its moisture is stated, and which surfaces are told of when they are colder than its dew point."""

import numpy as np
import pytest

from jamsu.cases import case_from_text, load_case
from jamsu.cases.errors import CaseError
from jamsu.cases.results.condensation import (
    InnerWall,
    Surface,
    coldest_surface,
    condensation_warnings,
    expected_condensation,
    machine_surfaces,
)

ROOM = """
[site]
seawater_temperature = "12 degC"
[vessel]
shape = "box"
size = "1.6, 1.2, 1.2 m"
fluid = "air"
[solver]
resolution = "300 mm"
"""
# Four patches of 1, 2, 3 and 4 m2 from 10 to 16 degC.
WALL = InnerWall(
    temperature=np.array([14.0, 10.0, 12.0, 16.0]),
    area=np.array([1.0, 2.0, 3.0, 4.0]),
    position=np.array([[0.0, 0, 0], [1.0, 2.0, -0.5], [0, 0, 0], [0, 0, 0]]),
)


def room(*overrides):
    return case_from_text(ROOM, overrides)


def test_a_relative_humidity_is_stated_with_its_temperature():
    """25 degC and 50 %: 13.86 degC (ASHRAE Fundamentals, psychrometrics)."""
    case = room('vessel.relative_humidity="50 %"', "vessel.relative_humidity_at=25 degC")
    assert case.vessel.stated_dew_point() - 273.15 == pytest.approx(13.86, abs=0.02)
    assert room("vessel.dew_point=8 degC").vessel.stated_dew_point() == pytest.approx(281.15)
    assert room().vessel.stated_dew_point() is None


@pytest.mark.parametrize(
    ("overrides", "key", "words"),
    [
        (("vessel.relative_humidity=40 %",), "vessel.relative_humidity_at", "needed with relative_humidity"),
        (("vessel.relative_humidity_at=20 degC",), "vessel.relative_humidity", "needed with relative_humidity_at"),
        (
            ("vessel.dew_point=8 degC", "vessel.relative_humidity=40 %", "vessel.relative_humidity_at=20 degC"),
            "vessel.relative_humidity",
            "expected either dew_point or relative_humidity",
        ),
        (("vessel.fluid=dielectric-oil", "vessel.dew_point=8 degC"), "vessel.dew_point", "only in a gas"),
        (("vessel.dew_point=120 degC",), "vessel.dew_point", "the vapour alone would have more than the vessel's"),
        (
            ("vessel.relative_humidity=0 %", "vessel.relative_humidity_at=20 degC"),
            "vessel.relative_humidity",
            "expected a relative humidity above 0",
        ),
        (
            ("vessel.relative_humidity=120 %", "vessel.relative_humidity_at=20 degC"),
            "vessel.relative_humidity",
            "expected a relative humidity above 0 and of at most 1",
        ),
        (("vessel.dew_piont=8 degC",), "vessel.dew_piont", "dew_point"),
    ],
)
def test_moisture_that_says_too_little_or_too_much(overrides, key, words):
    with pytest.raises(CaseError) as caught:
        room(*overrides)
    assert key in str(caught.value)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_hull_is_named_with_its_coldest_place_and_wet_area():
    (line,) = condensation_warnings(room("vessel.dew_point=13 degC"), [], WALL)
    assert line == (
        "hull: its inner side at x, y, z = 1.00, 2.00, -0.50 m has 10.0 degC, below the gas's dew point of 13.0 degC: "
        "water condenses there, on 5 of 10 m2"
    )
    assert condensation_warnings(room("vessel.dew_point=9.9 degC"), [], WALL) == []


def test_machines_are_grouped_by_kind_and_freeze_below_0():
    surfaces = [
        Surface("coils.A", "its metal", 6.0),
        Surface("coils.B", "its metal", 5.0),
        Surface("coils.C", "its metal", 9.0),
        Surface("coolers.X", "what it supplies", -3.0),
    ]
    coils, coolers = condensation_warnings(room("vessel.dew_point=8 degC"), surfaces, None)
    assert coils.startswith("coils.B and 1 more: its metal has 5.0 degC, below the gas's dew point of 8.0 degC: water")
    assert coolers.startswith("coolers.X: what it supplies has -3.0 degC")
    assert "frost grows" in coolers
    assert coldest_surface(surfaces, WALL.temperature) == -3.0
    assert coldest_surface(surfaces[:3], WALL.temperature + 1) == 5.0
    assert np.isnan(coldest_surface([], None))


def test_air_of_unknown_moisture_is_asked_for_it_and_nitrogen_is_dry():
    (line,) = condensation_warnings(room(), [Surface("coils.A", "its metal", 11.0)], WALL)
    assert line.startswith(
        "vessel.dew_point: not given for air, so condensation is not judged; the coldest surface, hull"
    )
    # 1228/2339 Pa (ASHRAE): 52.5 % relative humidity at 20 degC belong to a dew point of 10 degC.
    assert "has 10.0 degC: air of a higher dew point (53% relative humidity at 20 degC) condenses there" in line
    assert condensation_warnings(room("vessel.fluid=nitrogen"), [], WALL) == []
    assert len(condensation_warnings(room("vessel.fluid=nitrogen", "vessel.dew_point=11 degC"), [], WALL)) == 1


def test_the_surfaces_of_machines_are_as_cold_as_what_cools_them():
    case = load_case("natick2", ("loop.intake_temperature_offset=-2 K",))
    found = machine_surfaces(case, {name: {"water_inlet_temperature": 8.0} for name in case.coils}, {})
    assert [surface.temperature for surface in found] == [8.0] * len(case.coils)
    liquid = machine_surfaces(load_case("box-room"), {}, {"liquid_supply_temperature": 15.0})
    assert {s.name: s.temperature for s in liquid} == {"coolers.west": 18.0, "coolers.east": 18.0, "liquid": 15.0}


def test_before_a_run_surfaces_count_as_cold_as_the_sea():
    moist = ("vessel.dew_point=9 degC", "loop.intake_temperature_offset=-2 K")
    (line,) = expected_condensation(load_case("natick2", moist))
    assert line.startswith("coils.C01 and 11 more: its metal, taken as cold as its entering seawater, has 8.0 degC")
    assert expected_condensation(load_case("natick2")) == []
    assert len(expected_condensation(room())) == 1
    (line,) = expected_condensation(room("vessel.dew_point=13 degC"))
    assert line.startswith("hull: as cold as the sea has 12.0 degC, below the gas's dew point of 13.0 degC")
