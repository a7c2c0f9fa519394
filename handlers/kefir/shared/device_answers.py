"""What are the answers to the routes of devices?"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from handlers.common.web.response import Response
from handlers.kefir.shared.bodies import parse
from handlers.kefir.shared.devices import register
from handlers.kefir.shared.items import DEVICES, below, owned_key, shown
from handlers.kefir.shared.moments import stamp
from handlers.kefir.web.api import Call, envelope_response

# Characters; DynamoDB's keys end at 1024 bytes.
_LONGEST = 250

Id = Annotated[str, Meta(min_length=1, max_length=_LONGEST)]
Token = Annotated[str, Meta(min_length=1, max_length=400)]
Text = Annotated[str, Meta(max_length=500)]


class DeviceBody(Struct, rename="camel"):
    """The documented body."""

    device_id: Id
    platform: Literal["ios", "android"]
    token: Token
    device_name: Text | UnsetType = UNSET
    app_version: Text | UnsetType = UNSET


class AppDeviceBody(Struct, rename="camel"):
    """What the app sends; nothing is ever pushed to a browser."""

    device_id: Id
    platform: Literal["ios", "android", "web"]
    token: Token


def create(call: Call) -> Response:
    """POST /me/devices"""
    return _registered(call, DeviceBody)


def create_of_app(call: Call) -> Response:
    """POST /notifications/register"""
    return _registered(call, AppDeviceBody)


def listing(call: Call) -> Response:
    """GET /me/devices"""
    devices = [shown(device) for device in below(call.table, f"USER#{call.caller.id}", DEVICES)]
    return envelope_response(200, devices, devices=devices, count=len(devices))


def delete(call: Call) -> Response:
    """DELETE /me/devices/{id}, whether there is one or not"""
    device_id = call.request.path.get("id") or ""
    if 0 < len(device_id) <= _LONGEST:
        call.table.delete(owned_key(call.caller.id, DEVICES, device_id))
    return envelope_response(200, None, message="Device unregistered successfully")


def _registered(call: Call, shape: type[Struct]) -> Response:
    sent = parse(call.request, shape)
    device = shown(register(call.table, call.caller.id, sent, stamp(call.now)))
    return envelope_response(201, device, device=device)
