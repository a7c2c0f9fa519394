"""REST APIs: ``$context.error.validationErrorString`` in a gateway response says what is wrong with the body."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types

_VARIABLE = b"$context.error.validationErrorString"


def install(_: Types) -> None:
    """Describes the failure where it is found, and fills it in where the response is rendered."""
    from ministack.services import apigateway_v1 as rest

    require(rest, "_model_schema", "_json_schema_valid", "_GatewayError", "_JSON_TYPES")
    wrap(rest, "_check_request_validation", _explaining)
    wrap(rest, "_gateway_error_response", _filling_in)


def _explaining(original: Any) -> Any:
    from ministack.services import apigateway_v1 as rest

    def check(method: dict[str, Any], api: str, request: Any, headers: Any, body: bytes, query: Any) -> Any:
        error = original(method, api, request, headers, body, query)
        if error is not None and error.response_type == "BAD_REQUEST_BODY":
            model = (method.get("requestModels") or {}).get("application/json")
            schema = rest._model_schema(api, model) if model else None
            error.validation = describe(schema or {}, body) or error.message
        return error

    return check


def _filling_in(original: Any) -> Any:
    def render(error: Any, request: dict[str, Any]) -> Any:
        status, headers, body = original(error, request)
        text = json.dumps(getattr(error, "validation", None) or error.message or "")[1:-1]
        return status, headers, body.replace(_VARIABLE, text.encode())

    return render


def describe(schema: dict[str, Any], body: bytes) -> str:
    """API Gateway's text about a body that its model refuses; "" if the body is no JSON, or its problem has no
    text here."""
    try:
        document = json.loads(body)
    except ValueError:
        return ""
    found = list(_problems(schema, document))
    return f"[{', '.join(found)}]" if found else ""


def _problems(schema: dict[str, Any], value: Any) -> Iterator[str]:
    kinds = schema.get("type")
    wanted = kinds if isinstance(kinds, list) else [kinds] if kinds else []
    if wanted and not any(_is(kind, value) for kind in wanted):
        yield (f"instance type ({_kind(value)}) does not match any allowed primitive type (allowed: {_listed(wanted)})")
    elif "enum" in schema and value not in schema["enum"]:
        yield f"instance value ({json.dumps(value)}) not found in enum (possible values: {_listed(schema['enum'])})"
    elif isinstance(value, str):
        yield from _text_problems(schema, value)
    elif isinstance(value, dict):
        yield from _object_problems(schema, value)


def _text_problems(schema: dict[str, Any], value: str) -> Iterator[str]:
    from ministack.services import apigateway_v1 as rest

    shortest, longest = schema.get("minLength", 0), schema.get("maxLength", len(value))
    if len(value) < shortest:
        yield f'string "{value}" is too short (length: {len(value)}, required minimum: {shortest})'
    if len(value) > longest:
        yield f'string "{value}" is too long (length: {len(value)}, maximum allowed: {longest})'
    pattern, form = schema.get("pattern"), schema.get("format")
    if pattern and not rest._json_schema_valid({"pattern": pattern}, value, {}):
        yield f'ECMA 262 regex "{pattern}" does not match input string "{value}"'
    if form and not rest._json_schema_valid({"format": form}, value, {}):
        yield f'string "{value}" is not a valid {"email address" if form == "email" else form}'


def _object_problems(schema: dict[str, Any], value: dict[str, Any]) -> Iterator[str]:
    missing = sorted(name for name in schema.get("required") or [] if name not in value)
    if missing:
        yield f"object has missing required properties ({_listed(missing)})"
    known = schema.get("properties") or {}
    if schema.get("additionalProperties") is False and not schema.get("patternProperties"):
        more = sorted(value.keys() - known.keys())
        if more:
            yield f"object instance has properties which are not allowed by the schema: {_listed(more)}"
    for name in known.keys() & value.keys():
        yield from _problems(known[name], value[name])


def _listed(values: list[Any]) -> str:
    return json.dumps(values, separators=(",", ":"))


def _is(kind: str, value: Any) -> bool:
    from ministack.services import apigateway_v1 as rest

    test = rest._JSON_TYPES.get(kind)
    return test is None or bool(test(value))


def _kind(value: Any) -> str:
    kinds = ("object", "array", "string", "boolean", "null", "integer", "number")
    return next(kind for kind in kinds if _is(kind, value))
