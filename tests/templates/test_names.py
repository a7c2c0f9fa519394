"""What is something called on a stage?"""

from __future__ import annotations

import pytest

from pkgops.model import PRODUCTION, Stage


@pytest.mark.parametrize(
    ("documented", "stage", "name"),
    [
        ("PkgWatchApi", "dev", "PkgWatchApi-dev"),
        ("PkgWatchApi", PRODUCTION, "PkgWatchApi"),
        ("kefir-app-{stage}", "dev", "kefir-app-dev"),
        ("kefir-app-{stage}", PRODUCTION, "kefir-app-prod"),
        ("kefir-app-{stage}-table", "mine", "kefir-app-mine-table"),
        ("kefir-app-{stage}-photos-${AWS::AccountId}", "dev", "kefir-app-dev-photos-${AWS::AccountId}"),
    ],
)
def test_the_stage_is_in_a_name_once(documented: str, stage: str, name: str) -> None:
    assert Stage(stage).named(documented) == name
