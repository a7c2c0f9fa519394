"""All ports in memory, for tests of the pipeline."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pkgops.ports.identity import SessionKeys
from tests.pkgops.fakes.access_keys import FakeAccessKeys
from tests.pkgops.fakes.artifacts import FakeArtifacts
from tests.pkgops.fakes.databases import FakeDatabases
from tests.pkgops.fakes.drift import FakeDrift
from tests.pkgops.fakes.existing import FakeExisting
from tests.pkgops.fakes.functions import FakeFunctions
from tests.pkgops.fakes.identity import FakeIdentity
from tests.pkgops.fakes.metrics import FakeMetrics
from tests.pkgops.fakes.objects import FakeObjects
from tests.pkgops.fakes.parameters import FakeParameters
from tests.pkgops.fakes.pricing import FakePricing
from tests.pkgops.fakes.secrets import FakeSecrets
from tests.pkgops.fakes.stacks import FakeStacks
from tests.pkgops.fakes.topics import FakeTopics
from tests.pkgops.fakes.users import FakeUsers
from tests.pkgops.fakes.websites import FakeWebsites


@dataclass
class FakePorts:
    """`pkgops.ports.ports.Ports`; parts a test does not need stay None."""

    stacks: Any = field(default_factory=FakeStacks)
    artifacts: Any = field(default_factory=FakeArtifacts)
    identity: Any = field(default_factory=FakeIdentity)
    logs: Any = None
    functions: Any = field(default_factory=FakeFunctions)
    tables: Any = None
    databases: Any = field(default_factory=FakeDatabases)
    queues: Any = None
    parameters: Any = field(default_factory=FakeParameters)
    secrets: Any = field(default_factory=FakeSecrets)
    topics: Any = field(default_factory=FakeTopics)
    users: Any = field(default_factory=FakeUsers)
    access_keys: Any = field(default_factory=FakeAccessKeys)
    objects: Any = field(default_factory=FakeObjects)
    websites: Any = field(default_factory=FakeWebsites)
    metrics: Any = field(default_factory=FakeMetrics)
    pricing: Any = field(default_factory=FakePricing)
    existing: Any = field(default_factory=FakeExisting)
    endpoint: str | None = "http://127.0.0.1:1"
    drift: Any = None

    def __post_init__(self) -> None:
        self.drift = self.drift or FakeDrift(self.stacks)

    def signed_by(self, keys: SessionKeys) -> FakePorts:
        """The same world; ``identity.signed`` counts who has acted in it."""
        self.identity.signed.append(keys)
        return self
