"""How much PkgWatch is used in a month, for `pkgops cost`."""

from __future__ import annotations

from pkgops.declarations import UsageProfile

# Low traffic, for which the documents say 25 to 50 USD: a few thousand packages, refreshed by schedule, and a few hundred
# users of the API.
LOW = {
    "api.requests": 100_000,
    "firewall.requests": 120_000,
    "function.invocations": 300_000,
    "function.milliseconds": 400,
    "function.traced_share": 0.5,
    "table.reads": 3_000_000,
    "table.writes": 1_500_000,
    "table.gigabytes": 1,
    "backup.gigabytes": 2,
    "bucket.gigabytes": 2,
    "bucket.reads": 50_000,
    "bucket.writes": 100_000,
    "queue.requests": 2_000_000,
    "topic.messages": 1_000,
    "topic.mails": 100,
    "mail.messages": 1_000,
    "key.requests": 2_000,
    "logs.gigabytes": 2,
    "logs.stored_gigabytes": 2,
}

USAGE = (UsageProfile("low", LOW, low=25, high=50),)
