"""Which functions is PkgWatch's API made of?"""

from __future__ import annotations

from pkgops.kit.function import Function
from templates.pkgwatch import routes_accounts, routes_billing, routes_packages, routes_recovery, routes_referrals
from templates.pkgwatch.access import Access

_TOPICS = (routes_packages, routes_accounts, routes_recovery, routes_referrals, routes_billing)


def rows(access: Access) -> list[Function]:
    """Every row of every topic."""
    return [row for topic in _TOPICS for row in topic.rows(access)]
