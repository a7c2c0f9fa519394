"""The contracts of routes: requests, responses and errors, as JSON schemas.

Schemas are JSON Schema 2020-12, as in OpenAPI 3.1. Objects are closed: a field that is not listed is not part of the
contract, and a test that sees one fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Schema = Mapping[str, Any]

STRING: Schema = {"type": "string"}
INTEGER: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
BOOLEAN: Schema = {"type": "boolean"}
ANY: Schema = {}
DATE_TIME: Schema = {"type": "string", "format": "date-time"}
DATE: Schema = {"type": "string", "format": "date"}


def object_of(required: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None) -> Schema:
    """An object with these fields and no others."""
    more = optional or {}
    found: dict[str, Any] = {"type": "object", "properties": {**required, **more}, "additionalProperties": False}
    return {**found, "required": list(required)} if required else found


def map_of(values: Schema) -> Schema:
    """An object with any field names and these values."""
    return {"type": "object", "additionalProperties": values}


def array_of(items: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": items}


def one_of(*values: str) -> Schema:
    """One of these strings."""
    return {"type": "string", "enum": list(values)}


def nullable(schema: Schema) -> Schema:
    """The same schema, or null."""
    if "enum" in schema:
        return {**schema, "type": [schema["type"], "null"], "enum": [*schema["enum"], None]}
    return {**schema, "type": [schema["type"], "null"]}


@dataclass(frozen=True, slots=True)
class Response:
    """A body by its ``schema`` (None: an empty body), and headers with their descriptions."""

    description: str
    schema: Schema | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content: str = "application/json"


@dataclass(frozen=True, slots=True)
class ErrorResponse:
    """The error codes of one status, fields in addition to ``code`` and ``message``, and headers."""

    codes: tuple[str, ...]
    fields: Mapping[str, Schema] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QueryParameter:
    """A query parameter."""

    name: str
    description: str
    schema: Schema = field(default_factory=lambda: STRING)
    required: bool = False


@dataclass(frozen=True, slots=True)
class Body:
    """The JSON body a route accepts, checked by API Gateway before the function runs.

    ``properties`` are JSON schema fragments by field; fields that are not listed are refused.
    """

    name: str
    properties: Mapping[str, Mapping[str, Any]]
    required: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contract:
    """One operation.

    ``callers`` are security requirements by name, one of which is enough; "" among them means that anyone may call.
    ``errors`` are codes by status where there is nothing more to say. ``body`` is a `Body`, which API Gateway checks,
    or the schema of one that it does not. ``identified``: errors carry the request's id.
    """

    summary: str
    responses: Mapping[int, Response]
    errors: Mapping[int, ErrorResponse | tuple[str, ...]] = field(default_factory=dict)
    callers: tuple[str, ...] = ()
    query: tuple[QueryParameter, ...] = ()
    body: Body | Schema | None = None
    has_request_id: bool = False
