"""ASHRAE classes and cooling indices against the limits as published and sums done by hand."""

import math

import numpy as np
import pytest

from jamsu.cases.results import ashrae


@pytest.mark.parametrize(
    ("inlets", "expected"),
    [
        ([18.0, 27.0], "A1"),
        ([15.0, 32.0], "A1"),  # limits belong to the class
        ([14.99, 20.0], "A2"),
        ([20.0, 32.01], "A2"),
        ([9.0, 20.0], "A3"),
        ([20.0, 39.0], "A3"),
        ([5.0, 45.0], "A4"),
        ([4.9, 20.0], "none"),
        ([20.0, 110.0], "none"),
        ([20.0, math.nan], "A1"),  # a unit without flow has no inlet
        ([math.nan], "none"),
        ([math.inf], "none"),
    ],
)
def test_class_met(inlets, expected):
    assert ashrae.class_met(inlets) == expected


def test_each_class_contains_the_stricter_one():
    for stricter, wider in zip(ashrae.AIR_CLASSES, ashrae.AIR_CLASSES[1:], strict=False):
        assert wider.allowable.holds(*stricter.allowable)
        assert stricter.allowable.holds(*stricter.recommended)


@pytest.mark.parametrize(
    ("inlets", "expected"),
    [([18, 22], "recommended"), ([17, 22], "allowable"), ([5, 25], "allowable"), ([20, 25.1], "none")],
)
def test_high_density(inlets, expected):
    assert ashrae.high_density_met(inlets) == expected


def test_recommended():
    assert ashrae.within_recommended([18.0, 27.0])
    assert not ashrae.within_recommended([18.0, 27.1])
    assert not ashrae.within_recommended([18.0, 23.0], "H1")
    assert not ashrae.within_recommended([math.nan])


def test_rack_cooling_index_by_hand():
    # Four inlets, class A1 (recommended 18..27, allowable 15..32): 2 K over in one, 1 K under in another.
    index = ashrae.rack_cooling_index([29.0, 17.0, 20.0, 27.0])
    assert index.high == pytest.approx(100 * (1 - 2 / (5 * 4)))
    assert index.low == pytest.approx(100 * (1 - 1 / (3 * 4)))
    assert ashrae.rack_cooling_index([18.0, 27.0]) == (100.0, 100.0)
    assert ashrae.rack_cooling_index(np.full((3, 4), 32.0)).high == pytest.approx(0.0)
    assert ashrae.rack_cooling_index([47.0]).high == pytest.approx(-300.0)  # far too hot is not clipped
    assert all(math.isnan(v) for v in ashrae.rack_cooling_index([math.nan]))


def test_return_temperature_index():
    assert ashrae.return_temperature_index(30.0, 18.0, 12.0) == pytest.approx(100.0)
    assert ashrae.return_temperature_index(27.0, 18.0, 12.0) == pytest.approx(75.0)  # bypass
    assert ashrae.return_temperature_index(36.0, 18.0, 12.0) == pytest.approx(150.0)  # recirculation
    assert math.isnan(ashrae.return_temperature_index(30.0, 18.0, 0.0))


def test_supply_heat_index():
    # Flows 1 and 3: (1*2 + 3*0) / (1*12 + 3*10) = 2/42.
    assert ashrae.supply_heat_index([1, 3], [20, 18], [30, 28], 18.0) == pytest.approx(2 / 42)
    assert ashrae.supply_heat_index([1, 3, math.nan], [20, 18, 25], [30, 28, 40], 18.0) == pytest.approx(2 / 42)
    assert math.isnan(ashrae.supply_heat_index([1.0], [18.0], [18.0], 18.0))


def test_unknown_class_names_the_known_ones():
    with pytest.raises(KeyError, match=r"A9.*A1, A2, A3, A4, H1"):
        ashrae.rack_cooling_index([20.0], "A9")
