"""The bootstrap system: what a stage needs in its account before its stacks can be deployed.

Not one of the systems a user deploys: the tool deploys it itself before the first stack of a stage.
"""

from __future__ import annotations

from dataclasses import dataclass

from pkgops.model import Stack, Stage, System


@dataclass(frozen=True, slots=True)
class Settings:
    """Nothing to set."""


def _tags(stage: Stage) -> dict[str, str]:
    return {"Project": "pkgops", "Environment": stage.name, "ManagedBy": "pkgops"}


SYSTEM = System(
    key="bootstrap",
    title="pkgops: what every stage needs",
    stacks=(Stack("artifacts", "PkgopsBootstrap"),),
    settings=Settings,
    environments={},
    check=lambda _stage, _settings: [],
    tags=_tags,
    module="pkgops.bootstrap",
)
