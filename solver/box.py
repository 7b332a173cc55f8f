"""Models of a plain box: sides at given temperatures, through films, or adiabatic; no obstacles.

The same core as a submerged module's, set up directly: what verification and the laminar benchmarks run on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import DTypeLike
from jaxtyping import Array

from jamsu.solver.flow.advection import Scheme
from jamsu.solver.flow.heat import Conduction, HeatEquation
from jamsu.solver.flow.model import FlowModel, TurbulenceModel
from jamsu.solver.flow.momentum import FluidConstants, viscous_solver
from jamsu.solver.flow.open_sides import ENDS, OPEN, Kind, OpenSides
from jamsu.solver.flow.periodic import NO_AXIS, check_periodic, exact_edges
from jamsu.solver.flow.pressure import box_solver
from jamsu.solver.grid.mesh import AXES, Mesh, Vector, along, full_area, take
from jamsu.solver.linear.fast_diagonalization import fast_diagonalization
from jamsu.solver.turbulence.eddy_viscosity import EDDY_COEFFICIENT
from jamsu.solver.turbulence.walls import box_walls

Side = tuple[float, float] | None  # (temperature, film coefficient or inf); None: adiabatic
OpenSide = tuple[Kind, Sequence[float | np.ndarray], float | np.ndarray]  # kind, velocity (m/s), temperature (K)

DIRECT: tuple[Conduction, ...] = ("direct", "factored")  # conduction with a direct solver


def box_mesh(edges: Sequence[np.ndarray], dtype: DTypeLike, periodic: tuple[bool, bool, bool] = NO_AXIS) -> Mesh:
    exact = (exact_edges(e, dtype) if ring else e for e, ring in zip(edges, periodic, strict=True))
    x, y, z = (jnp.asarray(e, dtype) for e in exact)
    return Mesh(x, y, z, periodic=periodic)


def series_conductance(mesh: Mesh, conductivity: Array) -> tuple[Array, Array, Array]:
    """Conductance between cell centres, W/K: both half cells in series (harmonic-mean conductivity).

    By axis on all faces, 0 at the sides of the box but for periodic ones.

    Args:
      conductivity: per cell (nx, ny, nz), W/(m K).
    """
    result = []
    area = full_area(mesh)
    for axis in AXES:
        beyond = {"mode": "wrap"} if mesh.periodic[axis] else {"constant_values": jnp.inf}
        half = along(mesh.widths(axis), axis) / (2 * conductivity)
        half = jnp.pad(half, [(1, 1) if a == axis else (0, 0) for a in AXES], **beyond)
        result.append(area[axis] / (take(half, axis, None, -1) + take(half, axis, 1, None)))
    return (result[0], result[1], result[2])


def side_exchange(
    mesh: Mesh, conductivity: Array, sides: Sequence[tuple[Side, Side]], reference: float = 0.0
) -> tuple[Array, Array]:
    """G (W/K) and T_ext (K from the reference) of the boundary cells: half a cell and a film in series.

    Args:
      sides: by axis, (lower, upper): a temperature with a film coefficient (inf: the wall itself), or None.
    """
    exchange = jnp.zeros(mesh.shape, mesh.dtype)
    weighted = jnp.zeros(mesh.shape, mesh.dtype)
    area = full_area(mesh)
    for axis in AXES:
        for side, end in zip(sides[axis], (0, -1), strict=True):
            if side is None:
                continue
            temperature, film = side
            cell = [slice(None)] * 3
            cell[axis] = slice(0, 1) if end == 0 else slice(-1, None)
            index = tuple(cell)
            half = mesh.widths(axis)[end] / (2 * conductivity[index])
            g = area[axis][index] / (half + 1.0 / film)
            exchange = exchange.at[index].add(g)
            weighted = weighted.at[index].add(g * (temperature - reference))
    return exchange, weighted / jnp.where(exchange > 0, exchange, 1)


def open_box_sides(given: Mapping[tuple[int, int], OpenSide], dtype: DTypeLike) -> OpenSides:
    """Open sides from (axis, end): (kind, three velocity components in m/s, temperature in K from the reference).

    Values are numbers, or arrays that broadcast as in `OpenSides`; sides that are not named are closed.
    """

    def leaf(value: float | np.ndarray) -> Array:
        return jnp.asarray(np.reshape(value, (1, 1, 1)) if np.ndim(value) == 0 else value, dtype)

    def side(axis: int, end: int) -> tuple[Kind, Vector, Array]:
        kind, velocity, temperature = given.get((axis, end), ("closed", (0.0, 0.0, 0.0), 0.0))
        u, v, w = (leaf(value) for value in velocity)
        return kind, (u, v, w), leaf(temperature)

    pairs = [tuple(side(axis, end) for end in ENDS) for axis in AXES]
    return OpenSides(
        velocity=tuple((low[1], high[1]) for low, high in pairs),
        temperature=tuple((low[2], high[2]) for low, high in pairs),
        kind=tuple((low[0], high[0]) for low, high in pairs),
    )


@partial(jax.jit, static_argnames="sides")
def _heat_arrays(
    mesh: Mesh, conductivity: Array, capacity: Array, source: Array, sides: tuple[tuple[Side, Side], ...]
) -> tuple[Vector, Array, Array, Array, Array]:
    """Conductance, exchange and its temperature, capacity (J/K) and source (W) of the cells: one program."""
    cells = jnp.broadcast_to(conductivity, mesh.shape)
    exchange, external = side_exchange(mesh, cells, sides)
    volume = mesh.volume
    return series_conductance(mesh, cells), exchange, external, capacity * volume, source * volume


def box_model(
    edges: Sequence[np.ndarray],
    *,
    viscosity: float = 1.0,
    buoyancy: float = 0.0,
    conductivity: float | np.ndarray = 1.0,
    capacity: float | np.ndarray = 1.0,
    source: float | np.ndarray = 0.0,
    sides: Sequence[tuple[Side, Side]] = ((None, None), (None, None), (None, None)),
    no_slip: np.ndarray | None = None,
    wall_velocity: np.ndarray | None = None,
    scheme: Scheme = "central",
    heat_scheme: Scheme = "central",
    conduction: Conduction = "direct",
    implicit_viscosity: bool = True,
    factored_viscosity: bool = False,
    implicitness: float = 1.0,
    turbulence: TurbulenceModel = "laminar",
    wall_functions: bool = False,
    open_sides: OpenSides | None = None,
    periodic: tuple[bool, bool, bool] = NO_AXIS,
    acceleration: Sequence[float] | None = None,
    dtype: DTypeLike = jnp.float64,
) -> FlowModel:
    """A box [edges[0]] x [edges[1]] x [edges[2]] (m) of fluid or solid.

    Args:
      conductivity, capacity, source: W/(m K), J/(m3 K), W/m3; numbers or per cell. "direct" and "factored" conduction
        need numbers, and sides that are walls of given temperature or adiabatic.
      sides: by axis, (lower, upper), see `side_exchange`.
      no_slip: (3, 2), 1 no-slip, 0 frictionless; default no-slip, frictionless along an axis of one cell. Inflows
        count as no-slip at their own velocity, outflows as frictionless.
      open_sides: sides that the fluid passes, see `jamsu.solver.flow.open_sides`; None: all closed.
      factored_viscosity: whether implicit viscosity is factored, see `jamsu.solver.flow.momentum.ViscousSolver`.
      periodic: by axis, whether its two sides are one, see `jamsu.solver.flow.periodic`; `sides` has None there, and
        `no_slip` does not count. Not with "implicit" conduction.
      acceleration: acceleration of the whole fluid, m/s2: minus the mean pressure gradient over density.
      wall_functions: whether the no-slip sides have wall functions of momentum and heat; the k-epsilon and
        zero-equation models need them.
    """
    if turbulence != "laminar" and (implicit_viscosity or conduction in DIRECT):
        raise ValueError(f"{turbulence}: eddies vary; expected implicit_viscosity=False and no direct conduction")
    check_periodic(periodic, sides, open_sides, conduction)
    mesh = box_mesh(edges, dtype, periodic)
    slip = np.ones((3, 2)) if no_slip is None else np.asarray(no_slip, float)
    slip = slip * np.array([[1.0 if n > 1 and not ring else 0.0] for n, ring in zip(mesh.shape, periodic, strict=True)])
    if open_sides is not None:
        for axis, end in open_sides.places(*OPEN):
            slip[axis, end] = 1.0 if open_sides.kind[axis][end] == "inflow" else 0.0
    whole = tuple((low, high) for low, high in sides)
    given = (np.asarray(value, dtype) for value in (conductivity, capacity, source))
    conductance, exchange, external, stored, released = _heat_arrays(mesh, *given, whole)
    fluid = FluidConstants(
        viscosity=jnp.asarray(viscosity, dtype),
        buoyancy=jnp.asarray(buoyancy, dtype),
        eddy_coefficient=jnp.asarray(EDDY_COEFFICIENT.get(turbulence, 0.0), dtype),
        no_slip=jnp.asarray(slip, dtype),
        wall_velocity=jnp.asarray(np.zeros((3, 2, 3)) if wall_velocity is None else wall_velocity, dtype),
        scheme=scheme,
        acceleration=None if acceleration is None else jnp.asarray(acceleration, dtype),
    )
    heat = HeatEquation(
        capacity=stored,
        conductance=conductance,
        source=released,
        exchange=exchange,
        exchange_temperature=external,
        fluid_capacity=jnp.asarray(np.mean(capacity), dtype),
        turbulent_link=None if turbulence == "laminar" else series_conductance(mesh, jnp.ones(mesh.shape, dtype)),
        turbulent_prandtl=jnp.asarray(0.85, dtype),
        fixed=None,
        stencil_limits=None,
        implicitness=jnp.asarray(implicitness, dtype),
        box_conductivity=jnp.asarray(np.mean(conductivity), dtype),
        scheme=heat_scheme,
        conduction=conduction,
    )
    walls = None
    if wall_functions:
        solid = slip.copy()  # an inflow drags on what passes it, but is no wall
        for axis, end in [] if open_sides is None else open_sides.places("inflow"):
            solid[axis, end] = 0.0
        walls = box_walls(mesh, solid, float(viscosity * np.mean(capacity) / np.mean(conductivity)))
    heat_solver = None
    if conduction in DIRECT or (conduction == "implicit" and np.ndim(conductivity) == 0):
        ends = [
            ("periodic",) * 2 if periodic[a] else tuple("neumann" if s is None else "dirichlet" for s in sides[a])
            for a in AXES
        ]
        heat_solver = fast_diagonalization(
            [np.asarray(mesh.spacing(a), float) for a in AXES],
            [np.asarray(mesh.widths(a), float) for a in AXES],
            ends,  # type: ignore[arg-type]  # pairs by construction
            dtype,
        )
    return FlowModel(
        mesh=mesh,
        fluid=fluid,
        heat=heat,
        pressure_solver=box_solver(mesh, open_sides),
        viscous_solver=viscous_solver(mesh, slip, factored_viscosity) if implicit_viscosity else None,
        heat_solver=heat_solver,
        prescribed=None,
        eddy_viscosity=jnp.asarray(0.0, dtype),
        turbulence=turbulence,
        sides=open_sides,
        walls=walls,
    )
