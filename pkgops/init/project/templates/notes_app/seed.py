"""Development data: a notebook to look at, and the key that writing needs."""

from __future__ import annotations

from pkgops.seeds import SeedContext, SeedItem, Seeds, SeedSecret

NOTES = ("Welcome to your first notebook.", "Change a handler and run pkgops deploy again.")


def seed(context: SeedContext) -> Seeds:
    """Two notes in the notebook "welcome". They are written once, however often this runs."""
    items = tuple(
        SeedItem(
            table="app.NotesTableName",
            item={"notebook": "welcome", "id": f"{number:04}", "text": text, "created_at": context.epoch},
            label=f"note welcome/{number:04}",
            kind="note",
        )
        for number, text in enumerate(NOTES, 1)
    )
    key = SeedSecret("notes-app/api-key", context.secret("api-key"), "API key")
    return Seeds(items, secrets=(key,))
