"""Fouling resistances of surfaces wetted by water, each with its source.

All are resistances of one wetted side, to be added in series: 1/U = 1/U_clean + R.
"""

from dataclasses import dataclass

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


def fouling_resistance(name: str) -> float:
    """The fouling resistance of that name (m2 K/W). Raises KeyError with the nearest names."""
    return look_up("fouling resistance", name, _FOULING).resistance
