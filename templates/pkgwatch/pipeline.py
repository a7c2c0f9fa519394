"""The pipeline stack: the functions that collect and score packages, their queues, schedules and alarms."""

from __future__ import annotations

from typing import Any

from troposphere import GetAtt, Ref

from pkgops.kit.alarms import alarms
from pkgops.kit.dashboard import dashboard
from pkgops.kit.function import FunctionDefaults, functions
from pkgops.kit.queue import queues
from pkgops.kit.secret import partial_arn
from pkgops.kit.topic import topic
from pkgops.scope import Scope
from templates.pkgwatch.background.access import GITHUB_TOKEN
from templates.pkgwatch.background.functions import rows
from templates.pkgwatch.background.monitoring import alarm_rows, graphs
from templates.pkgwatch.background.queues import PACKAGE_QUEUE, QUEUES, STREAMS_DLQ


def build(scope: Scope) -> None:
    """Queues, the alert topic, the background functions, alarms and the operations dashboard."""
    made = queues(scope, QUEUES)
    alerts = topic(
        scope, "pkgwatch-alerts", "PkgWatch Alerts", ("budgets", "cloudwatch"), scope.settings.alert_email.strip()
    )
    built = functions(scope, _defaults(scope, made), rows(scope, made))
    alarms(scope, Ref(alerts), alarm_rows(scope, made, built))
    dashboard(scope, "PkgWatch-Operations", graphs(scope, made, built))
    scope.output("PackageQueueUrl", Ref(made[PACKAGE_QUEUE]), "PkgWatchPackageQueueUrl")
    scope.output("PackageQueueArn", GetAtt(made[PACKAGE_QUEUE], "Arn"))
    scope.output("GitHubTokenSecretArn", partial_arn(scope, GITHUB_TOKEN), "PkgWatchGitHubTokenSecretArn")
    scope.output("AlertTopicArn", Ref(alerts), "PkgWatchAlertTopicArn")
    scope.output("AlertTopicKeyArn", alerts.KmsMasterKeyId)
    _accept(scope, made)


def _accept(scope: Scope, made: dict[str, Any]) -> None:
    for name in (*_defaults(scope, made).environment, "USE_DISTRIBUTED_CIRCUIT_BREAKER"):
        scope.accept("P206", subject=name, reason="the documents give it to functions that do not read it")
    scope.accept("P302", made[STREAMS_DLQ], reason="the documents set 360 s; its messages are handled one at a time")


def _defaults(scope: Scope, made: dict[str, Any]) -> FunctionDefaults:
    return FunctionDefaults(
        package="handlers/pkgwatch/pipeline",
        prefix="pkgwatch-",
        environment={
            "PACKAGES_TABLE": scope.use("storage.PackagesTableName"),
            "API_KEYS_TABLE": scope.use("storage.ApiKeysTableName"),
            "RAW_DATA_BUCKET": scope.use("storage.RawDataBucketName"),
            # The name: Secrets Manager misreads a partial ARN whose name ends in a hyphen and six letters.
            "GITHUB_TOKEN_SECRET_ARN": scope.named(GITHUB_TOKEN),
            "PACKAGE_QUEUE_URL": Ref(made[PACKAGE_QUEUE]),
        },
        retention=30,
        timeout=120,
    )
