"""A value out of all use, such as a rack of milliwatts, is warned of: every quantity has a usual range."""

import pytest
from pydantic import BaseModel

from jamsu.cases import case_from_text, case_text, library_names, load_case
from jamsu.cases.schema import quantities
from jamsu.cases.schema.case import Case
from jamsu.cases.schema.paths import _item, _models
from jamsu.cases.schema.ranges import range_warnings
from jamsu.cases.schema.units import Quantity
from jamsu.cases.schema.usual import quantity_of, unusual_values

# Overrides of natick2, and the start of the one line they bring.
SLIPS = [
    ("racks.R01.power=10 mW", "racks.R01.power: 0.01 W; a power is usually at least 1 W; m is milli, M is mega"),
    ("racks.*.power=20 mW", "racks.R01.power and 11 more: 0.02 W; a power is usually at least 1 W; m is milli"),
    ("racks.R01.power=0.5 W", "racks.R01.power: 0.5 W; a power is usually at least 1 W"),
    (
        "coils.C01.ua=2.2 mW/K",
        "coils.C01.ua: 0.0022 W/K; a conductance is usually at least 1 W/K; m is milli, M is mega",
    ),
    ("coils.C01.water_flow=1 g/s", "coils.C01.water_flow: 0.001 kg/s; a mass flow or volume flow of water is usually"),
    ("coils.C01.fan_power=5 mW", "coils.C01.fan_power: 0.005 W; a power is usually at least 1 W"),
    ("site.current_speed=0.5 mm/s", "site.current_speed: 0.0005 m/s; a speed is usually at least 0.001 m/s"),
    ("site.depth=20 mm", "site.depth: 0.02 m; a depth is usually at least 0.5 m"),
    ("site.salinity=1 mg/kg", "site.salinity: 0.001 g/kg; a salinity is usually at least 0.01 g/kg"),
    ("loop.intake_temperature_offset=2 mK", "loop.intake_temperature_offset: 0.002 K; a temperature difference is us"),
    ("loop.intake_temperature_offset=60 K", "loop.intake_temperature_offset: 60 K; a temperature difference is usual"),
    ("vessel.layers.0.thickness=20 um", "vessel.layers.0.thickness: 2e-05 m; a thickness is usually at least 5e-05 m"),
    ("solver.resolution=1.5 mm", "solver.resolution: 0.0015 m; a cell width is usually at least 0.002 m"),
    ("solver.max_time=1e7 s", "solver.max_time: 1e+07 s; a time is usually at most 1e+06 s"),
    ("coils.C01.area=0.5 cm2", "coils.C01.area: 5e-05 m2; an area is usually at least 0.05 m2"),
]


@pytest.mark.parametrize(("override", "start"), SLIPS, ids=[override for override, _ in SLIPS])
def test_a_slip_of_the_prefix(override, start):
    (line,) = [line for line in range_warnings(load_case("natick2", (override,))) if "usually" in line]
    assert line.startswith(start)
    assert "\n" not in line


def test_a_fan_curve_of_kilopascals():
    curve = 'racks.R01.airflow={law = "fan_curve", flows = "0, 1, 2 m3/s", pressures = "60, 40, 0 kPa"}'
    (line,) = range_warnings(load_case("natick2", (curve,)))
    assert line.startswith("racks.R01.airflow.pressures: 6e+04 Pa; a pressure is usually at most 5000 Pa")


def test_zero_is_none_of_it():
    changes = ("site.current_speed=0 m/s", "racks.R01.fan_power=0 W", "racks.R02.power=0 W")
    assert list(unusual_values(load_case("natick2", changes))) == []


@pytest.mark.parametrize("name", library_names())
def test_the_library_has_usual_values(name):
    assert list(unusual_values(load_case(name))) == []


def test_blocks_and_servers_are_looked_at():
    place = 'position = "0.3, -0.2, -0.2 m"\nsize = "0.1, 0.1, 0.1 m"\n'
    block = f'\n[blocks.B]\nmaterial = "steel"\npower = "3 mW"\n{place}'
    found = list(unusual_values(case_from_text(case_text("natick2") + block)))
    assert [path for path, _ in found] == ["blocks.B.power"]
    server = "racks.A1.servers.0.power"
    assert [path for path, _ in unusual_values(load_case("box-room", (f"{server}=5 mW",)))] == [server]


def quantities_of(model, path=()):
    """Every quantity of a model and those below it, by path."""
    for key, field in model.model_fields.items():
        quantity = quantity_of(field)
        if quantity is not None:
            yield ".".join((*path, key)), quantity
        for kind in filter(None, (field.annotation, _item(field.annotation))):
            for below in _models(kind):
                if issubclass(below, BaseModel):
                    yield from quantities_of(below, (*path, key))


# Another warning or a refusal says it better of these: places in the vessel, the properties' own ranges.
NONE_NEEDED = {"a position", "a temperature of the sea"}
FLUID_SAYS_IT = {"vessel.pressure"}


def test_every_quantity_of_the_schema_has_a_usual_range():
    found = dict(quantities_of(Case))
    assert len(found) > 50
    bare = {path for path, quantity in found.items() if quantity.usual == (None, None)}
    assert {path for path in bare if found[path].kind not in NONE_NEEDED} <= FLUID_SAYS_IT


def test_usual_ranges_lie_within_the_allowed_ones():
    known = [value for value in vars(quantities).values() if isinstance(value, Quantity)]
    known += [quantity for _, quantity in quantities_of(Case)]
    for quantity in known:
        low, high = quantity.usual
        least = [bound for bound in (quantity.low, quantity.above, 0.0) if bound is not None]
        assert low is None or low > max(least)
        assert high is None or quantity.high is None or high < quantity.high
        assert low is None or high is None or low < high
