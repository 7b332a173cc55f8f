"""The library: every case loads, survives being written out, and says what is published in it."""

import re
import tomllib
from importlib import resources

import pytest

from jamsu import cases
from jamsu.cases.schema.case import CylinderVessel
from jamsu.cases.schema.paths import chosen_model

NAMES = ("box-room", "hainan-cabin", "lingang-deck", "natick2", "ulsan-20m", "ulsan-ai")


def test_library_names():
    assert cases.library_names() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_case_survives_being_written(name):
    case = cases.load_case(name)
    again = cases.case_from_text(case.to_toml())
    assert again == case
    assert again.name == name


# Published (sources in the case files): Natick-2 240 kW in 12 racks; Lingang 48 of 192 racks of 12 kW.
@pytest.mark.parametrize(
    ("name", "racks", "power"),
    [
        ("natick2", 12, 240e3),
        ("hainan-cabin", 24, 240e3),
        ("lingang-deck", 48, 576e3),
        ("ulsan-20m", 8, 120e3),
        ("ulsan-ai", 10, 360e3),
        ("box-room", 8, 32e3),
    ],
)
def test_racks_and_power(name, racks, power):
    case = cases.load_case(name)
    assert len(case.racks) == racks
    assert case.it_power == pytest.approx(power)


def test_natick_in_si():
    case = cases.load_case("natick2")
    assert case.site.seawater_temperature == pytest.approx(283.15)
    assert case.site.current_speed == 0.5
    assert isinstance(case.vessel, CylinderVessel)
    assert (case.vessel.length, case.vessel.diameter) == (12.2, 2.8)
    assert case.racks["R12"].position == pytest.approx((10.75, -0.65, -0.95))
    assert case.coils["C12"].rack == "R12"
    assert case.coils["C12"].ua == 2200.0
    assert case.solver.resolution == pytest.approx(0.075)
    assert sum(case.racks["R01"].unit_powers) == pytest.approx(20e3)


def test_liquid_share_of_the_artificial_intelligence_racks():
    rack = cases.load_case("ulsan-ai").racks["AI2"]
    assert rack.liquid_power == pytest.approx(104.4e3)
    assert rack.gas_power == pytest.approx(15.6e3)


def test_box_room_passes_gas_only_through_filled_units():
    rack = cases.load_case("box-room").racks["B3"]
    assert sum(rack.unit_open) == 24
    assert rack.unit_powers[1] == 0.0
    assert rack.unit_powers[2] == pytest.approx(150.0)
    assert sum(rack.unit_powers) == pytest.approx(rack.power)


def _natick_lines() -> list[str]:
    return (resources.files("jamsu.cases.library") / "natick2.toml").read_text(encoding="utf-8").splitlines()


def test_every_key_of_natick_says_where_it_comes_from():
    keys = [line for line in _natick_lines() if re.match(r"\s*[A-Za-z_0-9]+ = (?!\[ )", line)]
    keys = [line for line in keys if not line.endswith(" = [")]
    assert len(keys) > 60
    said = re.compile(r"#.*(published|assumed|results|pictures|free text)")
    silent = [line for line in keys if not said.search(line)]
    assert silent == []


def test_natick_says_how_a_run_in_time_begins():
    lines = _natick_lines()
    start = next(i for i, line in enumerate(lines) if line.startswith("mode = "))
    stop = next(i for i, line in enumerate(lines) if line.startswith("tolerance = "))
    said = " ".join(line.lstrip("# ") for line in lines[start:stop])
    for words in ("from power-on", "have the sea's temperature", "the gas rests", "power is switched on at once"):
        assert words in said


def _shown_keys(text: str) -> set[str]:
    keys = re.findall(r"(?:^|[{,]|#)\s*([a-z_]+) = ", text, flags=re.MULTILINE)
    tables = re.findall(r"^\[\w+\.\w+\.(\w+)\]", text, flags=re.MULTILINE)
    return {*keys, *tables}


def test_natick_shows_every_key_of_the_schema():
    """The input reference is complete: no key of the schema is missing from it (room units: box-room)."""
    from jamsu.cases.schema import airflow
    from jamsu.cases.schema import case as schema
    from jamsu.cases.schema.cooling import Outlet, Throw

    shown = _shown_keys("\n".join(_natick_lines()))
    models = (
        schema.Site,
        schema.CylinderVessel,
        schema.BoxVessel,
        schema.StlVessel,
        schema.Layer,
        schema.Rack,
        schema.Servers,
        *airflow.MODELS.values(),
        schema.Coil,
        schema.Loop,
        schema.Liquid,
        schema.Fan,
        schema.Panel,
        schema.Block,
        schema.Probe,
        schema.Solver,
    )
    missing = {f"{m.__name__}.{key}" for m in models for key in m.model_fields if key not in shown}
    assert missing == set()
    room = (resources.files("jamsu.cases.library") / "box-room.toml").read_text(encoding="utf-8")
    for model in (schema.Cooler, schema.Opening, Outlet, Throw):
        assert set(model.model_fields) <= _shown_keys(room)


def test_natick_alternatives_are_right(tmp_path):
    """The commented-out tables of the input reference load when their comment marks are taken away."""
    lines = _natick_lines()
    start = next(i for i, line in enumerate(lines) if line.startswith("# [liquid]"))
    stop = next(i for i, line in enumerate(lines) if line.startswith("# [coolers.A]"))
    extra = "\n".join(line.removeprefix("#").strip() for line in lines[start:stop])
    case = cases.case_from_text("\n".join(lines) + "\n" + extra)
    assert case.liquid is not None
    assert set(case.panels) == {"bulkhead"}
    assert set(case.fans) == {"F1"}
    assert set(case.blocks) == {"transformer"}


def test_every_field_is_described():
    from jamsu.cases.schema.case import Case

    def walk(model, seen):
        for name, field in model.model_fields.items():
            assert field.description, f"{model.__name__}.{name}"
            inner = chosen_model(field.annotation, None)
            if inner and inner not in seen:
                walk(inner, seen | {inner})

    walk(Case, {Case})


def test_text_is_toml_with_units():
    tree = tomllib.loads(cases.load_case("natick2").to_toml())
    assert tree["site"]["seawater_temperature"] == "10 degC"
    assert tree["racks"]["R02"]["power"] == "20 kW"
    assert "like" not in tree["racks"]["R02"]
