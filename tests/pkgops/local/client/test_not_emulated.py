"""What is said about the things the emulator does not do."""

from __future__ import annotations

from pkgops.local.client.not_emulated import notes


def test_only_what_a_template_has_is_spoken_of():
    assert notes({"AWS::SQS::Queue"}) == []
    assert notes({"AWS::Budgets::Budget", "AWS::WAFv2::WebACL"}) == [
        "WAF rules are recorded, not evaluated.",
        "Budgets measure nothing.",
    ]
