"""What are the answers to the routes of photos?"""

from __future__ import annotations

import re
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from handlers.common.dynamodb import ConditionFailed
from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request
from handlers.common.web.response import Response
from handlers.kefir.shared import photos
from handlers.kefir.shared.batch_words import app_view, batch_view
from handlers.kefir.shared.batches import change, not_found, own_batch
from handlers.kefir.shared.bodies import parse
from handlers.kefir.shared.items import BATCHES, Item, is_id, owned_key
from handlers.kefir.shared.moments import stamp
from handlers.kefir.shared.multipart import upload
from handlers.kefir.shared.settings import settings
from handlers.kefir.web.api import Call, envelope_response
from handlers.kefir.web.errors import invalid

LARGEST = 10_000_000  # bytes; the gateway lets less than 10 MB through, Lambda less than 6
_ATTEMPTS = 10
_KEY = re.compile(r"users/([^/]+)/batches/([^/]+)/[^/]+")

Text = Annotated[str, Meta(max_length=1000)]


class UploadUrlBody(Struct):
    """What is asked of the documented route."""

    filename: Text | UnsetType = UNSET
    contentType: Text | UnsetType = UNSET  # noqa: N815 - the name on the wire


class AppUploadUrlBody(Struct):
    """What the app asks."""

    fileName: Text  # noqa: N815
    fileType: Text  # noqa: N815


class PhotoBody(Struct):
    """Which object is a photo of the batch now."""

    photoKey: Text | UnsetType = UNSET  # noqa: N815


class PhotoUrlBody(Struct):
    """Which photo is to go, by a link to it."""

    photoUrl: Annotated[str, Meta(max_length=5000)]  # noqa: N815


def upload_url(call: Call) -> Response:
    """POST /batches/{id}/photo/upload-url: where to put a photo, and the key it will have."""
    batch = own_batch(call)
    sent = parse(call.request, UploadUrlBody, required=False)
    return _upload_url(call, batch, sent.get("filename", "photo.jpg"), sent.get("contentType", "image/jpeg"))


def app_upload_url(call: Call) -> Response:
    """POST /batches/{id}/photos/upload-url: the same in the app's words."""
    batch = own_batch(call)
    sent = parse(call.request, AppUploadUrlBody)
    return _upload_url(call, batch, sent["fileName"], sent["fileType"])


def add(call: Call) -> Response:
    """POST /batches/{id}/photo: an object that was put becomes a photo of the batch, once."""
    batch = own_batch(call)
    key = parse(call.request, PhotoBody, required=False).get("photoKey")
    if not key:
        raise ApiError(400, "BAD_REQUEST", "photoKey is required")
    if not _belongs(key, batch):
        raise ApiError(403, "FORBIDDEN", "You do not have access to this photo")
    view = _view(_appended(call, batch, key))
    return envelope_response(200, app_view(view), batch=view)


def listing(call: Call) -> Response:
    """GET /batches/{id}/photos: links to get them by."""
    urls = photos.links(own_batch(call), photos.bucket())
    return envelope_response(200, urls, photoUrls=urls)


def send(call: Call) -> Response:
    """POST /batches/{id}/photos: the photo itself, in a form's field."""
    batch = own_batch(call)
    found = upload(_body(call.request), "photo")
    if found is None or not found.content:
        raise invalid([("photo", "Required")])
    if not photos.is_image(found.content_type):
        raise invalid([("photo", "Expected an image")])
    if len(found.content) > LARGEST:
        raise ApiError(413, "TOO_LARGE", "The photo is too large")
    bucket, key = photos.bucket(), photos.new_key(batch, found.filename, call.now)
    bucket.put(key, found.content, found.content_type)
    view = _view(_appended(call, batch, key))
    url = bucket.link(key)
    return envelope_response(201, url, photoUrl=url, photoKey=key, batch=view, message="Photo uploaded successfully")


def delete(call: Call) -> Response:
    """DELETE /photos: the photo a link leads to goes, from the batch and from the bucket."""
    bucket = photos.bucket()
    key = bucket.key_of(parse(call.request, PhotoUrlBody)["photoUrl"])
    named = _KEY.fullmatch(key)
    if named is None:
        raise ApiError(404, "NOT_FOUND", "Photo not found")
    if named.group(1) != call.caller.id:
        raise ApiError(403, "FORBIDDEN", "You do not have access to this photo")
    _removed(call, named.group(2), key)
    bucket.delete(key)
    return envelope_response(200, None, message="Photo deleted successfully")


def _upload_url(call: Call, batch: Item, filename: str, content_type: str) -> Response:
    if not photos.is_image(content_type):
        raise ApiError(400, "BAD_REQUEST", "Only images can be uploaded")
    bucket, key = photos.bucket(), photos.new_key(batch, filename, call.now)
    made: dict[str, Any] = {
        "uploadUrl": bucket.place(key, content_type),
        "photoUrl": bucket.link(key),
        "photoKey": key,
        "expiresIn": bucket.seconds,
    }
    return envelope_response(200, made, **made)


def _belongs(key: str, batch: Item) -> bool:
    named = _KEY.fullmatch(key)
    return named is not None and named.groups() == (batch["userId"], batch["batchId"])


def _appended(call: Call, batch: Item, key: str) -> Item:
    append = "SET photoKeys = list_append(if_not_exists(photoKeys, :none), :keys), updatedAt = :now"
    values = {"none": [], "keys": [key], "key": key, "now": stamp(call.now)}
    try:
        return change(call, batch, append, values, "NOT contains(photoKeys, :key)")
    except ConditionFailed as failed:
        return failed.item or batch


def _removed(call: Call, batch_id: str, key: str) -> None:
    """Takes a key out of the batch's list as it is at that moment: others may be added meanwhile."""
    where = owned_key(call.caller.id, BATCHES, batch_id)
    batch = call.table.get(where, consistent=True) if is_id(batch_id) else None
    if batch is None:
        raise not_found()
    for _ in range(_ATTEMPTS):
        keys = batch.get("photoKeys") or []
        if key not in keys:
            return
        values = {"keys": [kept for kept in keys if kept != key], "seen": keys, "now": stamp(call.now)}
        try:
            change(call, batch, "SET photoKeys = :keys, updatedAt = :now", values, "photoKeys = :seen")
        except ConditionFailed as failed:
            batch = failed.item or batch
        else:
            return
    raise ApiError(409, "CONFLICT", "The batch is being changed. Please try again.")


def _body(request: Request) -> bytes:
    try:
        return request.body()
    except ValueError:
        return b""


def _view(batch: Item) -> Item:
    return batch_view(batch, settings().web_domain, photos.links(batch, photos.bucket()))
