"""Which pages are there? A row for each first part of an address, and the module that answers what is below it.

A module is imported when its page is first asked for: the first page is there before the others are read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pkgops.model import Stage


@dataclass(frozen=True, slots=True)
class Page:
    """``part`` is the first part of the address, ``name`` what the navigation calls it, "" if it is not there;
    ``module`` is in `pkgops.console.pages` and has ``ROUTES``."""

    part: str
    name: str
    module: str
    local_only: bool = False

    @property
    def path(self) -> str:
        """The address."""
        return f"/{self.part}"


PAGES = (
    Page("", "Overview", "overview"),
    Page("systems", "", "overview"),
    Page("functions", "Functions", "functions"),
    Page("logs", "Logs", "logs"),
    Page("requests", "Requests", "requests", local_only=True),
    Page("apis", "APIs", "apis"),
    Page("tables", "Tables", "tables"),
    Page("queues", "Queues", "queues"),
    Page("buckets", "Buckets", "buckets"),
    Page("mail", "Mail", "mail", local_only=True),
    Page("users", "Users", "users"),
    Page("secrets", "Secrets", "secrets"),
    Page("database", "Database", "database"),
    Page("metrics", "Metrics", "metrics"),
    Page("deployment", "Deployment", "deployment"),
    Page("cost", "Cost", "cost"),
)
MODULES = {page.part: page.module for page in PAGES}


def navigation(stage: Stage) -> list[tuple[str, str]]:
    """Address and name of what the navigation leads to on that stage."""
    return [(page.path, page.name) for page in PAGES if page.name and (stage.local or not page.local_only)]
