"""How is a file of a site served: its content type, and how long it may be kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

# A year is the longest that HTTP allows for.
IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATED = "public, max-age=0, must-revalidate"
NEVER_KEPT = "no-cache, no-store, must-revalidate"

_TEXT = "; charset=utf-8"
# By suffix; a fixed table, because Python's reads that of the machine it runs on.
_TYPES = {
    "html": "text/html" + _TEXT,
    "htm": "text/html" + _TEXT,
    "css": "text/css" + _TEXT,
    "js": "text/javascript" + _TEXT,
    "mjs": "text/javascript" + _TEXT,
    "cjs": "text/javascript" + _TEXT,
    "txt": "text/plain" + _TEXT,
    "md": "text/markdown" + _TEXT,
    "csv": "text/csv" + _TEXT,
    "vtt": "text/vtt" + _TEXT,
    "ics": "text/calendar" + _TEXT,
    "json": "application/json",
    "map": "application/json",
    "jsonld": "application/ld+json",
    "geojson": "application/geo+json",
    "webmanifest": "application/manifest+json",
    "wasm": "application/wasm",
    "xml": "application/xml",
    "xhtml": "application/xhtml+xml",
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "pdf": "application/pdf",
    "zip": "application/zip",
    "gz": "application/gzip",
    "svg": "image/svg+xml",
    "png": "image/png",
    "apng": "image/apng",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
    "ico": "image/x-icon",
    "bmp": "image/bmp",
    "woff": "font/woff",
    "woff2": "font/woff2",
    "ttf": "font/ttf",
    "otf": "font/otf",
    "eot": "application/vnd.ms-fontobject",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "ogg": "audio/ogg",
    "wav": "audio/wav",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "mov": "video/quicktime",
}
_UNKNOWN = "application/octet-stream"
# What must be served as JSON though its name has no suffix.
_NAMED = {"apple-app-site-association": "application/json"}
# Eight hexadecimal digits or more between marks: a build's hash. A number alone may be a date.
_HASH = re.compile(r"(?:^|[._-])(?=[0-9a-f]*[a-f])(?=[0-9a-f]*[0-9])[0-9a-f]{8,}(?=[._-]|$)", re.IGNORECASE)


def content_type(key: str) -> str:
    """The media type of a file by its name, bytes without meaning if that says nothing."""
    path = PurePosixPath(key)
    return _NAMED.get(path.name) or _TYPES.get(path.suffix[1:].lower(), _UNKNOWN)


def cache_control(key: str, immutable: Sequence[str]) -> str:
    """The Cache-Control header of a file: kept for a year if its name changes with its content, else asked for each
    time. Pages never count as immutable, whatever their name. ``immutable`` as in `pkgops.declarations.Site`."""
    path = PurePosixPath(key)
    if path.suffix.lower() in {".html", ".htm"}:
        return REVALIDATED
    named = any(fnmatchcase(key, pattern) for pattern in immutable)
    return IMMUTABLE if named or _HASH.search(path.name) else REVALIDATED
