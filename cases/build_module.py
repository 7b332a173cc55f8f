"""From a case to the solver's module: properties, capacities, flows and all arrays cast to the run's precision."""

from __future__ import annotations

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np

from cases.build_domain import Domain, build_domain, wall_friction
from cases.build_grid import build_cut_cells, build_grid
from cases.build_machines import Machinery, build_machines, check_circulation
from cases.errors import CaseError, Problem
from cases.schema import BoxVessel, Case, CylinderVessel, SphereVessel, StlVessel
from geometry.grid import Grid
from materials import get_fluid, get_solid, seawater
from solver.coils import Coils
from solver.energy import Heat
from solver.films import FilmProperties, gas_natural_film
from solver.flow import Fluid
from solver.hull import Hull
from solver.machines import FanCurves, Machines, RackPorts
from solver.mesh import Mesh, Obstacles
from solver.module import Coolers, Module
from solver.pressure import box_solver
from solver.shell import Contact, Layer, hull_resistance
from solver.step import Model

GRAVITY = 9.80665  # m/s2
SMAGORINSKY = 0.17  # Lilly 1967
TURBULENT_PRANDTL = 0.85  # Kays 1994
SMALLEST_INERTIA = 0.5  # cut cells keep at least this share of a full cell's inertia and heat capacity
# Films on solid blocks: turbulent natural convection at this difference (K). A gas that blows along the block takes
# more, so a heated block is on the warm side.
BLOCK_FILM_DIFFERENCE = 10.0
INFINITE_RATE = 1e12  # W/K: capacity rate of a sink whose temperature does not change


@dataclass(frozen=True)
class Properties:
    """Properties that a run holds constant, SI: of the gas at one temperature (K), of the sea at its film's."""

    gas_temperature: float
    gas: FilmProperties
    sea: FilmProperties

    @property
    def gas_capacity(self) -> float:
        """rho cp of the gas, J/(m3 K)."""
        return float(self.gas.density) * float(self.gas.heat_capacity)


@dataclass(frozen=True)
class Geometry:
    """What does not change while only powers, flows, temperatures or materials do."""

    grid: Grid
    domain: Domain
    machinery: Machinery


def build_geometry(case: Case, coarseness: float = 1.0) -> Geometry:
    """Grid, cut cells and placed machines of a case.

    Raises:
      CaseError: see `build_grid` and `build_machines`.
    """
    grid = build_grid(case, coarseness)
    domain = build_domain(case, grid, build_cut_cells(case, grid))
    try:
        machinery = build_machines(case, domain)
    except Problem as problem:
        raise CaseError(case.name, problem) from None
    return Geometry(grid, domain, machinery)


def properties_at(case: Case, gas_temperature: float, wall_temperature: float) -> Properties:
    """Properties of gas and sea, or those at the case's reference temperature when it asks for constant ones.

    Args:
      gas_temperature: mean of the gas, K. wall_temperature: mean of the hull's outer surface, K.
    """
    sea_film = 0.5 * (wall_temperature + case.site.seawater_temperature)
    if case.solver.properties == "constant" and case.solver.reference_temperature is not None:
        gas_temperature = sea_film = case.solver.reference_temperature
    fluid, pressure, salinity = get_fluid(case.vessel.fluid), case.vessel.pressure, case.site.salinity
    names = FilmProperties._fields
    return Properties(
        gas_temperature=gas_temperature,
        gas=FilmProperties(**{n: float(getattr(fluid, n)(gas_temperature, pressure)) for n in names}),
        sea=FilmProperties(**{n: float(getattr(seawater, n)(sea_film, salinity)) for n in names}),
    )


