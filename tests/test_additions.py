"""Where do I add ...? One of each kind, in a process of its own: what follows from an entry needs no other line.

Each addition is a script of less than 30 lines that adds one thing and runs a small module with it.
"""

import subprocess
import sys
from pathlib import Path

import pytest

SMALL = Path(__file__).parent / "small.toml"
QUICK = '("solver.max_time=2 s", "solver.averaging_time=1 s", "solver.tolerance=0.5")'

KPI = """
from jamsu.cases.results.kpis import KPIS, Kpi
KPIS["warmest_rise"] = Kpi("K", "largest rise of a rack", lambda f: max(
    rack["outlet_temperature"] - rack["inlet_temperature"] for rack in f.racks.values()))
from jamsu.cases import load_case
from jamsu.cases.run.runner import run_case
from jamsu.cases.results.variables import VARIABLES, documentation
run = run_case(load_case(SMALL, QUICK))
rise = run.summary["kpis"]["warmest_rise"]
assert 5 < rise < 25, rise
assert float(run.tree["kpis"]["warmest_rise"]) == rise
assert VARIABLES["kpis"]["warmest_rise"] == ("K", "largest rise of a rack")
assert "largest rise of a rack" in documentation()
"""

AIRFLOW_LAW = """
from jamsu.solver.exchange.airflow import LAWS, AirflowLaw, Parameter
LAWS["stepped"] = AirflowLaw("A flow, half as much below a power.", {
    "flow": Parameter("PositiveFlow", "Flow above the power, m3/s."),
    "threshold": Parameter("Power", "The power, W."),
}, lambda p, heat, capacity: p["flow"] * (0.5 + 0.5 * (heat.power >= p["threshold"])))
from jamsu.cases import CaseError, load_case
from jamsu.cases.run.levels import make_level
law = 'racks.A.airflow={ law = "stepped", flow = "1800 m3/h", threshold = "5 kW" }'
level = make_level(load_case(SMALL, (law, law.replace("racks.A", "racks.B"), "racks.B.power=4 kW")), 1.0, None, True)
flow = level.module.machines.flow
assert abs(float(flow[0]) - 0.5) < 1e-6 and abs(float(flow[1]) - 0.25) < 1e-6, flow
try:
    load_case(SMALL, (law.replace("threshold", "treshold"),))
except CaseError as error:
    assert "racks.A.airflow.treshold" in str(error) and "threshold" in str(error), error
"""

EXCHANGER = """
from dataclasses import dataclass
import jax
import jax.numpy as jnp
from jamsu.solver.exchange.exchanger import Exchange
from jamsu.solver.variables import VARIABLES, Variable, declare
declare("plate", {"duty": Variable((), "W", "heat that the plate takes")})
declare("balance", {"plate_heat": Variable((), "W", "heat taken by the plate")})
@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Plate:
    cell: jax.Array
    balance, holds = "plate_heat", False
    def initial_state(self): return None
    def exchange(self, fields, state):
        ones = jnp.ones(self.cell.shape, fields.temperature.dtype)
        return Exchange(self.cell, 20.0 * ones, -5.0 * ones), None
    def report(self, exchange, heat, temperature, state): return {"plate": {"duty": jnp.sum(heat)}}, None
    def heat(self, values): return values["plate"]["duty"]
    def coldest(self): return jnp.asarray(-5.0)
"""

EXCHANGER_RUN = """
from dataclasses import replace
from jamsu.cases.run.runtime import prepare
prepare("float64")
import numpy as np
from jamsu.cases import load_case
from jamsu.cases.run.levels import first_state, make_level
from jamsu.solver.march.progress import advance_by, sinks, sources
from jamsu.solver.module import first_module_state
level = make_level(load_case(SMALL, ()), 1.0, None, True)
gas = np.asarray(level.module.model.mesh.obstacles.driven_cell).ravel()
plate = Plate(jnp.asarray(np.flatnonzero(gas > 0)[:5]))
module = replace(level.module, exchangers=level.module.exchangers | {"plate": plate})
state, report = advance_by(module, first_module_state(module, first_state(level).flow), 1e-3, 5)
balance = report.values["balance"]
assert abs(float(balance["plate_heat"]) - 5 * 20.0 * 15.0) < 30.0  # gas begins at 10 K: 15 K above the plate
taken = sum(float(balance[name]) for name in ("coil_heat", "hull_heat", "plate_heat"))
assert abs(sinks(report) - taken) < 1e-6 * taken
assert abs(sources(module) - sinks(report) - float(balance["stored_heat"])) < 1e-6 * sources(module)
"""

PROPERTY = """
from dataclasses import replace
from jamsu.materials import fluids, get_fluid
from jamsu.materials.gases import NITROGEN
fluids.FLUIDS["heliox"] = lambda salinity: replace(NITROGEN, name="heliox")
assert get_fluid("heliox").name == "heliox"
from jamsu.cases import load_case
from jamsu.cases.run.levels import make_level
level = make_level(load_case(SMALL, ("vessel.fluid=heliox",)), 1.0, None, True)
assert level.layout.gas.fluid.name == "heliox"
assert abs(float(level.module.gas.density) - float(NITROGEN.density(293.15, 101325.0))) < 1e-6
"""

SCENARIO_VALUE = """
from dataclasses import fields, replace
import jax
import jax.numpy as jnp
from jamsu.cases import load_case
from jamsu.cases.run.levels import first_state, make_level
from jamsu.solver.march.progress import advance_by
from jamsu.solver.operate import operate
from jamsu.solver.operation import Operation
level = make_level(load_case(SMALL, ()), 1.0, None, True)
assert {"rack_power", "coil_fouling", "sea_temperature"} <= {f.name for f in fields(Operation)}
rising = [replace(level.operation, sea_temperature=level.operation.sea_temperature + warmer) for warmer in (0.0, 3.0)]
duty = [float(advance_by(operate(level.layout, o), first_state(level), 1e-3, 5)[1].exchanged["coils"]) for o in rising]
assert abs(duty[1] / duty[0] - 0.7) < 0.01, duty  # of 10 K between gas and water 3 are gone
from jamsu.solver.round import advance
assert advance._cache_size() == 1  # nothing was compiled for it
"""


@pytest.mark.parametrize(
    ("addition", "use"),
    [
        pytest.param(KPI, "", id="key figure"),
        pytest.param(AIRFLOW_LAW, "", id="airflow law"),
        pytest.param(EXCHANGER, EXCHANGER_RUN, id="exchanger"),
        pytest.param(PROPERTY, "", id="property"),
        pytest.param(SCENARIO_VALUE, "", id="scenario value"),
    ],
)
def test_one_addition_is_enough(addition, use):
    assert len(addition.strip().splitlines()) < 30
    script = f"SMALL, QUICK = {str(SMALL)!r}, {QUICK}\n" + addition + use
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
