"""Heat at the faces beside walls: no extremum arises, whatever the flow and the walls, and smooth fields are carried
linearly."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from orders import tanh_edges

import jamsu.solver.flow.heat
from jamsu.solver.box import box_model
from jamsu.solver.flow.advection import face_stencil_limits
from jamsu.solver.flow.heat import advected_heat, conducted_heat
from jamsu.solver.grid.fusion import halo_padded
from jamsu.solver.grid.mesh import AXES

SHAPE = (7, 6, 8)


def net_rates(allowed=True, seeds=60):
    """Of random temperatures in random flows between random walls: the heat that each cell gains against its own
    temperature (W), whether it is a lowest or a highest one among all that it exchanges heat with, and the scale."""
    model = box_model([tanh_edges(n, strength=1.0) for n in SHAPE], viscosity=1.0, heat_scheme="limited")

    @jax.jit
    def rates(heat, flux, temperature, conductance):
        wide = halo_padded(temperature)
        carried = advected_heat(model.mesh, heat, flux, wide, conductance if allowed else None)
        inflow = sum(f[_low(a)] - f[_high(a)] for a, f in enumerate(flux))
        exchanged = heat.exchange * (heat.exchange_temperature - temperature)
        return carried - temperature * inflow + conducted_heat(conductance, wide) + exchanged

    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        opened = [np.pad(rng.random(_faces(a, -1)) > 0.3, _ends(a)) for a in AXES]
        flux = tuple(jnp.asarray(rng.standard_normal(o.shape) * o) for o in opened)
        conductance = tuple(jnp.asarray(10 ** rng.uniform(-4, 0, o.shape) * o) for o in opened)
        temperature = rng.standard_normal(SHAPE)
        walled = rng.random(SHAPE) > 0.7
        outside = np.where(rng.random(SHAPE) > 0.5, 2.0, -2.0)
        heat = replace(
            model.heat,
            exchange=jnp.asarray(walled * 10 ** rng.uniform(-2, 2, SHAPE)),
            exchange_temperature=jnp.asarray(outside),
            stencil_limits=tuple(jnp.asarray(face_stencil_limits(1.0 * o, None, a)) for a, o in enumerate(opened)),
        )
        found = np.asarray(rates(heat, flux, jnp.asarray(temperature), conductance))
        around = np.stack([*_neighbours(temperature, opened), np.where(walled, outside, np.nan)])
        with np.errstate(invalid="ignore"):
            low = ~np.any(around < temperature, 0)
            high = ~np.any(around > temperature, 0)
        yield found, low, high


def _faces(axis, more):
    return tuple(n + more * (a == axis) for a, n in enumerate(SHAPE))


def _ends(axis):
    return [(1, 1) if a == axis else (0, 0) for a in AXES]


def _low(axis):
    return tuple(slice(None, -1) if a == axis else slice(None) for a in AXES)


def _high(axis):
    return tuple(slice(1, None) if a == axis else slice(None) for a in AXES)


def _neighbours(temperature, opened):
    """Temperatures of the six neighbours, not a number behind closed faces."""
    for axis in AXES:
        around = np.pad(temperature, _ends(axis), constant_values=np.nan)
        for step, faces in ((0, _low(axis)), (2, _high(axis))):
            index = tuple(slice(step, step + n) if a == axis else slice(None) for a, n in enumerate(SHAPE))
            yield np.where(opened[axis][faces], around[index], np.nan)


def test_no_extremum_grows_in_random_flows_between_random_walls():
    """The coldest of all that it exchanges heat with does not get colder, the warmest not warmer."""
    seen = 0
    for rate, low, high in net_rates():
        seen += int(low.sum() + high.sum())
        assert np.all(rate[low] >= -1e-12)
        assert np.all(rate[high] <= 1e-12)
    assert seen > 2000


def test_linear_faces_let_extrema_grow(monkeypatch):
    """The check above can fail: without the limit some of the lowest get colder still."""
    unlimited = tuple(halo_padded(jnp.ones(SHAPE)) for _ in range(2))
    monkeypatch.setattr("jamsu.solver.flow.heat.wall_shares", lambda *_: unlimited)
    worst = min(float(rate[low].min(initial=0.0)) for rate, low, _ in net_rates(seeds=5))
    assert worst < -0.1


def fed_corner(temperature_downstream):
    """Steady temperature of a cell between walls that is fed from below at 0 and gives to a warm cell beside it."""
    model = box_model([np.linspace(0, 2, 3), np.array([0.0, 1.0]), np.linspace(0, 2, 3)], viscosity=1.0)
    flux = [np.zeros(tuple(n + (a == b) for b, n in enumerate((2, 1, 2)))) for a in AXES]
    flux[2][0, 0, 1] = -1.0  # from the upper left cell down into the lower left one
    flux[0][1, 0, 0] = 1.0  # and on to the lower right one
    area = [np.ones_like(f) for f in flux]
    for axis in AXES:
        for end in (0, -1):
            area[axis][tuple(end if a == axis else slice(None) for a in AXES)] = 0.0
    heat = replace(
        model.heat,
        scheme="limited",
        # The feed itself is upwind: its value is that of the cell above.
        stencil_limits=tuple(
            jnp.asarray(face_stencil_limits(a, np.full(a.shape, axis == 2), axis)) for axis, a in enumerate(area)
        ),
    )
    still = tuple(jnp.zeros(f.shape) for f in flux)
    given = tuple(jnp.asarray(f) for f in flux)

    @jax.jit
    def settled(start):
        def once(_, cell):
            temperature = jnp.array([[[cell, 0.0]], [[temperature_downstream, temperature_downstream]]])
            return cell + 0.2 * advected_heat(model.mesh, heat, given, halo_padded(temperature), still)[0, 0, 0]

        return jax.lax.fori_loop(0, 400, once, start)

    return float(settled(jnp.asarray(0.5)))


def test_a_cell_fed_beside_a_warm_one_is_no_colder_than_its_feed(monkeypatch):
    assert fed_corner(1.0) == pytest.approx(0.0, abs=1e-9)
    assert fed_corner(-1.0) == pytest.approx(0.0, abs=1e-9)
    ones = tuple(halo_padded(jnp.ones((2, 1, 2))) for _ in range(2))
    monkeypatch.setattr(jamsu.solver.flow.heat, "wall_shares", lambda *_: ones)
    assert fed_corner(1.0) == pytest.approx(-1.0, abs=1e-6)  # 2 T_in - T_D


@pytest.mark.parametrize("axis", AXES)
def test_a_linear_field_along_a_wall_is_carried_exactly(axis):
    """Flow that turns away from a wall carries a linear field's own value at the first face, as colder gas feeds it."""
    edges = [tanh_edges(n, strength=1.0) for n in SHAPE]
    model = box_model(edges, viscosity=1.0, heat_scheme="limited")
    centre = np.stack(np.meshgrid(*(0.5 * (e[1:] + e[:-1]) for e in edges), indexing="ij"))
    slope = np.array([0.7, 1.0, 1.3])
    temperature = jnp.asarray(np.tensordot(slope, centre, 1))
    flux = [np.zeros(_faces(a, 1)) for a in AXES]
    other = (axis + 1) % 3
    flux[axis][tuple(1 if a == axis else 3 for a in AXES)] = 1.0  # away from the wall at the axis's lower end
    flux[other][tuple(0 if a == axis else 3 for a in AXES)] = 1.0  # fed along it, from below
    area = [np.pad(np.ones(_faces(a, -1)), _ends(a)) for a in AXES]
    stencil_limits = tuple(jnp.asarray(face_stencil_limits(area[a], None, a)) for a in AXES)
    heat = replace(model.heat, stencil_limits=stencil_limits)
    still = tuple(jnp.zeros(f.shape) for f in flux)
    given = tuple(jnp.asarray(f) for f in flux)
    carried = advected_heat(model.mesh, heat, given, halo_padded(temperature), still)
    taker = tuple(1 if a == axis else 3 for a in AXES)
    face = [float(centre[(a, *taker)]) for a in AXES]
    face[axis] = float(edges[axis][1])
    assert float(carried[taker]) == pytest.approx(float(slope @ face), rel=1e-12)
