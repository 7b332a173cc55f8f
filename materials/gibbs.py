"""The TEOS-10 Gibbs function of seawater and its pressure derivative, at sea pressure zero.

Coefficients: IAPWS R13-08 (2008), Release on the IAPWS formulation 2008 for the thermodynamic properties of
seawater, with the oceanographic form of pure water of R. Feistel, Deep-Sea Res. I 50 (2003) 1-13, as in the
TEOS-10 manual (IOC, SCOR and IAPSO 2010), appendices G and H.

    g(S_A, t, p) = sum over i, j, k of g_ijk x^i y^j z^k   (J/kg)
    x = sqrt(S_A/(40.188617 g/kg)),  y = t/(40 degC),  z = p/(10^8 Pa)

Needed here: the terms k = 1 for the specific volume and the terms k = 0 from y^2 on for the heat capacity.
The x^2 ln x terms of R13-08 are at most linear in y and leave both untouched. Every saline term has i >= 2
and is kept as x^2 times a polynomial in x: no square root is differentiated at zero salinity.
"""

import jax.numpy as jnp
from jaxtyping import Array, Float

REFERENCE_SALINITY = 35.16504 / 35.0
"""Absolute Salinity (g/kg) of a practical salinity of 1, reference seawater (F. J. Millero et al. 2008)"""

_SALINITY_UNIT = 40.0 * REFERENCE_SALINITY
_TEMPERATURE_UNIT = 40.0
_PRESSURE_UNIT = 1e8

Rows = tuple[tuple[float, ...], ...]

# Pure water: powers of y.
_WATER_VOLUME = (
    100015.695367145,
    -270.983805184062,
    1455.0364540468,
    -672.50778314507,
    397.968445406972,
    -194.618310617595,
    63.5113936641785,
    -9.63108119393062,
)
_WATER_ENERGY = (
    0.0,  # the terms y^0 and y^1 have no second derivative
    0.0,
    -12357.785933039,
    736.741204151612,
    -148.185936433658,
    58.0259125842571,
    -18.9843846514172,
    3.05081646487967,
)
# Sea salt: row i holds the powers of y of x^(i + 2).
_SALT_VOLUME: Rows = (
    (-3310.49154044839, 729.116529735046, -860.764303783977, 694.244814133268, -297.728741987187),
    (199.459603073901, -175.292041186547, 383.058066002476, -460.319931801257, 234.565187611355),
    (-54.7919133532887, -22.6683558512829),
    (36.0284195611086,),
)
_SALT_ENERGY: Rows = (
    (
        0.0,
        0.0,
        880.031352997204,
        -225.267649263401,
        91.4260447751259,
        -21.6603240875311,
        2.13016970847183,
    ),
    (0.0, 0.0, -43.0664675978042, -10.0227370861875, 0.875600661808945),
    (0.0, 0.0, -68.5572509204491, 49.3667694856254, -17.1397577419788, 2.49697009569508),
)


def _slope(coefficients: tuple[float, ...]) -> tuple[float, ...]:
    """Coefficients of the derivative of a polynomial."""
    return tuple(n * c for n, c in enumerate(coefficients))[1:] or (0.0,)


_WATER_VOLUME_T = _slope(_WATER_VOLUME)
_SALT_VOLUME_T = tuple(_slope(row) for row in _SALT_VOLUME)
_WATER_ENERGY_TT = _slope(_slope(_WATER_ENERGY))
_SALT_ENERGY_TT = tuple(_slope(_slope(row)) for row in _SALT_ENERGY)

_Field = Float[Array, "..."]


def _horner(coefficients: tuple[float, ...], y: _Field) -> _Field:
    total = jnp.full_like(y, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        total = total * y + coefficient
    return total


def _sum(water: tuple[float, ...], salt: Rows, salinity: _Field, celsius: _Field) -> _Field:
    """Water and salt polynomials of one derivative; Absolute Salinity (g/kg) and degC of one shape."""
    y = celsius / _TEMPERATURE_UNIT
    x2 = salinity / _SALINITY_UNIT
    x = jnp.sqrt(jnp.maximum(x2, 1e-12))  # the floor keeps the gradient finite in fresh water
    series = jnp.zeros_like(x)
    for row in reversed(salt):
        series = series * x + _horner(row, y)
    return _horner(water, y) + x2 * series


def specific_volume(salinity: _Field, celsius: _Field) -> _Field:
    """v = dg/dp (m3/kg) at Absolute Salinity (g/kg) and in-situ temperature (degC)."""
    return _sum(_WATER_VOLUME, _SALT_VOLUME, salinity, celsius) / _PRESSURE_UNIT


def volume_slope(salinity: _Field, celsius: _Field) -> _Field:
    """dv/dT = d2g/(dp dT) (m3/(kg K))."""
    return _sum(_WATER_VOLUME_T, _SALT_VOLUME_T, salinity, celsius) / (_PRESSURE_UNIT * _TEMPERATURE_UNIT)


def energy_curvature(salinity: _Field, celsius: _Field) -> _Field:
    """d2g/dT2 (J/(kg K2)), minus the heat capacity over the temperature."""
    return _sum(_WATER_ENERGY_TT, _SALT_ENERGY_TT, salinity, celsius) / _TEMPERATURE_UNIT**2
