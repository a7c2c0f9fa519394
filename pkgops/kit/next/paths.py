"""Which path of a Next.js site is answered by which origin, and what of it is cached.

CloudFront takes the first pattern that fits. First come the paths that functions of the build answer, then those that
must never be cached, then the files, and the server answers the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from pkgops.kit.cdn.distribution import ALL_METHODS, READ, READ_OPTIONS, VIEWER_REQUEST, Behavior
from pkgops.kit.cdn.policies import ALL, CachePolicy
from pkgops.kit.cdn.viewer_function import CloudFrontFunctionResource
from pkgops.kit.next.manifest import FILES, IMAGES, SERVER, Manifest, Pattern

MOST = 25  # behaviours of a distribution, CloudFront quota
_DATA = "/_next/data/"  # where pages that are not of the app directory have their data
# What Next.js answers differently: see "server cache policy" of OpenNext's reference implementation.
_HEADERS = (
    "accept",
    "accept-encoding",
    "rsc",
    "next-router-prefetch",
    "next-router-state-tree",
    "next-url",
    "x-prerender-revalidate",
)
# The origin is a function's URL, which answers under no other host; so the viewer's is handed on in another header.
HOST_FUNCTION = """\
function handler(event) {
  var request = event.request;
  request.headers["x-forwarded-host"] = { value: request.headers.host.value };
  return request;
}
"""


def server_policy(name: str) -> CachePolicy:
    """What pages are told apart by. An answer that says nothing of caching is not kept. With ``accept-encoding`` among
    the headers, CloudFront's own compression is off."""
    return CachePolicy(name, headers=_HEADERS, query=ALL, default=0, compressed=False)


def behaviors(
    manifest: Manifest, private: Sequence[str], policy: Any, host: CloudFrontFunctionResource
) -> tuple[Behavior, ...]:
    """The behaviours, in their order. Paths of ``private`` are never cached. ValueError if they are too many."""
    pages = Behavior(
        SERVER,
        methods=ALL_METHODS,
        cached_methods=READ_OPTIONS,
        cache=policy,
        origin_request="AllViewerExceptHostHeader",
        functions={VIEWER_REQUEST: host},
    )
    found = tuple(_of(pattern, pages, private) for pattern in order(manifest, private))
    if len(found) > MOST:
        raise ValueError(
            f"The site has {len(found)} patterns of paths; CloudFront accepts {MOST}. "
            "Every entry of public/ is one: put files into a common folder"
        )
    return found


def order(manifest: Manifest, private: Sequence[str]) -> Iterator[Pattern]:
    """The patterns in the order in which they are tried; the last one, "", fits all paths."""
    *narrow, rest = manifest.patterns
    known = {one.path for one in narrow}
    images = [one for one in narrow if one.origin == IMAGES]
    yield from images
    for path in _private(private):
        if path not in known:
            yield Pattern(path, rest.origin)
    yield from (one for one in narrow if one not in images)
    yield rest


def _private(private: Sequence[str]) -> Iterator[str]:
    """The patterns, and those of the data of such pages."""
    for path in private:
        yield path
        if not path.startswith("/api/"):
            yield f"{_DATA}*{path}"


def _of(pattern: Pattern, pages: Behavior, private: Sequence[str]) -> Behavior:
    if pattern.origin == FILES:
        return Behavior(FILES, pattern.path, methods=READ_OPTIONS, cached_methods=READ_OPTIONS)
    if pattern.path in tuple(_private(private)):
        return replace(pages, origin=pattern.origin, pattern=pattern.path, cache="CachingDisabled")
    if pattern.origin == IMAGES:
        return replace(pages, origin=IMAGES, pattern=pattern.path, methods=READ, cached_methods=READ)
    return replace(pages, origin=pattern.origin, pattern=pattern.path)
