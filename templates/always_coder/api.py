"""The API stack: Always Coder's users, and the WebSocket relay with its functions."""

from __future__ import annotations

from typing import Any

from troposphere import Ref

from pkgops.kit.function import Function, FunctionDefaults, FunctionResource, functions
from pkgops.kit.links import ExistingTable
from pkgops.kit.triggers import WebSocketRoute
from pkgops.kit.web.websocket_api import RequestAuthorizer, WebSocketApi, connections, websocket_api
from pkgops.scope import Scope
from templates.always_coder import users
from templates.always_coder.database import TABLES

STAGE = "prod"  # of the API, whatever the stage of the system
RETENTION = 7


def build(scope: Scope) -> None:
    """The user pool first: the authorizer checks its tokens."""
    pool = users.add(scope)
    defaults = FunctionDefaults("handlers/always_coder/socket", "always-coder-{stage}-", {}, RETENTION, 256, 10)
    guard = {"COGNITO_REGION": Ref("AWS::Region"), "USER_POOL_ID": pool.id, "CLIENT_ID": pool.client}
    made = functions(scope, defaults, [Function("authorizer", environment=guard), *_relay(scope)])
    _api(scope, made)
    scope.accept("P205", subject="APIGW_MANAGEMENT_ENDPOINT", reason="for tests with a gateway of their own")
    scope.accept("P206", subject="*_TABLE", reason="the documents give the three names to all of them")


def _relay(scope: Scope) -> list[Function]:
    names = {title: scope.use(f"database.{title}Name") for title in TABLES}
    environment = {
        "CONNECTIONS_TABLE": names["ConnectionsTable"],
        "SESSIONS_TABLE": names["SessionsTable"],
        "MESSAGES_TABLE": names["MessagesTable"],
    }
    registered = ExistingTable(names["ConnectionsTable"], "CONNECTIONS_TABLE")
    sessions = ExistingTable(names["SessionsTable"], "SESSIONS_TABLE")
    messages = ExistingTable(names["MessagesTable"], "MESSAGES_TABLE")
    left = (registered.only("GetItem", "DeleteItem"), sessions.only("GetItem", "UpdateItem"), connections(STAGE))
    handled = (
        registered.only("GetItem", "PutItem", "DeleteItem"),
        sessions.only("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query"),
        messages.only("PutItem", "Query"),
        connections(STAGE),
    )
    return [
        Function("connect", (WebSocketRoute("$connect"),), environment=environment),
        Function("disconnect", (WebSocketRoute("$disconnect"),), environment=environment, links=left),
        Function("message", (WebSocketRoute("$default"),), (), environment, handled, memory=512, timeout=30),
    ]


def _api(scope: Scope, made: dict[str, FunctionResource]) -> None:
    limits: dict[str, Any] = {"rate": scope.settings.frames_per_second, "burst": scope.settings.frame_burst}
    # No identity source: with one, API Gateway would refuse clients without a token itself.
    authorizer = RequestAuthorizer("WsAuthorizer", made["authorizer"])
    row = WebSocketApi("always-coder-{stage}-ws", STAGE, authorizer, **limits)
    built = websocket_api(scope, row, made.values())
    scope.output("WebSocketUrl", built.url, "always-coder-{stage}-ws-url")
