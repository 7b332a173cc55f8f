"""The measured room: every mechanism makes a case, its strips are compared as they should be."""

from types import SimpleNamespace

import numpy as np
import pytest

import jamsu.cases.run.runner
from jamsu.benchmarks import registry
from jamsu.benchmarks.pod2 import MEASURED, MECHANISMS, room_text
from jamsu.cases.reading.loader import case_from_text


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_a_mechanism_switches_what_it_names(mechanism):
    case = case_from_text(room_text(mechanism, 0.124, 1200.0), name="pod2")
    rack, outlet = case.racks["R05"], case.coolers["HDZ03"].outlet
    on = {mechanism} if mechanism != "all" else set(MECHANISMS)
    assert (rack.empty_units == "open") == ("empty_units" in on)
    assert (rack.leakage_area is not None) == ("leakage" in on)
    assert (rack.exhaust_area is not None) == ("openings" in on)
    assert outlet.is_jet == ("openings" in on)
    assert case.it_power == pytest.approx(70860)
    assert sum(len(probe.points) for probe in case.probes.values()) == 24


def test_errors_are_those_of_the_strips(monkeypatch):
    def solved(case):
        off = {"inlet": 1.0, "rear": -2.0}
        probes = {}
        for side in off:
            for group, row in zip(MEASURED["groups"], MEASURED[side], strict=True):
                probes[f"{side}-{group}"] = {"temperature": (np.array(row) + off[side]).tolist()}
        probes["rear-R01-R03"]["temperature"][0] += 4.0
        racks = {name: {"passage_flow": -0.01} for name in case.racks}
        return SimpleNamespace(summary={"status": "converged", "probes": probes, "racks": racks, "cells": 1})

    monkeypatch.setattr(jamsu.cases.run.runner, "run_case", solved)
    found = registry.run("pod2", {"mechanism": "every"})
    assert found["mechanisms"] == list(MECHANISMS)
    assert found["inlet_error"] == pytest.approx([1.0] * 5)
    assert found["inlet_bias"] == pytest.approx([1.0] * 5)
    assert found["rear_error"] == pytest.approx([2.0] * 5)
    assert found["rear_bias"] == pytest.approx([-2.0 + 4 / 12] * 5)
    assert found["passage_flow"] == pytest.approx([-0.12] * 5)
