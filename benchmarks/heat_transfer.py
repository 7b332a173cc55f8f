"""Steady heat through layered walls, plane and cylindrical, as a hull has them, and a coil's heat exchange."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from jamsu.benchmarks.registry import BenchmarkError, Parameter, benchmark

if TYPE_CHECKING:
    from jamsu.solver.exchange.shell import Contact, Layer

CONTACTS = {"contact_resistances": Parameter("numbers", None, "m2 K/W", "between each layer and the next", minimum=0.0)}
FLUIDS = {
    "inside_temperature": Parameter("number", 40.0, "degC", "gas"),
    "inside_film": Parameter("number", 10.0, "W/(m2 K)", "film coefficient inside", above=0.0),
    "outside_temperature": Parameter("number", 12.0, "degC", "sea"),
    "outside_film": Parameter("number", 500.0, "W/(m2 K)", "film coefficient outside", above=0.0),
}
TEMPERATURES = {"temperatures": ("degC", "gas, each interface in turn (both sides of a contact), sea")}


@benchmark(
    "wall",
    "Steady heat through a layered plane wall with contact resistances",
    parameters={
        "layers": Parameter(
            "pairs",
            [(0.02, 50.0), (0.0003, 0.25)],
            "m and W/(m K)",
            "thickness and conductivity of each layer, from inside to outside",
            above=0.0,
        ),
        **CONTACTS,
        **FLUIDS,
    },
    gives={
        "heat_flux": ("W/m2", "from inside to outside"),
        "overall_coefficient": ("W/(m2 K)", "films included"),
        **TEMPERATURES,
    },
)
def wall(layers: list[tuple[float, float]], contact_resistances: list[float] | None, **fluids: float) -> dict[str, Any]:
    """Series resistances (`jamsu.solver.exchange.shell.plane_wall`)."""
    from jamsu.solver.exchange.shell import plane_wall

    return plane_wall(elements("wall", layers, contact_resistances), **fluids)._asdict()


@benchmark(
    "shell",
    "Steady heat through a layered cylindrical hull, per metre of length",
    parameters={
        "radii": Parameter(
            "numbers", [1.47, 1.5], "m", "of the inner surface, the interfaces, the outer surface", above=0.0
        ),
        "layers": Parameter(
            "numbers", [16.3], "W/(m K)", "conductivity of each layer, from inside to outside", above=0.0
        ),
        **CONTACTS,
        **FLUIDS,
    },
    gives={"heat_per_length": ("W/m", "from inside to outside"), **TEMPERATURES},
)
def shell(
    radii: list[float], layers: list[float], contact_resistances: list[float] | None, **fluids: float
) -> dict[str, Any]:
    """Series resistances (`jamsu.solver.exchange.shell.cylindrical_shell`)."""
    from jamsu.solver.exchange.shell import cylindrical_shell

    if layers and len(radii) != len(layers) + 1:
        raise BenchmarkError(f"shell: radii={radii}: expected {len(layers) + 1} of them, one more than layers")
    if any(outer <= inner for inner, outer in pairwise(radii)):
        raise BenchmarkError(f"shell: radii={radii}: expected each larger than the one before")
    solid = [(outer - inner, k) for (inner, outer), k in zip(pairwise(radii), layers, strict=False)]
    return cylindrical_shell(radii[0], elements("shell", solid, contact_resistances), **fluids)._asdict()


def elements(name: str, layers: list[tuple[float, float]], contacts: list[float] | None) -> list[Layer | Contact]:
    """Layers (thickness, conductivity) and the contacts between them; a contact of zero makes no jump: it is none."""
    from jamsu.solver.exchange.shell import Contact, Layer

    if not layers:
        raise BenchmarkError(f"{name}: layers=[]: expected at least one layer")
    if contacts and len(contacts) != len(layers) - 1:
        wanted = f"expected {len(layers) - 1} of them, one between each two of {len(layers)} layers"
        raise BenchmarkError(f"{name}: contact_resistances={contacts}: {wanted}")
    found: list[Layer | Contact] = []
    for layer, resistance in zip(layers, [*(contacts or [0.0] * (len(layers) - 1)), 0.0], strict=True):
        found += [Layer(*layer), Contact(resistance)] if resistance else [Layer(*layer)]
    return found


@benchmark(
    "exchanger",
    "Effectiveness of a heat exchanger from its number of transfer units",
    parameters={
        "ntu": Parameter("number", 2.0, "", "number of transfer units UA / C_min", minimum=0.0),
        "capacity_ratio": Parameter("number", 0.5, "", "C_min / C_max", minimum=0.0, maximum=1.0),
        "arrangement": Parameter(
            "name",
            "counter",
            "",
            "counter, parallel, shell_and_tube, cross_both_unmixed_exact, cross_both_unmixed (approximate), "
            "cross_cmax_mixed, cross_cmin_mixed, cross_both_mixed, condenser (whatever the capacity_ratio)",
        ),
    },
    gives={"effectiveness": ("", "duty over the largest duty that the second law allows")},
)
def exchanger(ntu: float, capacity_ratio: float, arrangement: str) -> dict[str, Any]:
    """Effectiveness-NTU (`jamsu.solver.exchange.effectiveness.effectiveness`)."""
    from jamsu.solver.exchange.effectiveness import effectiveness

    try:
        return {"effectiveness": effectiveness(ntu, capacity_ratio, arrangement)}
    except ValueError as error:
        raise BenchmarkError(f"exchanger: arrangement: {error}") from None
