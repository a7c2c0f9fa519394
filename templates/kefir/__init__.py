"""Kefir: a diary of water kefir, with reminders that arrive on the phone."""

from __future__ import annotations

from templates.kefir.settings import Settings, check
from templates.model import Stack, Stage, System


def _tags(stage: Stage) -> dict[str, str]:
    return {"Environment": stage.name, "Application": "kefir-app"}


SYSTEM = System(
    key="kefir",
    title="Kefir: water-kefir diary",
    stacks=(Stack("app", "kefir-app-{stage}", ("kefir-app",)),),
    settings=Settings,
    environments={},
    check=check,
    tags=_tags,
)
