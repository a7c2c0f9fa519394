"""The text a model answers to a prompt: a value of the JSON schema in it, or a sentence."""

from __future__ import annotations

import json
from typing import Any

from companions.keyvex.providers.samples import sample, sentence

_CHARACTERS = 4  # a token has about as many, in English
_TYPES = {"object", "array", "string", "number", "integer", "boolean", "null"}


def complete(prompt: str) -> str:
    """The answer to a prompt, always the same to the same one."""
    schema = demanded(prompt)
    return sentence(prompt) if schema is None else json.dumps(sample(schema, prompt))


def demanded(prompt: str) -> dict[str, Any] | None:
    """The last JSON schema in a prompt, None if there is none."""
    decoder, found, position = json.JSONDecoder(), None, prompt.find("{")
    while position >= 0:
        try:
            value, end = decoder.raw_decode(prompt, position)
        except ValueError:
            end = position + 1
        else:
            found = value if _is_schema(value) else found
        position = prompt.find("{", end)
    return found


def tokens(text: str) -> int:
    """About how many tokens a text has."""
    return -(-len(text) // _CHARACTERS)


def cut(text: str, most: int) -> str:
    """Its first ``most`` tokens."""
    return text[: most * _CHARACTERS]


def _is_schema(value: dict[str, Any]) -> bool:
    kind = value.get("type")
    return (isinstance(kind, str) and kind in _TYPES) or "anyOf" in value or str(value.get("$ref", "")).startswith("#/")
