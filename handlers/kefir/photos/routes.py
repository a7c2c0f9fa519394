"""The routes of a batch's photos, which are uploaded and downloaded by presigned links, or uploaded in a form."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from handlers.common.dynamodb import ConditionFailed
from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request
from handlers.common.web.response import Response
from handlers.kefir.batches.records import batch_not_found, own_batch, update_batch
from handlers.kefir.batches.views import app_view, batch_view, photo_links
from handlers.kefir.data.items import BATCHES, Item, is_id, owned_key
from handlers.kefir.data.timestamps import iso, unique_name
from handlers.kefir.photos.multipart import uploaded_file
from handlers.kefir.runtime.bucket import diary_bucket
from handlers.kefir.web.api import Call, envelope_response
from handlers.kefir.web.body import parse
from handlers.kefir.web.errors import validation_error

MAX_PHOTO_BYTES = 10_000_000  # the gateway's limit is below 10 MB, Lambda's below 6
MAX_PHOTOS = 1000  # of a batch, whose item has at most 400 KB
_ATTEMPTS = 10
_KEY = re.compile(r"users/([^/]+)/batches/([^/]+)/[^/]+")
_EXTENSION = re.compile(r"[A-Za-z0-9]{1,5}")
_IMAGE = re.compile(r"image/[A-Za-z0-9.+-]{1,100}")

Text = Annotated[str, Meta(max_length=1000)]


class UploadUrlBody(Struct):
    """The documented body of POST /batches/{id}/photo/upload-url."""

    filename: Text | UnsetType = UNSET
    contentType: Text | UnsetType = UNSET  # noqa: N815 - the name on the wire


class AppUploadUrlBody(Struct):
    """The app's body of POST /batches/{id}/photos/upload-url."""

    fileName: Text  # noqa: N815
    fileType: Text  # noqa: N815


class PhotoBody(Struct):
    """The documented body of POST /batches/{id}/photo."""

    photoKey: Text | UnsetType = UNSET  # noqa: N815


class PhotoUrlBody(Struct):
    """The app's body of DELETE /photos: a link to the photo."""

    photoUrl: Annotated[str, Meta(max_length=5000)]  # noqa: N815


def create_upload_url(call: Call) -> Response:
    """POST /batches/{id}/photo/upload-url: a link to put a photo to, and the key it will have."""
    batch = own_batch(call)
    sent = parse(call.request, UploadUrlBody, required=False)
    return _upload_url(call, batch, sent.get("filename", "photo.jpg"), sent.get("contentType", "image/jpeg"))


def create_app_upload_url(call: Call) -> Response:
    """POST /batches/{id}/photos/upload-url: the same in the app's words."""
    batch = own_batch(call)
    sent = parse(call.request, AppUploadUrlBody)
    return _upload_url(call, batch, sent["fileName"], sent["fileType"])


def add(call: Call) -> Response:
    """POST /batches/{id}/photo: adds an uploaded object to the batch's photos, once."""
    batch = own_batch(call)
    key = parse(call.request, PhotoBody, required=False).get("photoKey")
    if not key:
        raise ApiError(400, "BAD_REQUEST", "photoKey is required")
    named = _KEY.fullmatch(key)
    if named is None or named.groups() != (batch["userId"], batch["batchId"]):
        raise _no_access()
    _check_upload(key)
    view = batch_view(_append_photo(call, batch, key))
    return envelope_response(200, app_view(view), batch=view)


def list_photos(call: Call) -> Response:
    """GET /batches/{id}/photos: links to download them."""
    urls = photo_links(own_batch(call))
    return envelope_response(200, urls, photoUrls=urls)


def upload(call: Call) -> Response:
    """POST /batches/{id}/photos: the photo itself, in a form's field."""
    batch = own_batch(call)
    file = uploaded_file(_body(call.request), "photo")
    if file is None or not file.content:
        raise validation_error([("photo", "Required")])
    if not _IMAGE.fullmatch(file.content_type):
        raise validation_error([("photo", "Expected an image")])
    if len(file.content) > MAX_PHOTO_BYTES:
        raise _too_large()
    if len(batch.get("photoKeys") or []) >= MAX_PHOTOS:
        raise _too_many()
    bucket, key = diary_bucket(), _new_key(batch, file.filename, call.now)
    bucket.put(key, file.content, file.content_type)
    view = batch_view(_append_photo(call, batch, key))
    url = bucket.download_url(key)
    return envelope_response(201, url, photoUrl=url, photoKey=key, batch=view, message="Photo uploaded successfully")


