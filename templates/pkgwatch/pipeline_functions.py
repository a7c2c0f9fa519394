"""Which functions collect, score and discover packages, and look after what went wrong?"""

from __future__ import annotations

from pkgops.kit.function import Function
from pkgops.kit.sources import Queue, Stream
from templates.pkgwatch.pipeline_access import COLLECTING, Access
from templates.pkgwatch.pipeline_queues import DISCOVERY_QUEUE, PACKAGE_DLQ, PACKAGE_QUEUE, STREAMS_DLQ
from templates.pkgwatch.pipeline_schedules import Schedules

# Only collected packages can be scored: removals, failure records (their sort key is a time) and items that
# wait for their first collection never invoke the scorer.
SCORABLE = {
    "eventName": ["INSERT", "MODIFY"],
    "dynamodb": {"NewImage": {"sk": {"S": ["LATEST"]}, "collected_at": {"S": [{"exists": True}]}}},
}
LONG = 600  # seconds for those who ask an upstream for one thing after the other


def rows(a: Access, at: Schedules) -> list[Function]:
    """A background handler is one row: its file, what starts it, what it may do."""
    return [*_collected(a, at), *_repaired(a, at), *_discovered(a, at), *_counted(a, at)]


def _collected(a: Access, at: Schedules) -> list[Function]:
    """From the schedule to the score."""
    packages = Queue(a.arns[PACKAGE_QUEUE], window=30, concurrency=5)
    changes = Stream(a.stream, a.arns[STREAMS_DLQ], SCORABLE)
    collects = (a.packages_rw, a.keys_rw, a.raw_w, a.github, a.metrics, a.consumes(PACKAGE_QUEUE))
    told = {**a.shared_breakers, "SKIP_BUNDLEPHOBIA": "true", **a.counts, **a.asks(*COLLECTING)}
    return [
        Function("refresh_dispatcher", at.refreshes(), (a.packages_r, a.queues_package)),
        Function("package_collector", (packages,), collects, told, memory=1024, timeout=300),
        Function("score_calculator", (changes,), (a.packages_rw, a.stream_r, a.describes_failures)),
    ]


def _repaired(a: Access, at: Schedules) -> list[Function]:
    """What failed, and what is incomplete."""
    often = "rate(15 minutes)"
    retries = {"MAX_DISPATCH_PER_RUN": "300", **a.shared_breakers, **a.counts}
    letters = {**a.dead, **a.main, "MAX_DLQ_RETRIES": "5", **a.counts}
    batches = (a.packages_rw, a.packages_scan, a.stream_r, a.metrics, a.consumes(STREAMS_DLQ))
    return [
        Function("streams_dlq_processor", (Queue(a.arns[STREAMS_DLQ], window=30),), batches, a.counts),
        Function(
            "dlq_processor",
            (at.rule("dlq-processor", often),),
            (a.packages_rw, a.consumes(PACKAGE_DLQ), a.queues_package, a.metrics),
            letters,
        ),
        Function(
            "retry_dispatcher",
            (at.rule("retry-dispatcher", often),),
            (a.packages_rw, a.keys_r, a.queues_package, a.metrics),
            retries,
        ),
    ]


def _discovered(a: Access, at: Schedules) -> list[Function]:
    """Packages that are used much and not known."""
    lists, weekly = Queue(a.arns[DISCOVERY_QUEUE], batch=1, concurrency=5), "cron(0 1 ? * TUE *)"
    expands = (a.packages_rw, a.keys_rw, a.raw_r, a.raw_w, a.queues_package, a.metrics, a.consumes(DISCOVERY_QUEUE))
    npmsio, top_pypi = a.asks("NPMSIO_BASE_URL"), a.asks("TOP_PYPI_PACKAGES_URL")
    npm_audit = at.rule("npmsio-audit", "cron(0 2 1 1,4,7,10 ? *)")
    pypi_audit = at.rule("pypi-audit", "cron(0 3 1 1,4,7,10 ? *)")
    adds, seeds = (a.packages_rw, a.queues_package, a.metrics), {**a.dispatcher, **npmsio, **top_pypi}
    return [
        Function(
            "graph_expander_dispatcher",
            (at.rule("graph-expander-dispatcher", weekly),),
            (a.packages_r, a.keys_r, a.queues_discovery, a.metrics),
            {**a.discovery, **a.counts},
            timeout=300,
        ),
        Function("graph_expander_worker", (lists,), expands, {**a.counts, **a.asks("DEPSDEV_BASE_URL")}, 1024, 300),
        Function("npmsio_audit", (npm_audit,), adds, {**a.counts, **npmsio}, 1024, LONG),
        Function("pypi_audit", (pypi_audit,), adds, {**a.counts, **top_pypi}, 1024, LONG),
        Function("seed_packages", (), (a.packages_rw, a.refreshes), seeds, 1024, LONG),
    ]


def _counted(a: Access, at: Schedules) -> list[Function]:
    """Numbers that are looked up apart from collection, those about our data, and those that are published."""
    writes, hourly = (a.packages_rw, a.packages_scan), "rate(1 hour)"
    npm, pypi = a.asks("NPM_API_BASE_URL"), a.asks("PYPISTATS_BASE_URL")
    by_npm, by_pypi = at.rule("npm-downloads", hourly), at.rule("pypi-downloads", hourly)
    by_openssf = at.rule("openssf-collector", "rate(2 hours)")
    daily, often = at.rule("data-status-metrics", "cron(0 6 * * ? *)"), at.rule("pipeline-health", "rate(15 minutes)")
    weekly = at.rule("publish-top-packages", "cron(0 5 ? * MON *)")
    health, publishes = (a.depths, a.keys_r, a.metrics), (a.packages_r, a.publishes, a.metrics)
    return [
        Function("npm_downloads_collector", (by_npm,), (*writes, a.metrics), {**a.counts, **npm}, timeout=LONG),
        Function("pypi_downloads_collector", (by_pypi,), (*writes, a.metrics), {**a.counts, **pypi}, timeout=LONG),
        Function("openssf_collector", (by_openssf,), writes, a.asks("OPENSSF_BASE_URL"), timeout=LONG),
        Function("data_status_metrics", (daily,), (a.packages_scan, a.metrics), a.counts),
        Function("pipeline_health", (often,), health, {**a.dead, **a.counts}),
        Function("publish_top_packages", (weekly,), publishes, {**a.public, **a.counts}, timeout=300),
    ]
