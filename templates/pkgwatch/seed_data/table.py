"""Reading the tables of packages: a row becomes attributes of an item.

A table is text: a header, then a line a package, with blanks between the columns. Columns are read by the header's name:

    name        as the registry's own clients normalize it (npm: lower case, PyPI: PEP 503)
    created     date of the first release          released   days since the newest one
    maint       maintainers in the registry        downloads  a week, as counted by the registry
    commit      days since the newest commit       commits, active, opened, merged   in the last 90 days
    contrib     contributors ever                  bus        authors who made half of the commits
    reply       mean hours until an issue is answered
    card        OpenSSF score out of 10            policy     whether it found a security policy
    status      <data_status>[/<missing sources, by comma>/<retries so far>]

GitHub is asked for one page, so counts from it end at 100. ``-`` is an unknown value: the attribute is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

UNKNOWN = "-"

# Column -> attribute of the item and its type. The other columns need more than a conversion.
_COLUMNS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "tier": ("tier", int),
    "version": ("latest_version", str),
    "downloads": ("weekly_downloads", int),
    "dependents": ("dependents_count", int),
    "stars": ("stars", int),
    "forks": ("forks", int),
    "issues": ("open_issues", int),
    "maint": ("maintainer_count", int),
    "commit": ("days_since_last_commit", int),
    "commits": ("commits_90d", int),
    "active": ("active_contributors_90d", int),
    "contrib": ("total_contributors", int),
    "bus": ("true_bus_factor", int),
    "reply": ("avg_issue_response_hours", float),
    "opened": ("prs_opened_90d", int),
    "merged": ("prs_merged_90d", int),
    "card": ("openssf_score", float),
}


def rows(table: str) -> Iterator[dict[str, str]]:
    """Each package as column -> text, unknown values left out. ValueError if a line has too few or too many."""
    header, *lines = [line.split() for line in table.strip().splitlines()]
    for line in lines:
        known = zip(header, line, strict=True)
        yield {column: text for column, text in known if text != UNKNOWN}


def attributes(row: Mapping[str, str]) -> dict[str, Any]:
    """The attributes that a row contains as they are, under the collector's names."""
    return {name: kind(row[column]) for column, (name, kind) in _COLUMNS.items() if column in row}
