"""One deployed thing of each kind, and the decision about a request to them."""

from __future__ import annotations

from urllib.parse import parse_qs

from pkgops.local import socket_policy
from pkgops.local.request_head import Request
from pkgops.local.request_policy import Access, decide

PORT = "127.0.0.1:4566"
PAGE = {"origin": "https://evil.example"}
TARGETS = {"secretsmanager": "secretsmanager.GetSecretValue", "cognito-idp": "AWSCognitoIdentityProviderService.SignUp"}


class OneOfEach:
    """One thing of each kind is deployed. Requests are understood as the emulator does, in short."""

    def api_stage(self, api: str, stage: str) -> bool:
        return (api, stage) in {("api1", "v1"), ("socket1", "v1")}

    def websocket_api(self, api: str) -> bool:
        return api == "socket1"

    def function_url(self, id: str) -> str:
        return {"url1": "us-east-1"}.get(id, "")

    def distribution(self, label: str) -> bool:
        return label == "cdn1"

    def bucket(self, name: str) -> bool:
        return name == "bucket1"

    def user_pool(self, id: str) -> bool:
        return id == "us-east-1_pool1"

    def service(self, request: Request) -> str:
        target = request.headers.get("x-amz-target", "")
        if found := next((name for name, known in TARGETS.items() if known == target), ""):
            return found
        if "Action" in request.query:
            return "cloudformation"
        return "cognito-idp" if request.path.startswith(("/oauth2/", "/login", "/logout")) else "s3"

    def public_operation(self, target: str) -> bool:
        return target == TARGETS["cognito-idp"]


def access(method: str, url: str, host: str = PORT, websocket: bool = False, **headers: str) -> Access:
    """The decision about a request; header names with underscores."""
    return decide(_request(method, url, host, websocket, headers), OneOfEach())


def socket_access(method: str, url: str, host: str = PORT, websocket: bool = False, **headers: str) -> Access:
    """The decision about a request to the port of the WebSocket API."""
    return socket_policy.decide("socket1", _request(method, url, host, websocket, headers), OneOfEach())


def _request(method: str, url: str, host: str, websocket: bool, headers: dict[str, str]) -> Request:
    path, _, search = url.partition("?")  # what urlsplit makes of //a/b is a host
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    query = parse_qs(search, keep_blank_values=True)
    return Request(method, host, path, query, named, websocket)


SIGNED_QUERY = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=000000000000/a/b/c/aws4_request&X-Amz-Signature=0"
