"""The grids of a run, coarse first, and when each of them is done."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass

import jax
import numpy as np

from jamsu.cases.assembly.circulation import check_circulation
from jamsu.cases.assembly.grid import QUALITY, build_cut_cells, build_grid, fits
from jamsu.cases.assembly.layout import Geometry, build_geometry, layout_of, run_dtype, standing
from jamsu.cases.assembly.operation import operation_of
from jamsu.cases.assembly.placing import place
from jamsu.cases.errors import CaseError, Problem
from jamsu.cases.reading.stl_vessel import vessel_key
from jamsu.cases.run.ahead import runs_ahead
from jamsu.cases.run.runtime import forget_programs
from jamsu.cases.schema.case import Case
from jamsu.geometry.cutcells import CutCells
from jamsu.geometry.grid import Grid
from jamsu.solver.exchange.machines import prescribed_velocity
from jamsu.solver.flow.closure import initial_turbulence
from jamsu.solver.flow.model import initial_state
from jamsu.solver.grid.arrays import on_device
from jamsu.solver.grid.mesh import Vector
from jamsu.solver.layout import Layout
from jamsu.solver.march.averaging import Average
from jamsu.solver.march.settled import Criteria
from jamsu.solver.march.transfer import refine
from jamsu.solver.module import Module, ModuleState, first_module_state
from jamsu.solver.operate import operate
from jamsu.solver.operation import Operation
from jamsu.solver.padding import padded
from jamsu.solver.round import advance
from jamsu.solver.turbulence.k_epsilon import Turbulence

EXPECTED_RISE = 10.0  # K of the gas above the sea, before anything is known
SLOWEST_START = 0.1  # m/s: speed expected of gas that only buoyancy moves
RENEWAL = 3.0  # K between the gas's mean and the temperature of its properties: 1 % of its density
MOST_RENEWALS = 3
SETTLE_FIRST, SETTLE_NEXT = 5.0, 2.0  # turnovers of the gas before averaging begins
_LAYOUTS: OrderedDict[tuple[str, float], tuple[Geometry, Layout]] = OrderedDict()  # sweeps over operation reuse them
_CUTS: OrderedDict[str, tuple[Grid, CutCells]] = OrderedDict()  # of the last few grids: sweeps reuse them
_KEPT = 6
_KEPT_LAYOUTS = 4
_SHAPES: set[tuple[int, ...]] = set()  # of the grids for which programs are kept
_MOST_SHAPES = 12


@dataclass(frozen=True)
class Level:
    """One grid of a run, ready to march."""

    coarseness: float
    geometry: Geometry
    layout: Layout
    operation: Operation
    module: Module
    turnover: float
    criteria: Criteria


def coarsenesses(case: Case, quality: str) -> list[float]:
    """Cell widths of the levels in units of the case's resolution, coarse first.

    Every level's cells are twice as wide as the next one's; levels too coarse for the vessel are left out. The gas's
    properties are taken at the mean temperature of the level before, so a single remaining grid comes twice.
    """
    finest = QUALITY[quality]
    steps = 2 if finest >= 1 else 3
    widths = [finest * 2.0**k for k in reversed(range(steps))]
    fitting = [w for w in widths[:-1] if fits(case, w)] + widths[-1:]
    return fitting * 2 if len(fitting) == 1 and case.solver.properties != "constant" else fitting


def properties_moved(case: Case, level: Level, average: Average) -> bool:
    """Whether the gas's mean temperature differs by more than RENEWAL from the temperature of its properties."""
    if case.solver.properties == "constant":
        return False
    return abs(gas_temperature(case, level, average) - float(level.operation.gas_temperature)) > RENEWAL


def geometry_of(case: Case, coarseness: float) -> Geometry:
    """Grid, cut cells and placed machines of a case; the cut cells of a grid seen before are used again."""
    placement = place(case, coarseness)
    grid = build_grid(placement.case, coarseness)
    edges = b"".join(np.asarray(grid.edges(a)).tobytes() for a in range(3))
    key = f"{vessel_key(case)}{hash(edges)}"
    if key not in _CUTS:
        _CUTS[key] = (grid, build_cut_cells(case, grid))
        while len(_CUTS) > _KEPT:
            _CUTS.popitem(last=False)
    grid, cut = _CUTS[key]
    return build_geometry(case, grid, cut, placement)


def layout_at(case: Case, coarseness: float) -> tuple[Geometry, Layout]:
    """What stands, on the grid of a coarseness; the layout of a case with the same things is used again."""
    key = (standing(case), coarseness)
    if key not in _LAYOUTS:
        if not runs_ahead():
            _forget_old_shapes()
        geometry = geometry_of(case, coarseness)
        layout = padded(layout_of(case, geometry), len(case.coolers))
        _LAYOUTS[key] = (geometry, layout)
        _SHAPES.add(geometry.grid.shape)
        while len(_LAYOUTS) > _KEPT_LAYOUTS:
            _LAYOUTS.popitem(last=False)
    _LAYOUTS.move_to_end(key)
    return _LAYOUTS[key]


