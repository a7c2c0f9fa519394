"""The seed data of PkgWatch, so that requests to a fresh deployment find something.

Well-known npm and PyPI packages as the collector would have stored them, a user with an API key for each plan, and
the secrets without which users cannot log in.
"""

from __future__ import annotations

from pkgops.seeds import Collection, CollectionStep, ExpectedAttribute, SeedContext, SeedItem, Seeds, SeedSecret, Task
from templates.pkgwatch.config.settings import Settings, canned
from templates.pkgwatch.seed_data import packages, users

TABLE = "storage.PackagesTableName"
SCORED = "package"
UNSCORED = "pending package"
# Of both ecosystems; some of them are not collected yet.
COLLECTED = ("npm#svelte", "npm#express", "npm#zod", "pypi#anyio", "pypi#flask")


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
        expected=(ExpectedAttribute(kind=SCORED, attribute="health_score", by="score-calculator"),),
        secrets=_secrets(context),
        collection=_collection(context, found),
    )


def _collection(context: SeedContext, found: tuple[SeedItem, ...]) -> Collection:
    """A few of the packages, as users would request them; their tier stays as it is."""
    items = {seed.item["pk"]: seed.item for seed in found}
    asked = {"reason": "user_request", "force_refresh": True}
    return Collection(
        queue="pipeline.PackageQueueUrl",
        table=TABLE,
        tasks=tuple(
            Task(
                label=pk.replace("#", "/"),
                message={name: items[pk][name] for name in ("ecosystem", "name", "tier")} | asked,
                key={"pk": pk, "sk": "LATEST"},
            )
            for pk in COLLECTED
        ),
        steps=(CollectionStep("collected_at", "package-collector"), CollectionStep("scored_at", "score-calculator")),
        error="collection_error",
        error_at="collection_error_at",
        reported=("data_status", "health_score"),
        offline=canned(context.stage, context.settings or Settings()),
    )


def _secrets(context: SeedContext) -> tuple[SeedSecret, ...]:
    """The secret that signs sessions, and the salt of addresses' hashes; on stage local also the two of Stripe, because the local Stripe accepts any key
    of the right form. Elsewhere Stripe itself must know them: a made-up one would only hide that they are missing."""
    session = SeedSecret("pkgwatch/session-secret", context.secret("session"), "session secret")
    salt = SeedSecret("pkgwatch/ip-hash-salt", context.secret("ip-hash-salt"), "salt of addresses' hashes")
    if not context.stage.local:
        return (session, salt)
    return (
        session,
        salt,
        SeedSecret("pkgwatch/stripe-secret", "sk_test_" + context.secret("stripe"), "Stripe's API key"),
        SeedSecret("pkgwatch/stripe-webhook", "whsec_" + context.secret("webhook"), "Stripe's webhook secret"),
    )
