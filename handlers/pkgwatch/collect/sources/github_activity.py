"""What follows from a repository's commits, people, issues and pulls?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from handlers.common.timestamps import parse
from handlers.pkgwatch.collect.upstream.client import Count

_RECENT = timedelta(days=90)
_UNKNOWN_DAYS = 999
_BOTS = (
    *("dependabot", "renovate", "greenkeeper", "snyk-bot"),
    *("github-actions", "semantic-release", "release-please"),
)
_MOST_ISSUES = 50
_CLOSED_HOURS, _OPEN_HOURS = 24, 48
_SHOWN_AUTHORS = 10


class Repository(msgspec.Struct):
    """The repository itself."""

    archived: bool = False
    stargazers_count: Count = 0
    forks_count: Count = 0
    open_issues_count: Count = 0
    pushed_at: str | None = None


class Login(msgspec.Struct):
    """A person, or a machine; anonymous ones have no login."""

    login: str = ""


class _Signature(msgspec.Struct):
    date: str = ""


class _Details(msgspec.Struct):
    committer: _Signature | None = None
    author: _Signature | None = None


class Commit(msgspec.Struct):
    """One commit; ``author`` is null if GitHub does not know whose address it is."""

    commit: _Details
    author: Login | None = None


class Issue(msgspec.Struct):
    """An issue, or a pull request where ``pull_request`` is there."""

    state: str = ""
    comments: Count = 0
    pull_request: Any = None


class Pull(msgspec.Struct):
    """A pull request."""

    created_at: str = ""
    merged_at: str | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """A page of each."""

    repository: Repository
    commits: Sequence[Commit]
    contributors: Sequence[Login]
    issues: Sequence[Issue]
    pulls: Sequence[Pull]


def facts(activity: Activity, now: datetime) -> dict[str, Any]:
    """The attributes of an item; what cannot be known is left out."""
    repository = activity.repository
    # ``since`` is what we asked for, not what we have to believe.
    dated = [(commit, _moment(commit)) for commit in activity.commits]
    commits = [commit for commit, moment in dated if moment is None or now - moment <= _RECENT]
    moments = [moment for commit, moment in dated if moment is not None and now - moment <= _RECENT]
    logins = [commit.author.login for commit in commits if commit.author and commit.author.login]
    made = Counter(logins)
    pulls = [pull for pull in activity.pulls if _recent(pull.created_at, now)]
    hours = _response_hours(activity.issues)
    return {
        "stars": repository.stargazers_count,
        "forks": repository.forks_count,
        "open_issues": repository.open_issues_count,
        "archived": repository.archived,
        "days_since_last_commit": _idle_days(moments, repository.pushed_at, now),
        "commits_90d": len(commits),
        "commits_90d_non_bot": len(commits) - sum(_is_bot(login) for login in logins),
        "active_contributors_90d": len(made),
        "total_contributors": len(activity.contributors),
        "true_bus_factor": _bus_factor(made),
        "bus_factor_confidence": _confidence(len(commits)),
        "contribution_distribution": [
            {"login": login, "commits": count} for login, count in made.most_common(_SHOWN_AUTHORS)
        ],
        "prs_opened_90d": len(pulls),
        "prs_merged_90d": sum(pull.merged_at is not None for pull in pulls),
        **({} if hours is None else {"avg_issue_response_hours": hours}),
    }


def _moment(commit: Commit) -> datetime | None:
    signed = commit.commit.committer or commit.commit.author
    return parse(signed.date) if signed else None


def _recent(moment: str, now: datetime) -> bool:
    created = parse(moment)
    return created is not None and now - created <= _RECENT


def _idle_days(commits: Sequence[datetime], pushed_at: str | None, now: datetime) -> int:
    newest = max(commits) if commits else parse(pushed_at)
    return _UNKNOWN_DAYS if newest is None else max(0, (now - newest).days)


def _is_bot(login: str) -> bool:
    return any(bot in login.lower() for bot in _BOTS)


def _bus_factor(made: Counter[str]) -> int:
    """How few people made half of the commits whose author is known; at least 1."""
    half, covered = sum(made.values()) / 2, 0
    for people, (_, count) in enumerate(made.most_common(), 1):
        covered += count
        if covered >= half:
            return people
    return 1


def _confidence(commits: int) -> str:
    return "HIGH" if commits >= 100 else "MEDIUM" if commits >= 30 else "LOW"


def _response_hours(issues: Sequence[Issue]) -> float | None:
    """An estimate: issues that somebody commented on count 24 hours if closed, 48 if open. None without any."""
    answered = [issue for issue in issues if issue.pull_request is None and issue.comments > 0][:_MOST_ISSUES]
    if not answered:
        return None
    hours = [_CLOSED_HOURS if issue.state == "closed" else _OPEN_HOURS for issue in answered]
    return round(sum(hours) / len(hours), 1)
