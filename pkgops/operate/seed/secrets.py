"""Storing generated secrets, where they are missing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pkgops.config import require_account
from pkgops.errors import PkgopsError, UsageError
from pkgops.operate.seed.report import KindCount

if TYPE_CHECKING:
    from pkgops.config import Project
    from pkgops.ports.ports import Ports
    from pkgops.ports.secrets import Secrets
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
            if _stored(secret, project.named(secret.name), ports.secrets):
                written += 1
            else:
                existing += 1
        except PkgopsError as error:
            failures.append(" ".join(filter(None, (f"{secret.label}: {error.message}", error.hint))))
    return KindCount(KIND, written, existing, len(failures)), tuple(failures)


def _stored(secret: SeedSecret, name: str, port: Secrets) -> bool:
    """Whether it was stored, because there was none. UsageError for a field of a secret that is text."""
    if not secret.field:
        return port.put_if_absent(name, secret.value)
    before = port.read(name)
    if before is None:
        return port.put_if_absent(name, json.dumps({secret.field: secret.value}))
    try:
        fields = json.loads(before or "{}")
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise UsageError(f"Secret {name} is text, not an object with fields.", "Set it: pkgops secrets set")
    if fields.get(secret.field):
        return False
    port.write(name, json.dumps({**fields, secret.field: secret.value}, sort_keys=True))
    return True
