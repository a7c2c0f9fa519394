"""The functions that collect, score and discover packages, and repair what failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from troposphere import GetAtt

from pkgops.kit.function import Function
from pkgops.kit.triggers import QueueTrigger, StreamTrigger
from pkgops.scope import Scope
from templates.pkgwatch.background.access import COLLECTING, Environment, Grants, Queues
from templates.pkgwatch.background.queues import DISCOVERY_QUEUE, PACKAGE_DLQ, PACKAGE_QUEUE, STREAMS_DLQ
from templates.pkgwatch.background.schedules import Schedules

# Only collected packages can be scored: removals, failure records (their sort key is a time) and items that
# wait for their first collection never invoke the scorer.
SCORABLE = {
    "eventName": ["INSERT", "MODIFY"],
    "dynamodb": {"NewImage": {"sk": {"S": ["LATEST"]}, "collected_at": {"S": [{"exists": True}]}}},
}
LONG = 600  # seconds for a function that asks an upstream one question after another


@dataclass(frozen=True, slots=True)
class _Sources:
    """What starts the functions: the rules of the stack, the queues by documented name, and the table's stream."""

    schedules: Schedules
    queues: Queues
    stream: Any

    def arn(self, queue: str) -> Any:
        return GetAtt(self.queues[queue], "Arn")


def rows(scope: Scope, queues: Queues) -> list[Function]:
    """One row a function: its file, what starts it, its permissions, its environment."""
    grants, environment = Grants(scope, queues), Environment(scope, queues)
    sources = _Sources(Schedules(scope), queues, scope.use("storage.PackagesTableStreamArn"))
    return [
        row for part in (_collecting, _repairing, _discovering, _counting) for row in part(grants, environment, sources)
    ]


def _collecting(grants: Grants, environment: Environment, sources: _Sources) -> list[Function]:
    """From the schedule to the score."""
    collect = (
        *(grants.write_packages, grants.write_keys, grants.write_raw_data),
        *(grants.github_token, grants.put_metrics, grants.consume(PACKAGE_QUEUE)),
    )
    collecting = {
        **environment.shared_breakers,
        "SKIP_BUNDLEPHOBIA": "true",
        **environment.metrics,
        **environment.upstreams(*COLLECTING),
    }
    return [
        Function("refresh_dispatcher", sources.schedules.refreshes(), (grants.read_packages, grants.queue_packages)),
        Function(
            "package_collector",
            (QueueTrigger(sources.arn(PACKAGE_QUEUE), window=30, concurrency=5),),
            collect,
            collecting,
            memory=1024,
            timeout=300,
        ),
        Function(
            "score_calculator",
            (StreamTrigger(sources.stream, sources.arn(STREAMS_DLQ), SCORABLE),),
            (grants.write_packages, grants.read_stream, grants.queue_stream_failures),
        ),
    ]


def _repairing(grants: Grants, environment: Environment, sources: _Sources) -> list[Function]:
    """What failed, and what is incomplete."""
    rule, often = sources.schedules.rule, "rate(15 minutes)"
    return [
        Function(
            "streams_dlq_processor",
            (QueueTrigger(sources.arn(STREAMS_DLQ), window=30),),
            (
                *(grants.write_packages, grants.scan_packages, grants.read_stream),
                *(grants.put_metrics, grants.consume(STREAMS_DLQ)),
            ),
            environment.metrics,
        ),
        Function(
            "dlq_processor",
            (rule("dlq-processor", often),),
            (grants.write_packages, grants.consume(PACKAGE_DLQ), grants.queue_packages, grants.put_metrics),
            {**environment.dead_letter_queue, **environment.main_queue, "MAX_DLQ_RETRIES": "5", **environment.metrics},
        ),
        Function(
            "retry_dispatcher",
            (rule("retry-dispatcher", often),),
            (grants.write_packages, grants.read_keys, grants.queue_packages, grants.put_metrics),
            {"MAX_DISPATCH_PER_RUN": "300", **environment.shared_breakers, **environment.metrics},
        ),
    ]


