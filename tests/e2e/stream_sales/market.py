"""Stream Sales as deployed: its outputs, its secrets, its database, and clients of AWS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pg8000.native

from tests.canary import watch
from tests.e2e.conftest import Deployed, NewProject
from tests.emulator import client


@dataclass
class Market:
    """The deployed system."""

    project: Deployed

    @cached_property
    def outputs(self) -> dict[str, str]:
        """The stack's outputs."""
        found: dict[str, str] = self.project.rows("outputs", "stream_sales")["stack"]
        return found

    def aws(self, service: str) -> Any:
        """A client of the emulator's owner."""
        return client(self.project.emulator, service)

    def secret(self, output: str) -> str:
        """The value of the secret whose ARN is that output."""
        return str(self.aws("secretsmanager").get_secret_value(SecretId=self.outputs[output])["SecretString"])

    def learn(self) -> None:
        """From now on nothing may show the secrets. What else is beside the password is no secret."""
        watch(json.loads(self.secret("DatabaseSecretArn"))["password"])
        watch(*(self.secret(output) for output in ("JWTSecretArn", "EncryptionKeySecretArn")))

    @contextmanager
    def database(self) -> Iterator[pg8000.native.Connection]:
        """A connection of the master user's, to the address in the secret."""
        login = json.loads(self.secret("DatabaseSecretArn"))
        connection = pg8000.native.Connection(
            login["username"],
            host=login["host"],
            port=int(login["port"]),
            database=login["dbname"],
            password=login["password"],
        )
        try:
            yield connection
        finally:
            connection.close()


@contextmanager
def deployed(new_project: NewProject, **environment: str) -> Iterator[Market]:
    """A project with Stream Sales on an emulator of its own; ``environment`` are settings."""
    project = new_project("stream_sales")
    try:
        project.pkgops("deploy", "stream_sales", "--yes", **environment)
        market = Market(project)
        market.learn()
        yield market
    finally:
        project.leave()
