"""What may PkgWatch's background functions be given?

One attribute a grant or a group of environment variables, as `templates.pkgwatch.access` has them for the API.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from troposphere import GetAtt, Ref

from pkgops.kit import grants
from pkgops.kit.refs import arn
from pkgops.scope import Scope
from templates.pkgwatch import upstreams
from templates.pkgwatch.pipeline_queues import DISCOVERY_QUEUE, PACKAGE_DLQ, PACKAGE_QUEUE, STREAMS_DLQ

GITHUB_TOKEN = "pkgwatch/github-token"  # noqa: S105 - the secret's name
NAMESPACE = "PkgWatch"
DISPATCHER = "pkgwatch-refresh-dispatcher"
PUBLISHED = "data/"
COLLECTING = (
    *("DEPSDEV_BASE_URL", "NPM_REGISTRY_BASE_URL", "NPM_API_BASE_URL", "PYPI_BASE_URL", "PYPISTATS_BASE_URL"),
    *("GITHUB_API_BASE_URL", "OPENSSF_BASE_URL", "BUNDLEPHOBIA_BASE_URL"),
)


class Access:
    """Grants (``_r``: read, ``_rw``: write too, ``_scan``: read all of it) and environments for one template;
    ``made`` are its queues by documented name."""

    def __init__(self, scope: Scope, made: Mapping[str, Any]) -> None:
        self.scope = scope
        packages, keys = scope.use("storage.PackagesTableName"), scope.use("storage.ApiKeysTableName")
        raw, public = scope.use("storage.RawDataBucketName"), scope.use("storage.PublicDataBucketName")
        self.stream = scope.use("storage.PackagesTableStreamArn")
        self.arns = {name: GetAtt(queue, "Arn") for name, queue in made.items()}
        self.packages_r, self.packages_rw = grants.table_read(packages), grants.table_read_write(packages)
        self.packages_scan = grants.table_scan(packages)
        self.keys_r, self.keys_rw = grants.table_read(keys), grants.table_read_write(keys)
        self.stream_r = grants.stream_read(self.stream)
        self.raw_r, self.raw_w = grants.bucket_read(raw), grants.bucket_write(raw)
        self.publishes = grants.bucket_write(public, PUBLISHED)
        self.queues_package = grants.queue_send(self.arns[PACKAGE_QUEUE])
        self.queues_discovery = grants.queue_send(self.arns[DISCOVERY_QUEUE])
        self.describes_failures = grants.queue_send(self.arns[STREAMS_DLQ])
        self.depths = grants.queue_depth(self.arns[PACKAGE_QUEUE], self.arns[PACKAGE_DLQ])
        self.github = grants.secret_read(scope.named(GITHUB_TOKEN))
        self.refreshes = grants.invoke(scope.named(DISPATCHER))
        self.metrics = grants.metrics(scope.named(NAMESPACE))
        self._environments(made, public)

    def consumes(self, queue: str) -> Any:
        """Takes messages from the queue of that documented name."""
        return grants.queue_consume(self.arns[queue])

    def asks(self, *names: str) -> dict[str, str]:
        """Where upstreams are played, the environment that leads there; see `upstreams.environment`."""
        return upstreams.environment(self.scope, *names)

    def _environments(self, made: Mapping[str, Any], public: Any) -> None:
        # Stages that share an account tell their metrics apart by the namespace.
        self.counts = {"METRICS_NAMESPACE": self.scope.named(NAMESPACE)}
        self.dead = {"DLQ_URL": Ref(made[PACKAGE_DLQ])}
        self.main = {"MAIN_QUEUE_URL": Ref(made[PACKAGE_QUEUE])}
        self.discovery = {"DISCOVERY_QUEUE_URL": Ref(made[DISCOVERY_QUEUE])}
        self.public = {"PUBLIC_BUCKET": public}
        self.dispatcher = {"REFRESH_DISPATCHER_ARN": arn("lambda", f"function:{self.scope.named(DISPATCHER)}")}
        self.shared_breakers = {"USE_DISTRIBUTED_CIRCUIT_BREAKER": "true"}
