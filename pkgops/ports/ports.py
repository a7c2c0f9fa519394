"""Everything the tool asks of AWS, for one stage.

Each service has a module with its Protocol and records. ``aws/`` implements them with botocore, ``tests/pkgops/fakes/``
in memory, and one contract suite runs over both. All raise `pkgops.errors.AccessError` for missing or expired
credentials, refused access and unreachable endpoints; anything else is documented at the method.
"""

from __future__ import annotations

from typing import Protocol

from pkgops.ports.artifacts import Artifacts
from pkgops.ports.drift import Drift
from pkgops.ports.existing import Existing
from pkgops.ports.functions import Functions
from pkgops.ports.identity import Identity
from pkgops.ports.logs import Logs
from pkgops.ports.queues import Queues
from pkgops.ports.secrets import Secrets
from pkgops.ports.stacks import Stacks
from pkgops.ports.tables import Tables
from pkgops.ports.users import Users


class Ports(Protocol):
    """Everything above, for one stage; each part is made when it is first asked for."""

    @property
    def stacks(self) -> Stacks: ...

    @property
    def drift(self) -> Drift: ...

    @property
    def artifacts(self) -> Artifacts: ...

    @property
    def logs(self) -> Logs: ...

    @property
    def functions(self) -> Functions: ...

    @property
    def tables(self) -> Tables: ...

    @property
    def secrets(self) -> Secrets: ...

    @property
    def queues(self) -> Queues: ...

    @property
    def users(self) -> Users: ...

    @property
    def existing(self) -> Existing: ...

    @property
    def identity(self) -> Identity: ...

    @property
    def endpoint(self) -> str | None:
        """The emulator's URL on stage local, else None."""
