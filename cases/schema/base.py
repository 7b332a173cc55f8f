"""What all models of the schema share: frozen, unknown keys refused, names and directions."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from jamsu.cases.errors import nearest

# Name of a rack, coil and so on: letters, digits, `_` and `-`, so that a dotted path can address it.
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$")]
Direction = Literal["-x", "+x", "-y", "+y", "-z", "+z"]
HorizontalDirection = Literal["-x", "+x", "-y", "+y"]
# Keys whose value says which other keys a table has.
DISCRIMINATORS = ("shape", "law")


class Frozen(BaseModel):
    """Base of every model: immutable; an unknown key is refused and the nearest right key named."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            raise PydanticCustomError("table", "expected a table of keys")
        for key in data:
            if key not in cls.model_fields:
                near = nearest(str(key), cls.model_fields)
                raise key_error(str(key), "unknown key" if near else _unknown(cls), near)
        return data


def _unknown(model: type[BaseModel]) -> str:
    return f"unknown key: {takes(model) or 'expected one of ' + ', '.join(model.model_fields)}"


def takes(model: type[BaseModel]) -> str:
    """What a model of several kinds says of itself: 'law "fixed" takes flow'; "" for a model of one kind."""
    for key in DISCRIMINATORS:
        if key in model.model_fields:
            (value,) = get_args(model.model_fields[key].annotation)
            others = ", ".join(name for name in model.model_fields if name != key)
            return f'{key} "{value}" takes {others}'
    return ""


def key_error(key: str, expected: str, near: tuple[str, ...] = ()) -> PydanticCustomError:
    """An error of a whole table that points at one key in it (the loader adds the key to the path)."""
    return PydanticCustomError("key", "{text}", {"key": key, "text": expected, "near": ",".join(near)})
