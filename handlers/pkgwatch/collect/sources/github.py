"""Source GitHub: the activity of a repository, read within GitHub's own rate limits."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from handlers.common.http import Response
from handlers.pkgwatch.collect.sources.github_activity import (
    Activity,
    Commit,
    Issue,
    PullRequest,
    Repository,
    User,
    activity_attributes,
)
from handlers.pkgwatch.collect.upstream.client import (
    MAX_ATTEMPTS,
    MAX_WAIT,
    UpstreamClient,
    check_status,
    decode,
)
from handlers.pkgwatch.collect.upstream.failures import UpstreamError

T = TypeVar("T")

WINDOW = timedelta(days=90)
_PAGE_SIZE = 100
_CONCURRENT = threading.BoundedSemaphore(5)  # requests of this container
_HEADERS = {"Accept": "application/vnd.github.v3+json", "X-GitHub-Api-Version": "2022-11-28"}
NOT_FOUND, EXHAUSTED, INVALID_URL = "repository_not_found", "rate_limit_exhausted", "invalid_github_url"


@dataclass(frozen=True, slots=True)
class GitHub:
    """The API at ``base``; without a ``token`` it allows 60 requests an hour."""

    client: UpstreamClient
    base: str
    token: str

    def collect(self, owner: str, name: str, now: datetime) -> dict[str, Any]:
        """The attributes a repository's activity gives, from five requests. Raises `UpstreamError`, with
        ``repository_not_found`` and ``rate_limit_exhausted`` among its codes."""
        path = f"/repos/{owner}/{name}"
        repository = self._get(path, Repository)
        if repository is None:
            raise UpstreamError(NOT_FOUND, blame=False)
        since, page = f"{now - WINDOW:%Y-%m-%dT%H:%M:%SZ}", f"per_page={_PAGE_SIZE}"
        activity = Activity(
            repository=repository,
            commits=self._get(f"{path}/commits?since={since}&{page}", list[Commit]) or [],
            contributors=self._get(f"{path}/contributors?{page}", list[User]) or [],
            issues=self._get(f"{path}/issues?state=all&since={since}&{page}", list[Issue]) or [],
            pulls=self._get(f"{path}/pulls?state=all&sort=created&direction=desc&{page}", list[PullRequest]) or [],
        )
        return activity_attributes(activity, now)

    def _get(self, path: str, shape: type[T]) -> T | None:
        """One document; None where GitHub says that it does not exist or may not be read."""
        for attempt in range(1, MAX_ATTEMPTS + 1):
            try:
                response = self._fetch(path)
                wait = _rate_limit_wait(response)
                if wait is None:
                    return _document(response, shape)
                last = UpstreamError(EXHAUSTED, blame=None)
            except UpstreamError as error:
                if not error.retryable:
                    raise
                wait, last = 2.0 ** (attempt - 1), error
            # A limit that lasts longer than the wait allowed here would refuse a retry as well.
            if attempt == MAX_ATTEMPTS or wait > min(MAX_WAIT, self.client.deadline.left()):
                break
            self.client.deadline.wait(wait)
        raise last

    def _fetch(self, path: str) -> Response:
        authorization = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        with _CONCURRENT:  # waits happen outside, so that they hold up no other request
            return self.client.fetch(self.base + path, {**_HEADERS, **authorization})


def _document(response: Response, shape: type[T]) -> T | None:
    if response.status in (409, 204):  # an empty repository has no commits and no contributors
        return decode(b"[]", shape)
    if 400 <= response.status < 500 and response.status not in (401, 429):
        return None
    return decode(check_status(response).body, shape)


def _rate_limit_wait(response: Response) -> float | None:
    """Seconds until GitHub accepts requests again; None if the response is not about its rate limits."""
    headers = response.headers
    if response.status == 403:
        exhausted = headers.get("x-ratelimit-remaining") == "0"
        if not exhausted and b"rate limit" not in response.body[:10_000].lower() and "retry-after" not in headers:
            return None
    elif response.status != 429:
        return None
    wait = response.retry_after
    return wait if wait is not None else _until_reset(headers)


def _until_reset(headers: Mapping[str, str]) -> float:
    try:
        return min(max(0.0, float(headers["x-ratelimit-reset"]) - time.time()), 86_400.0)
    except (KeyError, ValueError):
        return MAX_WAIT
