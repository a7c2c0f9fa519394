"""The buckets of the stage: objects by prefix, one of them looked at or downloaded.

What is in them was written by others: an object leaves the console as a file, never as a page. Pictures are shown as
pictures alone, by what their first bytes say, and text as text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, unquote, urlencode

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from pkgops.console.frame.page import Form, leave, render, stage_of, write
from pkgops.console.pages.mail import SANDBOX
from pkgops.errors import NotFoundError, unknown
from pkgops.operate.browse.deployed import BUCKET, Deployed, deployed
from pkgops.operate.redaction import redact
from pkgops.ports.objects import OpenObject

_PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
_LONGEST_PICTURE = 8_000_000  # bytes
_LONGEST_TEXT = 64 * 1024


def every(request: Request) -> Response:
    """All buckets by system."""
    shown, chosen = stage_of(request), request.query_params.get("system", "")
    rows = [
        (project.system, bucket)
        for project, stacks in shown.stacks(chosen)
        for bucket in deployed(stacks, shown.ports.stacks, BUCKET)
    ]
    return render(request, "buckets.html", rows=rows, chosen=chosen)


def one(request: Request) -> Response:
    """A page of the objects below a prefix; which one stands in the address."""
    bucket, given = _bucket(request), request.query_params
    prefix, after = given.get("prefix", ""), given.get("after", "")
    page = stage_of(request).ports.objects.page(bucket.id, prefix, after)
    more = urlencode({"prefix": prefix, "after": page.after}) if page.after else ""
    return render(
        request,
        "bucket.html",
        bucket=bucket,
        prefix=prefix,
        parents=list(_parents(prefix)),
        page=page,
        more=more,
        deleted=given.get("deleted", ""),
    )


def looked_at(request: Request) -> Response:
    """One object: what it is, and what of it can be shown."""
    bucket, opened = _bucket(request), _object(request)
    start = b"".join(_first(opened, _LONGEST_TEXT + 1))
    picture = _picture(start) if opened.about.size <= _LONGEST_PICTURE else ""
    return render(
        request,
        "object.html",
        bucket=bucket,
        about=opened.about,
        folder=opened.about.key.rpartition("/")[0],
        picture=picture,
        text="" if picture else _text(start),
        cut=opened.about.size > _LONGEST_TEXT,
    )


def downloaded(request: Request) -> Response:
    """One object as a file, whatever it is."""
    opened = _object(request)
    name = quote(opened.about.key.rstrip("/").rpartition("/")[2] or "object", safe="")
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{name}",
        "content-length": str(opened.about.size),
        "content-security-policy": SANDBOX,
    }
    return StreamingResponse(opened.parts, media_type="application/octet-stream", headers=headers)


def previewed(request: Request) -> Response:
    """A picture, for the page of its object. NotFoundError for whatever else."""
    opened = _object(request)
    data = b"".join(_first(opened, _LONGEST_PICTURE))
    kind = _picture(data)
    if not kind or opened.about.size > _LONGEST_PICTURE:
        raise NotFoundError("That is no picture.", "Download it.")
    return Response(data, media_type=kind, headers={"content-security-policy": SANDBOX})


def deleted(request: Request, form: Form) -> Response:
    """Deletes one object."""
    bucket, key = _bucket(request), unquote(form.get("key", ""))  # as text, it would be shown escaped
    stage_of(request).ports.objects.remove(bucket.id, key)
    prefix = f"{key.rpartition('/')[0]}/" if "/" in key else ""
    given = urlencode({"prefix": prefix, "deleted": key})
    return leave(request, f"/buckets/{quote(bucket.id, safe='')}?{given}")


def _bucket(request: Request) -> Deployed:
    shown, name = stage_of(request), request.path_params["name"]
    known: list[str] = []
    for _, stacks in shown.stacks():
        for bucket in deployed(stacks, shown.ports.stacks, BUCKET):
            if name and bucket.id == name:
                return bucket
            known.append(bucket.id)
    raise unknown("bucket", name, filter(None, known))


def _object(request: Request) -> OpenObject:
    key = request.query_params.get("key", "")
    opened = stage_of(request).ports.objects.open(_bucket(request).id, key) if key else None
    if opened is None:
        raise NotFoundError("There is no such object.", "It may have been deleted: load the list again.")
    return opened


def _first(opened: OpenObject, most: int) -> Iterator[bytes]:
    """The first bytes of an object, which is then left."""
    left = most
    for part in opened.parts:
        yield part[:left]
        left -= len(part)
        if left <= 0:
            break
    close: Any = getattr(opened.parts, "close", None)
    if close:
        close()


def _picture(start: bytes) -> str:
    """The type of a picture that browsers show as nothing else; "" for other bytes."""
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for head, kind in _PICTURES.items() if start.startswith(head)), "")


def _text(start: bytes) -> str:
    """The beginning as text, "" if it is none; hidden if it looks like a secret."""
    try:
        text = start[:_LONGEST_TEXT].decode()
    except UnicodeDecodeError as error:
        if error.end < min(len(start), _LONGEST_TEXT) - 4:  # in the middle, not a character that was cut
            return ""
        text = start[: error.start].decode()
    return "" if "\0" in text else str(redact(text))


def _parents(prefix: str) -> Iterator[tuple[str, str]]:
    """Name and prefix of every folder on the way."""
    parts = prefix.split("/")[:-1]
    for at, name in enumerate(parts):
        yield name, "/".join(parts[: at + 1]) + "/"


ROUTES = [
    Route("/buckets", every),
    Route("/buckets/{name}", one),
    Route("/buckets/{name}/object", looked_at),
    Route("/buckets/{name}/download", downloaded),
    Route("/buckets/{name}/preview", previewed),
    write("/buckets/{name}/delete", deleted),
]
