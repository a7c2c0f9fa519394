"""Which mails a user wants, by the preferences in the profile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# The preference that a template belongs to.
KEYS = {
    "tool_completed": "toolCompleted",
    "new_lead": "newLead",
    "weekly_report": "weeklyReport",
    "product_update": "productUpdates",
    "marketing": "marketing",
}
_ONLY_IF_WANTED = "marketing"


def wanted(template_id: str, profile: Mapping[str, Any]) -> bool:
    """Whether a user with that profile (empty if there is none) gets mails of that template: everything that was not
    refused, and marketing only if it was asked for."""
    notifications = _part(profile.get("preferences"), "notifications")
    mail = _part(notifications, "email")
    if notifications is False or mail is False:
        return False
    chosen = _part(mail, KEYS.get(template_id, ""))
    return chosen is True if template_id == _ONLY_IF_WANTED else chosen is not False


def _part(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else None
