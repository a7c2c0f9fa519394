"""The ports of a stage on botocore, to AWS or to the emulator."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from pkgops.aws.connection.client import NO_SECRET, Clients
from pkgops.events import Emit, silent
from pkgops.model import LOCAL_ACCOUNT

if TYPE_CHECKING:
    from pkgops.aws.connection.retry_policy import RetryPolicy
    from pkgops.model import Stage
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


class AwsPorts:
    """`pkgops.ports.ports.Ports` on botocore. Each adapter is imported and created on first use. The arguments are
    those of `pkgops.aws.connection.client.Clients`."""

    def __init__(
        self,
        stage: Stage,
        endpoint: str | None = None,
        retry_policy: RetryPolicy | None = None,
        emit: Emit = silent,
        root_secret: str = NO_SECRET,
        keys: SessionKeys | None = None,
    ) -> None:
        self.stage = stage
        self.endpoint = endpoint
        self.clients = Clients(stage, endpoint, retry_policy, emit, root_secret, keys)

    def signed_by(self, keys: SessionKeys) -> AwsPorts:
        """The same ports with other credentials."""
        return AwsPorts(self.stage, self.endpoint, self.clients.retry_policy, keys=keys)

    @cached_property
    def stacks(self) -> Stacks:
        """CloudFormation."""
        from pkgops.aws.stacks import CloudFormationStacks

        return CloudFormationStacks(self.clients)

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
    def databases(self) -> Databases:
        """RDS."""
        from pkgops.aws.databases import RdsDatabases

        return RdsDatabases(self.clients)

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
    def parameters(self) -> Parameters:
        """SSM's Parameter Store."""
        from pkgops.aws.parameters import SsmParameters

        return SsmParameters(self.clients)

    @cached_property
    def queues(self) -> Queues:
        """SQS."""
        from pkgops.aws.queues import SqsQueues

        return SqsQueues(self.clients)

    @cached_property
    def topics(self) -> Topics:
        """SNS."""
        from pkgops.aws.topics import SnsTopics

        return SnsTopics(self.clients)

    @cached_property
    def users(self) -> Users:
        """Cognito."""
        from pkgops.aws.users import CognitoUsers

        return CognitoUsers(self.clients)

    @cached_property
    def access_keys(self) -> AccessKeys:
        """IAM."""
        from pkgops.aws.access_keys import IamAccessKeys

        return IamAccessKeys(self.clients)

    @cached_property
    def objects(self) -> Objects:
        """S3, as somebody looks through it."""
        from pkgops.aws.objects import S3Objects

        return S3Objects(self.clients)

    @cached_property
    def websites(self) -> Websites:
        """S3 and CloudFront."""
        from pkgops.aws.websites import S3Websites

        return S3Websites(self.clients)

    @cached_property
    def metrics(self) -> Metrics:
        """CloudWatch."""
        from pkgops.aws.metrics import CloudWatchMetrics

        return CloudWatchMetrics(self.clients)

    @cached_property
    def pricing(self) -> Pricing:
        """The Price List."""
        from pkgops.aws.pricing import PriceList

        return PriceList(self.clients)

    @cached_property
    def existing(self) -> Existing:
        """Existing resources, in several services."""
        from pkgops.aws.existing import ExistingResources

        return ExistingResources(self.clients)

    @cached_property
    def identity(self) -> Identity:
        """STS."""
        from pkgops.aws.identity import StsIdentity

        return StsIdentity(self.clients)

    @cached_property
    def account(self) -> str:
        """The account of the credentials; one call, none on the emulator."""
        return LOCAL_ACCOUNT if self.endpoint else self.identity.account()


def artifact_bucket(stage: Stage, account: str) -> str:
    """The bucket of the bootstrap stack (`pkgops.bootstrap`): one a stage, account and region."""
    return f"pkgops-artifacts-{stage.name}-{account}-{stage.region}"
