"""What a row of PkgWatch's background functions may name: links, and permissions and variables that are no link."""

from __future__ import annotations

from collections.abc import Mapping

from awacs.aws import Statement
from troposphere import Ref

from pkgops.kit import grants
from pkgops.kit.links import ExistingBucket, Link, LinkedQueue, secret
from pkgops.kit.naming import arn
from pkgops.scope import Scope
from templates.pkgwatch.background.queues import DISCOVERY_QUEUE, PACKAGE_DLQ, PACKAGE_QUEUE, STREAMS_DLQ
from templates.pkgwatch.config import upstreams

GITHUB_TOKEN = "pkgwatch/github-token"  # noqa: S105 - the secret's name
NAMESPACE = "PkgWatch"
DISPATCHER = "pkgwatch-refresh-dispatcher"
PUBLISHED = "data/"
COLLECTING = (
    *("DEPSDEV_BASE_URL", "NPM_REGISTRY_BASE_URL", "NPM_API_BASE_URL", "PYPI_BASE_URL", "PYPISTATS_BASE_URL"),
    *("GITHUB_API_BASE_URL", "OPENSSF_BASE_URL", "BUNDLEPHOBIA_BASE_URL"),
)

Queues = Mapping[str, LinkedQueue]  # by documented name


class Links:
    """One attribute a use of a resource: its permission, and the documented variable it is found under."""

    def __init__(self, scope: Scope, queues: Queues) -> None:
        self._queues = queues
        raw = ExistingBucket(scope.use("storage.RawDataBucketName"), "RAW_DATA_BUCKET")
        public = ExistingBucket(scope.use("storage.PublicDataBucketName"), "PUBLIC_BUCKET")
        # Stages that share an account tell their metrics apart by the namespace.
        namespace = scope.named(NAMESPACE)
        self.read_raw_data, self.write_raw_data = raw.read(), raw.write()
        self.publish = public.write(PUBLISHED)
        self.queue_packages = queues[PACKAGE_QUEUE].send().named("PACKAGE_QUEUE_URL")
        self.queue_packages_again = self.queue_packages.named("MAIN_QUEUE_URL")
        self.queue_discoveries = queues[DISCOVERY_QUEUE].send().named("DISCOVERY_QUEUE_URL")
        self.github_token = secret(scope, GITHUB_TOKEN).read().named("GITHUB_TOKEN_SECRET_ARN")
        self.put_metrics = Link("METRICS_NAMESPACE", namespace, (grants.metrics(namespace),))

    def consume(self, queue: str) -> Link:
        """Taking messages from the queue of that documented name."""
        return self._queues[queue].consume()


class Grants:
    """One attribute a permission, one method a table: a row names the operations its function uses, and no others."""

    def __init__(self, scope: Scope, queues: Queues) -> None:
        self._packages, self._keys = scope.use("storage.PackagesTableName"), scope.use("storage.ApiKeysTableName")
        self.read_stream = grants.stream_read(scope.use("storage.PackagesTableStreamArn"))
        self.queue_stream_failures = grants.queue_send(queues[STREAMS_DLQ].arn)
        self.read_queue_depths = grants.queue_depth(queues[PACKAGE_QUEUE].arn, queues[PACKAGE_DLQ].arn)
        self.invoke_dispatcher = grants.invoke(scope.named(DISPATCHER))

    def packages(self, *operations: str) -> Statement:
        """Operations ("GetItem") on the packages."""
        return grants.table_operations(self._packages, *operations)

    def keys(self, *operations: str) -> Statement:
        """Operations on the table of users, which has counters and circuits, too."""
        return grants.table_operations(self._keys, *operations)


class Environment:
    """One attribute a group of environment variables."""

    def __init__(self, scope: Scope, queues: Queues) -> None:
        self._scope = scope
        self.dead_letter_queue = {"DLQ_URL": Ref(queues[PACKAGE_DLQ])}
        self.dispatcher = {"REFRESH_DISPATCHER_ARN": arn("lambda", f"function:{scope.named(DISPATCHER)}")}
        self.shared_breakers = {"USE_DISTRIBUTED_CIRCUIT_BREAKER": "true"}

    def upstreams(self, *names: str) -> dict[str, str]:
        """The variables of those names where upstreams are played, else nothing (`upstreams.environment`)."""
        return upstreams.environment(self._scope, *names)
