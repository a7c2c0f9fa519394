"""Devices, on which reminders are shown."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from handlers.common.web.response import Response
from handlers.common.web.serve import Routes, serve
from handlers.kefir.data.items import DEVICES, items_below, owned_key, public_attributes, user_partition
from handlers.kefir.data.timestamps import iso
from handlers.kefir.devices.records import register
from handlers.kefir.web.api import API, Call, envelope_response
from handlers.kefir.web.body import parse

_MAX_ID = 250  # characters; DynamoDB's keys have at most 1024 bytes

Id = Annotated[str, Meta(min_length=1, max_length=_MAX_ID)]
Token = Annotated[str, Meta(min_length=1, max_length=400)]
Text = Annotated[str, Meta(max_length=500)]


class DeviceBody(Struct, rename="camel"):
    """The documented body of POST /me/devices."""

    device_id: Id
    platform: Literal["ios", "android"]
    token: Token
    device_name: Text | UnsetType = UNSET
    app_version: Text | UnsetType = UNSET


class AppDeviceBody(Struct, rename="camel"):
    """The app's body of POST /notifications/register; nothing is pushed to a browser."""

    device_id: Id
    platform: Literal["ios", "android", "web"]
    token: Token


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, API)


def create(call: Call) -> Response:
    """POST /me/devices"""
    return _register(call, DeviceBody)


def create_from_app(call: Call) -> Response:
    """POST /notifications/register"""
    return _register(call, AppDeviceBody)


def list_devices(call: Call) -> Response:
    """GET /me/devices"""
    found = items_below(call.table, user_partition(call.caller.id), DEVICES)
    devices = [public_attributes(device) for device in found]
    return envelope_response(200, devices, devices=devices, count=len(devices))


def delete(call: Call) -> Response:
    """DELETE /me/devices/{id}, whether it exists or not"""
    device_id = call.request.path.get("id") or ""
    if 0 < len(device_id) <= _MAX_ID:
        call.table.delete(owned_key(call.caller.id, DEVICES, device_id))
    return envelope_response(200, None, message="Device unregistered successfully")


def _register(call: Call, shape: type[Struct]) -> Response:
    sent = parse(call.request, shape)
    device = public_attributes(register(call.table, call.caller.id, sent, iso(call.now)))
    return envelope_response(201, device, device=device)


ROUTES: Routes[Call] = {
    "POST /me/devices": create,
    "GET /me/devices": list_devices,
    "DELETE /me/devices/{id}": delete,
    # The app's own.
    "POST /notifications/register": create_from_app,
}
