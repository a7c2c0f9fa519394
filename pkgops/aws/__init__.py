"""How does a command get at AWS, or at the emulator, for its stage?"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pkgops.aws.client import Clients
from pkgops.events import Emit, silent
from templates.model import LOCAL_ACCOUNT

if TYPE_CHECKING:
    from pkgops.aws.patience import Patience
    from pkgops.drift_port import Drift
    from pkgops.existing_port import Existing
    from pkgops.ports import Artifacts, Functions, Identity, Logs, Queues, Secrets, Stacks, Tables, Users
    from templates.model import Stage


class AwsPorts:
    """`pkgops.ports.Ports` on botocore. Each adapter is imported and made when it is first used."""

    def __init__(
        self,
        stage: Stage,
        endpoint: str | None = None,
        patience: Patience | None = None,
        emit: Emit = silent,
    ) -> None:
        self.stage = stage
        self.endpoint = endpoint
        self.clients = Clients(stage, endpoint, patience, emit)

    @cached_property
    def stacks(self) -> Stacks:
        """CloudFormation."""
        from pkgops.aws.cloudformation import CloudFormation

        return CloudFormation(self.clients)

    @cached_property
    def drift(self) -> Drift:
        """CloudFormation's drift detection."""
        from pkgops.aws.drift import CloudFormationDrift

        return CloudFormationDrift(self.clients)

    @cached_property
    def artifacts(self) -> Artifacts:
        """The stage's artifact bucket."""
        from pkgops.aws.artifacts import S3Artifacts

        return S3Artifacts(self.clients, artifact_bucket(self.stage, self.account))

    @cached_property
    def logs(self) -> Logs:
        """CloudWatch Logs."""
        from pkgops.aws.logs import CloudWatchLogs

        return CloudWatchLogs(self.clients)

    @cached_property
    def functions(self) -> Functions:
        """Lambda."""
        from pkgops.aws.functions import LambdaFunctions

        return LambdaFunctions(self.clients)

    @cached_property
    def tables(self) -> Tables:
        """DynamoDB."""
        from pkgops.aws.tables import DynamoTables

        return DynamoTables(self.clients)

    @cached_property
    def secrets(self) -> Secrets:
        """Secrets Manager."""
        from pkgops.aws.secrets import SecretsManager

        return SecretsManager(self.clients)

    @cached_property
    def queues(self) -> Queues:
        """SQS."""
        from pkgops.aws.queues import SqsQueues

        return SqsQueues(self.clients)

    @cached_property
    def users(self) -> Users:
        """Cognito."""
        from pkgops.aws.users import CognitoUsers

        return CognitoUsers(self.clients)

    @cached_property
    def existing(self) -> Existing:
        """What is there already, in several services."""
        from pkgops.aws.existing import ExistingResources

        return ExistingResources(self.clients)

    @cached_property
    def identity(self) -> Identity:
        """STS."""
        from pkgops.aws.identity import StsIdentity

        return StsIdentity(self.clients)

    @cached_property
    def account(self) -> str:
        """The account the credentials belong to; asked once, and not at all on the emulator."""
        return LOCAL_ACCOUNT if self.endpoint else self.identity.account()


def connect(stage: Stage, root: Path, emit: Emit = silent) -> AwsPorts:
    """The ports of a stage. On stage local this starts the emulator if it does not run yet."""
    if not stage.local:
        return AwsPorts(stage, emit=emit)
    from pkgops.local.emulator import Emulator

    emulator = Emulator(root / ".pkgops" / "local", stage.port)
    if not emulator.running():
        emulator.up(emit)
    return AwsPorts(stage, emulator.endpoint)


def artifact_bucket(stage: Stage, account: str) -> str:
    """The bucket of the bootstrap stack (templates/bootstrap): one a stage, account and region."""
    return f"pkgops-artifacts-{stage.name}-{account}-{stage.region}"
