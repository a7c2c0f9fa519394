"""Which text of an error may be kept?"""

from __future__ import annotations

import re

LONGEST = 500
_HIDDEN = (
    (re.compile(r"arn:aws[\w-]*:[^\s'\"]*"), "[arn]"),
    (re.compile(r"\b(?:gh[a-z]_|github_pat_)\w+"), "[token]"),
    (re.compile(r"\bsk[-_][\w-]+"), "[key]"),
    (re.compile(r"(?i)\bbearer\s+[^\s'\",]+"), "Bearer [token]"),
    (re.compile(r"(?<!\d)\d{12}(?!\d)"), "[account]"),
)


def sanitised(text: str) -> str:
    """The text without ARNs, tokens, keys and account numbers, at most 500 characters."""
    for pattern, shown in _HIDDEN:
        text = pattern.sub(shown, text)
    return text[:LONGEST]
