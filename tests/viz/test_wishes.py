"""What a user asks of a picture, as text with units."""

import pytest

from jamsu.cases.errors import CaseError
from jamsu.viz.wishes import Slice, read_range, read_slice, read_time


def test_ranges_have_the_unit_of_the_field():
    assert read_range("15,32 degC", "degC") == (15.0, 32.0)
    assert read_range("288.15, 305.15 K", "degC") == (15.0, 32.0)
    assert read_range("0, 50 cm/s", "m s-1") == (0.0, 0.5)
    assert read_range("0, 1", "1") == (0.0, 1.0)


@pytest.mark.parametrize(
    ("text", "units", "message"),
    [
        ("15,32", "degC", r"range: 15,32: missing unit: expected .* such as \"18 degC\""),
        ("15,32 m", "degC", "range: 15,32 m: wrong unit"),
        ("32,15 degC", "degC", "range: 32,15 degC: expected the lower end first"),
        ("15 degC", "degC", r"range: 15 degC: expected 2 values \(low, high\)"),
        ("a,b", "1", "range: a,b: expected two numbers"),
        ("nan,1", "1", "expected the lower end first"),
    ],
)
def test_ranges_that_make_no_sense(text, units, message):
    with pytest.raises(CaseError, match=message) as caught:
        read_range(text, units)
    assert "\n" not in str(caught.value)


def test_places_and_times():
    assert read_slice("z = 120 cm") == Slice(2, 1.2)
    assert read_slice("x=-0.5 m") == Slice(0, -0.5)
    assert read_time("2 min") == 120.0


@pytest.mark.parametrize("text", ["z", "w=1 m", "z=1", "z=1 s", "z=one m", ""])
def test_places_that_make_no_sense(text):
    with pytest.raises(CaseError, match=r"^slice: "):
        read_slice(text)


@pytest.mark.parametrize("text", ["90", "90 m", "soon"])
def test_times_that_make_no_sense(text):
    with pytest.raises(CaseError, match=r"^time: "):
        read_time(text)