def build_module(case: Case, geometry: Geometry, properties: Properties) -> Module:
    """All arrays of a module. Every value is a leaf: another case on a grid of the same shape compiles nothing."""
    dtype = jnp.float32 if case.solver.precision == "float32" else jnp.float64
    domain, made = geometry.domain, geometry.machinery
    flow = machine_flows(case, made, properties)
    try:
        check_circulation(domain, made, flow)
    except Problem as problem:
        raise CaseError(case.name, problem) from None
    mesh = _mesh(domain, dtype)

    def cast(value) -> jnp.ndarray:
        return jnp.asarray(value, dtype)

    faces = [f > 0 for f in made.owner]
    model = Model(
        mesh=mesh,
        fluid=Fluid(
            viscosity=cast(properties.gas.viscosity / properties.gas.density),
            buoyancy=cast(GRAVITY * properties.gas.expansion),
            smagorinsky=cast(SMAGORINSKY),
            no_slip=cast(np.zeros((3, 2))),
            wall_velocity=cast(np.zeros((3, 2, 3))),
            scheme="limited",
        ),
        heat=_heat(case, domain, made, properties, faces, cast),
        pressure_solver=box_solver(mesh),
        viscous_solver=None,
        heat_solver=None,
        prescribed=None,
        eddy_viscosity=cast(case.solver.eddy_viscosity or 0.0),
        turbulence=case.solver.turbulence,
    )
    u, v, w = (cast(a) for a in made.unit_velocity)
    i, j, k = (jnp.asarray(a, jnp.int32) for a in made.owner)
    return Module(
        model=model,
        machines=Machines((u, v, w), (i, j, k)),
        machine_flow=cast(flow),
        curves=_fan_curves(case, cast),
        ports=_ports(case, made, cast),
        coils=_coils(case, made, properties, cast),
        hull=_hull(case, domain, properties, cast),
        coolers=_coolers(case, made, cast),
        density=cast(properties.gas.density),
    )


def machine_flows(case: Case, made: Machinery, properties: Properties) -> np.ndarray:
    """Gas flow of every machine, m3/s; of a fan curve its middle, as a start."""
    heat_per_volume = properties.gas_capacity
    flows = []
    for path in made.names:
        kind, name = path.split(".", 1)
        if kind == "racks":
            rack = case.racks[name]
            law = rack.airflow
            if law.law == "per_power":
                flows.append(law.flow_per_power * rack.power * (1 - rack.liquid_share))
            elif law.law == "temperature_rise":
                flows.append(rack.gas_power / (heat_per_volume * law.rise))
            elif law.law == "fixed":
                flows.append(law.flow)
            else:
                flows.append(0.5 * (law.flows[0] + law.flows[-1]))
        elif kind == "coils":
            flows.append(case.coils[name].gas_flow or 0.0)
        elif kind == "fans":
            flows.append(case.fans[name].flow)
        else:
            flows.append(case.coolers[name].flow)
    return np.array(flows, float)


def _mesh(domain: Domain, dtype) -> Mesh:
    grid = domain.grid
    x, y, z = (jnp.asarray(np.asarray(grid.edges(a)), dtype) for a in range(3))
    full = np.broadcast_to(np.asarray(grid.cell_volume), grid.shape)
    gas = domain.open_cell
    volume = np.where(gas, np.maximum(domain.cut.volume_fraction, SMALLEST_INERTIA) * full, full)
    driven = gas & (domain.machine < 0)

    def triple(arrays):
        a, b, c = (jnp.asarray(np.asarray(v, float), dtype) for v in arrays)
        return (a, b, c)

    has_drag = any(np.any(d > 0) for d in domain.drag)
    obstacles = Obstacles(
        volume=jnp.asarray(volume, dtype),
        area=triple(domain.area),
        free=triple(domain.free),
        friction=triple(wall_friction(domain)),
        open_cell=jnp.asarray(gas.astype(float), dtype),
        driven_cell=jnp.asarray(driven.astype(float), dtype),
        drag=triple(domain.drag) if has_drag else None,
    )
    return Mesh(x, y, z, obstacles)


