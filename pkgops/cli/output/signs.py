"""The signs of a plan and of a difference: what happens to a resource, its color, and the notes beside it."""

from __future__ import annotations

from collections.abc import Sequence

ADD, MODIFY, REMOVE, REPLACE = "+", "~", "-", "-/+"
SIGNS = {
    "add": (ADD, "green"),
    "modify": (MODIFY, "yellow"),
    "remove": (REMOVE, "red"),
    "import": (ADD, "cyan"),
    "syncwithactual": ("=", "cyan"),  # the template now says what was changed by hand
}


def change_sign(action: str, replacement: str, *, lost: bool) -> tuple[str, str, list[str]]:
    """Sign, color and notes of one change; ``action`` in CloudFormation's words, or in lower case."""
    sign, color = SIGNS.get(action.lower(), ("?", "yellow"))
    notes = ["DATA LOSS"] if lost else []
    if replacement != "False" and action.lower() == "modify":
        sign, color = REPLACE, "red"
        notes.append("replaced" if replacement == "True" else "may be replaced")
    return sign, color, notes


def counted_referrers(names: Sequence[str], *, full: bool = False) -> list[str]:
    """A note about the resources that refer to a changed one and stay as they are; their names if ``full``."""
    if not names:
        return []
    refer = "refers" if len(names) == 1 else "refer"
    return [f"and {', '.join(names) if full else len(names)} that {refer} to it, unchanged"]
