"""A made-up value of a JSON schema, plausible by the names of its properties."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

_ITEMS = 3  # of an array that does not say how many
# What is in a property's name -> texts to choose from; the first that fits counts.
_TEXTS: Mapping[str, Sequence[str]] = {
    "email": ("ada@example.com", "grace@example.com"),
    "url": ("https://example.com/preview", "https://example.com/thumbnail"),
    "color": ("#1d4ed8", "#0f766e", "#b45309", "#be123c"),
    "background": ("#ffffff", "#f8fafc", "#0b1120"),
    "foreground": ("#0f172a", "#111827", "#f1f5f9"),
    "primary": ("#1d4ed8", "#0f766e", "#b45309"),
    "secondary": ("#64748b", "#475569", "#78716c"),
    "accent": ("#f59e0b", "#10b981", "#ec4899"),
    "muted": ("#e2e8f0", "#e7e5e4", "#d4d4d8"),
    "button": ("Show my result", "Get the full report", "Start now"),
    "question": ("How many clients do you serve a month?", "What does a missed deadline cost you?"),
    "headline": ("Find out in three minutes", "Know where you stand", "A number you can act on"),
    "title": ("Pricing Readiness Quiz", "Client Value Calculator", "Growth Assessment", "Retention Check"),
    "name": ("Pricing readiness", "Client value", "Growth check"),
    "language": ("en",),
    "tone": ("friendly", "professional"),
    "audience": ("Consultants who sell to small companies", "Owners of agencies"),
    "impact": ("More qualified leads from the same traffic", "Shorter sales conversations"),
    "formula": ("clients * value * 12", "hours * rate"),
    "font": ("Inter", "Source Serif"),
    "size": ("16px", "18px", "24px"),
}
_SENTENCES = (
    "It asks few questions and answers the one that matters.",
    "Visitors see at once what the result means for them.",
    "Each step builds on the one before it.",
    "The result can be compared with others of the same industry.",
    "It takes no longer than a cup of coffee.",
)


def sentence(prompt: str) -> str:
    """A sentence, always the same for the same prompt."""
    return str(_chosen(_SENTENCES, prompt))


def sample(schema: Mapping[str, Any], prompt: str) -> Any:
    """A value of the schema, always the same for the same prompt."""
    return _value(schema, _Place(schema.get("$defs", {}), prompt))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the value one is: what is made up depends on it. ``inside`` are the definitions it is in."""

    definitions: Mapping[str, Any]
    path: str
    name: str = ""
    inside: frozenset[str] = frozenset()

    def at(self, key: object, name: str = "") -> _Place:
        return replace(self, path=f"{self.path}/{key}", name=name or self.name)

    def repeats(self, schema: Mapping[str, Any]) -> bool:
        """Whether a schema leads back into a definition one is in."""
        several = (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *filter(None, (schema.get("items"),)))
        return schema.get("$ref") in self.inside or any(self.repeats(one) for one in several)


def _value(schema: Mapping[str, Any], place: _Place) -> Any:
    if "$ref" in schema:
        name = str(schema["$ref"])
        inside = replace(place, inside=place.inside | {name})
        return _value(place.definitions.get(name.rpartition("/")[2], {}), inside)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return _chosen(schema["enum"], place.path)
    several = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
    if several:
        return _value(_alternative(several, place), place)
    return _TYPES.get(_kind(schema), _nothing)(schema, place)


def _alternative(several: Sequence[Mapping[str, Any]], place: _Place) -> Mapping[str, Any]:
    """The first that is not null; null if the first leads back to where one is."""
    first = next((one for one in several if one.get("type") != "null"), several[0])
    none = {"type": "null"}
    return none if place.repeats(first) and none in several else first


def _kind(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type", "object" if "properties" in schema else "")
    return next((one for one in kind if one != "null"), "null") if isinstance(kind, list) else str(kind)


def _object(schema: Mapping[str, Any], place: _Place) -> Any:
    return {name: _value(one, place.at(name, name)) for name, one in schema.get("properties", {}).items()}


def _array(schema: Mapping[str, Any], place: _Place) -> Any:
    if "prefixItems" in schema:
        return [_value(one, place.at(number)) for number, one in enumerate(schema["prefixItems"])]
    items = schema.get("items") or {}
    wanted = 0 if place.repeats(items) else min(_ITEMS, schema.get("maxItems", _ITEMS))
    return [_value(items, place.at(number)) for number in range(max(schema.get("minItems", 0), wanted))]


def _string(schema: Mapping[str, Any], place: _Place) -> str:
    text = _text(place)
    if len(text) < schema.get("minLength", 0):
        text = text.ljust(schema["minLength"], ".")
    return text[: schema.get("maxLength", len(text))]


def _text(place: _Place) -> str:
    name = place.name.lower()
    if name == "id" or name.endswith("_id") or place.name.endswith("Id"):
        return f"{place.name}-{sha256(place.path.encode()).hexdigest()[:8]}"
    if name.endswith("at") and place.name.endswith("At"):
        return "2026-01-15T09:00:00.000Z"
    texts = next((texts for part, texts in _TEXTS.items() if part in name), _SENTENCES)
    return str(_chosen(texts, place.path))


def _integer(schema: Mapping[str, Any], place: _Place) -> int:
    low, high = _bounds(schema, 1)
    first, last = math.ceil(low), math.floor(high)
    return first + _number(place.path) % (last - first + 1)


def _float(schema: Mapping[str, Any], place: _Place) -> float:
    low, high = _bounds(schema, 0.5)
    return round(low + (high - low) * (_number(place.path) % 101) / 100, 2)


def _bounds(schema: Mapping[str, Any], step: float) -> tuple[float, float]:
    """What is allowed, at most 10 wide where there is only one bound; ``step`` is the distance to an excluded one."""
    low = schema.get("minimum", schema.get("exclusiveMinimum", -math.inf) + step)
    high = schema.get("maximum", schema.get("exclusiveMaximum", math.inf) - step)
    if math.isinf(low):
        low = 1 if high >= 1 else high - 10
    return low, low + 9 if math.isinf(high) else high


def _boolean(_: Mapping[str, Any], place: _Place) -> bool:
    return bool(_number(place.path) % 2)


def _nothing(_: Mapping[str, Any], __: _Place) -> Any:
    return {}


_TYPES = {
    "object": _object,
    "array": _array,
    "string": _string,
    "integer": _integer,
    "number": _float,
    "boolean": _boolean,
    "null": lambda *_: None,
}


def _chosen(values: Sequence[Any], path: str) -> Any:
    return values[_number(path) % len(values)]


def _number(path: str) -> int:
    return int.from_bytes(sha256(path.encode()).digest()[:4], "big")
