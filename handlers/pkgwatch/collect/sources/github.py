"""How is GitHub asked, with its own ways to say that it is too much?"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from handlers.pkgwatch.collect.sources.github_activity import Activity, Commit, Issue, Login, Pull, Repository, facts
from handlers.pkgwatch.collect.upstream.client import ATTEMPTS, LONGEST_WAIT, Answer, Web, checked, decoded, retry_after
from handlers.pkgwatch.collect.upstream.failures import Failed

T = TypeVar("T")

WINDOW = timedelta(days=90)
_PAGE = 100
_AT_ONCE = threading.BoundedSemaphore(5)  # requests of this container
_HEADERS = {"Accept": "application/vnd.github.v3+json", "X-GitHub-Api-Version": "2022-11-28"}
NOT_FOUND, EXHAUSTED, INVALID_URL = "repository_not_found", "rate_limit_exhausted", "invalid_github_url"


@dataclass(frozen=True, slots=True)
class GitHub:
    """The API at ``base``; without a ``token`` it allows 60 requests an hour."""

    web: Web
    base: str
    token: str

    def collect(self, owner: str, name: str, now: datetime) -> dict[str, Any]:
        """What a repository says about how it is kept: five requests. Raises `Failed`, with ``repository_not_found``
        and ``rate_limit_exhausted`` among its codes."""
        path = f"/repos/{owner}/{name}"
        repository = self._get(path, Repository)
        if repository is None:
            raise Failed(NOT_FOUND, blame=False)
        since = f"{now - WINDOW:%Y-%m-%dT%H:%M:%SZ}"
        activity = Activity(
            repository=repository,
            commits=self._get(f"{path}/commits?since={since}&per_page={_PAGE}", list[Commit]) or [],
            contributors=self._get(f"{path}/contributors?per_page={_PAGE}", list[Login]) or [],
            issues=self._get(f"{path}/issues?state=all&since={since}&per_page={_PAGE}", list[Issue]) or [],
            pulls=self._get(f"{path}/pulls?state=all&sort=created&direction=desc&per_page={_PAGE}", list[Pull]) or [],
        )
        return facts(activity, now)

    def _get(self, path: str, shape: type[T]) -> T | None:
        """One document; None where GitHub says that there is none, or that it is not for us."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                answer = self._fetch(path)
                wait = _limited(answer)
                if wait is None:
                    return _document(answer, shape)
                last = Failed(EXHAUSTED, blame=None)
            except Failed as failed:
                if not failed.again:
                    raise
                wait, last = 2.0 ** (attempt - 1), failed
            # What wants more than we wait will not answer a repetition either.
            if attempt == ATTEMPTS or wait > min(LONGEST_WAIT, self.web.budget.left()):
                break
            self.web.budget.wait(wait)
        raise last

    def _fetch(self, path: str) -> Answer:
        authorization = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        with _AT_ONCE:  # waiting happens outside: it must not hold up the others
            return self.web.fetch(self.base + path, {**_HEADERS, **authorization})


def _document(answer: Answer, shape: type[T]) -> T | None:
    if answer.status in (409, 204):  # an empty repository has no commits and no contributors
        return decoded(b"[]", shape)
    if 400 <= answer.status < 500 and answer.status not in (401, 429):
        return None
    return decoded(checked(answer).body, shape)


def _limited(answer: Answer) -> float | None:
    """Seconds until GitHub wants to be asked again; None if that is not what it says."""
    headers = answer.headers
    if answer.status == 403:
        told = headers.get("x-ratelimit-remaining") == "0" or b"rate limit" in answer.body[:10_000].lower()
        if not told and "retry-after" not in headers:
            return None
    elif answer.status != 429:
        return None
    wait = retry_after(answer)
    return wait if wait is not None else _until_reset(headers)


def _until_reset(headers: Mapping[str, str]) -> float:
    try:
        return min(max(0.0, float(headers["x-ratelimit-reset"]) - time.time()), 86_400.0)
    except (KeyError, ValueError):
        return LONGEST_WAIT
