"""REST APIs: what a handler gets. An encoded slash stays inside its path parameter, header names keep the
client's spelling, repeated headers all arrive, and the request context is complete."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any
from urllib.parse import unquote

from pkgops.local.hooks import request
from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types

# Filled where the event is built, read where the answer is finished: another task, hence not a plain value.
exchange: ContextVar[dict[str, str] | None] = ContextVar("exchange", default=None)

_ABSENT = (
    "accessKey",
    "accountId",
    "caller",
    "cognitoAuthenticationProvider",
    "cognitoAuthenticationType",
    "cognitoIdentityId",
    "cognitoIdentityPoolId",
    "principalOrgId",
    "user",
    "userArn",
)


def install(_: Types) -> None:
    """Works from the raw request, which the guard keeps."""
    from ministack.services import apigateway_v1 as rest

    require(rest, "get_account_id", "get_region")
    wrap(rest, "_match_resource_tree", _matching_raw)
    wrap(rest, "_build_lambda_event_v1", _completing)


def _matching_raw(original: Any) -> Any:
    """AWS splits the path before decoding it: ``%2F`` separates nothing. A parameter arrives as it was sent."""

    def match(api: str, segments: list[str]) -> Any:
        raw = raw_segments(segments)
        found = original(api, raw)
        if found[0] or any("%2f" in segment.lower() for segment in raw):
            return found
        return original(api, segments)

    return match


def raw_segments(decoded: list[str]) -> list[str]:
    """The segments of the request as they came in: the tail of its raw path that decodes to ``decoded``."""
    wanted = "/".join(decoded)
    raw = [segment for segment in request.raw_path.get().split("/") if segment]
    for start in range(len(raw)):
        if unquote("/".join(raw[start:])) == wanted:
            return raw[start:]
    return decoded


def _completing(original: Any) -> Any:
    from ministack.services import apigateway_v1 as rest

    def build(api: str, *rest_of: Any, **named: Any) -> Any:
        event = original(api, *rest_of, **named)
        context = event["requestContext"]
        shared = exchange.get()
        if shared is not None:
            shared["request_id"] = context["requestId"]
        _restore_headers(event)
        identity = dict.fromkeys(_ABSENT) | context["identity"]
        identity["sourceIp"] = request.client_address.get()
        domain = f"{api}.execute-api.{rest.get_region()}.amazonaws.com"
        context.update(identity=identity, domainName=domain, domainPrefix=api)
        return event

    return build


def _restore_headers(event: dict[str, Any]) -> None:
    """Names as sent, every value of a repeated one, and what the gateway adds."""
    every: dict[str, list[str]] = {}
    for name, value in request.headers.get():
        every.setdefault(name, []).append(value)
    forwarded = next((values[-1] for name, values in every.items() if name.lower() == "x-forwarded-for"), "")
    address = request.client_address.get()
    kept = {name: values for name, values in every.items() if not name.lower().startswith("x-forwarded-")}
    kept["X-Forwarded-For"] = [f"{forwarded}, {address}" if forwarded else address]
    kept |= {"X-Forwarded-Port": ["443"], "X-Forwarded-Proto": ["https"]}
    event["multiValueHeaders"] = kept
    event["headers"] = {name: values[-1] for name, values in kept.items()}
