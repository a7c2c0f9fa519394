"""The routes of Kefir's HTTP API, and the links of the function behind each."""

from __future__ import annotations

from pkgops.kit import grants
from pkgops.kit.function import Function
from pkgops.kit.triggers import HttpRoute
from templates.kefir.auth import Users
from templates.kefir.data import Stored

# The documented routes first, then those in the app's own spelling.
BATCHES = (
    "POST /batches",
    "GET /batches",
    "GET /batches/{id}",
    "PUT /batches/{id}",
    "PATCH /batches/{id}",
    "DELETE /batches/{id}",
    "POST /batches/{id}/photo/upload-url",
    "POST /batches/{id}/photo",
    "GET /batches/{id}/photos",
    "POST /batches/{id}/photos",
    "POST /batches/{id}/photos/upload-url",
    "DELETE /photos",
)
EVENTS = (
    "POST /batches/{id}/events",
    "GET /batches/{id}/events",
    "DELETE /batches/{id}/events/{timestamp}",
)
REMINDERS = (
    "GET /batches/{id}/reminders/suggestions",
    "POST /batches/{id}/reminders/confirm",
    "GET /me/reminders",
    "DELETE /me/reminders/{id}",
    "GET /reminders",
    "GET /batches/{id}/reminders",
    "POST /reminders/{id}/complete",
)
DEVICES = (
    "POST /me/devices",
    "GET /me/devices",
    "DELETE /me/devices/{id}",
    "POST /notifications/register",
)
LOGIN = ("POST /auth/login", "POST /auth/verify")  # public: how a token is obtained
SHARED_BATCH = ("GET /public/b/{batchId}",)  # public: the documents show a shared batch to anyone
EXPORT = ("GET /export.csv", "POST /export/batches/csv")
PHOTOS, EXPORTS = "users/", "exports/"  # prefixes in the bucket


def rows(users: Users, stored: Stored, logins_per_address: int) -> list[Function]:
    """One row a handler: its file, its routes, what it is linked to."""
    table, bucket = stored.table, stored.bucket
    keyed = ("GetItem", "PutItem", "UpdateItem", "DeleteItem")
    batches = (
        table.only("BatchGetItem", "GetItem", "PutItem", "UpdateItem", "Query"),
        bucket.read_write(PHOTOS),
        bucket.delete(PHOTOS),
    )
    events = (table.only("GetItem", "PutItem", "DeleteItem", "Query"),)
    reminders = (table.only("BatchGetItem", "GetItem", "PutItem", "UpdateItem", "Query"),)
    export = (table.only("GetItem", "PutItem", "Query"), bucket.read_write(EXPORTS))
    limit = {"LOGINS_PER_ADDRESS": str(logins_per_address)}
    accounts = (grants.user_pool(users.arn, "AdminGetUser"),)
    return [
        Function("handle_auth", _public(*LOGIN), accounts, limit, links=(table.only(*keyed),)),
        Function("handle_batches", _own(*BATCHES), links=batches),
        Function("handle_events", _own(*EVENTS), links=events),
        Function("handle_reminders", _own(*REMINDERS), links=reminders),
        Function("handle_devices", _own(*DEVICES), links=(table.only(*keyed, "Query"),)),
        Function("handle_export", _own(*EXPORT), links=export),
        Function("handle_public", _public(*SHARED_BATCH), links=(table.only("Query"),)),
    ]


def _own(*routes: str) -> tuple[HttpRoute, ...]:
    return tuple(HttpRoute(route) for route in routes)


def _public(*routes: str) -> tuple[HttpRoute, ...]:
    return tuple(HttpRoute(route, public=True) for route in routes)