def _heat(case: Case, domain: Domain, made: Machinery, properties: Properties, machine_faces, cast) -> Heat:
    grid = domain.grid
    per_volume = properties.gas_capacity
    full = np.broadcast_to(np.asarray(grid.cell_volume), grid.shape)
    gas = domain.open_cell
    capacity = per_volume * np.where(gas, np.maximum(domain.cut.volume_fraction, SMALLEST_INERTIA), 1.0) * full
    conductivity = np.full(grid.shape, properties.gas.conductivity)
    for number, block in enumerate(case.blocks.values()):
        solid = get_solid(block.material)
        conductivity[domain.solid == number] = solid.conductivity
        if case.solver.mode == "transient":
            # In a steady run a block's own capacity only slows the march: it keeps the gas's.
            capacity[domain.solid == number] = solid.density * solid.heat_capacity * full[domain.solid == number]
    film = float(gas_natural_film(properties.gas, BLOCK_FILM_DIFFERENCE))
    conductance, link, limited = [], [], []
    for axis in range(3):
        inner = [slice(None)] * 3
        inner[axis] = slice(1, -1)
        index = tuple(inner)
        spacing = _along(np.asarray(grid.spacing(axis))[1:-1], axis)
        half = _along(np.asarray(grid.widths(axis)), axis) / (2 * conductivity)
        n = grid.shape[axis]
        low_half, high_half = np.take(half, range(n - 1), axis), np.take(half, range(1, n), axis)
        in_block = domain.solid >= 0
        low_block, high_block = np.take(in_block, range(n - 1), axis), np.take(in_block, range(1, n), axis)
        solid_face = low_block | high_block
        # The gas's side of a block's surface is a film, not half a cell of gas at rest.
        low_half = np.where(high_block & ~low_block, np.minimum(low_half, 1 / film), low_half)
        high_half = np.where(low_block & ~high_block, np.minimum(high_half, 1 / film), high_half)
        series = low_half + high_half
        # Conduction crosses open gas and the surfaces of blocks, not panels and not the walls of machines.
        area = np.where(domain.free[axis][index], domain.area[axis][index], 0.0)
        beside_machine = (np.take(domain.machine, range(n - 1), axis) >= 0) | (
            np.take(domain.machine, range(1, n), axis) >= 0
        )
        area = np.where(solid_face & ~beside_machine, domain.passable[axis][index], area)
        conductance.append(cast(area / series))
        link.append(cast(area / spacing))
        limited.append(cast(np.where(machine_faces[axis][index], 0.0, 1.0)))
    fixed = None
    if case.coolers:
        held = np.zeros(grid.shape)
        held.ravel()[made.cooler_cells.array("cell", np.int64)] = 1.0
        fixed = cast(held)
    zero = cast(np.zeros(grid.shape))
    return Heat(
        capacity=cast(capacity),
        conductance=(conductance[0], conductance[1], conductance[2]),
        source=cast(made.power),
        exchange=zero,
        exchange_temperature=zero,
        fluid_capacity=cast(per_volume),
        turbulent_link=(link[0], link[1], link[2]),
        turbulent_prandtl=cast(TURBULENT_PRANDTL),
        fixed=fixed,
        limiter_share=(limited[0], limited[1], limited[2]),
        implicitness=cast(1.0),
        box_conductivity=cast(properties.gas.conductivity),
        scheme="limited",
        conduction="implicit" if case.blocks else "explicit",
    )


def _along(values: np.ndarray, axis: int) -> np.ndarray:
    shape = [1, 1, 1]
    shape[axis] = -1
    return values.reshape(shape)


def _fan_curves(case: Case, cast) -> FanCurves:
    laws = [rack.airflow for rack in case.racks.values()]
    points = max([len(law.flows) for law in laws if law.law == "fan_curve"], default=2)
    flow = np.tile(np.arange(points, dtype=float), (len(laws), 1))
    pressure = np.tile(-np.arange(points, dtype=float), (len(laws), 1))
    active, loss = np.zeros(len(laws)), np.zeros(len(laws))
    doors = {coil.rack: coil for coil in case.coils.values() if coil.rack is not None}
    density = float(get_fluid(case.vessel.fluid).density(293.15, case.vessel.pressure))
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
            face = rack.size[2] * rack.size[1 - "xy".index(rack.front[1])]
            loss[i] = doors[name].gas_loss_coefficient * density / (2 * face**2)
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
        unit_share=cast(made.unit_share),
    )


