"""Which secrets does a seeded PkgWatch hold?"""

from __future__ import annotations

from pkgops.model import LOCAL, Stage
from pkgops.seeds import SeedContext
from templates.pkgwatch import SYSTEM
from templates.pkgwatch.seed import seed


def secrets(stage: str) -> dict[str, str]:
    """Name and value of what is seeded."""
    now = "2026-03-01T12:00:00+00:00"
    context = SeedContext(Stage(stage), now, 0, lambda name: f"random-{name}", lambda _days: now)
    return {each.name: each.value for each in seed(context).secrets}


def test_they_are_the_systems_own_and_of_stripes_form():
    found = secrets(LOCAL)
    assert found.keys() == {
        "pkgwatch/session-secret",
        "pkgwatch/ip-hash-salt",
        "pkgwatch/stripe-secret",
        "pkgwatch/stripe-webhook",
    }
    assert found.keys() <= set(SYSTEM.secrets)
    assert found["pkgwatch/stripe-secret"].startswith("sk_test_random-")
    assert found["pkgwatch/stripe-webhook"].startswith("whsec_random-")
    assert len({value.partition("random-")[2] for value in found.values()}) == 4


def test_only_stage_local_gets_credentials_of_stripe():
    assert secrets("dev").keys() == {"pkgwatch/session-secret", "pkgwatch/ip-hash-salt"}
