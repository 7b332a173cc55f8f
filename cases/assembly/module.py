"""From a case to the solver's module: all arrays, cast to the run's precision."""

from __future__ import annotations

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np

from jamsu.cases.assembly.circulation import check_circulation
from jamsu.cases.assembly.domain import build_domain
from jamsu.cases.assembly.heat import build_heat
from jamsu.cases.assembly.hull import build_hull
from jamsu.cases.assembly.machines import Machinery, build_machines
from jamsu.cases.assembly.properties import Properties, machine_flows
from jamsu.cases.assembly.surfaces import build_blocks, build_films, cell_conductivity
from jamsu.cases.errors import CaseError, Problem
from jamsu.cases.reading.layout import vessel_shape
from jamsu.cases.schema.case import Case
from jamsu.geometry.cutcells import CutCells
from jamsu.geometry.domain import Domain
from jamsu.geometry.grid import Grid
from jamsu.geometry.wall_distance import wall_distances
from jamsu.solver.exchange.coils import Coils
from jamsu.solver.exchange.machines import FanCurves, Machines, RackPorts
from jamsu.solver.flow.model import FlowModel
from jamsu.solver.flow.momentum import FluidConstants
from jamsu.solver.flow.pressure import box_solver
from jamsu.solver.grid.mesh import Mesh
from jamsu.solver.grid.obstacles import domain_mesh
from jamsu.solver.linear.fast_diagonalization import FastDiagonalization
from jamsu.solver.linear.preconditioner import Preconditioner, preconditioner
from jamsu.solver.module import Coolers, Module
from jamsu.solver.turbulence.eddy_viscosity import EDDY_COEFFICIENT
from jamsu.solver.turbulence.walls import walls_at

GRAVITY = 9.80665  # m/s2
INFINITE_RATE = 1e12  # W/K: capacity rate of a sink whose temperature does not change


@dataclass(frozen=True)
class Geometry:
    """What does not change while only powers, flows, temperatures or materials do."""

    grid: Grid
    domain: Domain
    machinery: Machinery
    wall_distance: np.ndarray
    beside_wall: np.ndarray


def build_geometry(case: Case, grid: Grid, cut: CutCells) -> Geometry:
    """Place everything of a case on its grid.

    Raises:
      CaseError: see `build_machines`.
    """
    domain = build_domain(case, cut)
    try:
        machinery = build_machines(case, domain)
    except Problem as problem:
        raise CaseError(case.name, problem) from None
    return Geometry(grid, domain, machinery, *wall_distances(domain, vessel_shape(case)))


def build_module(case: Case, geometry: Geometry, properties: Properties) -> Module:
    """All arrays of a module. Every value is a leaf: another case on a grid of the same shape compiles nothing."""
    dtype = jnp.float32 if case.solver.precision == "float32" else jnp.float64
    domain, made = geometry.domain, geometry.machinery
    flow = machine_flows(case, made, properties)
    try:
        check_circulation(domain, made, flow)
    except Problem as problem:
        raise CaseError(case.name, problem) from None
    mesh = domain_mesh(domain, dtype)

    def cast(value) -> jnp.ndarray:
        return jnp.asarray(value, dtype)

    faces = [f > 0 for f in made.owner]
    walls = None
    if case.solver.turbulence != "laminar":
        walls = walls_at(geometry.wall_distance, geometry.beside_wall, float(properties.gas.prandtl), dtype)
    model = FlowModel(
        mesh=mesh,
        fluid=FluidConstants(
            viscosity=cast(properties.gas.viscosity / properties.gas.density),
            buoyancy=cast(GRAVITY * properties.gas.expansion),
            eddy_coefficient=cast(EDDY_COEFFICIENT.get(case.solver.turbulence, 0.0)),
            no_slip=cast(np.zeros((3, 2))),
            wall_velocity=cast(np.zeros((3, 2, 3))),
            scheme="limited",
        ),
        heat=build_heat(case, domain, made, properties, faces, cast),
        pressure_solver=_pressure_solver(case, mesh),
        viscous_solver=None,
        heat_solver=None,
        prescribed=None,
        eddy_viscosity=cast(case.solver.eddy_viscosity or 0.0),
        turbulence=case.solver.turbulence,
        walls=walls,
    )
    u, v, w = (cast(a) for a in made.unit_velocity)
    i, j, k = (jnp.asarray(a, jnp.int32) for a in made.owner)
    return Module(
        model=model,
        machines=Machines((u, v, w), (i, j, k)),
        machine_flow=cast(flow),
        curves=_fan_curves(case, float(properties.gas.density), cast),
        ports=_ports(case, made, cast),
        coils=_coils(case, made, properties, cast),
        hull=build_hull(case, domain, properties, cast),
        coolers=_coolers(case, made, cast),
        films=build_films(domain, cell_conductivity(case, domain, float(properties.gas.conductivity)), cast),
        blocks=build_blocks(case, domain, cast),
        density=cast(properties.gas.density),
    )


