"""The guard in front of the emulator: an ASGI middleware that refuses what must not reach it.

What may, and by whom, is `pkgops.local.request_policy`'s to decide; whoever needs credentials is checked here, whatever
the emulator's own checks are.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol
from urllib.parse import parse_qs

from pkgops.local.home import IDENTITY_PATH, proof
from pkgops.local.hooks import request as kept
from pkgops.local.request_head import Request, from_browser
from pkgops.local.request_policy import Access, Deployed, decide
from pkgops.local.server.claims import Claim, OldClaim, SignatureError, claim
from pkgops.local.server.signatures import Caller, Received, verify

Asgi = Callable[[dict[str, Any], Any, Any], Awaitable[None]]
Policy = Callable[[Request, Deployed], Access]
_REFUSED = "Refused: the emulator answers only signed requests and what a deployed system serves to everybody."
_NO_TOKEN = ("MissingAuthenticationToken", "Missing Authentication Token: see pkgops local env.")
_NOT_ROOT = ("AccessDenied", "This is for the root user of the emulator: see pkgops local env.")
_FEDERATED = frozenset({"AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"})
# With these the emulator takes the operation from elsewhere than the form as it has arrived, or a caller for signed.
_UNREADABLE = frozenset({"authorization", "content-encoding", "x-amz-target"})
_HOP_BY_HOP = frozenset({"connection", "transfer-encoding"})  # the server's to choose
# Bytes that are read of a body whose sender is not known, None for any number; tokens and links are short.
_LONGEST_UNSIGNED = {Access.BOUND: 10_000_000, Access.FORM: None, Access.SIGNED: 100_000, Access.ROOT: 0}


class Emulated(Deployed, Protocol):
    """What the guard asks the emulator."""

    def caller(self, key: str, token: str) -> Caller:
        """The owner of an access key id, with its session token; SignatureError if there is none."""

    def service(self, request: Request, body: bytes = b"") -> str:
        """The service that would answer the request; a form in its ``body`` may choose another one."""

    def signed_form(self, content_type: str, body: bytes) -> bool:
        """The body is a form with the signed policy of an upload, which S3 checks."""

    def refusal(self, request: Request, code: str, text: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of an error, in the words of the service the request was meant for."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What `IDENTITY_PATH` answers to programs: ``answer()``, which holds no secret, and to root a proof of the
    ``secret`` that only the emulator of that home can make."""

    answer: Callable[[], dict[str, Any]]
    secret: str


class _RefusedError(Exception):
    """An answer in place of the emulator's."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        super().__init__(status)
        self.answer = (status, headers, body)


class Guard:
    """``app`` behind the guard. ``observe(scope)`` is called with every request that gets through; ``policy`` decides
    who may send one."""

    def __init__(
        self,
        app: Asgi,
        emulated: Emulated,
        identity: Identity,
        observe: Callable[[dict[str, Any]], None],
        policy: Policy = decide,
    ) -> None:
        self._app = app
        self._policy = policy
        self._emulated = emulated
        self._identity = identity
        self._observe = observe

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answers, refuses, or hands on."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        try:
            received = _received(scope)
            if received.head.path == IDENTITY_PATH:
                await _answer(send, 200, {"Content-Type": "application/json"}, self._identify(received))
                return
            receive = await self._admit(received, receive)
        except _RefusedError as refusal:
            await _refuse(scope, send, *refusal.answer)
            return
        _keep_raw(scope)
        self._observe(scope)
        await self._app(scope, receive, send)

    async def _admit(self, received: Received, receive: Any) -> Any:
        """The channel the request's body comes from; raises `_RefusedError`."""
        head = received.head
        access = self._policy(head, self._emulated)
        if access is Access.REFUSED:
            raise _RefusedError(*_forbidden())
        try:
            claimed = claim(head)
        except SignatureError as error:
            raise self._refusal(head, error.code, str(error)) from error
        if access is Access.OPEN and (claimed is None or head.websocket):
            self._verified(claimed, received)
            return receive
        body = await _body(receive, None if claimed else _LONGEST_UNSIGNED[access])
        received = replace(received, body=body)
        caller = self._verified(claimed, received)
        if caller is None and not self._may_be_unsigned(access, received):
            raise self._refusal(head, *_NO_TOKEN)
        if access is Access.BOUND and self._emulated.service(head, body) != self._emulated.service(head):
            raise _RefusedError(*_forbidden())
        if access is Access.ROOT and not (caller and caller.root):
            raise self._refusal(head, *_NOT_ROOT)
        return _replay(body, receive)

    def _verified(self, claimed: Claim | OldClaim | None, received: Received) -> Caller | None:
        """Who has signed the request; None if it is not signed."""
        if claimed is None:
            return None
        try:
            return verify(claimed, received, self._emulated.caller)
        except SignatureError as error:
            raise self._refusal(received.head, error.code, str(error)) from error

    def _may_be_unsigned(self, access: Access, received: Received) -> bool:
        """Upload forms carry their own signature, and operations that exchange a token for credentials the token."""
        head, body = received.head, received.body
        if access is Access.FORM:
            return self._emulated.signed_form(head.headers.get("content-type", ""), body)
        if access is not Access.SIGNED:
            return access is Access.BOUND
        if head.method != "POST" or head.path != "/" or head.query or not _UNREADABLE.isdisjoint(head.headers):
            return False
        actions = parse_qs(body.decode("utf-8", "replace")).get("Action", [])
        return len(actions) == 1 and actions[0] in _FEDERATED and self._emulated.service(head, body) == "sts"

    def _identify(self, received: Received) -> bytes:
        head = received.head
        if self._policy(head, self._emulated) is not Access.ROOT:
            raise _RefusedError(*_forbidden())
        try:
            caller = self._verified(claim(head), received)
        except SignatureError as error:
            raise self._refusal(head, error.code, str(error)) from error
        if caller is None:
            return json.dumps(self._identity.answer()).encode()
        if not caller.root:
            raise self._refusal(head, *_NOT_ROOT)
        shown = proof(self._identity.secret, (head.query.get("nonce") or [""])[0])
        return json.dumps(self._identity.answer() | {"proof": shown}).encode()

    def _refusal(self, head: Request, code: str, text: str) -> _RefusedError:
        if from_browser(head.headers) or head.path.startswith("/_"):  # the emulator's own paths are no service's
            return _RefusedError(*_forbidden(text))
        return _RefusedError(*self._emulated.refusal(head, code, text))


