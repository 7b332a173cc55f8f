"""Water vapour in a gas: saturation pressure over water and ice, and the dew point.

    over water (above 0.01 degC)   ln(p/pc) = (Tc/T) sum a_i (1 - T/Tc)^b_i      W. Wagner and A. Pruss, J. Phys. Chem.
                                   Ref. Data 31 (2002) 387-535, eq. 2.5 (IAPWS-95); 273.16 to 647 K, within 0.1 %
    over ice (below)               ln(p/pt) = (Tt/T) sum a_i (T/Tt)^b_i          IAPWS R14-08 (2011), eq. 6;
                                   50 to 273.16 K, within 0.1 %

The gas counts as an ideal one: its vapour saturates at the pressure that it has over pure water. Real gas at 1 atm
holds 0.4 % more (the enhancement factor), at 5 bar some 2 %. A dew point found from a relative humidity has an error
below 0.02 K, because the factor stands on both sides.

The functions take concrete values only (NumPy): nothing here is traced.
"""

from typing import Any

import numpy as np
from jaxtyping import ArrayLike, Float

TRIPLE_TEMPERATURE = 273.16
"""K; ice below, water above"""
TEMPERATURE_RANGE = (150.0, 473.15)
"""K: of a dew point that a gas can have here; both equations hold beyond it"""

_CRITICAL_TEMPERATURE, _CRITICAL_PRESSURE = 647.096, 22.064e6
_TRIPLE_PRESSURE = 611.657
_WATER = (
    (-7.85951783, 1.0),
    (1.84408259, 1.5),
    (-11.7866497, 3.0),
    (22.6807411, 3.5),
    (-15.9618719, 4.0),
    (1.80122502, 7.5),
)
_ICE = ((-21.2144006, 0.00333333333), (27.3203819, 1.20666667), (-6.10598130, 1.70333333))

Values = Float[np.ndarray, "..."]


def saturation_pressure(temperature: ArrayLike) -> Values:
    """Pressure (Pa) at which water vapour of this temperature (K) condenses; over ice below 273.16 K."""
    t = np.asarray(temperature, float)
    water, ice = np.maximum(t, TRIPLE_TEMPERATURE), np.minimum(t, TRIPLE_TEMPERATURE)
    rest, part = 1.0 - water / _CRITICAL_TEMPERATURE, ice / TRIPLE_TEMPERATURE
    over_water = _CRITICAL_TEMPERATURE / water * _terms(_WATER, rest)
    over_ice = _terms(_ICE, part) / part
    return np.where(
        t >= TRIPLE_TEMPERATURE, _CRITICAL_PRESSURE * np.exp(over_water), _TRIPLE_PRESSURE * np.exp(over_ice)
    )


def _terms(terms: tuple[tuple[float, float], ...], x: Any) -> Any:
    return sum(factor * x**power for factor, power in terms)


def dew_point(relative_humidity: float, temperature: float) -> float:
    """Temperature (K) at which a gas of this relative humidity (0 to 1) and temperature (K) begins to condense.

    Below 273.16 K it is the frost point, at which ice forms; relative humidity is over ice there as well.

    Raises:
      ValueError: a humidity that is not above 0 and at most 1; a dew point below 150 K.
    """
    if not 0 < relative_humidity <= 1:
        raise ValueError(f"relative humidity must be above 0 and at most 1, got {relative_humidity!r}")
    vapour = relative_humidity * float(saturation_pressure(temperature))
    low, high = TEMPERATURE_RANGE[0], temperature
    if vapour < float(saturation_pressure(low)):
        raise ValueError(f"the dew point of {vapour:.3g} Pa of vapour is below {low:g} K")
    for _ in range(60):  # halved until two neighbouring numbers are left
        middle = 0.5 * (low + high)
        if float(saturation_pressure(middle)) < vapour:
            low = middle
        else:
            high = middle
    return high
