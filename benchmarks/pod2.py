"""A measured room: 12 racks, 71 kW, four cooling units (RISE SICS North, POD 2), at 24 temperatures on eight strips.

Two rows of six racks breathe from the outer aisles into the middle one; cooling units stand at both walls, blow into
the outer aisles and draw in at their tops. Beyond y = 3.72 m the room is closed up to z = 2.25 m. `pod2.json` holds
what was measured and published. Rack flows were not measured: they are the fans' speeds times 6.2e-6 m3/s per rpm and
server, between what a heat balance of the loaded racks gives (5.6 to 6.8e-6). The cooling units' places are moved by up
to 9 cm, so that the grid's planes meet.

The room may do what the plainest model forbids. Each mechanism alone, with what is not published said:

    empty_units  the 24 of 44 height units that no chassis fills are open (what closes them is not published: assumed
                 open), with the loss of a sharp-edged entrance
    leakage      a gap of 20 mm under each rack (assumed; racks stand on feet or castors)
    openings     chassis openings 0.45 m wide (published), so that 0.45 m2 of a rack blow out; the units' outlets half
                 free (assumed: grilles have some 50 %), the jet twice as fast as the flow over the whole outlet
    all          the three together
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jamsu.benchmarks.registry import Parameter, benchmark

MEASURED = json.loads(Path(__file__).with_name("pod2.json").read_text(encoding="utf-8"))
MECHANISMS = ("none", "empty_units", "leakage", "openings", "all")
UNITS = ([7, 8], [9, 10], [11, 12], [15, 16], [17, 18], [24, 25], [26, 27], [28, 29], [32, 33], [34, 35])  # of 50 mm
RACK = (0.88, 0.62, 2.2)  # m
UNIT_FLOW = 2.2  # m3/s of a cooling unit at full fan signal
GAP = 0.02  # m under a rack
CHASSIS = 0.45, 0.1  # m, opening of a chassis
FOAM = {"material": "polyurethane-insulation"}
GRILLE = 0.5  # free share of an outlet


@benchmark(
    "pod2",
    "A measured server room, with what it may do that the plainest model forbids; minutes for each mechanism",
    parameters={
        "mechanism": Parameter(
            "name", "every", "", "one of them, or every one in turn", choices=("every", *MECHANISMS)
        ),
        "resolution": Parameter("number", 0.124, "m", "largest cell", minimum=0.05, maximum=0.3),
        "max_time": Parameter("number", 1200.0, "s", "of the flow, after which a run gives up", minimum=1.0),
    },
    gives={
        "mechanisms": ("", "in the order of the lists"),
        "converged": ("", "whether each run settled"),
        "inlet_error": ("K", "mean absolute error of the 12 temperatures before the racks"),
        "inlet_bias": ("K", "mean of computed less measured there"),
        "rear_error": ("K", "mean absolute error of the 12 temperatures behind the racks"),
        "rear_bias": ("K", "mean of computed less measured there"),
        "passage_flow": ("m3/s", "gas past the servers of all racks, from front to rear"),
        "strips": ("degC", "by mechanism and side: heights of each group of racks"),
        "measured": ("degC", "the same, measured"),
        "heights": ("m", "of the strips' points"),
        "cells": ("", "of the last grid"),
    },
)
def pod2(mechanism: str, resolution: float, max_time: float) -> dict[str, Any]:
    """Solve the room with one mechanism, or with each in turn."""
    import numpy as np

    from jamsu.cases.reading.loader import case_from_text
    from jamsu.cases.run.runner import run_case

    chosen = MECHANISMS if mechanism == "every" else (mechanism,)
    found: dict[str, Any] = {"mechanisms": list(chosen), "strips": {}, "heights": MEASURED["heights"]}
    found["measured"] = {side: MEASURED[side] for side in ("inlet", "rear")}
    for name in chosen:
        run = run_case(case_from_text(room_text(name, resolution, max_time), name="pod2"))
        found.setdefault("converged", []).append(run.summary["status"] == "converged")
        told = run.summary["probes"]
        found["strips"][name] = {
            side: [told[f"{side}-{group}"]["temperature"] for group in MEASURED["groups"]] for side in ("inlet", "rear")
        }
        for side in ("inlet", "rear"):
            off = np.array(found["strips"][name][side]) - np.array(MEASURED[side])
            found.setdefault(f"{side}_error", []).append(float(np.mean(np.abs(off))))
            found.setdefault(f"{side}_bias", []).append(float(np.mean(off)))
        flows = [rack["passage_flow"] for rack in run.summary["racks"].values()]
        found.setdefault("passage_flow", []).append(float(np.sum(flows)))
        found["cells"] = run.summary["cells"]
    return found


def room_text(mechanism: str, resolution: float, max_time: float) -> str:
    """The room as a case file."""
    import tomli_w

    return tomli_w.dumps(room(mechanism, resolution, max_time))


def room(mechanism: str, resolution: float, max_time: float) -> dict[str, Any]:
    """The room as the tree of a case."""
    case: dict[str, Any] = {
        "name": "pod2",
        "title": "POD 2, RISE SICS North: 12 racks, 71 kW, four cooling units",
        "vessel": {"shape": "box", "size": "6.95, 4.87, 3.0 m", "fluid": "air", "outside": "adiabatic"},
        "racks": {f"R{number + 1:02d}": _rack(number, mechanism) for number in range(12)},
        "coolers": {f"HDZ{number + 1:02d}": _cooler(number, mechanism) for number in range(4)},
        "blocks": {
            "end": {"position": "0, 3.72, 0 m", "size": "6.95, 1.15, 2.25 m", **FOAM},
            "beam1": {
                "position": "2.5, 0, 2.65 m",
                "size": "0.25, 4.87, 0.35 m",
                "material": "polyurethane-insulation",
            },
            "beam2": {
                "position": "4.5, 0, 2.65 m",
                "size": "0.25, 4.87, 0.35 m",
                "material": "polyurethane-insulation",
            },
        },
        "probes": {},
        "solver": {"resolution": f"{resolution} m", "averaging_time": "60 s", "max_time": f"{max_time} s"},
    }
    heights = ", ".join(map(str, MEASURED["heights"])) + " m"
    for side in ("inlet", "rear"):
        for group, x, y in zip(MEASURED["groups"], MEASURED[f"{side}_x"], MEASURED["strip_y"], strict=True):
            case["probes"][f"{side}-{group}"] = {"place": f"{x}, {y} m", "heights": heights}
    return case


def _rack(number: int, mechanism: str) -> dict[str, Any]:
    """A rack: right row from far (R01) to near, left row from near (R07) to far."""
    right = number < 6
    y = (5 - number if right else number - 6) * RACK[1]
    powers = MEASURED["rack_power"]
    power = powers[number] + (MEASURED["power"] - sum(powers)) / len(powers)  # what servers do not see, evenly
    rack: dict[str, Any] = {
        "position": f"{4.37 if right else 1.79}, {y:.4g}, 0.0 m",
        "size": ", ".join(map(str, RACK)) + " m",
        "front": "+x" if right else "-x",
        "height_units": 44,
        "servers": [{"units": units, "power": f"{power / len(UNITS)} W"} for units in UNITS],
        "airflow": {"law": "fixed", "flow": f"{MEASURED['rack_flow'][number]} m3/s"},
    }
    if mechanism in ("empty_units", "all"):
        rack["empty_units"] = "open"
    if mechanism in ("leakage", "all"):
        rack["leakage_area"] = f"{GAP * RACK[1]} m2"
    if mechanism in ("openings", "all"):
        rack["opening_width"] = f"{CHASSIS[0]} m"
        rack["exhaust_area"] = f"{len(UNITS) * CHASSIS[0] * CHASSIS[1]} m2"
    return rack


def _cooler(number: int, mechanism: str) -> dict[str, Any]:
    """A cooling unit: 1 and 2 at the right wall, 3 and 4 at the left one."""
    right, far = number < 2, number in (0, 3)
    x, y = (6.44 if right else 0.0), (2.232 if far else 0.62)
    lower, upper = (y + 0.124, 0.1), (y + 1.116, 1.9)
    outlet: dict[str, Any] = {
        "face": "-x" if right else "+x",
        "lower": f"{lower[0]:.4g}, {lower[1]} m",
        "upper": f"{upper[0]:.4g}, {upper[1]} m",
    }
    if mechanism in ("openings", "all"):
        outlet["free_area"] = f"{GRILLE * (upper[0] - lower[0]) * (upper[1] - lower[1])} m2"
    return {
        "position": f"{x}, {y}, 0.0 m",
        "size": "0.51, 1.24, 2.55 m",
        "outlet": outlet,
        "intake": {"face": "+z", "lower": f"{x}, {y} m", "upper": f"{x + 0.51}, {y + 1.24:.4g} m"},
        "supply_temperature": f"{MEASURED['cooler_supply'][number]} degC",
        "flow": f"{UNIT_FLOW * MEASURED['cooler_fans'][number]} m3/s",
    }
