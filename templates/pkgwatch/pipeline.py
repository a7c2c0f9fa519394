"""How do packages get collected and scored, and who hears of trouble?"""

from __future__ import annotations

from typing import Any

from troposphere import GetAtt, Ref

from templates.kit import grants
from templates.kit.alarms import Alarm, alarms
from templates.kit.dashboard import Graph, dashboard
from templates.kit.function import Built, Defaults, Function, functions
from templates.kit.metrics import Metric, of_function, of_queue, of_table, throttles, waiting
from templates.kit.queue import DAY, Queue, queues
from templates.kit.refs import arn
from templates.kit.sources import Stream
from templates.kit.topic import topic
from templates.scope import Scope

PACKAGE_QUEUE = "pkgwatch-package-queue"
PACKAGE_DLQ = "pkgwatch-package-dlq"
DISCOVERY_QUEUE = "pkgwatch-discovery-queue"
DISCOVERY_DLQ = "pkgwatch-discovery-dlq"
STREAMS_DLQ = "pkgwatch-streams-dlq"
QUEUES = (
    Queue(PACKAGE_DLQ, retention=14 * DAY),
    Queue(PACKAGE_QUEUE, retention=14 * DAY, visibility=1800, dead_letters=PACKAGE_DLQ),
    Queue(DISCOVERY_DLQ, retention=14 * DAY),
    Queue(DISCOVERY_QUEUE, retention=DAY, visibility=1800, dead_letters=DISCOVERY_DLQ),
    # Where the stream's failed batches are described; nothing else sends to it.
    Queue(STREAMS_DLQ, retention=14 * DAY, visibility=360),
)

# Only collected packages can be scored: removals, failure records (their sort key is a time) and items that
# wait for their first collection never invoke the scorer.
SCORABLE = {
    "eventName": ["INSERT", "MODIFY"],
    "dynamodb": {"NewImage": {"sk": {"S": ["LATEST"]}, "collected_at": {"S": [{"exists": True}]}}},
}
GITHUB_TOKEN = "pkgwatch/github-token"  # noqa: S105 - the secret's name
NAMESPACE = "PkgWatch"


def build(scope: Scope) -> None:
    """Queues, the alert topic, the background functions, alarms and the operations dashboard."""
    made = queues(scope, QUEUES)
    alerts = topic(
        scope, "pkgwatch-alerts", "PkgWatch Alerts", ("budgets", "cloudwatch"), scope.settings.alert_email.strip()
    )
    built = functions(scope, _defaults(scope, made), _functions(scope, made))
    alarms(scope, Ref(alerts), _alarms(scope, made, built))
    dashboard(scope, "PkgWatch-Operations", _graphs(scope, made, built))
    scope.output("PackageQueueUrl", Ref(made[PACKAGE_QUEUE]), "PkgWatchPackageQueueUrl")
    scope.output("PackageQueueArn", GetAtt(made[PACKAGE_QUEUE], "Arn"))
    scope.output(
        "GitHubTokenSecretArn",
        arn("secretsmanager", f"secret:{scope.named(GITHUB_TOKEN)}"),
        "PkgWatchGitHubTokenSecretArn",
    )
    scope.output("AlertTopicArn", Ref(alerts), "PkgWatchAlertTopicArn")


def _defaults(scope: Scope, made: dict[str, Any]) -> Defaults:
    return Defaults(
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


def _functions(scope: Scope, made: dict[str, Any]) -> list[Function]:
    """A background handler is one row: its file, what starts it, what it may do."""
    packages = scope.use("storage.PackagesTableName")
    stream = scope.use("storage.PackagesTableStreamArn")
    failures = GetAtt(made[STREAMS_DLQ], "Arn")
    return [
        Function(
            "score_calculator",
            on=(Stream(stream, failures, SCORABLE),),
            grants=(
                grants.table_read_write(packages),
                grants.stream_read(stream),
                grants.queue_send(failures),
            ),
        ),
    ]


def _alarms(scope: Scope, made: dict[str, Any], built: dict[str, Built]) -> list[Alarm]:
    packages, keys = scope.use("storage.PackagesTableName"), scope.use("storage.ApiKeysTableName")
    age = of_queue(made[PACKAGE_QUEUE], "ApproximateAgeOfOldestMessage")
    operations = ("PutItem", "GetItem", "Query")
    minimal = Metric(scope.named(NAMESPACE), "MinimalPackages", {}, "Maximum", 86_400)
    return [
        Alarm("pkgwatch-dlq-messages", waiting(made[PACKAGE_DLQ]), ">= 1"),
        Alarm("pkgwatch-streams-dlq-messages", waiting(made[STREAMS_DLQ]), ">= 10"),
        Alarm("pkgwatch-discovery-dlq-messages", waiting(made[DISCOVERY_DLQ]), ">= 5"),
        Alarm("pkgwatch-package-queue-backlog", waiting(made[PACKAGE_QUEUE]), ">= 2000", 2),
        Alarm("pkgwatch-package-queue-message-age", age, ">= 1800", 2),
        Alarm("pkgwatch-score-calculator-errors", of_function(built["score_calculator"].name, "Errors"), ">= 5", 2),
        Alarm("pkgwatch-dynamo-throttling", throttles(packages, operations), ">= 10", 2),
        Alarm("pkgwatch-apikeys-throttling", throttles(keys, (*operations, "UpdateItem")), ">= 5"),
        Alarm("pkgwatch-minimal-packages-high", minimal, "> 500"),
    ]


def _graphs(scope: Scope, made: dict[str, Any], built: dict[str, Built]) -> list[list[Graph]]:
    packages = scope.use("storage.PackagesTableName")
    queue, dead = made[PACKAGE_QUEUE], made[PACKAGE_DLQ]
    scorer = built["score_calculator"].name
    consumed = [of_table(packages, f"Consumed{kind}CapacityUnits") for kind in ("Read", "Write")]
    throttled = throttles(packages, ("PutItem", "GetItem", "Query"))
    return [
        [
            Graph("Queue depth", [waiting(queue), waiting(dead)], ("package queue", "dead letters")),
            Graph("Messages received", [of_queue(queue, "NumberOfMessagesReceived", "Sum")]),
        ],
        [
            Graph("Invocations", [of_function(scorer, "Invocations")], ("score calculator",)),
            Graph("Errors", [of_function(scorer, "Errors")], ("score calculator",)),
            Graph("Duration p99", [of_function(scorer, "Duration", "p99")], ("score calculator",)),
        ],
        [
            Graph("Packages: consumed capacity", consumed, ("read", "write")),
            Graph("Packages: throttled requests", throttled, ("PutItem", "GetItem", "Query")),
        ],
    ]
