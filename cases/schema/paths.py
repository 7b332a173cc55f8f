"""Dotted paths into a case: which ones a case has, and what the schema says about each."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from jamsu.cases.schema.base import DISCRIMINATORS
from jamsu.cases.schema.case import Case
from jamsu.cases.schema.units import QuantityList

Path = tuple[str, ...]


def case_paths(tree: Mapping[str, Any]) -> Iterator[Path]:
    """Every path that may be set in a raw tree: keys of the schema, names and list items of the tree."""
    yield from _model_paths(Case, tree)


def field_at(tree: Mapping[str, Any], path: Path) -> FieldInfo | None:
    """The schema's field at a path of the raw tree; None where the path leads to no field of a model."""
    kind: Any = Case
    field: FieldInfo | None = None
    node: Any = tree
    for key in path:
        model = chosen_model(kind, node)
        if model is not None:
            field = model.model_fields.get(key)
            kind = None if field is None else field.annotation
        else:
            kind, field = _item(kind), None
        node = node.get(key) if isinstance(node, Mapping) else None
    return field


def several_at(tree: Mapping[str, Any], path: Path) -> str:
    """What one value of the key at a path is made of where it takes several ("3 values (x, y, z) ..."), else ""."""
    field = field_at(tree, path)
    if field is None:
        return ""
    options = [field.annotation, *get_args(field.annotation)]
    if not any(get_origin(_bare(kind)) is tuple for kind in options):
        return ""
    notes = [*field.metadata, *(note for kind in options for note in getattr(kind, "__metadata__", ()))]
    return next((note.wanted() for note in notes if isinstance(note, QuantityList)), "several values")


def _bare(kind: Any) -> Any:
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def model_at(tree: Mapping[str, Any], path: Path) -> type[BaseModel] | None:
    """The model that the table at a path of the raw tree is read with; None where none is chosen."""
    field = field_at(tree, path)
    node: Any = tree
    for key in path:
        node = node.get(key) if isinstance(node, Mapping) else None
    return None if field is None else chosen_model(field.annotation, node)


def chosen_model(kind: Any, node: Any) -> type[BaseModel] | None:
    """The model that a value of annotation `kind` is read with; of several, by the value's discriminator."""
    models = list(_models(kind))
    if len(models) <= 1:
        return models[0] if models else None
    for model in models:
        for key in DISCRIMINATORS:
            field = model.model_fields.get(key)
            if field and isinstance(node, Mapping) and node.get(key) in get_args(field.annotation):
                return model
    return None


def _models(kind: Any) -> Iterator[type[BaseModel]]:
    origin = get_origin(kind)
    if origin is Annotated:
        yield from _models(get_args(kind)[0])
    elif origin in (Union, types.UnionType):
        for option in get_args(kind):
            yield from _models(option)
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind


def _item(kind: Any) -> Any:
    """The annotation of one value of a dict or of one item of a tuple, else None."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _item(arguments[0])
    if origin in (Union, types.UnionType):
        return next((item for option in arguments if (item := _item(option)) is not None), None)
    if origin is dict:
        return arguments[1]
    return arguments[0] if origin is tuple else None


def _model_paths(model: type[BaseModel], node: Any) -> Iterator[Path]:
    table = node if isinstance(node, Mapping) else {}
    for key, field in model.model_fields.items():
        yield (key,)
        for rest in _paths(field.annotation, table.get(key)):
            yield (key, *rest)


def _paths(kind: Any, node: Any) -> Iterator[Path]:
    model = chosen_model(kind, node)
    if model is not None:
        yield from _model_paths(model, node)
        return
    if isinstance(node, Mapping):
        items = [(str(key), value) for key, value in node.items()]
    else:
        items = [(str(i), value) for i, value in enumerate(node)] if isinstance(node, list) else []
    for key, value in items:
        yield (key,)
        for rest in _paths(_item(kind), value):
            yield (key, *rest)
