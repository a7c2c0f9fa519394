"""The redaction of errors before they are stored."""

from __future__ import annotations

from handlers.pkgwatch.collect.error_redaction import redacted


def test_redaction() -> None:
    text = (
        "arn:aws:sqs:us-east-1:123456789012:q ghp_abc123 github_pat_A_1 sk-live-1 sk_test_2 Bearer x.y-z 210987654321."
    )
    assert redacted(text) == "[arn] [token] [token] [key] [key] Bearer [token] [account]."
    assert len(redacted("x" * 900)) == 500
    assert redacted("task-force 2024-01-01 1234567890123") == "task-force 2024-01-01 1234567890123"
