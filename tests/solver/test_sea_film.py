"""The sea's film at its own temperature: hulls by hand with TEOS-10 (gsw) and IAPWS water (CoolProp), and the density
maximum against exact laminar layers."""

import gsw
import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI
from scipy.integrate import solve_bvp
from scipy.optimize import brentq

from jamsu.materials import seawater
from jamsu.solver.exchange.outside_films import hull_outside_film
from jamsu.solver.exchange.sea_film import check_density_maximum, density_maximum_ratio, sea_film_properties

GRAVITY = 9.80665


def churchill_chu(wall, sea, salinity, diameter, at=None):
    """Film of a lying cylinder in still water, W/m2/K; temperatures in degC, properties at `at` or the film's."""
    celsius = 0.5 * (wall + sea) if at is None else at
    absolute = salinity * 35.16504 / 35.0
    expansion = abs(gsw.alpha_wrt_t_exact(absolute, celsius, 0.0))
    density, capacity = gsw.rho_t_exact(absolute, celsius, 0.0), gsw.cp_t_exact(absolute, celsius, 0.0)
    # Of pure water; sea salt adds 8 % to the viscosity at 35 g/kg (Sharqawy et al. 2010).
    viscosity = PropsSI("V", "T", celsius + 273.15, "P", 101325, "Water") * (1 + 0.08 * salinity / 35.0)
    conductivity = PropsSI("L", "T", celsius + 273.15, "P", 101325, "Water")
    prandtl = viscosity * capacity / conductivity
    rayleigh = GRAVITY * expansion * (wall - sea) * diameter**3 * density**2 * prandtl / viscosity**2
    reduced = rayleigh / (1 + (0.559 / prandtl) ** (9 / 16)) ** (16 / 9)
    return (0.6 + 0.387 * reduced ** (1 / 6)) ** 2 * conductivity / diameter


def our_film(wall, sea, salinity, diameter):
    properties = sea_film_properties(wall + 273.15, sea + 273.15, salinity)
    return float(hull_outside_film("horizontal_cylinder", diameter, wall - sea, 0.0, 0.0, properties))


def wall_of(film, flux, sea):
    """Wall temperature at which a film (a function of it) carries the flux, degC."""
    return brentq(lambda wall: film(wall) * (wall - sea) - flux, sea + 1.0, sea + 60.0)


# A still hull of 1.2 m that gives 750 W/m2 to the water. With properties at sea + 0.5 K these films are 52 and 63.
@pytest.mark.parametrize(("sea", "salinity", "film"), [(3.5, 0.0, 157.0), (2.0, 7.0, 155.0)])
def test_a_hull_in_cold_lakes_and_brackish_seas(sea, salinity, film):
    by_hand = wall_of(lambda wall: churchill_chu(wall, sea, salinity, 1.2), 750.0, sea)
    ours = wall_of(lambda wall: our_film(wall, sea, salinity, 1.2), 750.0, sea)
    assert churchill_chu(by_hand, sea, salinity, 1.2) == pytest.approx(film, abs=1.0)
    assert our_film(ours, sea, salinity, 1.2) == pytest.approx(film, abs=1.0)
    assert ours == pytest.approx(by_hand, abs=0.03)


def test_in_the_ocean_the_film_temperature_matters_little():
    """At 750 W/m2 some 2 % of the film."""
    wall = wall_of(lambda wall: our_film(wall, 10.0, 35.0, 1.2), 750.0, 10.0)
    assert our_film(wall, 10.0, 35.0, 1.2) == pytest.approx(churchill_chu(wall, 10.0, 35.0, 1.2), rel=0.01)
    assert our_film(wall, 10.0, 35.0, 1.2) == pytest.approx(churchill_chu(wall, 10.0, 35.0, 1.2, at=10.5), rel=0.04)


EXPONENT, PRANDTL = 1.894816, 11.0


def laminar_slope(buoyancy):
    """-phi_x(0) of the similar layer f_xxx + 3 f f_xx - 2 f_x^2 + buoyancy(phi) = 0, phi_xx + 3 Pr f phi_x = 0."""

    def equations(_, y):
        f, df, ddf, phi, slope = y
        return np.array([df, ddf, 2 * df**2 - 3 * f * ddf - buoyancy(phi), slope, -3 * PRANDTL * f * slope])

    def walls(near, far):
        return np.array([near[0], near[1], near[3] - 1, far[1], far[3]])

    x = np.linspace(0, 12, 300)
    decay = np.exp(-x)
    start = np.array([0.15 * (1 - decay) ** 2, 0.1 * x * decay, 0.3 * decay * (1 - x), decay, -decay])
    found = solve_bvp(equations, walls, x, start, tol=1e-4, max_nodes=20000)
    assert found.status == 0
    return -found.y[4, 0]


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [(-1.0, 0.96), (0.0, 0.85), (0.06, 0.82), (0.12, 0.77), (0.4, 1.05), (0.5, 1.07), (1.0, 1.02)],
)
def test_the_driving_expansion_near_the_density_maximum_against_exact_layers(ratio, expected):
    """Fresh water about its density maximum: Nu of the exact layer over Nu with the model's expansion."""
    densest, reach = seawater.densest_temperature(0.0), 4.0  # K, K between wall and sea
    assert densest - 273.15 == pytest.approx(3.98, abs=0.01)
    sea = densest - ratio * reach
    assert density_maximum_ratio(sea + reach, sea, 0.0) == pytest.approx(ratio, abs=1e-6)

    downwards = -1.0 if ratio > 0.25 else 1.0
    size = max(abs(1 - ratio), abs(ratio)) ** (EXPONENT - 1)

    def buoyancy(phi):
        return downwards * (np.abs(phi - ratio) ** EXPONENT - abs(ratio) ** EXPONENT) / size

    scale = 9.297173e-6 * reach**EXPONENT * size  # Gebhart & Mollendorf 1977: |rho - rho_m| = rho_m a |T - T_m|^q
    exact = scale * (laminar_slope(buoyancy) / laminar_slope(lambda phi: phi)) ** 4
    taken = float(sea_film_properties(sea + reach, sea, 0.0).expansion) * reach
    # TEOS-10 and that law differ by some 10 % in the expansion at 1 K from the maximum.
    assert (exact / taken) ** 0.25 == pytest.approx(expected, abs=0.06)


def test_the_film_never_vanishes_where_the_density_is_that_of_the_sea():
    """Wall 4.46 and sea 3.5 degC are equally dense (R = 1/2): the water between them is heavier and sinks."""
    walls = np.linspace(3.6, 6.0, 49) + 273.15
    expansion = np.asarray(sea_film_properties(walls, 3.5 + 273.15, 0.0).expansion)
    rho = gsw.rho_t_exact(0.0, np.array([3.5, 4.46]), 0.0)
    assert abs(rho[1] - rho[0]) < 1e-4
    assert expansion.min() > 1e-6
    assert np.abs(np.diff(expansion)).max() < 1e-6  # no jump


def test_who_is_told_of_the_density_maximum():
    (line,) = check_density_maximum(273.15 + 9.0, 273.15 + 3.5, 0.0)
    assert "densest at 4.0 degC, between its own 3.5 and the hull's 9.0 degC" in line
    assert "some 80% of the film taken" in line
    for wall, sea, salinity in [(9.0, 4.5, 0.0), (3.5, 1.0, 0.0), (9.0, 3.5, 35.0), (3.5, 3.5, 0.0)]:
        assert check_density_maximum(wall + 273.15, sea + 273.15, salinity) == []
