"""How much Kefir is used in a month, for `pkgops cost`."""

from __future__ import annotations

from pkgops.declarations import UsageProfile

# A hundred users who look after a batch each day. The documents give no costs.
LOW = {
    "api.requests": 100_000,
    "users.active": 100,
    "function.invocations": 120_000,
    "function.milliseconds": 80,
    "function.traced_share": 0.5,
    "table.reads": 500_000,
    "table.writes": 150_000,
    "table.gigabytes": 0.2,
    "bucket.gigabytes": 5,
    "bucket.reads": 20_000,
    "bucket.writes": 5_000,
    "mail.messages": 1_000,
    "topic.messages": 50,
    "key.requests": 100,
    "topic.mails": 50,
    "logs.gigabytes": 0.5,
    "logs.stored_gigabytes": 1,
}

USAGE = (UsageProfile("low", LOW),)
