"""The report's tables: what is marked, what is missing, what is said loudly."""

import io
import math

from fake_runner import summary
from rich.console import Console

from jamsu import report


def printed(found, **options):
    stream = io.StringIO()
    report.print_report(found, Console(file=stream, width=110, highlight=False, **options))
    return stream.getvalue()


def test_the_key_numbers():
    text = printed(summary(result="natick2.vtkhdf"))
    assert "24.5 ± 0.05 °C (rack r2)" in text
    assert "A1, all inlets within the recommended 18 to 27 °C" in text
    assert "3.60 %" in text  # hull
    assert "0.10 %" in text  # 40 W of 40 kW
    assert "1 min 02 s, of it compiling 20.0 s (5 programs), solving 40.0 s" in text


def test_indices_of_the_gas_where_they_are_known():
    found = summary()
    assert "RTI" not in printed(found)
    for rti, words in ((99.0, "99.0 %\n"), (120.4, "hot gas recirculates"), (80.0, "cold gas bypasses the racks")):
        found["kpis"] |= {"rti": rti, "shi": 0.2147}
        text = "\n".join(line.rstrip() for line in printed(found).splitlines())
        assert words in text
        assert "0.215" in text
        assert "H1" not in text
    found["kpis"]["h1_range"] = "allowable"
    assert "allowable" in printed(found)


def test_class_is_bare_outside_the_recommended_range():
    racks = summary(hottest=31.0)["racks"]
    assert report.class_text("A1", racks) == "A1"
    assert report.class_text(None, racks) == report.MISSING
    assert report.class_text("none", racks) == "none"


def test_what_is_not_there_is_a_dash():
    found = summary()
    found["racks"]["r1"]["inlet_temperature"] = math.nan
    found["kpis"]["seawater_rise"] = None
    found["balance"]["it_power"] = 0.0
    found["coils"], found["sinks"]["coils"] = {}, []
    text = printed(found)
    assert "– K" in text
    assert "– %" in text
    assert "Coils" not in text


def test_a_room_on_land_has_no_coils_no_hull_and_no_sea():
    found = summary()
    unit = {"duty": 39e3, "gas_flow": 1.25, "gas_inlet_temperature": 33.5, "gas_outlet_temperature": 18.0}
    found["coils"] = {"crac": unit}
    found["sinks"] = {"coils": [], "coolers": ["crac"], "outside": "adiabatic", "liquid": False}
    del found["kpis"]["hull_share"], found["kpis"]["seawater_rise"]
    text = printed(found)
    assert not any(word in text for word in ("Coils", "coils", "hull", "seawater", "liquid", "walls"))
    lines = [[cell.strip() for cell in line.split("│")] for line in text.splitlines()]
    assert ["crac", "39.00", "1.250", "33.5", "18.0"] in lines
    assert "to the cooling units" in text
    found["sinks"] |= {"outside": "film", "liquid": True}
    found["kpis"]["hull_share"] = 0.036
    text = printed(found)
    assert "through the walls  " in text
    assert "share of heat through the walls" in text
    assert "to the liquid loop" in text


def test_absurd_temperatures_are_printed_as_they_are():
    found = summary(hottest=131.7)
    found["racks"]["r2"]["ashrae_class"] = found["kpis"]["ashrae_class"] = "none"
    assert "131.7" in printed(found)
    assert "none" in printed(found)


def test_not_converged_comes_first_and_names_in_brackets_survive():
    found = summary(status="not-converged")
    found["racks"] = {"[r1]": found["racks"]["r1"]}
    text = printed(found)
    assert text.startswith("not-converged: ")
    assert "[r1]" in text


def test_colours_only_where_asked_for(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[1;32m" in printed(summary(), force_terminal=True, color_system="standard")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "[1;32m" not in printed(summary(), force_terminal=True)


def test_a_flow_that_meanders_says_so():
    found = summary()
    found["kpis"] |= {"hottest_inlet_uncertainty": 0.31, "hottest_inlet_time_scale": 20.0}
    assert "meanders" not in printed(found)  # by 0.05 K
    found["kpis"]["hottest_inlet_spread"] = 1.3
    text = " ".join(printed(found).split())
    assert "it meanders │ by 1.30 K over some 40 s" in text
    assert "its mean is known to │ ± 0.31 K (95 %)" in text
