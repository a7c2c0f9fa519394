"""How often was a package downloaded last week, and who says so?

A count is four attributes: ``weekly_downloads``, and ``downloads_status``, ``downloads_source`` and
``downloads_fetched_at`` that tell where it comes from. npm is asked for many names at once, PyPI for one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import msgspec

from handlers.common.timestamps import iso, parse
from handlers.pkgwatch.collect.upstream.client import Count, Web, checked, decoded
from handlers.pkgwatch.collect.upstream.failures import Absent

COLLECTED, UNAVAILABLE, RATE_LIMITED, ERROR = "collected", "unavailable", "rate_limited", "error"
ATTRIBUTES = ("weekly_downloads", "downloads_status", "downloads_source", "downloads_fetched_at")
BULK = 128  # names npm takes at once; none of them scoped
_BATCH_LIFE = timedelta(days=7)

Counts = Mapping[str, int | None]


class _Point(msgspec.Struct):
    downloads: Count = 0


class _Week(msgspec.Struct):
    last_week: Count = 0


class _Recent(msgspec.Struct):
    data: _Week


def npm(web: Web, base: str, name: str) -> int:
    """What npm counted for one package, scoped or not. One attempt; raises `Absent` and `Failed`."""
    return web.get(_npm_url(base, quote(name, safe="@")), _Point, attempts=1).downloads


def npm_bulk(web: Web, base: str, names: Sequence[str]) -> Counts:
    """What npm counted for at most `BULK` unscoped packages; None for those it does not know. One attempt; raises
    `Failed`."""
    if len(names) == 1:
        try:
            return {names[0]: npm(web, base, names[0])}
        except Absent:
            return {names[0]: None}
    answer = checked(web.fetch(_npm_url(base, ",".join(quote(name, safe="") for name in names))))
    found = decoded(answer.body, dict[str, _Point | None])
    points = {name: found.get(name) for name in names}
    return {name: None if point is None else point.downloads for name, point in points.items()}


def _npm_url(base: str, names: str) -> str:
    return f"{base}/downloads/point/last-week/{names}"


def pypi(web: Web, base: str, name: str) -> int:
    """What pypistats counted. One attempt; raises `Absent` and `Failed`."""
    url = f"{base}/api/packages/{quote(name, safe='')}/recent?period=week"
    return web.get(url, _Recent, attempts=1).data.last_week


def collected(count: int, source: str, now: datetime) -> dict[str, Any]:
    """The attributes of a count just fetched."""
    return _attributes(COLLECTED, source, now) | {"weekly_downloads": count}


def unavailable(source: str, now: datetime) -> dict[str, Any]:
    """The attributes of a package nobody counts."""
    return _attributes(UNAVAILABLE, source, now) | {"weekly_downloads": 0}


def _attributes(status: str, source: str, now: datetime) -> dict[str, Any]:
    return {"downloads_status": status, "downloads_source": source, "downloads_fetched_at": iso(now)}


def kept(item: Mapping[str, Any]) -> dict[str, Any]:
    """What is known from before; a count of 0 may mean that nobody knew, so it is not taken over."""
    found = {name: item[name] for name in ATTRIBUTES if item.get(name) is not None}
    return found if found.get("weekly_downloads") else {}


def recent(item: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What is known from before if it was fetched within a week."""
    fetched = parse(item.get("downloads_fetched_at"))
    return kept(item) if fetched is not None and now - fetched < _BATCH_LIFE else {}


def best(found: Mapping[str, Any] | None, item: Mapping[str, Any], usable: bool, now: datetime) -> dict[str, Any]:
    """PyPI's rule: a count the batch fetched within a week wins over 0 and over none, which is ``found`` None.
    ``usable`` says whether the item may stand in for a failure at all."""
    if found and found.get("weekly_downloads"):
        return dict(found)
    batch = recent(item, now)
    if batch or found is not None:
        return batch or dict(found or {})
    return kept(item) if usable else {}
