"""Solids of hulls, coatings, insulation and rooms, each with the source of its numbers.

"ISO 10456" is ISO 10456:2007, table 3 (design values at 10 to 20 degC); "Incropera" is F. P. Incropera et
al., Fundamentals of Heat and Mass Transfer, tables A.1 and A.3 (300 K). The figures of these two and of EN
10088-1 are as commonly quoted, not compared with the print again; the copper association's figures were read
at the source. Numbers marked "general knowledge" were not checked against a publication. A case that depends
on one of these should bring its own number.
"""

from dataclasses import dataclass

from jaxtyping import ArrayLike

from jamsu.materials.lookup import look_up
from jamsu.materials.ranges import range_messages, warn_range


@dataclass(frozen=True)
class Solid:
    """A solid with constant properties."""

    name: str
    conductivity: float
    """W/(m K)"""
    density: float
    """kg/m3"""
    heat_capacity: float
    """J/(kg K)"""
    source: str
    range_text: str
    """how far the values vary between grades or products, and with temperature"""
    temperature_range: tuple[float, float] = (253.15, 373.15)
    """K: where a constant is good to the variation named in `range_text`"""

    @property
    def diffusivity(self) -> float:
        """Thermal diffusivity k / (rho c) (m2/s)."""
        return self.conductivity / (self.density * self.heat_capacity)

    def check(self, temperature: ArrayLike) -> list[str]:
        """Messages on concrete temperatures (K) that are out of range; empty if none is."""
        return range_messages(self.name, "temperature", temperature, self.temperature_range, "K")

    def warn(self, temperature: ArrayLike) -> None:
        """Send every message of `check` as a `RangeWarning`."""
        warn_range(self.check(temperature))


_METALS = (
    Solid("steel", 50.0, 7800.0, 450.0, "ISO 10456", "hull and structural steels 41 to 61 W/(m K)"),
    Solid(
        "stainless-steel",
        15.0,
        8000.0,
        500.0,
        "EN 10088-1, 1.4404 (316L) at 20 degC",
        "13.4 (AISI 316, Incropera) to 17 W/(m K) (ISO 10456, austenitic); +1 per 60 K",
    ),
    Solid(
        "duplex-stainless-steel",
        15.0,
        7800.0,
        500.0,
        "EN 10088-1, 1.4462 at 20 degC",
        "14 to 17 W/(m K) between grades and up to 100 degC",
    ),
    Solid(
        "titanium",
        21.9,
        4500.0,
        522.0,
        "Incropera, pure titanium",
        "grades 1 and 2: 17 to 22 W/(m K); alloy Ti-6Al-4V about 7 (general knowledge)",
    ),
    Solid(
        "copper-nickel",
        40.0,
        8900.0,
        377.0,
        "Copper Development Association (copper.org), 90-10",
        "40 to 50 W/(m K) between sources",
    ),
    Solid(
        "copper-nickel-70-30",
        29.0,
        8950.0,
        377.0,
        "Copper Development Association (copper.org), 70-30",
        "25 W/(m K) for the 66-30-2-2 grade",
    ),
    Solid(
        "copper",
        401.0,
        8933.0,
        385.0,
        "Incropera, pure copper",
        "phosphorus-deoxidised tube (DHP) 300 to 365 W/(m K) (general knowledge)",
    ),
    Solid(
        "aluminium",
        160.0,
        2800.0,
        880.0,
        "ISO 10456, alloys",
        "marine alloy 5083 about 117 W/(m K), pure metal 237 (Incropera)",
    ),
)

_COATINGS = (
    Solid(
        "epoxy-coating",
        0.20,
        1200.0,
        1400.0,
        "ISO 10456, epoxy resin",
        "unfilled resin; pigments raise it to 0.2 to 0.4 W/(m K) (general knowledge)",
    ),
    Solid(
        "glass-flake-coating",
        0.25,
        1525.0,
        1134.0,
        "derived: 25 vol-% glass flakes in epoxy resin (`glass` and `epoxy-coating` here), in series",
        "0.25 (flakes lying flat, in series) to 0.40 W/(m K) (in parallel)",
    ),
    Solid(
        "antifouling-paint",
        0.3,
        1800.0,
        1000.0,
        "general knowledge, not checked: copper-oxide filled self-polishing paint",
        "0.2 to 0.6 W/(m K)",
    ),
    Solid(
        "neoprene",
        0.23,
        1240.0,
        2140.0,
        "ISO 10456, polychloroprene",
        "0.19 to 0.26 W/(m K) with filler (general knowledge)",
    ),
    Solid("polyethylene", 0.50, 980.0, 1800.0, "ISO 10456, high density", "low density 0.33 W/(m K)"),
)

_BUILDING = (
    Solid(
        "polyurethane-insulation",
        0.026,
        70.0,
        1045.0,
        "Incropera, urethane foamed in place",
        "0.022 to 0.030 W/(m K) with blowing agent and age; not for wet or pressurised service",
    ),
    Solid("concrete", 2.0, 2400.0, 1000.0, "ISO 10456, high density", "1.35 (2000 kg/m3) to 2.5 W/(m K)"),
    Solid(
        "gypsum-board",
        0.25,
        950.0,
        840.0,
        "conductivity ISO 10456 (900 kg/m3); density and heat capacity of the room envelope of"
        " J. VanGilder et al., ASHRAE Trans. 119(2) (2013) 358-370",
        "0.16 to 0.25 W/(m K)",
    ),
    Solid("glass", 1.0, 2500.0, 750.0, "ISO 10456, soda lime", "0.8 to 1.4 W/(m K)"),
)

_SOLIDS = {solid.name: solid for solid in (*_METALS, *_COATINGS, *_BUILDING)}


def solid_names() -> tuple[str, ...]:
    """All names that `get_solid` knows."""
    return tuple(_SOLIDS)


def get_solid(name: str) -> Solid:
    """The solid of that name. Raises KeyError with the nearest names if there is none."""
    return look_up("solid", name, _SOLIDS)
