"""The routes of a system's REST and HTTP APIs, with what templates and contracts say of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pkgops.intrinsics import references
from pkgops.operate.browse.meaning import Meaning

if TYPE_CHECKING:
    from pkgops.build.functions import Function
    from pkgops.build.synth import SynthesizedStack
    from pkgops.checks.kit.subject import Resource
    from pkgops.config import Project

REST, HTTP = "AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"
_PARAMETER = re.compile(r"{(\w+)\+?}")


@dataclass(frozen=True, slots=True)
class Route:
    """A route. ``path`` has parameters in braces, one that takes several segments with a plus; ``function`` answers it,
    None if something else does. ``body`` is the JSON schema of a body the API checks, {} where it checks none;
    ``authorized`` if the API wants to know who calls."""

    method: str
    path: str
    function: Function | None = None
    body: Mapping[str, Any] = field(default_factory=dict)
    authorized: bool = False

    @property
    def parameters(self) -> list[str]:
        """The names of those in its path."""
        return _PARAMETER.findall(self.path)


@dataclass(frozen=True, slots=True)
class Api:
    """An API as its template declares it; ``stage_name`` is the first segment of its paths, "" for none."""

    stack: str
    logical_id: str
    name: str
    stage_name: str
    routes: tuple[Route, ...]


def declared_apis(project: Project, stacks: Sequence[SynthesizedStack]) -> list[Api]:
    """The REST and HTTP APIs of a system, those of WebSockets left out; routes by path and method."""
    reading = _Reading(Meaning(project, stacks))
    return [reading.api(one) for one in reading.meaning.subject.resources(REST, HTTP) if _is_http(one)]


def matches(route: Route, method: str, path: str) -> bool:
    """Whether a request is the route's."""
    pattern = re.sub(r"\\{\w+(\\\+)?\\}", lambda found: ".+" if found[1] else "[^/]+", re.escape(route.path))
    return route.method in (method, "ANY") and re.fullmatch(f"{pattern}/?", path) is not None


def route_of(api: Api, method: str, path: str) -> Route | None:
    """The route that answers a request: one whose path is given in full before one with parameters."""
    found = [route for route in api.routes if matches(route, method, path)]
    return min(found, key=lambda route: (len(route.parameters), "+}" in route.path), default=None)


class _Reading:
    """Templates, read for what belongs to an API."""

    def __init__(self, meaning: Meaning) -> None:
        self.meaning = meaning

    def api(self, one: Resource) -> Api:
        """An API with its routes."""
        rest = one.type == REST
        routes = self._methods(one) if rest else self._routes(one)
        ordered = tuple(sorted(routes, key=lambda route: (route.path, route.method)))
        name = one.properties.get("Name")
        return Api(one.stack.key, one.id, name if isinstance(name, str) else one.id, self._stage(one), ordered)

    def _of(self, api: Resource, kind: str, link: str) -> Iterator[Resource]:
        """The resources of that type in the API's stack whose property refers to it."""
        for one in self.meaning.subject.resources(kind):
            if one.stack.key == api.stack.key and api.id in references(one.properties.get(link)):
                yield one

    def _stage(self, api: Resource) -> str:
        kind, link = (
            ("AWS::ApiGateway::Stage", "RestApiId") if api.type == REST else ("AWS::ApiGatewayV2::Stage", "ApiId")
        )
        name = next((one.properties.get("StageName") for one in self._of(api, kind, link)), "")
        return name if isinstance(name, str) and name != "$default" else ""

    def _methods(self, api: Resource) -> Iterator[Route]:
        parts = {one.id: one.properties for one in self._of(api, "AWS::ApiGateway::Resource", "RestApiId")}
        models = {one.id: one.properties for one in self._of(api, "AWS::ApiGateway::Model", "RestApiId")}
        for one in self._of(api, "AWS::ApiGateway::Method", "RestApiId"):
            given = one.properties
            place = next((name for name in references(given.get("ResourceId")) if name in parts), "")
            named = (given.get("RequestModels") or {}).get("application/json")
            model = next((models[name] for name in references(named) if name in models), {})
            if given.get("HttpMethod") != "OPTIONS":
                yield Route(
                    str(given.get("HttpMethod", "ANY")),
                    _path(place, parts),
                    self.meaning.function(one, (given.get("Integration") or {}).get("Uri")),
                    _schema(model.get("Schema")),
                    given.get("AuthorizationType", "NONE") != "NONE",
                )

    def _routes(self, api: Resource) -> Iterator[Route]:
        targets = {one.id: one for one in self._of(api, "AWS::ApiGatewayV2::Integration", "ApiId")}
        for one in self._of(api, "AWS::ApiGatewayV2::Route", "ApiId"):
            given = one.properties
            target = next((targets[name] for name in references(given.get("Target")) if name in targets), None)
            uri = target.properties.get("IntegrationUri") if target else None
            method, _, path = str(given.get("RouteKey", "")).partition(" ")
            if not path:
                method, path = "ANY", "/{proxy+}"
            if method != "OPTIONS":
                guarded = given.get("AuthorizationType", "NONE") != "NONE"
                yield Route(method, path, self.meaning.function(one, uri), {}, guarded)


def _path(place: str, parts: Mapping[str, Mapping[str, Any]]) -> str:
    """The path of a resource of a REST API, from its last segment upwards."""
    path = ""
    while place and path.count("/") < 50:
        path = f"/{parts[place].get('PathPart', '')}{path}"
        place = next((name for name in references(parts[place].get("ParentId")) if name in parts), "")
    return path or "/"


def _schema(given: Any) -> Mapping[str, Any]:
    """A model's JSON schema, which templates hold as text or as an object."""
    with suppress(ValueError):
        found = json.loads(given) if isinstance(given, str) else given
        return found if isinstance(found, Mapping) else {}
    return {}


def _is_http(one: Resource) -> bool:
    return one.type == REST or one.properties.get("ProtocolType") == "HTTP"
