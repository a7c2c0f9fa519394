"""What may an operator set for PkgWatch on which stage?"""

from __future__ import annotations

import pytest

from handlers.pkgwatch.runtime.settings import settings as deployed
from pkgops.model import LOCAL, PRODUCTION, Stage
from templates.pkgwatch.config.settings import Settings, canned, check, minimum_times


def test_production_needs_an_address_and_all_prices():
    told = check(Stage(PRODUCTION), Settings(stripe_price_pro="price_1"))
    assert told == [
        "ALERT_EMAIL is required in production.",
        "Required in production: STRIPE_PRICE_STARTER, STRIPE_PRICE_BUSINESS.",
    ]
    prices = {f"stripe_price_{tier}": "price_1" for tier in ("starter", "pro", "business")}
    assert check(Stage(PRODUCTION), Settings(alert_email="ops@example.com", **prices)) == []
    assert check(Stage("dev"), Settings()) == []


@pytest.mark.parametrize("stage", ["dev", "staging"])
def test_only_stage_local_may_answer_sooner_than_documented(stage):
    quick = Settings(response_floor_seconds=0.2, redirect_floor_seconds=0)
    assert check(Stage(LOCAL), quick) == []
    assert check(Stage(stage), quick) == [
        f"RESPONSE_FLOOR_SECONDS must be at least 1.5 on stage {stage}.",
        f"REDIRECT_FLOOR_SECONDS must be at least 1 on stage {stage}.",
    ]
    assert check(Stage(stage), Settings(response_floor_seconds=2)) == []
    assert check(Stage(LOCAL), Settings(response_floor_seconds=-1))


def test_functions_are_told_only_what_they_do_not_assume(monkeypatch: pytest.MonkeyPatch):
    assert minimum_times(Settings()) == {}
    told = minimum_times(Settings(response_floor_seconds=0.25))
    assert told == {"RESPONSE_FLOOR_SECONDS": "0.25"}
    for name in ("RESPONSE_FLOOR_SECONDS", "REDIRECT_FLOOR_SECONDS"):
        monkeypatch.delenv(name, raising=False)
    assumed = deployed.__wrapped__()
    assert (assumed.response_floor_seconds, assumed.redirect_floor_seconds) == (
        Settings().response_floor_seconds,
        Settings().redirect_floor_seconds,
    )


def test_only_stage_local_can_play_the_upstreams():
    assert canned(Stage(LOCAL), Settings())
    assert not canned(Stage(LOCAL), Settings(upstreams="internet"))
    assert not canned(Stage("dev"), Settings())
    assert check(Stage(LOCAL), Settings(upstreams="canned")) == []
    assert check(Stage("dev"), Settings(upstreams="internet")) == []
    assert check(Stage("dev"), Settings(upstreams="canned")) == [
        "UPSTREAMS can be canned on stage local only; dev collects from the internet."
    ]
    assert check(Stage("dev"), Settings(queue_concurrency=1)) == ["QUEUE_CONCURRENCY is between 2 and 1000."]
    assert check(Stage(LOCAL), Settings(upstreams="Canned")) == ["UPSTREAMS is one of auto, internet and canned."]
