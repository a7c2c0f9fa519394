"""Storing generated secrets, where they are missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pkgops.config import require_account
from pkgops.errors import PkgopsError
from pkgops.operate.seed.report import KindCount

if TYPE_CHECKING:
    from pkgops.config import Project
    from pkgops.ports.ports import Ports
    from pkgops.seeds import SeedSecret

KIND = "secret"


def store_secrets(secrets: Sequence[SeedSecret], project: Project, ports: Ports) -> tuple[KindCount, tuple[str, ...]]:
    """Stores each under its staged name where there is none; returns their count, and a sentence per failure.

    One after the other: there are few. AccessError, before anything is stored, in another account than the stage's."""
    if not project.stage.local:
        require_account(project.stage, ports.identity.account())
    written = existing = 0
    failures: list[str] = []
    for secret in secrets:
        try:
            if ports.secrets.put_if_absent(project.named(secret.name), secret.value):
                written += 1
            else:
                existing += 1
        except PkgopsError as error:
            failures.append(" ".join(filter(None, (f"{secret.label}: {error.message}", error.hint))))
    return KindCount(KIND, written, existing, len(failures)), tuple(failures)
