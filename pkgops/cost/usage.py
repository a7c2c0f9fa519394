"""How much is a system used in a month? Assumptions by measure, from a profile of the project or from a file.

A measure is "kind.what" ("function.invocations"): for all resources of the system together. A number for one resource
is given with its logical id instead of the kind ("GetOrderFunction.invocations"); the others share the rest evenly.
Means and shares ("function.milliseconds") hold for each resource.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from pkgops.declarations import UsageProfile
from pkgops.errors import ConfigError, unknown
from pkgops.text_file import read_text

# measure -> its meaning. A number for all resources together is shared among them, unless it is a mean or a share.
MEASURES: Mapping[str, str] = {
    "api.called_share": "share of the hours in which each method of a REST API is called (0 to 1)",
    "api.requests": "requests to REST and HTTP APIs",
    "backup.gigabytes": "GB that AWS Backup keeps",
    "bucket.gigabytes": "GB in buckets",
    "bucket.reads": "reads of objects",
    "bucket.writes": "writes and listings of objects",
    "bus.events": "events put on event buses",
    "cdn.gigabytes": "GB that distributions send",
    "cdn.requests": "requests to distributions",
    "database.extra_capacity_hours": "hours of Aurora capacity units above the minimum",
    "database.gigabytes": "GB in databases",
    "database.monitoring_gigabytes": "GB of enhanced monitoring",
    "database.requests": "reads and writes of a database's storage",
    "firewall.requests": "requests that web ACLs see",
    "function.invocations": "invocations of functions",
    "function.milliseconds": "mean duration of an invocation in milliseconds",
    "function.restores": "starts of functions from a snapshot",
    "function.traced_share": "share of invocations that are traced (0 to 1)",
    "key.requests": "uses of KMS keys",
    "logs.gigabytes": "GB written to logs",
    "logs.stored_gigabytes": "GB kept in logs",
    "machine.transitions": "transitions of state machines",
    "mail.messages": "mails sent",
    "network.endpoint_gigabytes": "GB through interface endpoints",
    "network.nat_gigabytes": "GB through NAT gateways",
    "queue.requests": "requests to queues, polling included",
    "schedule.invocations": "invocations by EventBridge Scheduler",
    "secret.calls": "readings of secrets",
    "socket.messages": "messages of WebSocket APIs",
    "socket.minutes": "minutes of WebSocket connections",
    "table.gigabytes": "GB in tables",
    "table.reads": "read request units of tables",
    "table.writes": "write request units of tables",
    "topic.mails": "mails of topics",
    "topic.messages": "messages of topics",
    "users.active": "users active in the month",
}
MEANS = frozenset({"api.called_share", "function.milliseconds", "function.traced_share"})
"""Measures that hold for each resource, instead of being shared."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Assumptions: ``values`` by measure, or by logical id and the measure's second word. ``name`` says whose they
    are, ``low`` and ``high`` the range that documents give for them, 0 if they give none."""

    name: str = ""
    values: Mapping[str, Decimal] = field(default_factory=dict)
    low: Decimal = Decimal(0)
    high: Decimal = Decimal(0)

    def of(self, measure: str, resource: str, sharing: Sequence[str]) -> Decimal | None:
        """The measure's number for a resource; None without an assumption. ``sharing`` are the logical ids of all
        resources that have the measure."""
        what = measure.partition(".")[2]
        own = self.values.get(f"{resource}.{what}")
        total = self.values.get(measure)
        if own is not None or total is None or measure in MEANS:
            return own if own is not None else total
        given = [self.values.get(f"{name}.{what}") for name in sharing]
        left = max(total - sum((one for one in given if one is not None), Decimal(0)), Decimal(0))
        return left / given.count(None)


NONE = Usage()


def chosen(profiles: Sequence[UsageProfile], stage: str, wanted: str | None) -> Usage:
    """The assumptions called ``wanted``: a profile of the system, or a TOML file. Without a name the first profile for
    the stage, or the first one. UsageError for an unknown name, ConfigError for a file that cannot be used."""
    named = {profile.name: profile for profile in profiles}
    if wanted is None:
        fitting = [profile for profile in profiles if stage in profile.stages] or list(profiles)
        return of_profile(fitting[0]) if fitting else NONE
    if wanted in named:
        return of_profile(named[wanted])
    if Path(wanted).is_file():
        return from_file(Path(wanted))
    if Path(wanted).suffix or "/" in wanted:
        raise ConfigError(f"There is no file {wanted}.", "Give a usage profile or a TOML file with measures.")
    raise unknown("usage profile", wanted, named)


def of_profile(profile: UsageProfile) -> Usage:
    """The assumptions of a profile of the project. ConfigError for an unknown measure."""
    values = _checked(profile.monthly, f"usage profile {profile.name}")
    return Usage(profile.name, values, Decimal(profile.low), Decimal(profile.high))


def from_file(path: Path) -> Usage:
    """The assumptions of a TOML file: ``"function.invocations" = 100000``, or a table for each kind or resource."""
    try:
        data = tomllib.loads(read_text(path, str(path)))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}.", "Correct that line.") from error
    flat: dict[str, Any] = {}
    for key, value in data.get("usage", data).items():
        flat |= {f"{key}.{name}": inner for name, inner in value.items()} if isinstance(value, dict) else {key: value}
    return Usage(path.name, _checked(flat, str(path)))


def _checked(given: Mapping[str, Any], where: str) -> dict[str, Decimal]:
    found = {}
    endings = {measure.partition(".")[2] for measure in MEASURES}
    kinds = {measure.partition(".")[0] for measure in MEASURES}
    for key, value in given.items():
        kind, _, what = key.partition(".")
        if key not in MEASURES and (kind in kinds or what not in endings):
            near = unknown("measure", key, MEASURES).hint
            raise ConfigError(f"{where}: unknown measure {key!r}.", near)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
            raise ConfigError(f"{where}: {key} is {value!r}.", "Give a number that is not negative.")
        found[key] = Decimal(str(value))
    return found
