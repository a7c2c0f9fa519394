"""The permissions and the environment variables that a row of PkgWatch's background functions may name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from troposphere import GetAtt, Ref

from pkgops.kit import grants
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

Queues = Mapping[str, Any]  # by documented name


class Grants:
    """One attribute a permission. ``read_<table>`` reads single items and indexes, ``write_<table>`` writes too,
    ``scan_<table>`` reads all of it."""

    def __init__(self, scope: Scope, queues: Queues) -> None:
        packages, keys = scope.use("storage.PackagesTableName"), scope.use("storage.ApiKeysTableName")
        raw, public = scope.use("storage.RawDataBucketName"), scope.use("storage.PublicDataBucketName")
        self._arns = {name: GetAtt(queue, "Arn") for name, queue in queues.items()}
        self.read_packages, self.write_packages = grants.table_read(packages), grants.table_read_write(packages)
        self.scan_packages = grants.table_scan(packages)
        self.read_keys, self.write_keys = grants.table_read(keys), grants.table_read_write(keys)
        self.read_stream = grants.stream_read(scope.use("storage.PackagesTableStreamArn"))
        self.read_raw_data, self.write_raw_data = grants.bucket_read(raw), grants.bucket_write(raw)
        self.publish = grants.bucket_write(public, PUBLISHED)
        self.queue_packages = grants.queue_send(self._arns[PACKAGE_QUEUE])
        self.queue_discoveries = grants.queue_send(self._arns[DISCOVERY_QUEUE])
        self.queue_stream_failures = grants.queue_send(self._arns[STREAMS_DLQ])
        self.read_queue_depths = grants.queue_depth(self._arns[PACKAGE_QUEUE], self._arns[PACKAGE_DLQ])
        self.github_token = grants.secret_read(scope.named(GITHUB_TOKEN))
        self.invoke_dispatcher = grants.invoke(scope.named(DISPATCHER))
        self.put_metrics = grants.metrics(scope.named(NAMESPACE))

    def consume(self, queue: str) -> Any:
        """Permission to take messages from the queue of that documented name."""
        return grants.queue_consume(self._arns[queue])


class Environment:
    """One attribute a group of environment variables."""

    def __init__(self, scope: Scope, queues: Queues) -> None:
        self._scope = scope
        # Stages that share an account tell their metrics apart by the namespace.
        self.metrics = {"METRICS_NAMESPACE": scope.named(NAMESPACE)}
        self.dead_letter_queue = {"DLQ_URL": Ref(queues[PACKAGE_DLQ])}
        self.main_queue = {"MAIN_QUEUE_URL": Ref(queues[PACKAGE_QUEUE])}
        self.discovery_queue = {"DISCOVERY_QUEUE_URL": Ref(queues[DISCOVERY_QUEUE])}
        self.public_bucket = {"PUBLIC_BUCKET": scope.use("storage.PublicDataBucketName")}
        self.dispatcher = {"REFRESH_DISPATCHER_ARN": arn("lambda", f"function:{scope.named(DISPATCHER)}")}
        self.shared_breakers = {"USE_DISTRIBUTED_CIRCUIT_BREAKER": "true"}

    def upstreams(self, *names: str) -> dict[str, str]:
        """The variables of those names where upstreams are played, else nothing (`upstreams.environment`)."""
        return upstreams.environment(self._scope, *names)
