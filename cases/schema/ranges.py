"""What a case asks for that can be, but leaves the range of a model, or of anything that is built: a line each.

Known from the case alone, so that `jamsu check` tells it before the run does.
"""

from __future__ import annotations

from collections.abc import Iterator

from jamsu.cases.schema.case import Case, Coil, Solver
from jamsu.cases.schema.limits import gas_streams
from jamsu.cases.schema.usual import unusual_values
from jamsu.cases.schema.vessel import BoxVessel

# Fans of racks move some m/s through the rack's face; servers warm the gas by 10 to 25 K.
FAST_GAS, HOT_RISE = 20.0, 60.0  # m/s, K
DEEP = 200.0  # m: below, seawater's expansion differs by more than 2 % from the surface's (materials/seawater.py)
FAST_SEA = 5.0  # m/s: only in a few straits
# UA per volume of the core: gas sides reach some 100 W/m2/K on some 1000 m2/m3 (Shah & Sekulic 2003, ch. 1).
DENSE_COIL = 2e5  # W/K/m3
DENSE_RACK = 1e6  # W
HEAVY_FOULING = 5e-3  # m2 K/W: fifty times the usual design value for seawater
LARGE_EDDY_VISCOSITY = 0.1  # m2/s: gas at 1 m/s in eddies of 1 m gives a tenth
LOOSE_BALANCE = 0.02
CLOSEST_BALANCE = {"float32": 1e-5, "float64": 1e-11}  # what rounding leaves of a balance
THICK_WALL = 0.2  # of a box's smallest extent: its wall counts as flat, without corners
HOT_WATER = 313.15  # K: where TEOS-10 ends
LARGE_DIFFERENCE = 50.0  # K


Finding = tuple[str, str]
"""The dotted path of a value, and what is to be said of it."""


def range_warnings(case: Case) -> list[str]:
    """Messages about the values of a case; they hold before and after its run."""
    return _lines([*unusual_values(case), *_gas(case), *_sea(case), *_coils(case), *_wall(case), *_solver(case.solver)])


def estimates(case: Case) -> list[str]:
    """Messages about what the heat will need, estimated before the run; the run itself tells it better."""
    return _lines([*_coil_heat(case), *_liquid_heat(case)])


def _lines(findings: list[Finding]) -> list[str]:
    """A line for each text, with the first path it is said of and the number of the others."""
    paths: dict[str, list[str]] = {}
    for path, text in findings:
        paths.setdefault(text, []).append(path)
    others = {text: f" and {len(found) - 1} more" if len(found) > 1 else "" for text, found in paths.items()}
    return [f"{found[0]}{others[text]}: {text}" for text, found in paths.items()]


def _gas(case: Case) -> Iterator[Finding]:
    for stream in gas_streams(case):
        if stream.speed > FAST_GAS:
            yield stream.key, f"the gas passes at {stream.speed:.3g} m/s; fans move it at some m/s"
        if stream.rise > HOT_RISE:
            yield stream.key, f"the gas is warmed by {stream.rise:.3g} K; servers stand some 10 to 25 K"
    for name, rack in case.racks.items():
        if rack.power > DENSE_RACK:
            yield f"racks.{name}.power", f"{rack.power / 1e6:.3g} MW; racks of today take up to 0.6 MW"


def _sea(case: Case) -> Iterator[Finding]:
    if not gives_heat_to_the_sea(case):
        return
    depth, speed = case.site.depth, case.site.current_speed
    if depth > DEEP:
        yield (
            "site.depth",
            f"{depth:g} m; seawater's properties are those near the surface, at this depth its expansion "
            f"is some {0.011 * depth:.0f} % larger",
        )
    if speed > FAST_SEA and case.vessel.outside == "sea":
        yield "site.current_speed", f"{speed:.3g} m/s; only a few straits have streams above {FAST_SEA:g} m/s"


def gives_heat_to_the_sea(case: Case) -> bool:
    """Whether the sea's properties matter to the answer."""
    return bool(case.coils) or case.liquid is not None or case.vessel.outside == "sea"


def _coils(case: Case) -> Iterator[Finding]:
    for name, coil in case.coils.items():
        volume = _volume(case, coil)
        if coil.ua > DENSE_COIL * volume:
            yield (
                f"coils.{name}.ua",
                f"{coil.ua / 1e3:.3g} kW/K in {volume:.3g} m3; gas-to-water exchangers reach "
                f"{DENSE_COIL / 1e3:g} kW/K a cubic metre",
            )
        if coil.fouling_resistance > HEAVY_FOULING:
            usual = "the usual design value for seawater is 9e-5 m2*K/W"
            yield f"coils.{name}.fouling_resistance", f"{coil.fouling_resistance:.3g} m2*K/W; {usual}"