def _pressure_solver(case: Case, mesh: Mesh) -> FastDiagonalization | Preconditioner:
    """The open box's direct solver; behind closed panels, where it is a poor preconditioner, one that knows of them."""
    box = box_solver(mesh)
    panelled = any(panel.open_fraction == 0 for panel in case.panels.values())
    return preconditioner(mesh, box) if panelled else box


def _fan_curves(case: Case, density: float, cast) -> FanCurves:
    laws = [rack.airflow for rack in case.racks.values()]
    points = max([len(law.flows) for law in laws if law.law == "fan_curve"], default=2)
    flow = np.tile(np.arange(points, dtype=float), (len(laws), 1))
    pressure = np.tile(-np.arange(points, dtype=float), (len(laws), 1))
    active, loss = np.zeros(len(laws)), np.zeros(len(laws))
    doors = {coil.rack: coil for coil in case.coils.values() if coil.rack is not None}
    for i, (name, rack) in enumerate(case.racks.items()):
        law = rack.airflow
        if law.law != "fan_curve":
            continue
        count = len(law.flows)
        # Rows of fewer points are padded with their last one.
        flow[i] = np.pad(law.flows, (0, points - count), mode="edge")
        pressure[i] = np.pad(law.pressures, (0, points - count), mode="edge")
        active[i] = 1.0
        if name in doors:
            # The rack's stream keeps to the units that it passes, through the door too.
            loss[i] = doors[name].gas_loss_coefficient * density / (2 * rack.open_face**2)
    return FanCurves(cast(flow), cast(pressure), cast(active), cast(loss))


def _ports(case: Case, made: Machinery, cast) -> RackPorts:
    def cells(name: str) -> jnp.ndarray:
        return jnp.asarray(made.ports.array(name, np.int32))

    return RackPorts(
        front_cell=cells("front"),
        rear_cell=cells("rear"),
        behind_cell=cells("behind"),
        slot=cells("slot"),
        share=cast(made.ports.array("share", float)),
        excess=cast(made.ports.array("excess", float)),
        unit_share=cast(made.unit_share),
    )


def _coils(case: Case, made: Machinery, properties: Properties, cast) -> Coils:
    coils = list(case.coils.values())
    names = list(case.coils)
    rate = [
        INFINITE_RATE if coil.water_flow is None else coil.water_flow * properties.sea.heat_capacity for coil in coils
    ]
    fouled = [coil.fouled_ua for coil in coils]

    def column(name: str) -> jnp.ndarray:
        return jnp.asarray(made.coil_columns.array(name, np.int32))

    return Coils(
        cell=jnp.asarray(made.coil_cells.array("cell", np.int32)),
        cell_column=jnp.asarray(made.coil_cells.array("column", np.int32)),
        column_coil=column("coil"),
        column_face=column("face"),
        column_sign=cast(made.coil_columns.array("sign", float)),
        column_before=column("before"),
        column_first=column("first"),
        column_last=column("last"),
        column_behind=column("behind"),
        column_cells=cast(made.coil_columns.array("cells", float)),
        conductance=cast(np.array(fouled, float)),
        water_rate=cast(np.array(rate, float)),
        water_resistance=cast(np.array([coil.water_resistance for coil in coils], float)),
        intake=cast(case.loop.intake_temperature_offset),
        order=jnp.asarray([names.index(n) for n in case.water_order], jnp.int32),
        arrangement=tuple(coil.arrangement for coil in coils),
        series=case.loop.arrangement == "series",
    )


def _coolers(case: Case, made: Machinery, cast) -> Coolers:
    supply = [unit.supply_temperature - case.site.seawater_temperature for unit in case.coolers.values()]
    return Coolers(
        cell=jnp.asarray(made.cooler_cells.array("cell", np.int32)),
        cell_cooler=jnp.asarray(made.cooler_cells.array("cooler", np.int32)),
        intake_cell=jnp.asarray(made.intakes.array("cell", np.int32)),
        intake_cooler=jnp.asarray(made.intakes.array("cooler", np.int32)),
        intake_share=cast(made.intakes.array("share", float)),
        supply=cast(np.array(supply, float)),
    )
