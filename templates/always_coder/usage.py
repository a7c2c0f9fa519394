"""How much Always Coder is used in a month, for `pkgops cost`."""

from __future__ import annotations

from pkgops.declarations import UsageProfile

# Low use, for which the documents say 1 to 10 USD: twenty people with a terminal open for two hours a day.
LOW = {
    "socket.messages": 1_000_000,
    "socket.minutes": 75_000,
    "users.active": 20,
    "function.invocations": 1_000_000,
    "function.milliseconds": 30,
    "function.traced_share": 0.1,
    "table.reads": 2_000_000,
    "table.writes": 1_000_000,
    "table.gigabytes": 0.5,
    "cdn.gigabytes": 1,
    "cdn.requests": 50_000,
    # At the edge only requests for pages are checked.
    "AuthGateFunction.invocations": 20_000,
    "AuthCallbackFunction.invocations": 500,
    "bucket.gigabytes": 0.1,
    "bucket.reads": 20_000,
    "bucket.writes": 1_000,
    "logs.gigabytes": 1,
    "logs.stored_gigabytes": 1,
}

USAGE = (UsageProfile("low", LOW, low=1, high=10),)
