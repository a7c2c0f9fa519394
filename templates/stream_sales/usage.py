"""How much Stream Sales is used in a month, for `pkgops cost`."""

from __future__ import annotations

from pkgops.declarations import UsageProfile

# The documents give a range for each. Idle, the database pauses; otherwise it works some hours above its minimum.
IDLE: dict[str, float] = {
    "api.requests": 1_000,
    "cdn.gigabytes": 1,
    "cdn.requests": 20_000,
    "function.invocations": 10_000,
    "function.milliseconds": 200,
    "function.traced_share": 0.5,
    "bucket.gigabytes": 1,
    "bucket.reads": 10_000,
    "bucket.writes": 1_000,
    "database.extra_capacity_hours": 0,
    "database.gigabytes": 1,
    "database.requests": 100_000,
    "database.monitoring_gigabytes": 0,
    "network.nat_gigabytes": 1,
    "queue.requests": 0,
    "secret.calls": 1_000,
    "table.gigabytes": 0.01,
    "table.reads": 20_000,
    "table.writes": 1_000,
    "topic.messages": 10,
    "topic.mails": 10,
    "logs.gigabytes": 0.2,
    "logs.stored_gigabytes": 0.5,
}
ACTIVE = {
    **IDLE,
    "cdn.gigabytes": 10,
    "cdn.requests": 300_000,
    "function.invocations": 200_000,
    "bucket.gigabytes": 5,
    "database.extra_capacity_hours": 200,
    "database.requests": 5_000_000,
    "network.nat_gigabytes": 5,
    "logs.gigabytes": 2,
}
STAGING = {**ACTIVE, "database.extra_capacity_hours": 0}
PRODUCTION = {
    **ACTIVE,
    "cdn.gigabytes": 100,
    "cdn.requests": 5_000_000,
    "function.invocations": 3_000_000,
    "bucket.gigabytes": 50,
    "bucket.reads": 2_000_000,
    "bucket.writes": 100_000,
    "database.extra_capacity_hours": 100,
    "database.gigabytes": 20,
    "database.requests": 50_000_000,
    "database.monitoring_gigabytes": 1,
    "network.nat_gigabytes": 50,
    "secret.calls": 100_000,
    "table.gigabytes": 1,
    "table.reads": 5_000_000,
    "table.writes": 100_000,
    "logs.gigabytes": 10,
    "logs.stored_gigabytes": 10,
}

USAGE = (
    UsageProfile("idle", IDLE, low=15, high=30, stages=("local", "dev")),
    UsageProfile("active", ACTIVE, low=50, high=100),
    UsageProfile("staging", STAGING, low=100, high=200, stages=("staging",)),
    UsageProfile("production", PRODUCTION, low=300, high=500, stages=("prod",)),
)
