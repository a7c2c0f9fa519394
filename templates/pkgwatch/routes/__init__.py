"""The functions of PkgWatch's API, with the routes in front of them and what each may do."""

from __future__ import annotations

from pkgops.kit.function import Function
from pkgops.scope import Scope
from templates.pkgwatch.routes import accounts, billing, packages, recovery, referrals, usage
from templates.pkgwatch.routes.access import Environment, Grants, Links

_SUBJECTS = (packages, accounts, recovery, referrals, billing, usage)


def rows(scope: Scope) -> list[Function]:
    """The rows of every subject."""
    grants, environment, links = Grants(scope), Environment(scope), Links(scope)
    return [row for subject in _SUBJECTS for row in subject.rows(grants, environment, links)]
