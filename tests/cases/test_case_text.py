"""A case written as TOML text and read again: the very same floats, texts and lists."""

import random

import pytest

from jamsu import cases

# Key, unit, and between which numbers to draw.
QUANTITIES = (
    ("site.seawater_temperature", "degC", 2, 30),
    ("site.current_speed", "knot", 0, 2),
    ("vessel.pressure", "bar", 0.9, 1.1),
    ("racks.*.power", "kW", 1, 20),
    ("racks.*.airflow.rise", "K", 5, 20),
    ("coils.*.ua", "kW/K", 1, 3),
    ("coils.*.water_flow", "L/s", 0.5, 2),
    ("solver.tolerance", "", 1e-3, 1e-2),
)


def test_floats_come_back_bit_for_bit():
    draw = random.Random(11)
    for _ in range(20):
        overrides = [f"{key}={draw.uniform(low, high)!r} {unit}".strip() for key, unit, low, high in QUANTITIES]
        case = cases.load_case("natick2", overrides)
        again = cases.case_from_text(case.to_toml())
        assert again == case
        assert again.to_toml() == case.to_toml()  # a fingerprint of either is the same


@pytest.mark.parametrize(
    "text", ['"quoted"', "two\nlines, CR\r\n", "back\\slash", "\t\x7f\x01", "잠수 20 °C", "[a] = 'b' # c"]
)
def test_any_text_comes_back(text):
    case = cases.load_case("natick2").model_copy(update={"description": text})
    assert cases.case_from_text(case.to_toml()).description == text


def test_lists_of_tables_come_back():
    case = cases.load_case("box-room")
    text = case.to_toml()
    assert "[[racks.A1.servers]]" in text
    assert cases.case_from_text(text).racks["A1"].servers == case.racks["A1"].servers
    changed = cases.case_from_text(text.replace('power = "1.6 kW"', 'power = "1.7 kW"', 1))
    assert changed != case  # the comparison can fail
