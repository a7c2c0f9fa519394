"""GitHub activity: what follows from a repository's commits, contributors, issues and pull requests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from handlers.common.timestamps import parse
from handlers.pkgwatch.collect.upstream.client import Count

_WINDOW = timedelta(days=90)
_UNKNOWN_DAYS = 999
_BOTS = (
    *("dependabot", "renovate", "greenkeeper", "snyk-bot"),
    *("github-actions", "semantic-release", "release-please"),
)
_MAX_ISSUES = 50
_CLOSED_HOURS, _OPEN_HOURS = 24, 48
_LISTED_AUTHORS = 10


class Repository(msgspec.Struct):
    """The repository itself."""

    archived: bool = False
    stargazers_count: Count = 0
    forks_count: Count = 0
    open_issues_count: Count = 0
    pushed_at: str | None = None


class User(msgspec.Struct):
    """A person or a bot; anonymous ones have no login."""

    login: str = ""


class _Signature(msgspec.Struct):
    date: str = ""


class _Details(msgspec.Struct):
    committer: _Signature | None = None
    author: _Signature | None = None


class Commit(msgspec.Struct):
    """One commit; ``author`` is null if GitHub does not know whose e-mail address it has."""

    commit: _Details
    author: User | None = None


class Issue(msgspec.Struct):
    """An issue, or a pull request if it has ``pull_request``."""

    state: str = ""
    comments: Count = 0
    pull_request: Any = None


class PullRequest(msgspec.Struct):
    """A pull request."""

    created_at: str = ""
    merged_at: str | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """A repository and the first page of each list."""

    repository: Repository
    commits: Sequence[Commit]
    contributors: Sequence[User]
    issues: Sequence[Issue]
    pulls: Sequence[PullRequest]


def activity_attributes(activity: Activity, now: datetime) -> dict[str, Any]:
    """The attributes of an item; an unknown one is left out."""
    repository = activity.repository
    # The commits were asked for with ``since``, which is no guarantee.
    dated = [(commit, _committed_at(commit)) for commit in activity.commits]
    commits = [commit for commit, date in dated if date is None or now - date <= _WINDOW]
    dates = [date for _, date in dated if date is not None and now - date <= _WINDOW]
    logins = [commit.author.login for commit in commits if commit.author and commit.author.login]
    by_author = Counter(logins)
    pulls = [pull for pull in activity.pulls if _is_recent(pull.created_at, now)]
    hours = _response_hours(activity.issues)
    return {
        "stars": repository.stargazers_count,
        "forks": repository.forks_count,
        "open_issues": repository.open_issues_count,
        "archived": repository.archived,
        "days_since_last_commit": _idle_days(dates, repository.pushed_at, now),
        "commits_90d": len(commits),
        "commits_90d_non_bot": len(commits) - sum(_is_bot(login) for login in logins),
        "active_contributors_90d": len(by_author),
        "total_contributors": len(activity.contributors),
        "true_bus_factor": _bus_factor(by_author),
        "bus_factor_confidence": _confidence(len(commits)),
        "contribution_distribution": [
            {"login": login, "commits": count} for login, count in by_author.most_common(_LISTED_AUTHORS)
        ],
        "prs_opened_90d": len(pulls),
        "prs_merged_90d": sum(pull.merged_at is not None for pull in pulls),
        **({} if hours is None else {"avg_issue_response_hours": hours}),
    }


def _committed_at(commit: Commit) -> datetime | None:
    signature = commit.commit.committer or commit.commit.author
    return parse(signature.date) if signature else None


def _is_recent(date: str, now: datetime) -> bool:
    created = parse(date)
    return created is not None and now - created <= _WINDOW


def _idle_days(commits: Sequence[datetime], pushed_at: str | None, now: datetime) -> int:
    newest = max(commits) if commits else parse(pushed_at)
    return _UNKNOWN_DAYS if newest is None else max(0, (now - newest).days)


def _is_bot(login: str) -> bool:
    return any(bot in login.lower() for bot in _BOTS)


def _bus_factor(by_author: Counter[str]) -> int:
    """The smallest number of authors who made half of the commits with a known author; at least 1."""
    half, covered = sum(by_author.values()) / 2, 0
    for authors, (_, count) in enumerate(by_author.most_common(), 1):
        covered += count
        if covered >= half:
            return authors
    return 1


def _confidence(commits: int) -> str:
    return "HIGH" if commits >= 100 else "MEDIUM" if commits >= 30 else "LOW"


def _response_hours(issues: Sequence[Issue]) -> float | None:
    """An estimate: an issue with comments counts 24 hours if closed, 48 if open. None without such issues."""
    answered = [issue for issue in issues if issue.pull_request is None and issue.comments > 0][:_MAX_ISSUES]
    if not answered:
        return None
    hours = [_CLOSED_HOURS if issue.state == "closed" else _OPEN_HOURS for issue in answered]
    return round(sum(hours) / len(hours), 1)
