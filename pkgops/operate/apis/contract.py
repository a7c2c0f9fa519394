"""What an OpenAPI document says of a route, as somebody needs it who tries the route.

The document of a system is ``docs/systems/<system>.openapi.json`` in its project, where there is one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pkgops.errors import ConfigError

if TYPE_CHECKING:
    from pkgops.config import Project
    from pkgops.operate.apis.routes import Route

DOCUMENT = "docs/systems/{system}.openapi.json"
_DEEPEST = 8  # levels of a schema that an example is made for
_EXAMPLES: Mapping[str, Any] = {"string": "", "integer": 0, "number": 0, "boolean": False, "object": {}, "array": []}


@dataclass(frozen=True, slots=True)
class Query:
    """A parameter of the query."""

    name: str
    description: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """What is documented of a route. ``body`` is an example of one, as text, "" where it takes none; ``callers`` are
    the ways to say who calls ("X-API-Key in header"), one of which is enough."""

    summary: str = ""
    query: tuple[Query, ...] = ()
    body: str = ""
    callers: tuple[str, ...] = ()
    statuses: Mapping[str, str] = field(default_factory=dict)


def document(project: Project) -> Mapping[str, Any]:
    """The OpenAPI document of a system, {} if there is none. ConfigError if it cannot be read."""
    path = project.root / DOCUMENT.format(system=project.system.key)
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read: {error}.", "Make it again.") from None
    return found if isinstance(found, dict) else {}


def operation(given: Mapping[str, Any], route: Route) -> Operation:
    """What the document says of a route; what the route's template says of its body, if it says nothing."""
    found = _member(_member(given, "paths", route.path), route.method.lower())
    schema = _member(found, "requestBody", "content", "application/json", "schema") or route.body
    rows = [row for row in found.get("parameters") or () if isinstance(row, Mapping) and row.get("in") == "query"]
    schemes = _member(given, "components", "securitySchemes")
    names = [name for row in found.get("security") or () for name in row]
    answers = _member(found, "responses")
    return Operation(
        str(found.get("summary", "")),
        tuple(
            Query(str(row.get("name", "")), str(row.get("description", "")), bool(row.get("required"))) for row in rows
        ),
        json.dumps(example(given, schema), indent=2, ensure_ascii=False) if schema else "",
        tuple(_caller(_member(schemes, name), name) for name in names),
        {str(status): str(_member(answers, status).get("description", "")) for status in answers},
    )


def example(given: Mapping[str, Any], schema: Mapping[str, Any], depth: int = 0) -> Any:
    """A value of the schema's shape, with what the schema says itself where it says something."""
    if depth > _DEEPEST:
        return None
    if isinstance(reference := schema.get("$ref"), str):
        return example(given, _member(given, *reference.removeprefix("#/").split("/")), depth + 1)
    for name in ("example", "default", "const"):
        if name in schema:
            return schema[name]
    if schema.get("enum"):
        return schema["enum"][0]
    if isinstance(fields := schema.get("properties"), Mapping):
        wanted = schema.get("required") or list(fields)
        return {name: example(given, _member(fields, name), depth + 1) for name in fields if name in wanted}
    if isinstance(inner := schema.get("items"), Mapping):
        return [example(given, inner, depth + 1)]
    kind = schema.get("type")
    return _EXAMPLES.get(kind[0] if isinstance(kind, list) and kind else str(kind))


def _caller(scheme: Mapping[str, Any], name: str) -> str:
    if "in" in scheme:
        return f"{scheme.get('name', name)} in the {scheme['in']}"
    return str(scheme.get("scheme") or name)


def _member(value: Any, *names: str) -> Mapping[str, Any]:
    """The object at that path, {} if there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}
