"""NotesApp: notes in notebooks, indexed by a worker and removed after a while."""

from __future__ import annotations

from pkgops.declarations import Example
from pkgops.model import Stack, Stage, System
from templates.notes_app.settings import Settings, check


def _tags(stage: Stage) -> dict[str, str]:
    return {"Project": "NotesApp", "Environment": stage.name}


SYSTEM = System(
    key="notes_app",
    title="NotesApp: notes in notebooks",
    stacks=(Stack("app", "NotesApp"),),
    settings=Settings,
    environments={},
    check=check,
    tags=_tags,
    example=Example("app.ApiUrl", "/notebooks/welcome/notes"),
    secrets=("notes-app/api-key",),
)
