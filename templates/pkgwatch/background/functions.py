"""The functions that collect, score and discover packages, and repair what failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pkgops.kit.function import Function
from pkgops.kit.triggers import QueueTrigger, StreamTrigger
from pkgops.scope import Scope
from templates.pkgwatch.background.access import COLLECTING, Environment, Grants, Links, Queues
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
    """What starts the functions: the rules of the stack, the queues by documented name, each with ``at_once`` invocations
    at most, and the table's stream."""

    schedules: Schedules
    queues: Queues
    stream: Any
    at_once: int


@dataclass(frozen=True, slots=True)
class _Access:
    """What the functions use."""

    links: Links
    grants: Grants
    environment: Environment


def rows(scope: Scope, queues: Queues) -> list[Function]:
    """One row a function: its file, what starts it, its permissions, its environment, what it is linked to."""
    access = _Access(Links(scope, queues), Grants(scope, queues), Environment(scope, queues))
    stream = scope.use("storage.PackagesTableStreamArn")
    sources = _Sources(Schedules(scope), queues, stream, scope.settings.queue_concurrency)
    return [row for part in (_collecting, _repairing, _discovering, _counting) for row in part(access, sources)]


def _collecting(access: _Access, sources: _Sources) -> list[Function]:
    """From the schedule to the score."""
    links, grants, environment = access.links, access.grants, access.environment
    queue = (links.queue_packages,)
    collecting = {**environment.shared_breakers, "SKIP_BUNDLEPHOBIA": "true", **environment.upstreams(*COLLECTING)}
    return [
        Function("refresh_dispatcher", sources.schedules.refreshes(), (grants.packages("Query"),), links=queue),
        Function(
            "package_collector",
            (QueueTrigger(sources.queues[PACKAGE_QUEUE].arn, window=30, concurrency=sources.at_once),),
            (grants.packages("BatchGetItem", "GetItem", "PutItem", "UpdateItem"), grants.keys("GetItem", "UpdateItem")),
            collecting,
            links=(links.write_raw_data, links.github_token, links.put_metrics, links.consume(PACKAGE_QUEUE)),
            memory=1024,
            timeout=300,
        ),
        Function(
            "score_calculator",
            (StreamTrigger(sources.stream, sources.queues[STREAMS_DLQ].arn, SCORABLE),),
            (
                grants.packages("BatchGetItem", "GetItem", "UpdateItem"),
                grants.read_stream,
                grants.queue_stream_failures,
            ),
        ),
    ]


def _repairing(access: _Access, sources: _Sources) -> list[Function]:
    """What failed, and what is incomplete."""
    links, grants, environment = access.links, access.grants, access.environment
    rule, often = sources.schedules.rule, "rate(15 minutes)"
    return [
        Function(
            "streams_dlq_processor",
            (QueueTrigger(sources.queues[STREAMS_DLQ].arn, window=30),),
            (grants.packages("Scan", "UpdateItem"), grants.read_stream),
            links=(links.put_metrics, links.consume(STREAMS_DLQ)),
        ),
        Function(
            "dlq_processor",
            (rule("dlq-processor", often),),
            (grants.packages("GetItem", "PutItem"),),
            {**environment.dead_letter_queue, "MAX_DLQ_RETRIES": "5"},
            links=(links.consume(PACKAGE_DLQ), links.queue_packages_again, links.put_metrics),
        ),
        Function(
            "retry_dispatcher",
            (rule("retry-dispatcher", often),),
            (grants.packages("Query", "UpdateItem"), grants.keys("GetItem")),
            {"MAX_DISPATCH_PER_RUN": "300", **environment.shared_breakers},
            links=(links.queue_packages, links.put_metrics),
        ),
    ]


def _discovering(access: _Access, sources: _Sources) -> list[Function]:
    """Packages that are used much and not known."""
    links, grants, environment = access.links, access.grants, access.environment
    rule, add = sources.schedules.rule, (links.queue_packages, links.put_metrics)
    npmsio, top_pypi = environment.upstreams("NPMSIO_BASE_URL"), environment.upstreams("TOP_PYPI_PACKAGES_URL")
    npm_audit = rule("npmsio-audit", "cron(0 2 1 1,4,7,10 ? *)")
    pypi_audit = rule("pypi-audit", "cron(0 3 1 1,4,7,10 ? *)")
    write = (grants.packages("BatchGetItem", "PutItem"),)
    return [
        Function(
            "graph_expander_dispatcher",
            (rule("graph-expander-dispatcher", "cron(0 1 ? * TUE *)"),),
            (grants.packages("Query"), grants.keys("GetItem")),
            links=(links.queue_discoveries, links.put_metrics),
            timeout=300,
        ),
        Function(
            "graph_expander_worker",
            (QueueTrigger(sources.queues[DISCOVERY_QUEUE].arn, batch=1, concurrency=sources.at_once),),
            (*write, grants.keys("GetItem", "UpdateItem")),
            environment.upstreams("DEPSDEV_BASE_URL"),
            links=(links.read_raw_data, links.write_raw_data, *add, links.consume(DISCOVERY_QUEUE)),
            memory=1024,
            timeout=300,
        ),
        Function("npmsio_audit", (npm_audit,), write, npmsio, links=add, memory=1024, timeout=LONG),
        Function("pypi_audit", (pypi_audit,), write, top_pypi, links=add, memory=1024, timeout=LONG),
        Function(
            "seed_packages",
            (),
            (*write, grants.invoke_dispatcher),
            {**environment.dispatcher, **npmsio, **top_pypi},
            memory=1024,
            timeout=LONG,
        ),
    ]


def _counting(access: _Access, sources: _Sources) -> list[Function]:
    """Numbers that are looked up apart from collection, those about our data, and those that are published."""
    links, grants, environment = access.links, access.grants, access.environment
    rule, hourly = sources.schedules.rule, "rate(1 hour)"
    npm, pypi = environment.upstreams("NPM_API_BASE_URL"), environment.upstreams("PYPISTATS_BASE_URL")
    by_npm, by_pypi = rule("npm-downloads", hourly), rule("pypi-downloads", hourly)
    by_openssf = rule("openssf-collector", "rate(2 hours)")
    daily, often = rule("data-status-metrics", "cron(0 6 * * ? *)"), rule("pipeline-health", "rate(15 minutes)")
    weekly = rule("publish-top-packages", "cron(0 5 ? * MON *)")
    write, metrics = (grants.packages("Scan", "UpdateItem"),), (links.put_metrics,)
    health, dead = (grants.read_queue_depths, grants.keys("BatchGetItem")), environment.dead_letter_queue
    publish = (links.publish, links.put_metrics)
    return [
        Function("npm_downloads_collector", (by_npm,), write, npm, links=metrics, timeout=LONG),
        Function("pypi_downloads_collector", (by_pypi,), write, pypi, links=metrics, timeout=LONG),
        Function("openssf_collector", (by_openssf,), write, environment.upstreams("OPENSSF_BASE_URL"), timeout=LONG),
        Function("data_status_metrics", (daily,), (grants.packages("Scan"),), links=metrics),
        Function("pipeline_health", (often,), health, dead, links=metrics),
        Function("publish_top_packages", (weekly,), (grants.packages("Query"),), links=publish, timeout=300),
    ]
