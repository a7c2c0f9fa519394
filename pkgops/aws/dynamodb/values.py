"""Attribute values of DynamoDB: of plain values, back to these, and in JSON."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

_SHAPES: Mapping[str, Any] = {
    "S": str,
    "N": str,
    "B": str,
    "BOOL": bool,
    "NULL": bool,
    "M": Mapping,
    "L": list,
    "SS": list,
    "NS": list,
    "BS": list,
}


def encoded(item: Mapping[str, Any]) -> dict[str, Any]:
    """Attribute values of plain ones. Floats keep their shortest exact decimal form; ValueError for NaN and
    infinities, which DynamoDB cannot hold; TypeError for values it has no type for."""
    return {name: _encode(value) for name, value in item.items()}


def decoded(item: Mapping[str, Any]) -> dict[str, Any]:
    """Plain values of attribute values; numbers are int where they are whole, else float."""
    return {name: _decode(value) for name, value in item.items()}


def _encode(value: Any) -> dict[str, Any]:
    match value:
        case None:
            return {"NULL": True}
        case Mapping():
            return {"M": encoded(value)}
        case list() | tuple():
            return {"L": [_encode(entry) for entry in value]}
        case set() | frozenset():
            return _encode_set(value)
    return _encode_scalar(value)


def _encode_scalar(value: Any) -> dict[str, Any]:
    match value:
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int() | float() | Decimal():
            return {"N": _number(value)}
        case bytes():
            return {"B": value}
    raise TypeError(f"DynamoDB has no type for {type(value).__name__}.")


def _encode_set(value: Iterable[Any]) -> dict[str, Any]:
    entries = [_encode_scalar(entry) for entry in value]
    kinds = {kind for entry in entries for kind in entry}
    if len(kinds) != 1 or not kinds <= {"S", "N", "B"}:
        raise TypeError("DynamoDB holds sets of strings, of numbers or of bytes; neither mixed nor empty.")
    kind = kinds.pop()
    return {kind + "S": sorted(entry[kind] for entry in entries)}


def _number(value: float | Decimal) -> str:
    number = Decimal(str(value))  # not Decimal(value): 0.1 would become 0.1000000000000000055...
    if not number.is_finite():
        raise ValueError(f"DynamoDB cannot hold {value}.")
    return str(number)


def _decode(value: Mapping[str, Any]) -> Any:
    [(kind, content)] = value.items()
    match kind:
        case "NULL":
            return None
        case "N":
            return _plain(content)
        case "M":
            return decoded(content)
        case "L":
            return [_decode(entry) for entry in content]
        case "SS" | "BS":
            return set(content)
        case "NS":
            return {_plain(entry) for entry in content}
    return content


def _plain(number: str) -> float:
    value = Decimal(number)
    return int(value) if value == value.to_integral_value() else float(value)


def in_json(item: Mapping[str, Any]) -> dict[str, Any]:
    """DynamoDB's JSON of attribute values: bytes as base64, sets in order."""
    return {name: _in_json(value) for name, value in item.items()}


def of_json(item: Mapping[str, Any]) -> dict[str, Any]:
    """Attribute values of DynamoDB's JSON. ValueError, with the attribute's name, for what is none."""
    return {name: _of_json(name, value) for name, value in item.items()}


def _in_json(value: Mapping[str, Any]) -> dict[str, Any]:
    [(kind, content)] = value.items()
    match kind:
        case "B":
            content = base64.b64encode(content).decode()
        case "BS":
            content = sorted(base64.b64encode(one).decode() for one in content)
        case "SS" | "NS":
            content = sorted(content)
        case "L":
            content = [_in_json(one) for one in content]
        case "M":
            content = in_json(content)
    return {kind: content}


def _of_json(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping) or len(value) != 1:
        raise ValueError(f'{name} has no type, as in {{"S": "text"}}')
    [(kind, content)] = dict(value).items()
    shape: Any = _SHAPES.get(kind)
    if shape is None or not isinstance(content, shape):
        raise ValueError(f"{name} is no value of type {kind}")
    if kind == "M":
        return {kind: of_json(content)}
    if kind == "L":
        return {kind: [_of_json(name, one) for one in content]}
    if kind in ("SS", "NS", "BS"):
        return {kind: [_scalar(name, kind[0], one) for one in content]}
    return {kind: _scalar(name, kind, content)}


def _scalar(name: str, kind: str, content: Any) -> Any:
    """What a value holds, checked as far as DynamoDB does not say by itself what is wrong."""
    if kind in ("NULL", "BOOL"):
        return content
    if not isinstance(content, str):
        raise ValueError(f"{name} holds {type(content).__name__} in place of text")
    try:
        if kind == "N" and not Decimal(content).is_finite():
            raise InvalidOperation
        return base64.b64decode(content, validate=True) if kind == "B" else content
    except (ArithmeticError, ValueError):
        word = "number" if kind == "N" else "base64"
        raise ValueError(f"{name} is no {word}") from None
