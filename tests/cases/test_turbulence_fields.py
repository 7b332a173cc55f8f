"""Eddy viscosity and turbulent kinetic energy in results: there where the model has them, with the model's numbers."""

import numpy as np
import pytest

from jamsu.cases import load_case
from jamsu.cases.results.tree import interior_dataset
from jamsu.cases.run.levels import first_state, make_level
from jamsu.cases.run.transient_fields import fields_of
from jamsu.solver.flow.courant import courant_rate
from jamsu.solver.round import courant_rate_now

BOTH = ("eddy_viscosity", "turbulent_kinetic_energy")
FLOW, AREA = 0.2, 0.4 * 0.6  # of the rack, m3/s and m2
GAS_VISCOSITY = 1.532e-5  # m2/s, of air at 22 degC
BOX = """
[site]
seawater_temperature = "12 degC"
[vessel]
shape = "box"
size = "1.6, 1.2, 1.2 m"
fluid = "air"
pressure = "1 atm"
outside = "adiabatic"
[racks.A]
position = "0.6, 0.4, 0.2 m"
size = "0.4, 0.4, 0.6 m"
front = "-x"
height_units = 3
power = "500 W"
airflow = { law = "fixed", flow = "0.2 m3/s" }
[coils.door]
rack = "A"
depth = "200 mm"
ua = "120 W/K"
water_flow = "0.2 kg/s"
[blocks.slab]
position = "0.0, 0.0, 0.0 m"
size = "0.4, 0.4, 0.2 m"
material = "steel"
[solver]
resolution = "200 mm"
precision = "float64"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("turbulence")


def box_case(folder, *overrides):
    path = folder / "box.toml"
    path.write_text(BOX)
    return load_case(path, overrides)


def at_the_start(folder, *overrides):
    """/interior as the machines' own flow makes it, without a step."""
    case = box_case(folder, *overrides)
    level = make_level(case, 1.0, None, True)
    fields = fields_of(level.module, first_state(level).flow)
    return interior_dataset(case, level.geometry, level.module, fields, 0.0)


def outside_the_free_gas(interior):
    return np.isnan(interior["pressure"].to_numpy())


def test_k_epsilon_is_the_default_and_shows_both(folder):
    """What a run begins with: 5 % of the machines' speed, and nu_t = 10 nu f_mu, with R = 10 / C_mu far from walls."""
    interior = at_the_start(folder)
    closed = outside_the_free_gas(interior)
    eddy, k = (interior[name].to_numpy() for name in BOTH)
    assert closed.any()
    for field in (eddy, k):
        np.testing.assert_array_equal(np.isnan(field), closed)
    np.testing.assert_allclose(k[~closed], 1.5 * (0.05 * FLOW / AREA) ** 2, rtol=1e-9)
    assert eddy[~closed].min() > 0
    reynolds = 10 / 0.09
    f_mu = 1 + 5 * reynolds**-0.75 * np.exp(-((reynolds / 200) ** 2))
    assert eddy[~closed].max() == pytest.approx(10 * GAS_VISCOSITY * f_mu, rel=0.01)


def test_a_constant_eddy_viscosity_is_shown_as_given(folder):
    interior = at_the_start(folder, "solver.turbulence=constant", "solver.eddy_viscosity=2e-4 m2/s")
    free = ~outside_the_free_gas(interior)
    np.testing.assert_allclose(interior["eddy_viscosity"].to_numpy()[free], 2e-4, rtol=1e-12)
    assert "turbulent_kinetic_energy" not in interior


@pytest.mark.parametrize("model", ["zero_equation", "smagorinsky", "wale"])
def test_algebraic_models_have_no_kinetic_energy(folder, model):
    interior = at_the_start(folder, f"solver.turbulence={model}")
    free = ~outside_the_free_gas(interior)
    eddy = interior["eddy_viscosity"].to_numpy()[free]
    assert eddy.min() >= 0
    assert eddy.max() > 0.1 * GAS_VISCOSITY  # beside the rack, where its jet shears the gas at rest
    assert "turbulent_kinetic_energy" not in interior


def test_laminar_flow_has_neither(folder):
    assert not set(BOTH) & set(at_the_start(folder, "solver.turbulence=laminar").data_vars)


def test_a_round_of_no_steps_tells_the_courant_rate(folder):
    level = make_level(box_case(folder), 1.0, None, True)
    state = first_state(level)
    rate = courant_rate_now(level.module, state)
    assert rate == pytest.approx(float(courant_rate(level.module.model, state.flow)), rel=1e-12)
    assert rate > 0.999 * FLOW / AREA / 0.2  # through the rack, one way
