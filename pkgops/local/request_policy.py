"""The rule that decides who may send a request to the emulator: everybody, whoever has signed it, or nobody.

A page in a browser on this machine can send requests to 127.0.0.1, and so can every user of the machine; whoever may
call the control plane can create and run a function, that is code as the developer. So everything takes a signature
but the surfaces AWS serves to everybody, and what a browser sends reaches those surfaces alone. They are compared
exactly, with what is deployed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from typing import Protocol

from pkgops.local.request_head import Request, claims_query, from_browser
from pkgops.model import COMPANIONS


class Access(Enum):
    """Who may send a request."""

    REFUSED = "nobody"
    OPEN = "everybody; credentials that are in it must be valid"
    BOUND = "everybody, unless the body makes it a request to another service"
    SIGNED = "whoever has signed its headers"
    FORM = "whoever has the signed policy of an upload form"
    ROOT = "the root user alone"


class Deployed(Protocol):
    """What is deployed, and how the emulator understands a request."""

    def api_stage(self, api: str, stage: str) -> bool:
        """A REST, HTTP or WebSocket API serves that stage."""

    def websocket_api(self, api: str) -> bool:
        """The API is a WebSocket API."""

    def function_url(self, id: str) -> str:
        """The region of a function URL; "" if there is none."""

    def distribution(self, label: str) -> bool:
        """A distribution has that first label of its domain."""

    def bucket(self, name: str) -> bool:
        """There is such a bucket."""

    def user_pool(self, id: str) -> bool:
        """There is such a user pool."""

    def service(self, request: Request) -> str:
        """The service that would answer the request."""

    def public_operation(self, target: str) -> bool:
        """AWS serves the operation of that X-Amz-Target without credentials."""


LOOPBACK = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?")
_FUNCTION_HOST = re.compile(r"([a-z0-9-]+)\.lambda-url\.([a-z0-9-]+)\.on\.aws(:\d{1,5})?")
_DISTRIBUTION_HOST = re.compile(r"([a-z0-9]+)\.cloudfront\.net(:\d{1,5})?")
_SUBDOMAIN = re.compile(r"([a-z0-9-]+\.)+localhost(:\d{1,5})?")  # as SDKs address buckets; browsers reach loopback
_COMPANION = re.compile(re.escape(COMPANIONS) + r"[a-z][a-z0-9_]*/(.*)", re.DOTALL)
_COGNITO_PAGES: Mapping[str, frozenset[str]] = {
    "/oauth2/authorize": frozenset({"GET", "OPTIONS"}),
    "/oauth2/token": frozenset({"POST", "OPTIONS"}),
    "/oauth2/revoke": frozenset({"POST", "OPTIONS"}),
    "/oauth2/userInfo": frozenset({"GET", "POST", "OPTIONS"}),
    "/oauth2/userinfo": frozenset({"GET", "POST", "OPTIONS"}),
    "/saml2/idpresponse": frozenset({"POST"}),
    "/login": frozenset({"GET", "POST"}),
    "/logout": frozenset({"GET"}),
}
_WELL_KNOWN = frozenset({"jwks.json", "openid-configuration"})
# Addresses with a token that cannot be guessed: AWS gives out presigned URLs here.
_ANSWERS = frozenset({("_ministack", "cfn-response"), ("_ministack", "cfn-signal")})
_INTERNAL = frozenset({"_ministack", "_localstack", "_pkgops", "health"})
# First segments that are the emulator's own under every name.
_OWN = re.compile(r"_.*|health")
# First segments the emulator takes for itself whatever the host is, and before it looks for a bucket of that name.
_TAKEN = re.compile(r"_.*|health|oauth2|saml2|login|logout|iceberg.*|v\d+|v20180820|WriteGetObjectResponse|restapis")
_OBJECT_QUERY = re.compile(r"versionId|partNumber|response-[a-z-]+|x-id")
_PRESIGNED = frozenset({"GET", "HEAD", "PUT", "POST", "DELETE"})
_TOPIC_LINKS = {
    "ConfirmSubscription": frozenset({"Action", "AuthenticateOnUnsubscribe", "Token", "TopicArn", "Version"}),
    "Unsubscribe": frozenset({"Action", "SubscriptionArn", "Version"}),
}


def decide(request: Request, deployed: Deployed) -> Access:
    """Who may send the request."""
    if LOOPBACK.fullmatch(request.host) is None:
        return _by_name(request, deployed)
    if request.websocket:
        return Access.OPEN if _websocket(request, deployed) else Access.REFUSED
    served = _served(request, deployed)
    if served is not None:
        return served
    if from_browser(request.headers) or claims_query(request):
        return Access.REFUSED
    return _for_programs(request)


def _served(request: Request, deployed: Deployed) -> Access | None:
    """Access to what AWS serves to everybody, browsers included; None if it is something else."""
    if _surface(request, deployed):
        return Access.OPEN
    return Access.BOUND if _cognito(request, deployed) else _objects(request, deployed)


def _for_programs(request: Request) -> Access:
    """Access to what no browser may ask for."""
    if _answer(request) or _COMPANION.fullmatch(request.path):
        return Access.OPEN
    if _topic_link(request):
        return Access.BOUND
    return Access.ROOT if request.segments[0] in _INTERNAL else Access.SIGNED


def companion_access(path: str, headers: Mapping[str, str]) -> bool:
    """False for a request to a companion that names another host, and for a browser's request outside its pages.
    ``path`` is the one below the companion's own address; ``headers`` have names in lower case."""
    host = LOOPBACK.fullmatch(headers.get("host", ""))
    return host is not None and (not from_browser(headers) or _page(path.removeprefix("/")))


