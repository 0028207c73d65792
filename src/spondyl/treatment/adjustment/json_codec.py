"""Frozen dataclasses to JSON values and back, exactly: floats keep every digit."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from sys import float_info
from types import UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_json(value: object) -> Any:
    """A JSON value: dataclasses and mappings as objects, enums by value, tuples as lists."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: to_json(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): to_json(one) for key, one in cast("Mapping[object, object]", value).items()}
    if isinstance(value, tuple | list):
        return [to_json(one) for one in cast("tuple[object, ...]", value)]
    return value


def from_json(kind: type[T], value: Any) -> T:
    """The object of this kind; raises ValueError, KeyError or TypeError for a value that is not one."""
    return cast("T", _read(kind, value))


def _read(kind: Any, value: Any) -> Any:
    if get_origin(kind) in (Union, UnionType):
        return _read_optional(kind, value)
    if get_origin(kind) is tuple:
        return tuple(_read(get_args(kind)[0], one) for one in value)
    if get_origin(kind) is not None:
        return {key: _read(get_args(kind)[1], one) for key, one in _object(kind, value).items()}
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        given = _object(kind, value)
        return cast("Any", kind)(**{name: _read(hints[name], one) for name, one in given.items()})
    if issubclass(kind, Enum):
        return kind(value)
    return _plain(kind, value)


def _object(kind: Any, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"{value!r} is no object with the fields of {kind.__name__}.")
    return cast("dict[str, Any]", value)


def _read_optional(kind: Any, value: Any) -> Any:
    (inner,) = [part for part in get_args(kind) if part is not type(None)]
    return None if value is None else _read(inner, value)


def _plain(kind: Any, value: Any) -> Any:
    if type(value) is not kind and not (kind is float and type(value) is int):
        raise TypeError(f"{value!r} is not of the kind {kind.__name__}.")
    if kind is float and not abs(value) <= float_info.max:
        raise ValueError(f"{value!r} is no finite number.")
    return value
