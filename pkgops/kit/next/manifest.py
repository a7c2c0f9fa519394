"""What does the manifest of an OpenNext build (``open-next.output.json``) ask for: functions, files, paths, caches?

The format is OpenNext 3's. `UNBUILT` is what templates are made of while an application has not been built: its
functions and paths, without caches.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

FOLDER = ".open-next/"
FILES, SERVER, IMAGES = "s3", "default", "imageOptimizer"  # the names of origins
EVERYTHING = "*"
_QUEUES = ("sqs", "sqs-lite")
_CACHES = ("s3", "s3-lite", "multi-tier-ddb-s3")
_TAGS = ("dynamodb", "dynamodb-lite")
_WRAPPERS = {"aws-lambda": False, "aws-lambda-streaming": True}
# What CloudFront takes as the pattern of a path.
_PATTERN = re.compile(r"[A-Za-z0-9_.*$/~\"'@:+&?-]{1,255}")
_CONVERTER = "aws-apigw-v2"

UNBUILT: Mapping[str, Any] = {
    "origins": {
        FILES: {
            "type": "s3",
            "originPath": "_assets",
            "copy": [{"from": ".open-next/assets", "to": "_assets", "cached": True, "versionedSubDir": "_next"}],
        },
        IMAGES: {"type": "function", "handler": "index.handler", "bundle": ".open-next/image-optimization-function"},
        SERVER: {"type": "function", "handler": "index.handler", "bundle": ".open-next/server-functions/default"},
    },
    "behaviors": [
        {"pattern": "_next/image*", "origin": IMAGES},
        {"pattern": "_next/data/*", "origin": SERVER},
        {"pattern": EVERYTHING, "origin": SERVER},
        {"pattern": "BUILD_ID", "origin": FILES},
        {"pattern": "_next/*", "origin": FILES},
    ],
    "additionalProps": {"disableIncrementalCache": True, "disableTagCache": True},
}


@dataclass(frozen=True, slots=True)
class Bundle:
    """The code of a function: a ``folder`` of the build and the ``handler`` in it; ``streaming`` if it answers in
    pieces."""

    folder: str
    handler: str = "index.handler"
    streaming: bool = False


@dataclass(frozen=True, slots=True)
class Copy:
    """Files of the build's ``folder`` that go below ``prefix`` of the bucket. Those that are not ``served`` are the
    cache. What is below ``hashed`` ("_next") changes its name with its content."""

    folder: str
    prefix: str
    served: bool
    hashed: str = ""


@dataclass(frozen=True, slots=True)
class Pattern:
    """The ``origin`` that answers paths of a pattern ("/_next/*"), "" for all others."""

    path: str
    origin: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """A build. ``servers`` are the functions that answer pages, by their origins' names; ``images`` optimizes pictures,
    ``revalidation`` renders pages again that ``queue`` names, and ``warmer`` keeps servers warm. ``cache`` is True for
    pages kept in the bucket, ``tags`` for a table of their tags."""

    servers: Mapping[str, Bundle]
    images: Bundle | None
    files: str
    copies: tuple[Copy, ...]
    patterns: tuple[Pattern, ...]
    cache: bool
    tags: bool
    queue: bool
    revalidation: Bundle | None
    warmer: Bundle | None

    @property
    def bundles(self) -> tuple[Bundle, ...]:
        """The code of every function."""
        others = (self.images, self.revalidation, self.warmer)
        return (*self.servers.values(), *(one for one in others if one))


def read(content: Mapping[str, Any] | None) -> Manifest:
    """The manifest of a build, or of none. ValueError for what is not deployed here: functions at the edge, servers in
    containers, other converters."""
    content = UNBUILT if content is None else content
    if not isinstance(content, Mapping) or not isinstance(content.get("origins", {}), Mapping):
        raise ValueError("This is no manifest of OpenNext 3")
    origins, extra = content.get("origins", {}), content.get("additionalProps") or {}
    if edge := content.get("edgeFunctions"):
        raise ValueError(f"The build has functions at the edge ({', '.join(edge)}): leave them in the server")
    servers = {name: one for name, one in origins.items() if name not in (FILES, IMAGES)}
    if SERVER not in servers or FILES not in origins:
        raise ValueError(f"The build has no origin {SERVER!r} or none {FILES!r}; this is no manifest of OpenNext 3")
    for name, one in servers.items():
        _require_function(name, one)
    cache = not extra.get("disableIncrementalCache") and _any(servers, "incrementalCache", _CACHES)
    queue = cache and _any(servers, "queue", _QUEUES)
    return Manifest(
        servers={name: _bundle(one) for name, one in servers.items()},
        images=_bundle(origins[IMAGES]) if IMAGES in origins else None,
        files=str(origins[FILES].get("originPath", "")),
        copies=tuple(_copy(one) for one in origins[FILES].get("copy", ())),
        patterns=tuple(_known(_ordered(content.get("behaviors", ())), origins)),
        cache=cache,
        tags=cache and not extra.get("disableTagCache") and _any(servers, "tagCache", _TAGS),
        queue=queue,
        revalidation=_bundle(extra["revalidationFunction"]) if queue and "revalidationFunction" in extra else None,
        warmer=_bundle(extra["warmer"]) if "warmer" in extra else None,
    )


def _any(servers: Mapping[str, Any], part: str, kinds: tuple[str, ...]) -> bool:
    return any(one.get(part) in kinds for one in servers.values())


def _require_function(name: str, origin: Mapping[str, Any]) -> None:
    kind, wrapper, converter = origin.get("type"), origin.get("wrapper"), origin.get("converter")
    if kind != "function":
        raise ValueError(f"The build's origin {name!r} is a {kind}; only functions are deployed")
    if wrapper not in (None, *_WRAPPERS) or converter not in (None, _CONVERTER):
        known = f"{' or '.join(_WRAPPERS)} and {_CONVERTER}"
        raise ValueError(f"The build's origin {name!r} is made for {wrapper} and {converter}, not for {known}")


def _bundle(one: Mapping[str, Any]) -> Bundle:
    streaming = bool(one.get("streaming")) or _WRAPPERS.get(one.get("wrapper", ""), False)
    return Bundle(_inside(one["bundle"]), str(one.get("handler", "index.handler")), streaming)


def _copy(one: Mapping[str, Any]) -> Copy:
    hashed = str(one.get("versionedSubDir") or "")
    return Copy(_inside(one["from"]), _within(str(one["to"])), bool(one.get("cached")), hashed)


def _inside(path: str) -> str:
    """A path below the build's folder, as the manifest has it from the application's."""
    return _within(str(path).removeprefix("./").removeprefix(FOLDER))


def _within(path: str) -> str:
    """The path. ValueError if it leads out of where it begins, or is that itself."""
    if not path or any(part in ("", ".", "..") for part in path.split("/")):
        raise ValueError(f"{path!r} is no path in the build")
    return path


def _known(patterns: Iterator[Pattern], origins: Mapping[str, Any]) -> Iterator[Pattern]:
    """The patterns. ValueError for one that CloudFront does not take, and of an origin that there is not."""
    for one in patterns:
        if one.origin not in origins:
            raise ValueError(f"{one.path or EVERYTHING} is of the origin {one.origin!r}, which the build has not")
        if one.path and not _PATTERN.fullmatch(one.path):
            raise ValueError(f"CloudFront takes no path {one.path!r}: give the entry of public/ a plainer name")
        yield one


def _ordered(rows: Any) -> Iterator[Pattern]:
    """The patterns in an order in which none hides a later one that is narrower: what functions answer, the files, and
    what is left for the server."""
    found = [Pattern("/" + str(row["pattern"]).lstrip("/"), str(row.get("origin", SERVER))) for row in rows]
    narrow = [one for one in found if one.path != f"/{EVERYTHING}"]
    yield from (one for one in narrow if one.origin != FILES)
    yield from (one for one in narrow if one.origin == FILES)
    rest = [one.origin for one in found if one.path == f"/{EVERYTHING}"]
    yield Pattern("", rest[0] if rest else SERVER)
