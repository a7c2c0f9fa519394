"""The routes of Kefir's HTTP API, and the permissions of the function behind each."""

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


def rows(users: Users, stored: Stored) -> list[Function]:
    """One row a handler: its file, its routes, its permissions."""
    table, bucket = stored.table, stored.bucket
    keyed = ("GetItem", "PutItem", "UpdateItem", "DeleteItem")
    devices = grants.table_operations(table, *keyed, "Query")
    events = grants.table_operations(table, "GetItem", "PutItem", "DeleteItem", "Query")
    reminders = grants.table_operations(table, "GetItem", "PutItem", "UpdateItem", "Query")
    login = (
        grants.user_pool(users.arn, "AdminGetUser"),
        grants.table_operations(table, *keyed),
    )
    photos = (
        grants.table_operations(table, "GetItem", "PutItem", "UpdateItem", "Query"),
        grants.bucket_read(bucket, PHOTOS),
        grants.bucket_write(bucket, PHOTOS),
        grants.bucket_delete(bucket, PHOTOS),
    )
    export = (
        grants.table_operations(table, "GetItem", "PutItem", "Query"),
        grants.bucket_read(bucket, EXPORTS),
        grants.bucket_write(bucket, EXPORTS),
    )
    return [
        Function("handle_auth", _public(*LOGIN), login),
        Function("handle_batches", _own(*BATCHES), photos),
        Function("handle_events", _own(*EVENTS), (events,)),
        Function("handle_reminders", _own(*REMINDERS), (reminders,)),
        Function("handle_devices", _own(*DEVICES), (devices,)),
        Function("handle_export", _own(*EXPORT), export),
        Function("handle_public", _public(*SHARED_BATCH), (grants.table_operations(table, "Query"),)),
    ]


def _own(*routes: str) -> tuple[HttpRoute, ...]:
    return tuple(HttpRoute(route) for route in routes)


def _public(*routes: str) -> tuple[HttpRoute, ...]:
    return tuple(HttpRoute(route, public=True) for route in routes)