def _discovering(grants: Grants, environment: Environment, sources: _Sources) -> list[Function]:
    """Packages that are used much and not known."""
    rule, metrics = sources.schedules.rule, environment.metrics
    npmsio, top_pypi = environment.upstreams("NPMSIO_BASE_URL"), environment.upstreams("TOP_PYPI_PACKAGES_URL")
    npm_audit = rule("npmsio-audit", "cron(0 2 1 1,4,7,10 ? *)")
    pypi_audit = rule("pypi-audit", "cron(0 3 1 1,4,7,10 ? *)")
    expand = (
        *(grants.write_packages, grants.write_keys, grants.read_raw_data, grants.write_raw_data),
        *(grants.queue_packages, grants.put_metrics, grants.consume(DISCOVERY_QUEUE)),
    )
    add = (grants.write_packages, grants.queue_packages, grants.put_metrics)
    return [
        Function(
            "graph_expander_dispatcher",
            (rule("graph-expander-dispatcher", "cron(0 1 ? * TUE *)"),),
            (grants.read_packages, grants.read_keys, grants.queue_discoveries, grants.put_metrics),
            {**environment.discovery_queue, **metrics},
            timeout=300,
        ),
        Function(
            "graph_expander_worker",
            (QueueTrigger(sources.arn(DISCOVERY_QUEUE), batch=1, concurrency=5),),
            expand,
            {**metrics, **environment.upstreams("DEPSDEV_BASE_URL")},
            memory=1024,
            timeout=300,
        ),
        Function("npmsio_audit", (npm_audit,), add, {**metrics, **npmsio}, memory=1024, timeout=LONG),
        Function("pypi_audit", (pypi_audit,), add, {**metrics, **top_pypi}, memory=1024, timeout=LONG),
        Function(
            "seed_packages",
            (),
            (grants.write_packages, grants.invoke_dispatcher),
            {**environment.dispatcher, **npmsio, **top_pypi},
            memory=1024,
            timeout=LONG,
        ),
    ]


def _counting(grants: Grants, environment: Environment, sources: _Sources) -> list[Function]:
    """Numbers that are looked up apart from collection, those about our data, and those that are published."""
    rule, hourly = sources.schedules.rule, "rate(1 hour)"
    npm, pypi = environment.upstreams("NPM_API_BASE_URL"), environment.upstreams("PYPISTATS_BASE_URL")
    by_npm, by_pypi = rule("npm-downloads", hourly), rule("pypi-downloads", hourly)
    by_openssf = rule("openssf-collector", "rate(2 hours)")
    daily, often = rule("data-status-metrics", "cron(0 6 * * ? *)"), rule("pipeline-health", "rate(15 minutes)")
    weekly = rule("publish-top-packages", "cron(0 5 ? * MON *)")
    write, metrics = (grants.write_packages, grants.scan_packages), environment.metrics
    count = (*write, grants.put_metrics)
    health = (grants.read_queue_depths, grants.read_keys, grants.put_metrics)
    publish = (grants.read_packages, grants.publish, grants.put_metrics)
    return [
        Function("npm_downloads_collector", (by_npm,), count, {**metrics, **npm}, timeout=LONG),
        Function("pypi_downloads_collector", (by_pypi,), count, {**metrics, **pypi}, timeout=LONG),
        Function("openssf_collector", (by_openssf,), write, environment.upstreams("OPENSSF_BASE_URL"), timeout=LONG),
        Function("data_status_metrics", (daily,), (grants.scan_packages, grants.put_metrics), metrics),
        Function("pipeline_health", (often,), health, {**environment.dead_letter_queue, **metrics}),
        Function("publish_top_packages", (weekly,), publish, {**environment.public_bucket, **metrics}, timeout=300),
    ]
