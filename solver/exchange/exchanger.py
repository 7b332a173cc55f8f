"""The one signature that all exchangers of heat have.

At the beginning of a round an exchanger reads the fields and its own state, and returns the cells with which it
exchanges heat, the conductances, and the temperatures beyond them. At the end of the round it gets the heat that went
that way and returns its quantities. A new kind is a class with these two methods and an entry in the module's
collection.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol, runtime_checkable

from jaxtyping import Array, Float, Int

from jamsu.solver.grid.mesh import Vector
from jamsu.solver.variables import Values


class DomainFields(NamedTuple):
    """The fields of a domain as an exchanger sees them; cells and faces are flat.

    Attributes:
      temperature: temperature of the cells, K from the reference.
      velocity: velocity at the cells' centres by axis, m/s.
      face_flow: volume flow through all faces (x-faces, then y, then z), machines' flows included, m3/s.
      turbulent_energy: k of the cells, m2/s2; None where the turbulence model has none.
      eddy_diffusivity: eddy diffusivity of heat in the cells, m2/s; None in a laminar flow.
      fluid_capacity: rho c of the fluid, J/(m3 K).
      machine_flow: flow of each machine, m3/s.
    """

    temperature: Float[Array, "cell"]
    velocity: Vector
    face_flow: Float[Array, "face"]
    turbulent_energy: Float[Array, "cell"] | None
    eddy_diffusivity: Float[Array, "cell"] | None
    fluid_capacity: Array
    machine_flow: Float[Array, "machine"]


class Exchange(NamedTuple):
    """With which cells heat is exchanged in a round, and how.

    Attributes:
      cell: flat numbers of the cells; a cell may be listed several times.
      conductance: conductance between the cell and what lies beyond, W/K. Where an exchanger holds its cells'
        temperature, it is the capacity rate with which the gas brings it heat.
      temperature: temperature of what lies beyond, K from the reference.
      shift_share: share of a cut cell's `HeatEquation.wall_shift` that counts, 0 to 1; None: all.
      notes: what the exchanger needs again at the end of the round.
    """

    cell: Int[Array, "own"]
    conductance: Float[Array, "own"]
    temperature: Float[Array, "own"]
    shift_share: Float[Array, "own"] | None = None
    notes: Any = None


@runtime_checkable
class Exchanger(Protocol):
    """One kind of exchanger.

    Attributes:
      balance: heading of the heat balance that its heat goes under, such as "coil_heat".
      holds: whether its cells keep the temperature that it gives; the heat is then what the flow brings.
    """

    balance: str
    holds: bool

    def initial_state(self) -> Any:
        """The state before the first round: a pytree of arrays, which may hold heat; None where there is no state."""

    def exchange(self, fields: DomainFields, state: Any) -> tuple[Exchange, Any]:
        """The exchange of the coming round, and the new state."""

    def report(
        self, exchange: Exchange, heat: Float[Array, "own"], temperature: Float[Array, "cell"], state: Any
    ) -> tuple[Values, Any]:
        """Its quantities of the round, by group and name (`jamsu.solver.variables`), and the new state.

        Args:
          exchange: exchange of the round.
          heat: heat that left the domain at each of the exchange's cells, mean over the round, W.
          temperature: temperature of all cells, flat, mean over the round, K from the reference.
        """

    def heat(self, values: Values) -> Array:
        """All the heat that it took, W: from the domain, and past it."""

    def coldest(self) -> Array | None:
        """Lowest temperature that it may give heat to, K from the reference; None where it gives heat to nothing."""
