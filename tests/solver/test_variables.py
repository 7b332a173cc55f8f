"""The list of variables: averages, checkpoints and the documentation of the file follow from it."""

from pathlib import Path

import jax
import numpy as np
import pytest

from jamsu.cases import load_case
from jamsu.cases.results.variables import VARIABLES as SAVED
from jamsu.cases.results.variables import documentation
from jamsu.cases.run.checkpoint import named_leaves, registered
from jamsu.cases.run.levels import first_state, make_level
from jamsu.solver.march.averaging import Average
from jamsu.solver.march.progress import advance_by
from jamsu.solver.variables import VARIABLES, Variable, averaged, declare

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def level():
    return make_level(load_case(ROOT / "tests" / "small.toml", ("solver.turbulence=k_epsilon",)), 1.0, None, True)


def test_a_checkpoint_holds_what_the_list_says(level):
    """Every leaf of a module's state is listed as restarted, and nothing else is."""
    leaves = {registered(name) for name in named_leaves(first_state(level))}
    assert leaves == {name for name, variable in VARIABLES["state"].items() if variable.restarted}


def test_a_round_tells_what_the_list_says(level):
    """All its numbers are listed, with as many dimensions; what is listed for such a case is told."""
    _, report = advance_by(level.module, first_state(level), 1e-3, 1)
    for group, numbers in report.values.items():
        assert set(numbers) == set(VARIABLES[group])
        for name, number in numbers.items():
            assert np.ndim(number) == len(VARIABLES[group][name].dimensions), f"{group}.{name}"
    assert set(report.values) == set(VARIABLES) - {"state"}
    mean = Average()
    mean.add(report)
    for group, numbers in averaged(report.values).items():
        for name, number in numbers.items():
            np.testing.assert_allclose(mean.mean(f"{group}.{name}"), number, rtol=1e-12)


def test_the_mean_is_weighted_with_time_and_its_spread_is_the_standard_deviation(level):
    """1, then 4 three times as long: 3.25, and sqrt(3)/4 times 3."""
    _, report = advance_by(level.module, first_state(level), 1e-3, 1)
    mean = Average()
    for value, duration in ((1.0, 1.0), (4.0, 3.0)):
        values = report.values | {"key_figures": dict.fromkeys(report.values["key_figures"], np.asarray(value))}
        mean.add(report._replace(values=values, duration=np.asarray(duration)))
    assert float(mean.mean("key_figures.mean_inlet")) == pytest.approx(3.25)
    assert mean.spread("key_figures.mean_inlet") == pytest.approx(3 * np.sqrt(3) / 4)
    with pytest.raises(ValueError, match="no rounds"):
        Average().mean("key_figures.mean_inlet")


def test_what_nobody_declared_is_not_averaged():
    with pytest.raises(KeyError):
        averaged({"coils": {"colour": jax.numpy.zeros(3)}})


def test_a_name_has_one_meaning():
    duty = VARIABLES["coils"]["duty"]
    declare("coils", {"duty": duty})
    with pytest.raises(ValueError, match=r"coils\.duty is declared twice"):
        declare("coils", {"duty": Variable(("coil",), "kW", "something else")})
    assert VARIABLES["coils"]["duty"] == duty


def test_the_page_on_the_result_file_is_made_from_the_list():
    page = (ROOT / "docs" / "result_file.md").read_text(encoding="utf-8")
    assert page == documentation(), "python -m jamsu.cases.results.variables > docs/result_file.md"
    assert all(f"`{name}`" in page for names in SAVED.values() for name in names)
