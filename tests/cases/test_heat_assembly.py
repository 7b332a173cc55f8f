"""The gas's conductances between cut walls: a linear temperature conducts through every section as Fourier says, and
the hull's heat is shared so that one beside the hull does (tests/solver/test_cut_walls.py)."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jamsu.cases.assembly.grid import build_cut_cells, build_grid
from jamsu.cases.assembly.layout import build_geometry, layout_of
from jamsu.cases.assembly.operation import operation_of
from jamsu.cases.reading.loader import case_from_text
from jamsu.solver.exchange.hull import WallState, shift_share
from jamsu.solver.flow.heat import advance_temperature
from jamsu.solver.operate import operate

VESSEL = """
name = "vessel"
[site]
seawater_temperature = "10 degC"
[vessel]
shape = "cylinder"
axis = "x"
diameter = "2.0 m"
length = "1.0 m"
fluid = "nitrogen"
[racks.A]
position = "0.4, -0.1, -0.1 m"
size = "0.2, 0.2, 0.2 m"
front = "-x"
power = "0 W"
airflow = { law = "fixed", flow = "0.01 m3/s" }
[solver]
resolution = "100 mm"
precision = "float64"
"""


def _given():
    case = case_from_text(VESSEL, name="vessel")
    grid = build_grid(case, 1.0)
    geometry = build_geometry(case, grid, build_cut_cells(case, grid))
    return geometry, operate(layout_of(case, geometry), operation_of(case, 293.15, jnp.float64))


@pytest.fixture(scope="module")
def built():
    geometry, module = _given()
    return geometry, module.model.heat, module.gas


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_linear_temperature_conducts_as_fourier_says(built, axis):
    """Its values at the cells' centres give k dT/dx times the section: of the cylinder, a chord times its length.
    Sections through the rack and at the rim are left out."""
    geometry, heat, gas = built
    cut = geometry.domain.cut
    spacing = np.diff(geometry.grid.centres(axis)).reshape([-1 if a == axis else 1 for a in range(3)])
    inner = tuple(slice(1, -1) if a == axis else slice(None) for a in range(3))
    across = spacing * np.asarray(heat.conductance[axis], float)[inner]
    others = tuple(a for a in range(3) if a != axis)
    position = np.asarray(geometry.grid.edges(axis))[1:-1]
    if axis == 0:
        chosen, section = (position < 0.35) | (position > 0.65), np.full(position.shape, np.pi)
    else:
        chosen = (np.abs(position) > 0.15) & (np.abs(position) < 0.8)
        section = 2 * np.sqrt(1 - np.minimum(position**2, 1)) * 1.0
    assert chosen.sum() >= 4
    conductivity = float(gas.conductivity)
    area = np.asarray(cut.apertures[axis] * geometry.grid.face_area(axis))[inner].sum(others)
    np.testing.assert_allclose(across.sum(others)[chosen], conductivity * area[chosen], rtol=1e-3)
    np.testing.assert_allclose(area[chosen], section[chosen], rtol=0.025)  # too small cells are closed
    link = np.asarray(heat.turbulent_link[axis], float)
    np.testing.assert_allclose(link * conductivity, np.asarray(heat.conductance[axis], float), rtol=1e-6, atol=1e-12)


def test_cut_cells_share_the_hulls_heat_but_machines_do_not(built):
    """The temperature of a cut cell lies farther from the hull than its centre where less than half of it is open."""
    geometry, heat, _ = built
    cut, shift = geometry.domain.cut, np.asarray(heat.wall_shift, float)
    walled = (cut.wall_area > 0) & (cut.volume_fraction > 0)
    assert np.all(shift[(geometry.domain.machine >= 0) | ~walled] == 0)
    assert np.all(shift[walled & (cut.volume_fraction < 0.5)] > 0)
    metres = (shift * cut.wall_area)[walled]
    assert 0 < metres.max() < 0.1  # a cell's width
    np.testing.assert_allclose(metres[cut.volume_fraction[walled] == 1], 0.0, atol=1e-12)


@pytest.mark.parametrize("film", [5.0, 100.0])
def test_gas_at_rest_cools_no_further_than_the_sea(built, film):
    """Behind a film stronger than conduction a cut cell's centre is no colder than its wall: with the whole shift its
    neighbours lose more than they can draw and pass the sea's temperature by some mK."""
    geometry, still, _ = built
    hull = _given()[1].hull
    wall = WallState(*(jnp.full(hull.layout.area.shape, film),) * 4)
    share = shift_share(hull, wall, None, still.fluid_capacity)
    assert 0 < float(share.min()) < float(share.max()) <= 1
    gas = np.asarray(geometry.domain.open_cell)
    exchange = jnp.zeros(gas.size).at[hull.layout.cell].add(film * hull.layout.area).reshape(gas.shape)

    @jax.jit
    def cooled(shift):
        heat = replace(still, exchange=exchange, wall_shift=shift, conduction="implicit")
        none = jnp.zeros(gas.shape)

        def once(_, now):
            return advance_temperature(heat, now, none, heat.conductance, 2.0, None, 1e-10)[0]

        return jax.lax.fori_loop(0, 100, once, jnp.asarray(np.where(gas, 10.0, 0.0)))

    limited = still.wall_shift.ravel().at[hull.layout.cell].multiply(share).reshape(gas.shape)
    assert float(cooled(limited)[gas].min()) >= -1e-9
    assert float(cooled(still.wall_shift)[gas].min()) < -1e-4
