"""The ports: everything the tool asks of AWS, for one stage.

Each service has a module with its protocol and records. ``pkgops/aws/`` implements them with botocore, the tests in
memory, and one contract suite runs over both. All raise `pkgops.errors.AccessError` for missing or expired credentials,
denied access and unreachable endpoints; other errors are documented at the method.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pkgops.ports.access_keys import AccessKeys
    from pkgops.ports.artifacts import Artifacts
    from pkgops.ports.databases import Databases
    from pkgops.ports.drift import Drift
    from pkgops.ports.existing import Existing
    from pkgops.ports.functions import Functions
    from pkgops.ports.identity import Identity, SessionKeys
    from pkgops.ports.logs import Logs
    from pkgops.ports.metrics import Metrics
    from pkgops.ports.objects import Objects
    from pkgops.ports.parameters import Parameters
    from pkgops.ports.pricing import Pricing
    from pkgops.ports.queues import Queues
    from pkgops.ports.secrets import Secrets
    from pkgops.ports.stacks import Stacks
    from pkgops.ports.tables import Tables
    from pkgops.ports.topics import Topics
    from pkgops.ports.users import Users
    from pkgops.ports.websites import Websites


class Ports(Protocol):
    """The ports of one stage; each is created on first use."""

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
    def databases(self) -> Databases: ...

    @property
    def tables(self) -> Tables: ...

    @property
    def secrets(self) -> Secrets: ...

    @property
    def parameters(self) -> Parameters: ...

    @property
    def queues(self) -> Queues: ...

    @property
    def topics(self) -> Topics: ...

    @property
    def users(self) -> Users: ...

    @property
    def access_keys(self) -> AccessKeys: ...

    @property
    def objects(self) -> Objects: ...

    @property
    def websites(self) -> Websites: ...

    @property
    def metrics(self) -> Metrics: ...

    @property
    def pricing(self) -> Pricing: ...

    @property
    def existing(self) -> Existing: ...

    @property
    def identity(self) -> Identity: ...

    def signed_by(self, keys: SessionKeys) -> Ports:
        """The same ports with other credentials."""

    @property
    def endpoint(self) -> str | None:
        """The emulator's URL on stage local, else None."""
