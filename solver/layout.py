"""What stands: all that follows from where things are and on which grid. It holds no operated value."""

from __future__ import annotations

from dataclasses import dataclass, field

import jax
from jaxtyping import Array, Float, Int

from jamsu.materials.fluid import Fluid
from jamsu.solver.exchange.blocks import Blocks
from jamsu.solver.exchange.coils import CoilLayout
from jamsu.solver.exchange.coolers import CoolerLayout
from jamsu.solver.exchange.hull import HullLayout
from jamsu.solver.exchange.liquid_loop import LiquidLayout
from jamsu.solver.exchange.machines import MachineLayout
from jamsu.solver.exchange.racks import RackLayout
from jamsu.solver.exchange.surface_films import SurfaceFilms
from jamsu.solver.flow.heat import Conduction
from jamsu.solver.flow.jets import Jets
from jamsu.solver.flow.model import TurbulenceModel
from jamsu.solver.grid.mesh import Mesh, Vector
from jamsu.solver.linear.fast_diagonalization import FastDiagonalization
from jamsu.solver.linear.preconditioner import Preconditioner
from jamsu.solver.probes import Probes


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class HeatLayout:
    """The parts of the heat equation that follow from the geometry and the solids.

    Attributes:
      gas_volume: volume of each cell, m3, as far as its heat capacity counts; 0 in solids.
      solid_capacity: heat capacity of each cell of a solid, J/K; 0 in gas.
      solid_volume: volume of each cell of a solid that may hold no more heat than as much gas, m3; 0 elsewhere.
      solid_conductance: by axis on all faces, from solid to solid, W/K.
      link: by axis on all faces, open area over distance between gas and gas, m.
      fixed: 1 in cells whose temperature is held, else 0; None if there is none.
      stencil_limits: see `jamsu.solver.flow.heat.HeatEquation`.
      wall_shift: see there.
      conduction: how conduction is advanced.
    """

    gas_volume: Float[Array, "nx ny nz"]
    solid_capacity: Float[Array, "nx ny nz"]
    solid_volume: Float[Array, "nx ny nz"]
    solid_conductance: Vector
    link: Vector
    fixed: Float[Array, "nx ny nz"] | None
    stencil_limits: tuple[Int[Array, "..."], Int[Array, "..."], Int[Array, "..."]]
    wall_shift: Float[Array, "nx ny nz"] | None
    conduction: Conduction = field(metadata={"static": True}, default="explicit")


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class DomainLayout:
    """One domain of fluid on its grid.

    Attributes:
      mesh: grid, open areas and volumes.
      heat: capacities, links, held cells.
      pressure_solver: direct solver of the open box, or the preconditioner made of it.
      wall_distance: distance of each cell from the nearest wall, m; None in a laminar flow.
      touching: 1 in cells that a wall bounds, else 0; None in a laminar flow.
      eddy_viscosity: eddy viscosity of the turbulence model "constant", m2/s.
      eddy_coefficient: coefficient of the subgrid models.
      fluid: the fluid that fills it.
      turbulence: name of the model.
    """

    mesh: Mesh
    heat: HeatLayout
    pressure_solver: FastDiagonalization | Preconditioner
    wall_distance: Float[Array, "nx ny nz"] | None
    touching: Float[Array, "nx ny nz"] | None
    eddy_viscosity: Array
    eddy_coefficient: Array
    fluid: Fluid = field(metadata={"static": True})
    turbulence: TurbulenceModel = field(metadata={"static": True}, default="laminar")


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Layout:
    """A module as it stands.

    Attributes:
      gas: the domain inside the vessel.
      machines: faces that carry set flows, cells that take up heat.
      racks: where racks draw gas in and discharge it.
      coils: cells of the coils, and the order in which water passes them.
      coolers: cells of the cooling units.
      hull: its surface patches.
      liquid: kind of the liquid loop's exchanger.
      films: faces of blocks and closed panels.
      blocks: cells and faces of the solid blocks; their power is not read.
      probes: where the gas is told.
      jets: momentum of openings with less free area than their faces; None without any.
    """

    gas: DomainLayout
    machines: MachineLayout
    racks: RackLayout
    coils: CoilLayout
    coolers: CoolerLayout
    hull: HullLayout
    liquid: LiquidLayout
    films: SurfaceFilms
    blocks: Blocks
    probes: Probes
    jets: Jets | None = None