def _by_name(request: Request, deployed: Deployed) -> Access:
    """Hosts that are names: those of what is deployed, and what an SDK makes of ``localhost``."""
    function, distribution = _FUNCTION_HOST.fullmatch(request.host), _DISTRIBUTION_HOST.fullmatch(request.host)
    if request.websocket:
        return Access.REFUSED
    if distribution and deployed.distribution(distribution[1]) and not _OWN.fullmatch(request.segments[0]):
        return Access.OPEN  # nothing else answers there
    if _TAKEN.fullmatch(request.segments[0]):
        return Access.REFUSED
    if function and deployed.function_url(function[1]) == function[2]:
        return Access.OPEN
    if _SUBDOMAIN.fullmatch(request.host) and not from_browser(request.headers) and not claims_query(request):
        return Access.SIGNED
    return Access.REFUSED


def _websocket(request: Request, deployed: Deployed) -> bool:
    segments = request.segments
    return _api(segments, deployed) and deployed.websocket_api(segments[2])


def _surface(request: Request, deployed: Deployed) -> bool:
    """What the emulator knows by its path alone."""
    segments = request.segments
    companion = _COMPANION.fullmatch(request.path)
    if companion:
        return _page(companion[1])
    if segments[:2] == ["_aws", "lambda-url"]:
        return len(segments) > 2 and bool(deployed.function_url(segments[2]))
    return _api(segments, deployed)


def _page(path: str) -> bool:
    return path.split("/", maxsplit=1)[0] == "pages" and "/" in path and ".." not in path.split("/")


def _api(segments: list[str], deployed: Deployed) -> bool:
    """A deployed stage of an API, but for the calls that manage its connections."""
    if segments[:2] == ["_aws", "execute-api"] and len(segments) > 3:
        return segments[4:5] != ["@connections"] and deployed.api_stage(segments[2], segments[3])
    if segments[0] == "restapis" and len(segments) > 3 and segments[3] == "_user_request_":
        return segments[4:5] != ["@connections"] and deployed.api_stage(segments[1], segments[2])
    return False


def _cognito(request: Request, deployed: Deployed) -> bool:
    segments = request.segments
    if request.path != "/" and ("x-amz-target" in request.headers or "Action" in request.query):
        return False  # a page is no operation: the emulator would go by the name of the operation
    if len(segments) == 3 and segments[1] == ".well-known" and segments[2] in _WELL_KNOWN:
        return request.method in ("GET", "OPTIONS") and deployed.user_pool(segments[0])
    if request.path in _COGNITO_PAGES:
        known = request.method in _COGNITO_PAGES[request.path] and not claims_query(request)
        return known and deployed.service(request) == "cognito-idp"
    if request.path != "/" or request.query or "authorization" in request.headers:
        return False
    if request.method == "OPTIONS":
        asked = request.headers.get("access-control-request-headers", "").lower().replace(" ", "").split(",")
        return request.headers.get("access-control-request-method") == "POST" and "x-amz-target" in asked
    return request.method == "POST" and deployed.public_operation(request.headers.get("x-amz-target", ""))


def _objects(request: Request, deployed: Deployed) -> Access | None:
    """Access to objects: as their bucket's policy allows everybody, or by a presigned URL or form."""
    bucket, _, key = request.path[1:].partition("/")
    if _TAKEN.fullmatch(bucket) or not deployed.bucket(bucket) or deployed.service(request) != "s3":
        return None
    if "authorization" in request.headers or "x-amz-target" in request.headers:
        return None
    if request.method == "POST" and not key and not request.query:
        is_form = request.headers.get("content-type", "").lower().startswith("multipart/form-data;")
        return Access.FORM if is_form else None
    return Access.BOUND if _presigned(request) or _public_read(request, key) or _preflight(request) else None


def _presigned(request: Request) -> bool:
    return claims_query(request) and request.method in _PRESIGNED


def _public_read(request: Request, key: str) -> bool:
    """A browser reads objects; other programs may list what the bucket's policy lets them."""
    if request.method not in ("GET", "HEAD") or claims_query(request):
        return False
    if from_browser(request.headers):
        return bool(key) and all(_OBJECT_QUERY.fullmatch(name) for name in request.query)
    return True


def _preflight(request: Request) -> bool:
    return request.method == "OPTIONS" and "access-control-request-method" in request.headers


def _answer(request: Request) -> bool:
    segments = request.segments
    return request.method == "PUT" and len(segments) == 3 and tuple(segments[:2]) in _ANSWERS and bool(segments[2])


def _topic_link(request: Request) -> bool:
    """The links in what a topic sends, which AWS serves without credentials."""
    if (
        request.method != "GET"
        or request.path != "/"
        or not {"authorization", "x-amz-target"}.isdisjoint(request.headers)
    ):
        return False
    known = _TOPIC_LINKS.get((request.query.get("Action") or [""])[0], frozenset())
    return bool(known) and request.query.keys() <= known and all(len(values) == 1 for values in request.query.values())
