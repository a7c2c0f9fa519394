"""What does a fresh PkgWatch contain, so that a request finds something to answer?

Well-known npm and PyPI packages as the collector would have stored them, and a user with an API key for each plan.
"""

from __future__ import annotations

from templates.model import SeedContext, SeedItem, Seeds, Settled
from templates.pkgwatch.seed_data import packages, users

TABLE = "storage.PackagesTableName"
SCORED = "package"
UNSCORED = "pending package"


def seed(context: SeedContext) -> Seeds:
    """Packages, then users. Every package that counts as collected has a score once the scorer has seen it;
    those still to be collected are of another kind, because nothing scores them."""
    found = tuple(
        SeedItem(
            table=TABLE,
            item=item,
            label=f"package {item['ecosystem']}/{item['name']}",
            kind=SCORED if "collected_at" in item else UNSCORED,
        )
        for item in packages.items(context)
    )
    return Seeds(
        items=found + tuple(users.items(context)),
        settled=(Settled(kind=SCORED, attribute="health_score", by="score-calculator"),),
    )
