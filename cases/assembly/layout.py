"""From a case to what stands: grid, walls, and the tables of all things in it."""

from __future__ import annotations

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jax.typing import DTypeLike

from jamsu.cases.assembly.domain import build_domain
from jamsu.cases.assembly.heat import heat_layout
from jamsu.cases.assembly.hull import hull_layout
from jamsu.cases.assembly.jets import build_jets
from jamsu.cases.assembly.machinery import Machinery
from jamsu.cases.assembly.machines import build_machines
from jamsu.cases.assembly.operation import laws
from jamsu.cases.assembly.placing import Placement
from jamsu.cases.assembly.probes import build_probes
from jamsu.cases.assembly.racks import open_units
from jamsu.cases.assembly.surfaces import build_blocks, build_films, cell_conductivity
from jamsu.cases.errors import CaseError, Problem
from jamsu.cases.reading.layout import vessel_shape
from jamsu.cases.reading.stl_vessel import vessel_key
from jamsu.cases.schema.case import Case
from jamsu.geometry.cutcells import CutCells
from jamsu.geometry.domain import Domain
from jamsu.geometry.grid import Grid
from jamsu.geometry.wall_distance import wall_distances
from jamsu.materials import get_fluid
from jamsu.solver.exchange.coils import CoilLayout
from jamsu.solver.exchange.coolers import CoolerLayout
from jamsu.solver.exchange.liquid_loop import LiquidLayout
from jamsu.solver.exchange.machines import MachineLayout
from jamsu.solver.exchange.racks import RackLayout
from jamsu.solver.flow.pressure import box_solver
from jamsu.solver.grid.arrays import on_device
from jamsu.solver.grid.mesh import Mesh
from jamsu.solver.grid.obstacles import domain_mesh
from jamsu.solver.layout import DomainLayout, Layout
from jamsu.solver.linear.fast_diagonalization import FastDiagonalization
from jamsu.solver.linear.preconditioner import Preconditioner, preconditioner
from jamsu.solver.turbulence.eddy_viscosity import EDDY_COEFFICIENT


@dataclass(frozen=True)
class Geometry:
    """Where everything is on the grid, in NumPy and double precision."""

    grid: Grid
    domain: Domain
    machinery: Machinery
    wall_distance: np.ndarray
    beside_wall: np.ndarray
    placement: Placement


def build_geometry(case: Case, grid: Grid, cut: CutCells, placement: Placement | None = None) -> Geometry:
    """Place everything of a case on its grid, whose planes hold all faces.

    Args:
      placement: where things stand on the grid, if not where `case` has them.

    Raises:
      CaseError: see `build_machines`.
    """
    placement = placement or Placement(case)
    case = placement.case
    domain = build_domain(case, cut)
    try:
        machinery = build_machines(case, domain)
    except Problem as problem:
        raise CaseError(case.name, problem) from None
    return Geometry(grid, domain, machinery, *wall_distances(domain, vessel_shape(case)), placement)


def run_dtype(case: Case) -> DTypeLike:
    """The run's precision."""
    return jnp.float32 if case.solver.precision == "float32" else jnp.float64


def layout_of(case: Case, geometry: Geometry) -> Layout:
    """All tables of a case, cast to the run's precision; every value is a leaf."""
    dtype = run_dtype(case)
    domain, made = geometry.domain, geometry.machinery

    def cast(value) -> jnp.ndarray:
        return on_device(value, dtype)

    # The conductivity of the gas belongs to the operating point; films read the solids' conductivity alone.
    return Layout(
        gas=_domain_layout(case, geometry, dtype, cast),
        machines=_machines(case, made, cast),
        racks=_racks(case, made, cast),
        coils=_coils(case, made, cast),
        coolers=_coolers(made, cast),
        hull=hull_layout(case, domain, cast),
        liquid=_liquid(case),
        films=build_films(domain, cell_conductivity(case, domain, 1.0), cast),
        blocks=build_blocks(case, domain, cast),
        probes=build_probes(case, domain, cast),
        jets=build_jets(made, cast),
    )


def _domain_layout(case: Case, geometry: Geometry, dtype: DTypeLike, cast) -> DomainLayout:
    mesh = domain_mesh(geometry.domain, dtype)
    turbulent = case.solver.turbulence != "laminar"
    return DomainLayout(
        mesh=mesh,
        heat=heat_layout(case, geometry.domain, geometry.machinery, cast),
        pressure_solver=_pressure_solver(case, mesh),
        wall_distance=cast(geometry.wall_distance) if turbulent else None,
        touching=cast(geometry.beside_wall.astype(float)) if turbulent else None,
        eddy_viscosity=cast(case.solver.eddy_viscosity or 0.0),
        eddy_coefficient=cast(EDDY_COEFFICIENT.get(case.solver.turbulence, 0.0)),
        fluid=get_fluid(case.vessel.fluid),
        turbulence=case.solver.turbulence,
    )


def _pressure_solver(case: Case, mesh: Mesh) -> FastDiagonalization | Preconditioner:
    """The open box's direct solver; with closed panels or passages through racks, where it preconditions poorly,
    one that knows of thin walls."""
    box = box_solver(mesh)
    panelled = any(panel.open_share == 0 for panel in case.panels.values())
    passages = any(
        rack.empty_units == "open" or rack.leakage_area or rack.front_plenum or rack.rear_plenum
        for rack in case.racks.values()
    )
    return preconditioner(mesh, box) if panelled or passages else box


def _integers(values) -> jnp.ndarray:
    return on_device(values, np.int32)


