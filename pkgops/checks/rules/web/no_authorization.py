"""Routes without authorization in an API whose other routes have it, and public function URLs."""

from __future__ import annotations

from collections.abc import Iterator

from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Resource, Subject


def _find(subject: Subject) -> Iterator[Found]:
    for kind, owner in (("AWS::ApiGatewayV2::Route", "ApiId"), ("AWS::ApiGateway::Method", "RestApiId")):
        routes = [one for one in subject.resources(kind) if one.properties.get("HttpMethod") != "OPTIONS"]
        guarded = {_api(subject, one, owner) for one in routes if _guarded(one)}
        # A WebSocket API asks at $connect, once a connection; its other routes cannot ask.
        sockets = {_api(subject, one, owner) for one in routes if one.properties.get("RouteKey") == "$connect"}
        routes = [one for one in routes if _api(subject, one, owner) not in sockets]
        for route in routes:
            if not _guarded(route) and _api(subject, route, owner) in guarded:
                named = str(route.properties.get("RouteKey", ""))
                message = f"{f'({named}) ' if named else ''}requires no authorization, unlike other routes of its API."
                yield route.found(message, "AuthorizationType", subject=named)
    for url in subject.resources("AWS::Lambda::Url"):
        if url.properties.get("AuthType") == "NONE":
            yield url.found("can be called by anyone.", "AuthType")


def _guarded(route: Resource) -> bool:
    kind = route.properties.get("AuthorizationType", "NONE")
    return kind != "NONE" or str(route.properties.get("ApiKeyRequired")).lower() == "true"


def _api(subject: Subject, route: Resource, name: str) -> str:
    return subject.identity(route.stack, route.properties.get(name))


_API = """\
api = scope.add(apigatewayv2.Api("Api", Name=scope.named("notes"), ProtocolType="HTTP"))
tokens = scope.add(apigatewayv2.Authorizer(
    "Tokens",
    ApiId=Ref(api),
    AuthorizerType="JWT",
    Name="tokens",
    IdentitySource=["$request.header.Authorization"],
    JwtConfiguration=apigatewayv2.JWTConfiguration(Issuer="https://login.example.com", Audience=["notes"]),
))
guarded = {"AuthorizationType": "JWT", "AuthorizerId": Ref(tokens)}
scope.add(apigatewayv2.Route("List", ApiId=Ref(api), RouteKey="GET /notes", **guarded))
"""
RULE = Rule(
    id="P502",
    title="Route without authorization",
    reason="In an API whose routes require a token, a route without one may be an oversight. A function URL without "
    "authorization is open to everyone who knows it.",
    remedy="Give the route the authorizer. If it is meant to be public, say so: with the kit HttpRoute(..., "
    'public=True) or FunctionUrl("NONE"), otherwise accept the finding.',
    find=_find,
    bad=Example(_API + 'scope.add(apigatewayv2.Route("Add", ApiId=Ref(api), RouteKey="POST /notes"))\n'),
    good=Example(_API + 'scope.add(apigatewayv2.Route("Add", ApiId=Ref(api), RouteKey="POST /notes", **guarded))\n'),
)
