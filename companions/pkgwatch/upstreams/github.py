"""The answers of GitHub about a package's repository."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from companions.pkgwatch.upstreams.catalog import Package, iso, repositories

_WINDOW = 90  # days of commits
_PAGE = 100  # results at most


def github(path: str, query: Mapping[str, str], now: datetime) -> Any:
    """``/repos/<owner>/<name>`` and its commits, contributors, issues and pulls; one page of each."""
    parts = path.split("/")
    package = repositories().get("/".join(parts[2:4]).lower()) if parts[1] == "repos" else None
    if package is None:
        return None
    if len(parts) == 4:
        return _repository(package, now)
    lists = {"commits": _commits, "contributors": _contributors, "issues": _issues, "pulls": _pulls}
    listed = lists[parts[4]](package, now) if parts[4] in lists and len(parts) == 5 else None
    return listed[: min(int(query.get("per_page", "30")), _PAGE)] if listed is not None else None


def _repository(package: Package, now: datetime) -> dict[str, Any]:
    return {
        "full_name": package.repository,
        "archived": package.archived,
        "stargazers_count": package.count("stars"),
        "forks_count": package.count("forks"),
        "open_issues_count": package.count("issues"),
        "pushed_at": _ago(now, package.count("commit")),
    }


def _commits(package: Package, now: datetime) -> list[Any]:
    """Newest first, from the age of the newest to the end of the window, by as many people as the table says."""
    total, newest = package.count("commits"), package.count("commit")
    step = max(0, _WINDOW - 1 - newest) / max(1, total)
    return [
        {
            "sha": f"{number:040x}",
            "commit": {"committer": {"date": _ago(now, newest + number * step)}},
            "author": {"login": login},
        }
        for number, login in enumerate(_authors(total, package.count("active"), package.count("bus")))
    ]


def _authors(total: int, people: int, top: int) -> list[str]:
    """A login a commit: the first ``top`` people made half of them, the others the rest."""
    top, others = min(top, people), max(0, people - top)
    half = (total + 1) // 2 if others else total
    made = [half // top + (number < half % top) for number in range(top)] if top else []
    rest = total - half
    made += [rest // others + (number < rest % others) for number in range(others)]
    return [f"person-{number}" for number, commits in enumerate(made) for _ in range(commits)]


def _contributors(package: Package, now: datetime) -> list[Any]:
    return [{"login": f"person-{number}", "contributions": 1} for number in range(package.count("contrib"))]


def _issues(package: Package, now: datetime) -> list[Any]:
    """Answered within a day if closed, within two if open: the mix that gives the table's mean. A pull request is
    among them, as in GitHub's own list."""
    pull = {"number": 1, "state": "open", "comments": 9, "created_at": _ago(now, 1), "pull_request": {}}
    if "reply" not in package.row:
        return [pull, {"number": 2, "state": "open", "comments": 0, "created_at": _ago(now, 1)}]
    share = (float(package.row["reply"]) - 24) / 24
    listed = min(range(1, 51), key=lambda number: abs(round(share * number) / number - share))
    still_open = round(share * listed)
    return [
        pull,
        *(
            {
                "number": number + 2,
                "state": "open" if number < still_open else "closed",
                "comments": 1 + number % 3,
                "created_at": _ago(now, number),
            }
            for number in range(listed)
        ),
    ]


def _pulls(package: Package, now: datetime) -> list[Any]:
    opened, merged = package.count("opened"), package.count("merged")
    recent = [
        {
            "number": number,
            "created_at": _ago(now, 1 + number * 80 / max(1, opened)),
            "merged_at": _ago(now, 0) if number < merged else None,
        }
        for number in range(opened)
    ]
    return [*recent, {"number": 10_000, "created_at": _ago(now, 200), "merged_at": _ago(now, 190)}]


def _ago(now: datetime, days: float) -> str:
    return iso(now - timedelta(days=days, minutes=5))