def _volume(case: Case, coil: Coil) -> float:
    if coil.size is not None:
        return coil.size[0] * coil.size[1] * coil.size[2]
    if coil.rack is None or coil.depth is None:
        raise ValueError("a coil without rack, depth and size has no volume")
    rack = case.racks[coil.rack]
    return rack.size[1 if rack.front[1] == "x" else 0] * rack.size[2] * coil.depth


def _wall(case: Case) -> Iterator[Finding]:
    vessel = case.vessel
    thickness = sum(layer.thickness or 0.0 for layer in vessel.layers)
    if isinstance(vessel, BoxVessel) and thickness > THICK_WALL * min(vessel.size):
        yield "vessel.layers", f"{thickness:.3g} m thick; the walls of a box count as flat, without edges and corners"


_WITHOUT_EFFECT = (
    ("eddy_viscosity", "turbulence", "constant"),
    ("reference_temperature", "properties", "constant"),
    ("duration", "mode", "transient"),
    ("output_interval", "mode", "transient"),
)


def _solver(solver: Solver) -> Iterator[Finding]:
    for key, choice, value in _WITHOUT_EFFECT:
        chosen = getattr(solver, choice)
        if getattr(solver, key) is not None and chosen != value:
            yield f"solver.{key}", f'has an effect only with {choice} = "{value}" ({choice} is "{chosen}")'
    if solver.mode == "steady":
        if solver.tolerance > LOOSE_BALANCE:
            yield "solver.tolerance", f"{solver.tolerance:.3g} of the heat may be unaccounted for in the answer"
        if solver.tolerance < CLOSEST_BALANCE[solver.precision]:
            yield (
                "solver.tolerance",
                f"{solver.tolerance:.3g} is finer than {solver.precision} tells: it may never be met",
            )
    elif solver.duration is not None:
        yield from _times(solver, solver.duration)
    if solver.turbulence == "constant" and (solver.eddy_viscosity or 0.0) > LARGE_EDDY_VISCOSITY:
        yield "solver.eddy_viscosity", f"{solver.eddy_viscosity:.3g} m2/s; rooms and modules have some 1e-3 m2/s"


def _times(solver: Solver, duration: float) -> Iterator[Finding]:
    interval = solver.output_interval
    if interval is not None and interval > duration:
        yield "solver.output_interval", f"{interval:g} s, the duration {duration:g} s; only the last fields are saved"
    if interval is None and solver.averaging_time >= duration:
        window = f"{solver.averaging_time:g} s, the duration {duration:g} s"
        yield "solver.averaging_time", f"{window}; the means begin at power-on"


def _coil_heat(case: Case) -> Iterator[Finding]:
    heat = sum(rack.gas_power for rack in case.racks.values()) + sum(coil.fan_power for coil in case.coils.values())
    heat += sum(fan.fan_power for fan in case.fans.values()) + sum(block.power for block in case.blocks.values())
    if not case.coils or case.coolers or heat == 0:
        return
    difference = heat / sum(coil.fouled_ua for coil in case.coils.values())
    if difference > LARGE_DIFFERENCE:
        yield "coils", f"their ua needs {difference:.3g} K between gas and water for all heat; the gas will be hot"
    flows = [coil.water_flow for coil in case.coils.values()]
    if None in flows:
        return
    water = flows[0] if case.loop.arrangement == "series" else sum(flow for flow in flows if flow)
    yield from _water(case, "coils", heat / (water or 1.0), case.loop.intake_temperature_offset)


def _liquid_heat(case: Case) -> Iterator[Finding]:
    heat = sum(rack.liquid_power for rack in case.racks.values())
    if case.liquid is None or heat == 0:
        return
    rise = heat / (case.liquid.flow * case.liquid.heat_capacity)
    if rise > LARGE_DIFFERENCE:
        yield "liquid.flow", f"the coolant is warmed by {rise:.3g} K; cold plates stand some 10 to 20 K"
    yield from _water(case, "liquid", heat / case.liquid.water_flow, 0.0)


def _water(case: Case, key: str, heat_per_flow: float, offset: float) -> Iterator[Finding]:
    """Seawater that leaves hotter than its properties hold, from the heat a kg of it takes, J/kg."""
    from jamsu.materials import seawater

    intake = case.site.seawater_temperature + offset
    leaving = intake + heat_per_flow / float(seawater.heat_capacity(intake, case.site.salinity))
    if leaving > HOT_WATER:
        yield key, f"the seawater leaves at {leaving - 273.15:.3g} degC if it takes all heat: too little water_flow"
