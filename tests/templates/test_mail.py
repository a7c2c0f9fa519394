"""Who may send mail, and what becomes of the identity it is sent from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Find = Callable[..., dict[str, Any]]
STACKS = {"pkgwatch": ("api", "pkgwatch.dev"), "kefir": ("app", "kefirproducer.com")}


@pytest.mark.parametrize("system", STACKS)
@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_the_sender_is_limited_and_the_recipient_left_to_ses(template: Find, system: str, stage: str) -> None:
    """In the sandbox a recipient's identity is a resource of the call: limiting that denies what is only unverified."""
    stack, domain = STACKS[system]
    own = domain if stage == "prod" else f"{stage}.{domain}"
    made = template(system, stage, stack)["Resources"]
    granted = [
        (row["Resource"], row.get("Condition"))
        for role in made.values()
        if role["Type"] == "AWS::IAM::Role"
        for policy in role["Properties"].get("Policies", [])
        for row in policy["PolicyDocument"]["Statement"]
        if any(action.startswith("ses:") for action in row["Action"])
    ]
    assert granted
    for resources, condition in granted:
        assert condition == {"StringLike": {"ses:FromAddress": f"*@{own}"}}
        assert [one["Fn::Sub"].rpartition(":")[2] for one in resources] == ["identity/*"]
    identity = made["MailIdentity"]
    assert identity["Properties"] == {"EmailIdentity": own}
    assert identity.get("DeletionPolicy") == ("Retain" if stage == "prod" else None)
