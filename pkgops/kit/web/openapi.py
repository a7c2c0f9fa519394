"""The OpenAPI document of routes and their contracts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pkgops.kit.contract import Body, Contract, ErrorResponse, QueryParameter, Response
from pkgops.kit.function import Function
from pkgops.kit.naming import pascal_case
from pkgops.kit.triggers import Route

Json = dict[str, Any]

_PARAMETER = re.compile(r"{(\w+)}")
_JSON = "application/json"
_GATEWAY = {"$ref": "#/components/schemas/GatewayMessage"}
# Responses of the gateway itself, on every route.
_GATEWAY_ERRORS = {
    "403": "The firewall refuses the request.",
    "429": "Too many requests at a time.",
    "5XX": "The gateway got no answer from the function.",
}


def openapi(
    info: Mapping[str, Any], servers: Iterable[str], callers: Mapping[str, Any], functions: Iterable[Function]
) -> Json:
    """An OpenAPI 3.1 document of every `Route` of ``functions``; ``callers`` are the security schemes.

    ValueError for a route without a contract."""
    paths: dict[str, Json] = {}
    bodies: dict[str, Body] = {}
    for function in functions:
        routes = [source for source in function.triggers if isinstance(source, Route)]
        for route in routes:
            if route.contract is None:
                raise ValueError(f"{route.route} has no contract")
            if route.body:
                bodies[route.body.name] = route.body
            operation = _operation(_name(function, route, routes), route, route.contract)
            paths.setdefault(route.path, {})[route.method.lower()] = operation
    schemas = {name: _body_schema(body) for name, body in sorted(bodies.items())}
    schemas["GatewayMessage"] = {
        "type": "object",
        "properties": {"message": {"type": ["string", "null"]}},
        "required": ["message"],
    }
    return {
        "openapi": "3.1.0",
        "info": dict(info),
        "servers": [{"url": url} for url in servers],
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": schemas, "securitySchemes": dict(callers)},
    }


def _name(function: Function, route: Route, routes: list[Route]) -> str:
    """The function's name, followed by the method or path of its further routes."""
    stem = pascal_case(function.name)
    if route is not routes[0]:
        stem += pascal_case(
            f"{route.method.lower()} {route.path}" if route.path != routes[0].path else route.method.lower()
        )
    return stem[0].lower() + stem[1:]


def _operation(name: str, route: Route, contract: Contract) -> Json:
    operation: Json = {"operationId": name, "summary": contract.summary, "responses": _responses(route, contract)}
    parameters = [_in_path(parameter) for parameter in _PARAMETER.findall(route.path)]
    parameters += [_in_query(query) for query in contract.query]
    if parameters:
        operation["parameters"] = parameters
    if isinstance(contract.body, Body):
        schema = {"$ref": f"#/components/schemas/{contract.body.name}"}
        operation["requestBody"] = {"required": bool(contract.body.required), "content": {_JSON: {"schema": schema}}}
    elif contract.body is not None:
        operation["requestBody"] = {"required": True, "content": {_JSON: {"schema": dict(contract.body)}}}
    operation["security"] = [{caller: []} if caller else {} for caller in contract.callers]
    return operation


def _in_path(name: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}


def _in_query(query: QueryParameter) -> Json:
    found: Json = {"name": query.name, "in": "query", "description": query.description, "schema": dict(query.schema)}
    return {**found, "required": True} if query.required else found


def _responses(route: Route, contract: Contract) -> Json:
    refusals = {status: _refusal(refused) for status, refused in contract.errors.items()}
    if route.body:
        known = refusals.get(400, ErrorResponse(()))
        refusals[400] = ErrorResponse(("validation_error", *known.codes), known.fields, known.headers)
    found: dict[str, Json] = {str(status): _answer(answer) for status, answer in contract.responses.items()}
    for status, refused in refusals.items():
        found[str(status)] = _error(status, refused, contract)
    own = {status: _answer(Response(description, _GATEWAY)) for status, description in _GATEWAY_ERRORS.items()}
    return dict(sorted({**own, **found}.items()))


def _refusal(refused: ErrorResponse | tuple[str, ...]) -> ErrorResponse:
    return refused if isinstance(refused, ErrorResponse) else ErrorResponse(refused)


def _answer(answer: Response) -> Json:
    found: Json = {"description": answer.description}
    if answer.headers:
        found["headers"] = {
            name: {"description": text, "schema": {"type": "string"}} for name, text in sorted(answer.headers.items())
        }
    if answer.schema is not None:
        found["content"] = {answer.content: {"schema": dict(answer.schema)}}
    return found


def _error(status: int, refused: ErrorResponse, contract: Contract) -> Json:
    """The system's error format with the codes of that status, or the gateway's own if it may answer, too."""
    fields: Json = {"code": {"type": "string", "enum": list(refused.codes)}, "message": {"type": "string"}}
    optional = {**refused.fields, **({"request_id": {"type": "string"}} if contract.has_request_id else {})}
    error = {
        "type": "object",
        "properties": {**fields, **optional},
        "required": ["code", "message"],
        "additionalProperties": False,
    }
    shape = {"type": "object", "properties": {"error": error}, "required": ["error"], "additionalProperties": False}
    both = status >= 500 or str(status) in _GATEWAY_ERRORS
    schema = {"anyOf": [shape, _GATEWAY]} if both else shape
    return _answer(Response(", ".join(refused.codes), schema, refused.headers))


def _body_schema(body: Body) -> Json:
    found: Json = {
        "type": "object",
        "properties": {name: dict(rule) for name, rule in body.properties.items()},
        "additionalProperties": False,
    }
    return {**found, "required": list(body.required)} if body.required else found
