"""How many cells a second the flow and heat step advances, and what share of the memory's bandwidth that is."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Any

from jamsu.benchmarks.registry import Parameter, benchmark

if TYPE_CHECKING:
    from jamsu.solver.flow.heat import Conduction
    from jamsu.solver.flow.model import FlowModel, FlowState

TRIAD_BYTES = 2**27  # of each of its arrays: far more than caches hold
REPEATS = 5
PRANDTL = 0.71
SPIN_UP = 6  # loops before the timing


@benchmark(
    "throughput",
    "Cells a second of whole time steps, and their share of a measured triad bandwidth",
    parameters={
        "cells": Parameter("integer", 96, "", "a side", minimum=8, maximum=512),
        "precision": Parameter("name", "float32", "", "float32 or float64", choices=("float32", "float64")),
        "obstacles": Parameter(
            "flag", False, "", "a cylindrical vessel with cut cells and a block instead of the open heated cube"
        ),
        "diffusion": Parameter(
            "name",
            "direct",
            "",
            "of the cube: conduction and viscosity solved directly, direction by direction, or explicit",
            choices=("direct", "factored", "explicit"),
        ),
        "steps": Parameter("integer", 10, "", "in the compiled loop", minimum=2),
    },
    gives={
        "cells_per_second": ("1/s", "of the whole grid, closed cells included"),
        "milliseconds_per_step": ("ms", "whole step in one compiled loop, median of several loops"),
        "flow_step": ("L^2/alpha", "time step at Courant number 0.5 of the flow that was timed"),
        "diffusive_step": ("L^2/alpha", "largest stable step of explicit diffusion on this grid"),
        "bytes_per_cell": ("B", "that a step must move at least, see `least_bytes`"),
        "triad_bandwidth": ("GB/s", "of a = b + s c in this process"),
        "bandwidth_share": ("", "bytes moved at least, over those the triad moves in the same time"),
        "heat": ("ms", "advection and conduction of heat, compiled alone"),
        "tendency": ("ms", "advection, buoyancy and (with obstacles) viscous stress, compiled alone"),
        "prediction": ("ms", "velocity before the projection, with the direct viscous solves of the cube, alone"),
        "projection": ("ms", "pressure and correction, alone"),
        "pressure_iterations": ("", "conjugate gradients a step, mean; 0 is a direct solution"),
        "compile_seconds": ("s", "of the loop"),
    },
)
def throughput(cells: int, precision: str, obstacles: bool, diffusion: Conduction, steps: int) -> dict[str, Any]:
    """Time whole steps and their parts."""
    from dataclasses import replace

    import jax
    import jax.numpy as jnp

    from jamsu.benchmarks.marching import viscous_limit
    from jamsu.solver.flow.courant import courant_rate
    from jamsu.solver.flow.model import initial_state

    dtype = jnp.dtype(precision)
    model = vessel_model(cells, dtype) if obstacles else cube_model(cells, dtype, diffusion)
    x = model.mesh.centres(0)[:, None, None]
    state = initial_state(model.mesh, jnp.broadcast_to(0.5 - x, model.mesh.shape))
    loop = jax.jit(_loop)
    count = jnp.asarray(steps, jnp.int32)
    dt = jnp.asarray(1e-6, dtype)
    started = time.perf_counter()
    compiled = loop.lower(model, state, dt, count).compile()
    compile_seconds = time.perf_counter() - started
    for _ in range(SPIN_UP):  # out of rest, so that limiters and pressure have their work
        state, iterations = compiled(model, state, dt, count)
        dt = jnp.asarray(min(0.5 / float(courant_rate(model, state)), 4 * float(dt)), dtype)
    seconds = _time(lambda: compiled(model, state, dt, count)[0].velocity) / steps
    mean_iterations = float(iterations) / steps
    total = model.mesh.shape[0] * model.mesh.shape[1] * model.mesh.shape[2]
    moved = least_bytes(model, state, mean_iterations)
    bandwidth = triad_bandwidth(dtype)
    return {
        "cells_per_second": total / seconds,
        "milliseconds_per_step": 1e3 * seconds,
        "flow_step": 0.5 / float(courant_rate(model, state)),
        # Momentum's by Adams-Bashforth, heat's (which diffuses faster) by Euler forward, whose limit is twice as long.
        "diffusive_step": min(1.0, 2 * PRANDTL) * viscous_limit(replace(model, viscous_solver=None)),
        "bytes_per_cell": moved / total,
        "triad_bandwidth": bandwidth / 1e9,
        "bandwidth_share": moved / seconds / bandwidth,
        **{name: 1e3 * value for name, value in part_seconds(model, state, dt).items()},
        "pressure_iterations": mean_iterations,
        "compile_seconds": compile_seconds,
    }


def _loop(model: FlowModel, state: FlowState, dt: Any, steps: Any) -> tuple[FlowState, Any]:
    import jax
    import jax.numpy as jnp

    from jamsu.solver.flow.step import step

    def once(_: Any, carry: tuple[FlowState, Any]) -> tuple[FlowState, Any]:
        new, report = step(model, carry[0], dt)
        return new, carry[1] + report.iterations

    return jax.lax.fori_loop(0, steps, once, (state, jnp.asarray(0, jnp.int32)))


def _time(call: Callable[[], Any]) -> float:
    """Median seconds of a call, compiled before."""
    import jax

    jax.block_until_ready(call())
    seconds = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        jax.block_until_ready(call())
        seconds.append(time.perf_counter() - started)
    return median(seconds)


def triad_bandwidth(dtype: Any) -> float:
    """Bytes a second of a = b + s c (McCalpin's STREAM triad): two arrays read, one written."""
    import jax
    import jax.numpy as jnp

    size = TRIAD_BYTES // dtype.itemsize
    b, c = jnp.zeros(size, dtype), jnp.full(size, 0.5, dtype)
    rounds = 8  # within one call, so that no fresh memory is touched

    @jax.jit
    def triads(b: Any, c: Any, s: Any) -> Any:
        return jax.lax.fori_loop(0, rounds, lambda _, a: c + s * a, b)

    return rounds * 3 * TRIAD_BYTES / _time(lambda: triads(b, c, jnp.asarray(0.3, dtype)))


def least_bytes(model: FlowModel, state: FlowState, iterations: float) -> float:
    """Bytes a step must move if caches keep nothing from one part to the next but lose nothing within it.

    A grid that fits in the caches (64 cells a side) moves less through memory, and its share may exceed 1.

    The state is read and written once; geometry and heat arrays are read once. A direct solution is six dense
    products, each of which has to read and write the whole field: 12 fields; factored viscosity has three, so 6. A
    conjugate-gradient iteration is one of those and nine fields more (x, residual and direction read and written,
    three conductances read); the first residual takes six (right-hand side, guess and conductances read, it written).
    """
    import jax

    def size(tree: Any) -> int:
        return sum(leaf.nbytes for leaf in jax.tree_util.tree_leaves(tree) if leaf.ndim == 3)

    field = state.temperature.nbytes
    direct = 0.0
    if model.viscous_solver is not None:
        direct += 1.5 if model.viscous_solver.factored else 3
    direct += {"direct": 1.0, "factored": 0.5}.get(model.heat.conduction, 0.0)
    solves = 12 * direct
    solves += 12 if model.mesh.obstacles is None else (12 + 9) * iterations + 6
    return 2 * size(state) + size(model.mesh) + size(model.heat) + solves * field


def part_seconds(model: FlowModel, state: FlowState, dt: Any) -> dict[str, float]:
    """Seconds of the parts of a step, each compiled and run on its own with what it reads given to it."""
    import jax

    from jamsu.solver.flow.closure import closure, eddy_diffusivity
    from jamsu.solver.flow.heat import advance_temperature, advected_heat, total_conductance
    from jamsu.solver.flow.momentum import explicit_tendency
    from jamsu.solver.flow.pressure import project
    from jamsu.solver.flow.step import mobility, predict
    from jamsu.solver.grid.fusion import halo_padded
    from jamsu.solver.grid.mesh import AXES
    from jamsu.solver.grid.operators import volume_flux

    def advected(model: FlowModel, flux: Any, temperature: Any, link: Any) -> Any:
        return advected_heat(model.mesh, model.heat, flux, halo_padded(temperature), link)

    def conducted(model: FlowModel, temperature: Any, gained: Any, link: Any) -> Any:
        return advance_temperature(model.heat, temperature, gained, link, dt, model.heat_solver)[0]

    def tendency(axis: int, model: FlowModel, state: FlowState, flux: Any, nu: Any) -> Any:
        wide = halo_padded(state.velocity[axis])
        return explicit_tendency(model.mesh, model.fluid, state.velocity, wide, flux, state.temperature, nu, axis)

    def prediction(model: FlowModel, state: FlowState, wide: Any) -> Any:
        return predict(model, state.velocity, wide, state.pressure, state.tendency, None, dt)

    def projection(model: FlowModel, guess: Any, free: Any) -> Any:
        return project(model.mesh, guess, dt, model.pressure_solver, free, tolerance=model.pressure_tolerance).velocity

    flux = jax.jit(volume_flux)(model.mesh, state.velocity)
    turbulent = jax.jit(lambda model, velocity: closure(model, velocity, None))(model, state.velocity)
    nu = None
    if model.viscous_solver is None:
        nu = model.fluid.viscosity if turbulent.eddy is None else halo_padded(model.fluid.viscosity + turbulent.eddy)
    diffusivity = None if turbulent.eddy is None else halo_padded(eddy_diffusivity(model, turbulent.eddy))
    link = jax.jit(total_conductance)(model.heat, diffusivity)
    gained = jax.jit(advected)(model, flux, state.temperature, link)
    wide = jax.jit(lambda velocity: tuple(halo_padded(component) for component in velocity))(state.velocity)
    guess = jax.jit(prediction)(model, state, wide)
    free = jax.jit(mobility)(model.mesh, state.velocity, dt)

    def timed(part: Callable[..., Any], *given: Any) -> float:
        return _time(partial(jax.jit(part), *given))

    return {
        "heat": timed(advected, model, flux, state.temperature, link)
        + timed(conducted, model, state.temperature, gained, link),
        "tendency": sum(timed(partial(tendency, axis), model, state, flux, nu) for axis in AXES),
        "prediction": timed(prediction, model, state, wide),
        "projection": timed(projection, model, guess, free),
    }


def cube_model(cells: int, dtype: Any, diffusion: Conduction = "direct") -> FlowModel:
    """A cube of air heated from one side (Ra = 1e6); `diffusion` as in `throughput`, the pressure solved directly."""
    import numpy as np

    from jamsu.solver.box import box_model

    edges = [np.linspace(0, 1, cells + 1)] * 3
    return box_model(
        edges,
        viscosity=PRANDTL,
        buoyancy=PRANDTL * 1e6,
        sides=(((0.5, np.inf), (-0.5, np.inf)), (None, None), (None, None)),
        heat_scheme="limited",
        conduction=diffusion,
        implicit_viscosity=diffusion != "explicit",
        factored_viscosity=diffusion == "factored",
        dtype=dtype,
    )


def vessel_model(cells: int, dtype: Any, buoyancy: float = 0.71e6) -> FlowModel:
    """A horizontal cylinder of diameter 0.96 in a unit cube, with a heated region, a solid block and a hull film.

    Cut cells, closed faces and Smagorinsky's eddy viscosity, explicit conduction: a submerged module's step but for its
    wall functions, machines and the fields of the k-epsilon model.
    """
    from dataclasses import replace

    import jax.numpy as jnp
    import numpy as np

    from jamsu.geometry.cutcells import cut_cells
    from jamsu.geometry.grid import Grid
    from jamsu.geometry.shapes import Cylinder
    from jamsu.geometry.smallcells import close_small_cells
    from jamsu.solver.box import box_model
    from jamsu.solver.flow.advection import face_stencil_limits
    from jamsu.solver.flow.pressure import box_solver
    from jamsu.solver.grid.mesh import AXES, Mesh, Obstacles

    edges = np.linspace(0, 1, cells + 1)
    grid = Grid(edges, edges, edges)
    cut = close_small_cells(cut_cells(grid, Cylinder((0.02, 0.5, 0.5), (0.98, 0.5, 0.5), 0.48)), 0.2)
    open_cell = cut.volume_fraction > 0
    low, high = cells // 3, cells // 2
    block = (slice(low, high),) * 3
    open_cell[block] = False
    area = []
    for axis in AXES:
        value = np.array(cut.apertures[axis] * grid.face_area(axis))
        value[tuple(slice(low, high + (a == axis)) for a in AXES)] = 0
        area.append(value)

    wall = np.where(open_cell, cut.wall_area, 0.0)
    rub = np.where(wall > 0, wall / np.maximum(cut.wall_distance, 0.05 / cells), 0.0)
    friction, free, link = [], [], []
    for axis in AXES:
        ends = [(1, 1) if a == axis else (0, 0) for a in AXES]
        inner = tuple(slice(1, -1) if a == axis else slice(None) for a in AXES)
        pair = np.moveaxis(rub, axis, 0)
        friction.append(np.pad(np.moveaxis((pair[1:] + pair[:-1]) / 2, 0, axis), ends))
        free.append((area[axis] > 0).astype(float))
        link.append(np.pad(area[axis][inner] * cells, ends))

    def cast(values: Any) -> Any:
        return jnp.asarray(values, dtype)

    volume = np.where(open_cell, cut.cell_open_volume, grid.cell_volume)
    box = box_model([edges] * 3, viscosity=0.71, buoyancy=buoyancy, no_slip=np.zeros((3, 2)), dtype=dtype)
    obstacles = Obstacles(
        volume=cast(volume),
        area=(cast(area[0]), cast(area[1]), cast(area[2])),
        free=(cast(free[0]), cast(free[1]), cast(free[2])),
        friction=(cast(friction[0]), cast(friction[1]), cast(friction[2])),
        open_cell=cast(open_cell),
        driven_cell=cast(open_cell),
    )
    mesh = Mesh(box.mesh.x_edge, box.mesh.y_edge, box.mesh.z_edge, obstacles)
    x, y, z = np.meshgrid(*(grid.centres(a) for a in AXES), indexing="ij")
    stencil_limits = [jnp.asarray(face_stencil_limits(area[axis], None, axis)) for axis in AXES]
    heated = open_cell & (abs(x - 0.75) < 0.1) & (abs(y - 0.5) < 0.2) & (z < 0.5)
    heat = replace(
        box.heat,
        capacity=cast(volume),
        conductance=(cast(link[0]), cast(link[1]), cast(link[2])),
        source=cast(np.where(heated, 50 * volume, 0.0)),
        exchange=cast(10 * wall),
        exchange_temperature=cast(np.full(grid.shape, -0.5)),
        turbulent_link=(cast(link[0]), cast(link[1]), cast(link[2])),
        stencil_limits=(stencil_limits[0], stencil_limits[1], stencil_limits[2]),
        scheme="limited",
        conduction="explicit",
    )
    return replace(
        box,
        mesh=mesh,
        heat=heat,
        pressure_solver=box_solver(mesh),
        viscous_solver=None,
        heat_solver=None,
        turbulence="smagorinsky",
    )
