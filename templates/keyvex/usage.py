"""How much Keyvex is used in a month, for `pkgops cost`."""

from __future__ import annotations

from pkgops.declarations import UsageProfile

# A thousand jobs a month, of which most call an AI provider for half a minute. The documents give no costs.
LOW = {
    "api.called_share": 0.1,
    "api.requests": 20_000,
    "socket.messages": 100_000,
    "socket.minutes": 60_000,
    "function.invocations": 30_000,
    "function.milliseconds": 4_000,
    "function.traced_share": 1,
    "table.reads": 1_000_000,
    "table.writes": 300_000,
    "table.gigabytes": 1,
    "bucket.gigabytes": 10,
    "bucket.reads": 50_000,
    "bucket.writes": 10_000,
    "cdn.gigabytes": 10,
    "cdn.requests": 200_000,
    "queue.requests": 1_500_000,
    "secret.calls": 10_000,
    "key.requests": 10_000,
    "topic.messages": 100,
    "topic.mails": 100,
    "network.nat_gigabytes": 5,
    "logs.gigabytes": 1,
    "logs.stored_gigabytes": 1,
}

USAGE = (UsageProfile("low", LOW),)