def _coils(case: Case, made: Machinery, properties: Properties, cast) -> Coils:
    coils = list(case.coils.values())
    names = list(case.coils)
    rate = [
        INFINITE_RATE
        if coil.water_flow is None or coil.arrangement == "condenser"
        else coil.water_flow * properties.sea.heat_capacity
        for coil in coils
    ]
    fouled = [coil.fouled_ua for coil in coils]

    def column(name: str) -> jnp.ndarray:
        return jnp.asarray(made.coil_columns.array(name, np.int32))

    return Coils(
        cell=jnp.asarray(made.coil_cells.array("cell", np.int32)),
        cell_column=jnp.asarray(made.coil_cells.array("column", np.int32)),
        column_coil=column("coil"),
        column_face=column("face"),
        column_inlet=column("inlet"),
        column_outlet=column("outlet"),
        column_cells=cast(made.coil_columns.array("cells", float)),
        conductance=cast(np.array(fouled, float)),
        water_rate=cast(np.array(rate, float)),
        intake=cast(case.loop.intake_temperature_offset),
        order=jnp.asarray([names.index(n) for n in case.water_order], jnp.int32),
        arrangement=tuple(coil.arrangement for coil in coils),
        series=case.loop.arrangement == "series",
    )


def _hull(case: Case, domain: Domain, properties: Properties, cast) -> Hull:
    cut, vessel = domain.cut, case.vessel
    touching = (cut.wall_area > 0) & domain.open_cell & (domain.machine < 0)
    cells = np.flatnonzero(touching.ravel())
    # Wall behind machines and blocks gives its area to no patch: it is not wetted by the gas.
    vector = cut.wall_vector.reshape(3, -1)[:, cells].T
    length = np.linalg.norm(vector, axis=1, keepdims=True)
    normal = vector / np.where(length > 0, length, 1)
    # The film's distance is half a cell whatever a cut leaves of it: the distance of the open centroid itself varies
    # from cell to cell and would make the hull's heat depend on how the vessel lies on its grid (1 % when turned).
    full = np.broadcast_to(np.asarray(domain.grid.cell_volume), domain.grid.shape).ravel()[cells]
    distance = 0.5 * np.cbrt(full)
    kind, size, height, film = _hull_shape(case)
    elements = [
        Contact(layer.resistance or 0.0)
        if layer.material is None
        else Layer(layer.thickness or 0.0, float(get_solid(layer.material).conductivity))
        for layer in vessel.layers
    ]
    wall = hull_resistance(kind, elements, size / 2)
    outside = case.site.seawater_temperature if vessel.outside != "film" else vessel.outside_temperature
    return Hull(
        cell=jnp.asarray(cells, jnp.int32),
        area=cast(cut.wall_area.ravel()[cells]),
        distance=cast(distance),
        normal=cast(normal),
        resistance=cast(wall.resistance),
        area_ratio=cast(wall.area_ratio),
        size=cast(size),
        height=cast(height),
        current=cast(case.site.current_speed),
        outside_temperature=cast((outside or 0.0) - case.site.seawater_temperature),
        film=cast(vessel.film_coefficient or 0.0),
        gas=FilmProperties(**{n: cast(v) for n, v in properties.gas._asdict().items()}),
        sea=FilmProperties(**{n: cast(v) for n, v in properties.sea._asdict().items()}),
        shape=film,
        outside=vessel.outside,
    )


def _hull_shape(case: Case) -> tuple[str, float, float, str]:
    """(kind of shell, length of forced flow m, length of natural flow m, kind of outside film)."""
    vessel = case.vessel
    if isinstance(vessel, CylinderVessel):
        if vessel.axis == "z":
            return "cylinder", vessel.diameter, vessel.length, "vertical_cylinder"
        return "cylinder", vessel.diameter, vessel.diameter, "horizontal_cylinder"
    if isinstance(vessel, SphereVessel):
        return "sphere", vessel.diameter, vessel.diameter, "sphere"
    if isinstance(vessel, BoxVessel):
        return "plane", vessel.size[0], vessel.size[2], "plate"
    assert isinstance(vessel, StlVessel)
    from cases.layout import vessel_shape

    lower, upper = vessel_shape(case).bounds()
    extent = np.asarray(upper) - np.asarray(lower)
    return "plane", float(extent[0]), float(extent[2]), "plate"


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
