"""Airflow laws as a case names them: one model a law, made from `jamsu.solver.exchange.airflow.LAWS`."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union

from pydantic import Field, create_model, model_validator

from jamsu.cases.schema import quantities
from jamsu.cases.schema.base import Frozen, key_error
from jamsu.solver.exchange.airflow import LAWS, AirflowLaw


class _Curve(Frozen):
    """What a fan curve has to be like."""

    @model_validator(mode="after")
    def _curve(self) -> _Curve:
        flows, pressures = getattr(self, "flows"), getattr(self, "pressures")  # noqa: B009  # fields of the law's model
        if len(flows) != len(pressures):
            raise key_error("pressures", f"expected {len(flows)} values, as many as flows")
        if any(after <= before for before, after in pairwise(flows)):
            raise key_error("flows", "expected flows that rise from value to value")
        if any(after > before for before, after in pairwise(pressures)):
            raise key_error("pressures", "expected pressures that never rise from value to value")
        return self


_BASES: dict[str, type[Frozen]] = {"fan_curve": _Curve}


def _model(name: str, law: AirflowLaw) -> type[Frozen]:
    fields: dict[str, Any] = {"law": (Literal[name], Field(description=law.description))}
    for key, parameter in law.parameters.items():
        fields[key] = (getattr(quantities, parameter.quantity), Field(description=parameter.description))
    return create_model(name, __base__=_BASES.get(name, Frozen), __doc__=law.description, **fields)


MODELS = {name: _model(name, law) for name, law in LAWS.items()}

if TYPE_CHECKING:
    Airflow = Any
else:
    Airflow = Annotated[Union[tuple(MODELS.values())], Field(discriminator="law")]  # noqa: UP007  # of a tuple