def _machines(case: Case, made: Machinery, cast) -> MachineLayout:
    faces, heated = made.faces, made.heated
    return MachineLayout(
        face=_integers(faces.array("face", np.int32)),
        machine=_integers(faces.array("machine", np.int32)),
        slot=_integers(faces.array("slot", np.int32)),
        velocity=cast(faces.array("velocity", float)),
        fanned_coil=_integers([i for i, coil in enumerate(case.coils.values()) if coil.gas_flow is not None]),
        heated_cell=_integers(heated.array("cell", np.int32)),
        source=_integers(heated.array("source", np.int32)),
        share=cast(heated.array("share", float)),
    )


def _racks(case: Case, made: Machinery, cast) -> RackLayout:
    racks, ports = list(case.racks.values()), made.ports
    opened = np.zeros((len(racks), made.units))
    for row, rack in zip(opened, racks, strict=True):
        row[: rack.height_units] = rack.unit_weight
    doors = {coil.rack: coil.gas_loss_coefficient for coil in case.coils.values() if coil.rack is not None}
    # The rack's stream stays within the height units that it passes, through the door too.
    losses = [doors.get(name, 0.0) / (2 * rack.open_face**2) for name, rack in case.racks.items()]
    return RackLayout(
        front_cell=_integers(ports.array("front", np.int32)),
        rear_cell=_integers(ports.array("rear", np.int32)),
        behind_cell=_integers(ports.array("behind", np.int32)),
        slot=_integers(ports.array("slot", np.int32)),
        level=_integers(ports.array("level", np.int32)),
        level_rack=_integers(made.level_rack),
        inside=cast(ports.array("inside", float)),
        across=cast(ports.array("across", float)),
        open_unit=cast(opened),
        law_racks={law: _integers(numbers) for law, numbers in laws(racks).items()},
        door_loss=cast(np.array(losses, float)),
        passage_face=_integers(made.passages.array("face", np.int32)),
        passage_rack=_integers(made.passages.array("rack", np.int32)),
        passage_sign=cast(made.passages.array("sign", float)),
    )


def _coils(case: Case, made: Machinery, cast) -> CoilLayout:
    coils, names = list(case.coils.values()), list(case.coils)

    def column(name: str) -> jnp.ndarray:
        return _integers(made.coil_columns.array(name, np.int32))

    return CoilLayout(
        cell=_integers(made.coil_cells.array("cell", np.int32)),
        cell_column=_integers(made.coil_cells.array("column", np.int32)),
        column_coil=column("coil"),
        column_face=column("face"),
        column_sign=cast(made.coil_columns.array("sign", float)),
        column_before=column("before"),
        column_first=column("first"),
        column_last=column("last"),
        column_behind=column("behind"),
        column_cells=cast(made.coil_columns.array("cells", float)),
        area=cast(np.array([np.inf if coil.area is None else coil.area for coil in coils], float)),
        sea_is_sink=cast(np.array([coil.water_flow is None for coil in coils], float)),
        order=_integers([names.index(n) for n in case.water_order]),
        arrangement=tuple(coil.arrangement for coil in coils),
        series=case.loop.arrangement == "series",
    )


def _coolers(made: Machinery, cast) -> CoolerLayout:
    return CoolerLayout(
        cell=_integers(made.cooler_cells.array("cell", np.int32)),
        cell_cooler=_integers(made.cooler_cells.array("cooler", np.int32)),
        intake_cell=_integers(made.intakes.array("cell", np.int32)),
        intake_cooler=_integers(made.intakes.array("cooler", np.int32)),
        intake_share=cast(made.intakes.array("share", float)),
    )


def _liquid(case: Case) -> LiquidLayout:
    if case.liquid is None:
        return LiquidLayout()
    return LiquidLayout(case.liquid.arrangement, case.liquid.effectiveness is not None)


# Keys of a case that are operated, by the kind of thing; all others describe what stands.
_OPERATED: dict[str, tuple[str, ...]] = {
    "racks": ("power", "power_map", "servers", "airflow", "liquid_share", "fan_power"),
    "coils": ("ua", "water_share", "fouling_resistance", "fan_power", "gas_flow", "water_flow"),
    "fans": ("flow", "fan_power"),
    "coolers": ("supply_temperature", "flow", "fan_power"),
    "blocks": ("power",),
}
_VESSEL = ("pressure", "dew_point", "relative_humidity", "relative_humidity_at", "film_coefficient", "layers")
_SOLVER = (
    "duration",
    "output_interval",
    "tolerance",
    "averaging_time",
    "max_time",
    "properties",
    "reference_temperature",
)
_GROUPS = ("name", "title", "description", "site", "liquid", "loop", *_OPERATED)


def standing(case: Case) -> str:
    """Text that is equal for cases of the same layout at any operating points.

    It includes which height units let gas through, which coils have water or a fan of their own, and the airflow laws.
    """
    tree = case.model_dump()
    kept: dict[str, object] = {"surface": vessel_key(case)}
    kept |= {key: value for key, value in tree.items() if key not in _GROUPS}
    kept["vessel"] = {k: v for k, v in tree["vessel"].items() if k not in (*_VESSEL, "outside_temperature")}
    kept["solver"] = {k: v for k, v in tree["solver"].items() if k not in _SOLVER}
    kept["layers"] = [(layer.material, layer.thickness, layer.resistance is None) for layer in case.vessel.layers]
    for group, operated in _OPERATED.items():
        kept[group] = [(n, [i for i in thing.items() if i[0] not in operated]) for n, thing in tree[group].items()]
    kept["flow"] = [(r.airflow.law, r.unit_weight, open_units(r).tolist()) for r in case.racks.values()]
    kept["fan_points"] = [len(getattr(rack.airflow, "flows", ())) for rack in case.racks.values()]
    kept["water"] = [(coil.water_flow is None, coil.gas_flow is None) for coil in case.coils.values()]
    kept["circuit"] = (case.loop.arrangement, case.water_order, str(_liquid(case)))
    return repr(kept)