def delete(call: Call) -> Response:
    """DELETE /photos: deletes the photo a link leads to, from the batch and from the bucket."""
    bucket = diary_bucket()
    try:
        key = bucket.key_of(parse(call.request, PhotoUrlBody)["photoUrl"])
    except ValueError as error:
        raise validation_error([("photoUrl", "Expected a URL")]) from error
    named = _KEY.fullmatch(key)
    if named is None:
        raise ApiError(404, "NOT_FOUND", "Photo not found")
    if named.group(1) != call.caller.id:
        raise _no_access()
    _remove_photo(call, named.group(2), key)
    bucket.delete(key)
    return envelope_response(200, None, message="Photo deleted successfully")


def _upload_url(call: Call, batch: Item, filename: str, content_type: str) -> Response:
    if not _IMAGE.fullmatch(content_type):
        raise ApiError(400, "BAD_REQUEST", "Only images can be uploaded")
    bucket, key = diary_bucket(), _new_key(batch, filename, call.now)
    urls: dict[str, Any] = {
        "uploadUrl": bucket.upload_url(key, content_type),
        "photoUrl": bucket.download_url(key),
        "photoKey": key,
        "expiresIn": bucket.seconds,
    }
    return envelope_response(200, urls, **urls)


def _new_key(batch: Item, filename: str, now: datetime) -> str:
    """The key of a new photo: its batch, the time, something random, and the extension of its file's name. Phones send
    many photos at the same moment."""
    extension = filename.rpartition(".")[2] if "." in filename else ""
    if not _EXTENSION.fullmatch(extension):
        extension = "jpg"
    return f"users/{batch['userId']}/batches/{batch['batchId']}/{unique_name(now)}.{extension}"


def _append_photo(call: Call, batch: Item, key: str) -> Item:
    append = "SET photoKeys = list_append(if_not_exists(photoKeys, :none), :keys), updatedAt = :now"
    values = {"none": [], "keys": [key], "key": key, "now": iso(call.now), "most": MAX_PHOTOS}
    room = "(attribute_not_exists(photoKeys) OR size(photoKeys) < :most)"
    try:
        return update_batch(call, batch, append, values, f"NOT contains(photoKeys, :key) AND {room}")
    except ConditionFailed as failed:
        found = failed.item or batch
        if key not in (found.get("photoKeys") or []):
            raise _too_many() from failed
        return found


def _check_upload(key: str) -> None:
    """Raises `ApiError` unless the object was uploaded, and is no larger than a photo: a link cannot limit that."""
    size = diary_bucket().uploaded(key)
    if size is None:
        raise ApiError(400, "BAD_REQUEST", "The photo was not uploaded")
    if size > MAX_PHOTO_BYTES:
        diary_bucket().delete(key)
        raise _too_large()


def _remove_photo(call: Call, batch_id: str, key: str) -> None:
    """Removes a key from the batch's list as it is at that moment: other requests may add some at the same time."""
    where = owned_key(call.caller.id, BATCHES, batch_id)
    batch = call.table.get(where, consistent=True) if is_id(batch_id) else None
    if batch is None:
        raise batch_not_found()
    for _ in range(_ATTEMPTS):
        keys = batch.get("photoKeys") or []
        if key not in keys:
            return
        values = {"keys": [kept for kept in keys if kept != key], "seen": keys, "now": iso(call.now)}
        try:
            update_batch(call, batch, "SET photoKeys = :keys, updatedAt = :now", values, "photoKeys = :seen")
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


def _too_large() -> ApiError:
    return ApiError(413, "TOO_LARGE", "The photo is too large")


def _too_many() -> ApiError:
    return ApiError(400, "BAD_REQUEST", f"A batch has at most {MAX_PHOTOS} photos")


def _no_access() -> ApiError:
    return ApiError(403, "FORBIDDEN", "You do not have access to this photo")
