"""APIs that allow credentials from every origin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pkgops.checks.kit.finding import ERROR
from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Resource, Subject

_ORIGIN = "method.response.header.Access-Control-Allow-Origin"
_CREDENTIALS = "method.response.header.Access-Control-Allow-Credentials"


def _find(subject: Subject) -> Iterator[Found]:
    for api in subject.resources("AWS::ApiGatewayV2::Api"):
        cors = api.properties.get("CorsConfiguration") or {}
        if _open(cors.get("AllowOrigins"), cors.get("AllowCredentials")):
            yield api.found("allows credentials from every origin.", "CorsConfiguration")
    for url in subject.resources("AWS::Lambda::Url"):
        cors = url.properties.get("Cors") or {}
        if _open(cors.get("AllowOrigins"), cors.get("AllowCredentials")):
            yield url.found("allows credentials from every origin.", "Cors")
    for method in subject.resources("AWS::ApiGateway::Method"):
        if any(_open(given.get(_ORIGIN), given.get(_CREDENTIALS)) for given in _responses(method)):
            yield method.found("allows credentials from every origin.", "Integration", "IntegrationResponses")


def _responses(method: Resource) -> Iterator[Mapping[str, Any]]:
    for response in (method.properties.get("Integration") or {}).get("IntegrationResponses") or ():
        yield response.get("ResponseParameters") or {}


def _open(origins: Any, credentials: Any) -> bool:
    listed = origins if isinstance(origins, list) else [origins]
    wide = any(isinstance(one, str) and one.strip("'") in ("*", "https://*", "http://*") for one in listed)
    return wide and str(credentials).strip("'").lower() == "true"


_API = """\
scope.add(apigatewayv2.Api(
    "Api",
    Name=scope.named("notes"),
    ProtocolType="HTTP",
    CorsConfiguration=apigatewayv2.Cors(AllowOrigins=[{origin}], AllowCredentials=True),
))
"""
RULE = Rule(
    id="P501",
    title="CORS with credentials for every origin",
    severity=ERROR,
    reason="Any page that a user visits could call the API with the user's cookies. Browsers reject * with "
    "credentials, so the setting either does not work or, if the origin is echoed, works for every page.",
    remedy="List the origins, or do not allow credentials.",
    find=_find,
    bad=Example(_API.format(origin='"https://*"')),
    good=Example(_API.format(origin='"https://notes.example.com"')),
)
