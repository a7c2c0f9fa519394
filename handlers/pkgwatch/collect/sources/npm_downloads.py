"""Source npm download counts: last week's downloads of npm packages, one by one or many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

import msgspec

from handlers.pkgwatch.collect.upstream.client import Count, UpstreamClient, check_status, decode
from handlers.pkgwatch.collect.upstream.failures import NotFound

BULK = 128  # names npm accepts at once; none of them scoped


class _Downloads(msgspec.Struct):
    downloads: Count = 0


def weekly_downloads(client: UpstreamClient, base: str, name: str) -> int:
    """The count of one package, scoped or not. One attempt; raises `NotFound` and `UpstreamError`."""
    return client.get(_url(base, quote(name, safe="@")), _Downloads, attempts=1).downloads


def bulk_weekly_downloads(client: UpstreamClient, base: str, names: Sequence[str]) -> Mapping[str, int | None]:
    """The counts of at most `BULK` unscoped packages; None for those npm does not know. One attempt; raises
    `UpstreamError`."""
    if len(names) == 1:
        try:
            return {names[0]: weekly_downloads(client, base, names[0])}
        except NotFound:
            return {names[0]: None}
    response = check_status(client.fetch(_url(base, ",".join(quote(name, safe="") for name in names))))
    found = decode(response.body, dict[str, _Downloads | None])
    counts = {name: found.get(name) for name in names}
    return {name: None if count is None else count.downloads for name, count in counts.items()}


def _url(base: str, names: str) -> str:
    return f"{base}/downloads/point/last-week/{names}"
