"""Fouling resistances of surfaces wetted by water, each with its source, and the law of their growth.

All are resistances of one wetted side, to be added in series: 1/U = 1/U_clean + R.
"""

from dataclasses import dataclass

import jax.numpy as jnp
from jaxtyping import ArrayLike

from jamsu.materials.fluid import Property
from jamsu.materials.lookup import look_up

_BRITISH = 0.17611
"""m2 K/W in one ft2 h degF/Btu"""

_DESIGN = "design value (TEMA class; table of typical fouling resistances, ft2 h degF/Btu converted)"
_MEASURED = (
    "measured on a plate heat exchanger in untreated natural seawater, Yamaguchi University,"
    " ypir.lib.yamaguchi-u.ac.jp, vol. 67 no. 2, item 1269 (abstract)"
)


@dataclass(frozen=True)
class Fouling:
    """A named fouling resistance."""

    name: str
    resistance: float
    """m2 K/W"""
    source: str
    range_text: str


_FOULING = {
    fouling.name: fouling
    for fouling in (
        Fouling("clean", 0.0, "no deposit", "a new or just cleaned surface"),
        Fouling("seawater", 5e-4 * _BRITISH, _DESIGN, "seawater below 52 degC (125 degF), any velocity"),
        Fouling("seawater-warm", 1e-3 * _BRITISH, _DESIGN, "seawater above 52 degC (125 degF), any velocity"),
        Fouling(
            "seawater-30-days-winter",
            6.104e-5,
            _MEASURED,
            "after 30 days in winter; the overall coefficient fell by 21.2 %",
        ),
        Fouling(
            "seawater-30-days-summer",
            7.01e-5,
            _MEASURED,
            "after 30 days in early summer; the overall coefficient fell by 21.9 %",
        ),
        Fouling("brackish-water", 1e-3 * _BRITISH, _DESIGN, "below 52 degC, faster than 0.9 m/s (3 ft/s)"),
        Fouling("brackish-water-slow", 2e-3 * _BRITISH, _DESIGN, "below 52 degC, slower than 0.9 m/s (3 ft/s)"),
        Fouling("closed-loop-water", 1e-3 * _BRITISH, _DESIGN, "engine jacket water in a closed system"),
        Fouling("distilled-water", 5e-4 * _BRITISH, _DESIGN, "distilled water or condensate"),
    )
}


def fouling_names() -> tuple[str, ...]:
    """All names that `get_fouling` and `fouling_resistance` know."""
    return tuple(_FOULING)


def get_fouling(name: str) -> Fouling:
    """The fouling of that name with its source. Raises KeyError with the nearest names if there is none."""
    return look_up("fouling resistance", name, _FOULING)


def fouling_resistance(name: str) -> float:
    """The fouling resistance of that name (m2 K/W). Raises KeyError with the nearest names."""
    return get_fouling(name).resistance


def growing_resistance(time: ArrayLike, final_resistance: ArrayLike, time_constant: ArrayLike) -> Property:
    """Fouling resistance (m2 K/W) a time (s) after cleaning: R = R_final (1 - exp(-t/tau)).

    The asymptotic law of D. Q. Kern and R. E. Seaton, Br. Chem. Eng. 4 (1959) 258-262: deposition at a
    constant rate, removal in proportion to the deposit. Zero before time 0, no induction period. None of
    the sources above gives a time constant for seawater, and their 30-day values are one point of a curve,
    not its asymptote: both arguments are the caller's assumption. Can be traced.
    """
    return jnp.asarray(final_resistance) * -jnp.expm1(-jnp.maximum(time, 0.0) / jnp.asarray(time_constant))