def _forget_old_shapes() -> None:
    """Drop programs of old grid shapes: each shape takes some 150 MB, which would add up over a sweep of places."""
    if len(_SHAPES) > _MOST_SHAPES:
        forget_programs()
        _SHAPES.clear()


def make_level(case: Case, coarseness: float, gas_temperature: float | None, last: bool) -> Level:
    """A level of a run.

    Args:
      gas_temperature: mean temperature of the gas on the level before, K; None on the first.
      last: whether its averages are the run's result.

    Raises:
      CaseError: the grid cannot be made, or gas that machines move finds no way back.
    """
    geometry, layout = layout_at(case, coarseness)
    sea = case.site.seawater_temperature
    operation = operation_of(case, gas_temperature or sea + EXPECTED_RISE, run_dtype(case))
    module = operate(layout, operation)
    _check_flows(case, geometry, module)
    turnover = _turnover(case, geometry, module)
    settle = SETTLE_FIRST if gas_temperature is None else SETTLE_NEXT
    window = case.solver.averaging_time if last else min(case.solver.averaging_time, 2 * turnover)
    settle = min(settle * turnover, case.solver.max_time / 2)
    criteria = Criteria(
        settle=settle,
        window=window,
        shortest=_shortest(window, turnover),
        # A coarse level only has to come close: the next one starts from it.
        longest=case.solver.max_time if last else settle + window,
        tolerance=case.solver.tolerance,
    )
    return Level(coarseness, geometry, layout, operation, module, turnover, criteria)


def _check_flows(case: Case, geometry: Geometry, module: Module) -> None:
    velocity = _prescribed(module.machines, module.machines.flow, module.model.mesh)
    try:
        check_circulation(geometry.domain, geometry.machinery, velocity, np.asarray(module.machines.flow, float))
    except Problem as problem:
        raise CaseError(case.name, problem) from None


def _shortest(window: float, turnover: float) -> float:
    """The averaging time that the steady test starts from: doubled, it comes to `window`; at least a turnover."""
    halvings = max(int(math.log2(max(window / turnover, 1.0))), 0)
    return window / 2**halvings


def _turnover(case: Case, geometry: Geometry, module: Module) -> float:
    """Time in which the machines move the whole gas once, s; in a still vessel, its height over the free-fall speed."""
    volume = float(np.sum(geometry.domain.cut.volume_fraction * np.asarray(geometry.grid.cell_volume)))
    flow = float(np.sum(np.abs(np.asarray(module.machines.flow))))
    if flow > 0:
        return volume / flow
    edges = np.asarray(geometry.grid.edges(2))
    height = float(edges[-1] - edges[0])
    return 10 * float(np.sqrt(height / (float(module.model.fluid.buoyancy) * EXPECTED_RISE)))


_prescribed = jax.jit(prescribed_velocity)


def first_state(level: Level) -> ModuleState:
    """Gas at rest but for the machines' own flow, warmer than the sea by the expected rise."""
    module = level.module
    prescribed = _prescribed(module.machines, module.machines.flow, module.model.mesh)
    flow = initial_state(module.model.mesh, EXPECTED_RISE, prescribed, _first_turbulence(module, prescribed))
    return first_module_state(module, flow)


def _first_turbulence(module: Module, prescribed: Vector) -> Turbulence | None:
    """Turbulence of gas that the machines have set moving: their speed is the only known one."""
    model = module.model
    if model.turbulence != "k_epsilon":
        return None
    fastest = max(float(np.max(np.abs(np.asarray(v)))) for v in prescribed)
    return initial_turbulence(model.mesh, max(fastest, SLOWEST_START), float(model.fluid.viscosity))


def compile_ahead(level: Level) -> None:
    """Compile the steps of a level where a later call finds them: in memory, or in the folder of programs."""
    dtype = level.module.model.mesh.dtype
    dt, steps = on_device(1.0, dtype), on_device(0, np.int32)
    advance.lower(level.module, first_state(level), dt, steps).compile()


def next_state(level: Level, before: Level, state: ModuleState) -> ModuleState:
    """The state of the level before, on this level's grid."""
    module = level.module
    prescribed = _prescribed(module.machines, state.machine_flow, module.model.mesh)
    solid = (before.geometry.domain.solid >= 0, level.geometry.domain.solid >= 0)
    flow = refine(state.flow, before.module.model.mesh, module.model.mesh, prescribed, solid)
    # The coils continue from their duties; the hull's patches differ on another grid.
    exchangers = state.exchangers | {"hull": module.exchangers["hull"].initial_state()}
    return ModuleState({"gas": flow}, state.machine_flow, exchangers)


def gas_temperature(case: Case, level: Level, average: Average) -> float:
    """Volume mean of the gas outside machines, K."""
    domain = level.geometry.domain
    weight = np.where(domain.open_cell & (domain.machine < 0), domain.cut.volume_fraction, 0.0)
    weight = weight * np.asarray(level.geometry.grid.cell_volume)
    mean = float(np.sum(weight * average.mean("interior.temperature")) / np.sum(weight))
    return mean + case.site.seawater_temperature
