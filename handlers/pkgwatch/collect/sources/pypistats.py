"""Source pypistats: last week's downloads of a PyPI project."""

from __future__ import annotations

from urllib.parse import quote

import msgspec

from handlers.pkgwatch.collect.upstream.client import Count, UpstreamClient


class _Week(msgspec.Struct):
    last_week: Count = 0


class _Recent(msgspec.Struct):
    data: _Week


def weekly_downloads(client: UpstreamClient, base: str, name: str) -> int:
    """The count of one project. One attempt; raises `NotFound` and `UpstreamError`."""
    url = f"{base}/api/packages/{quote(name, safe='')}/recent?period=week"
    return client.get(url, _Recent, attempts=1).data.last_week