def _received(scope: dict[str, Any]) -> Received:
    """The request as the server gives it to us."""
    headers = tuple((name.decode("latin-1").lower(), _text(value)) for name, value in scope["headers"])
    joined: dict[str, str] = {}
    for name, value in headers:
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    raw_path = (scope.get("raw_path") or b"").decode("latin-1").partition("?")[0]
    raw_query = scope.get("query_string", b"").decode("latin-1")
    query = parse_qs(raw_query, keep_blank_values=True)
    websocket = scope["type"] == "websocket"
    head = Request(scope.get("method", "GET"), joined.get("host", ""), scope["path"], query, joined, websocket)
    return Received(head, raw_path, raw_query, headers)


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


async def _body(receive: Any, limit: int | None) -> bytes:
    """The whole body; raises `_RefusedError` if it is longer than ``limit``, or if the client goes away."""
    received = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _RefusedError(*_forbidden())
        received += message.get("body", b"")
        if limit is not None and len(received) > limit:
            raise _RefusedError(*_forbidden())
        if not message.get("more_body"):
            return bytes(received)


def _replay(body: bytes, receive: Any) -> Any:
    """A channel that gives the body once, and then what ``receive`` gives."""
    given = False

    async def replay() -> dict[str, Any]:
        nonlocal given
        if given:
            message: dict[str, Any] = await receive()
            return message
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _keep_raw(scope: dict[str, Any]) -> None:
    """Keeps the raw request, and gives the emulator the lower-case header names that ASGI promises it."""
    kept.raw_path.set((scope.get("raw_path") or b"").decode("latin-1").partition("?")[0])
    kept.raw_query.set(scope.get("query_string", b"").decode("latin-1"))
    kept.headers.set(tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]))
    kept.client_address.set((scope.get("client") or ("127.0.0.1",))[0])
    scope["headers"] = [(name.lower(), value) for name, value in scope["headers"]]


def _forbidden(text: str = _REFUSED) -> tuple[int, dict[str, str], bytes]:
    return 403, {"Content-Type": "application/json"}, json.dumps({"message": text}).encode()


async def _refuse(scope: dict[str, Any], send: Any, status: int, headers: dict[str, str], body: bytes) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    await _answer(send, status, headers, b"" if scope["method"] == "HEAD" else body)


async def _answer(send: Any, status: int, headers: dict[str, str], body: bytes) -> None:
    given = {name.lower(): value for name, value in headers.items() if name.lower() not in _HOP_BY_HOP}
    given["content-length"] = str(len(body))
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in given.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})
