"""Redaction of an error's text before it is stored."""

from __future__ import annotations

import re

MAX_LENGTH = 500
_PATTERNS = (
    (re.compile(r"arn:aws[\w-]*:[^\s'\"]*"), "[arn]"),
    (re.compile(r"\b(?:gh[a-z]_|github_pat_)\w+"), "[token]"),
    (re.compile(r"\bsk[-_][\w-]+"), "[key]"),
    (re.compile(r"(?i)\bbearer\s+[^\s'\",]+"), "Bearer [token]"),
    (re.compile(r"(?<!\d)\d{12}(?!\d)"), "[account]"),
)


def redacted(text: str) -> str:
    """The text without ARNs, tokens, keys and account numbers, at most 500 characters."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text[:MAX_LENGTH]
