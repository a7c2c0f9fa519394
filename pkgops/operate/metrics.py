"""What CloudWatch has measured of a system's functions, queues and APIs, and the state of its alarms."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pkgops.build.functions import functions
from pkgops.build.synth import resources
from pkgops.errors import unknown
from pkgops.operate.queues import declared_queues
from pkgops.ports.metrics import MAXIMUM, MEDIAN, P99, SUM, Alarm, MetricQuery, Series

if TYPE_CHECKING:
    from pkgops.build.synth import SynthesizedStack
    from pkgops.ports.ports import Ports

WINDOWS: Mapping[str, tuple[int, int]] = {
    "1h": (3600, 60),
    "3h": (10_800, 300),
    "1d": (86_400, 1800),
    "7d": (604_800, 14_400),
}
"""How far back can be looked, with the length of the periods, in seconds."""
_ALARM, _API_V2 = "AWS::CloudWatch::Alarm", "AWS::ApiGatewayV2::Api"


@dataclass(frozen=True, slots=True)
class Curve:
    """One metric of something, by what it is called for people (``errors``)."""

    name: str
    points: Series

    @property
    def total(self) -> float:
        """The sum of all values."""
        return sum(value for _, value in self.points)

    @property
    def largest(self) -> float | None:
        """The largest value; None where nothing was measured."""
        return max((value for _, value in self.points), default=None)


@dataclass(frozen=True, slots=True)
class Measured:
    """A function, queue or API: how often something happened, and how long it took, in milliseconds. For queues the
    most messages that waited, and the age of the oldest, in seconds. ``id`` is the name in AWS."""

    name: str
    id: str
    counts: tuple[Curve, ...]
    times: tuple[Curve, ...]

    @property
    def any(self) -> bool:
        """Whether anything was measured."""
        return any(curve.points for curve in (*self.counts, *self.times))


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """An alarm with the metric it watches."""

    alarm: Alarm
    curve: Curve


_Named = tuple[str, str, tuple[tuple[str, str], ...]]
_Kind = tuple[str, tuple[tuple[str, str, str], ...], tuple[tuple[str, str, str], ...]]
_FUNCTION: _Kind = (
    "AWS/Lambda",
    (("invocations", "Invocations", SUM), ("errors", "Errors", SUM)),
    (("median", "Duration", MEDIAN), ("p99", "Duration", P99)),
)
_QUEUE: _Kind = (
    "AWS/SQS",
    (("waiting", "ApproximateNumberOfMessagesVisible", MAXIMUM),),
    (("oldest", "ApproximateAgeOfOldestMessage", MAXIMUM),),
)
_TIMES = (("median", "Latency", MEDIAN), ("p99", "Latency", P99))
_REST: _Kind = (
    "AWS/ApiGateway",
    (("requests", "Count", SUM), ("4xx", "4XXError", SUM), ("5xx", "5XXError", SUM)),
    _TIMES,
)
_HTTP: _Kind = ("AWS/ApiGateway", (("requests", "Count", SUM), ("4xx", "4xx", SUM), ("5xx", "5xx", SUM)), _TIMES)


def window(name: str) -> tuple[int, int]:
    """The length of a window and of its periods, in seconds. UsageError for another name than those of `WINDOWS`."""
    if name not in WINDOWS:
        raise unknown("window", name, list(WINDOWS))
    return WINDOWS[name]


def function_metrics(stacks: Sequence[SynthesizedStack], ports: Ports, back: str, now: int) -> list[Measured]:
    """Invocations, errors and durations of all functions, until ``now`` (epoch seconds)."""
    rows = [(_FUNCTION, (one.short, one.name, (("FunctionName", one.name),))) for one in functions(stacks)]
    return _measured(rows, ports, back, now)


def queue_metrics(stacks: Sequence[SynthesizedStack], ports: Ports, back: str, now: int) -> list[Measured]:
    """How many messages waited in each queue, and how long the oldest of them."""
    rows = [(_QUEUE, (one.name, one.name, (("QueueName", one.name),))) for one in declared_queues(stacks)]
    return _measured(rows, ports, back, now)


def api_metrics(stacks: Sequence[SynthesizedStack], ports: Ports, back: str, now: int) -> list[Measured]:
    """Requests, errors and latencies of REST and HTTP APIs."""
    return _measured([row for stack in stacks for row in _apis(stack, ports)], ports, back, now)


def alarm_rows(stacks: Sequence[SynthesizedStack], ports: Ports, back: str, now: int) -> list[AlarmRow]:
    """The alarms of the deployed stacks, those that ring first."""
    there = {state.name for state in ports.stacks.describe()}
    names = [
        one.physical_id
        for stack in stacks
        if stack.name in there
        for one in ports.stacks.resources(stack.name)
        if one.type == _ALARM and one.physical_id
    ]
    found = ports.metrics.alarms(names)
    length, period = window(back)
    asked = [alarm.query for alarm in found if alarm.query]
    points = iter(ports.metrics.series(asked, now - length, now, period) if asked else [])
    rows = [AlarmRow(one, Curve(one.query.name, next(points)) if one.query else Curve("", ())) for one in found]
    return sorted(rows, key=lambda row: ({"ALARM": 0, "OK": 1}.get(row.alarm.state, 2), row.alarm.name))


def _apis(stack: SynthesizedStack, ports: Ports) -> Iterator[tuple[_Kind, _Named]]:
    for _, resource in resources(stack.template, "AWS::ApiGateway::RestApi"):
        name = resource.get("Properties", {}).get("Name")
        if isinstance(name, str):
            yield _REST, (name, name, (("ApiName", name),))
    names = {key: row.get("Properties", {}).get("Name") for key, row in resources(stack.template, _API_V2)}
    if not names or stack.name not in {state.name for state in ports.stacks.describe()}:
        return
    for one in ports.stacks.resources(stack.name):
        if one.type == _API_V2 and one.logical_id in names:
            yield _HTTP, (str(names[one.logical_id] or one.logical_id), one.physical_id, (("ApiId", one.physical_id),))


def _measured(rows: Sequence[tuple[_Kind, _Named]], ports: Ports, back: str, now: int) -> list[Measured]:
    """One question for everything; what was used first."""
    length, period = window(back)
    queries = [
        MetricQuery(space, metric, dimensions, statistic)
        for (space, counts, times), (_, _, dimensions) in rows
        for _, metric, statistic in (*counts, *times)
    ]
    points = iter(ports.metrics.series(queries, now - length, now, period) if queries else [])
    found = []
    for (_, counts, times), (name, identifier, _) in rows:
        made = [Curve(named, next(points)) for named, _, _ in (*counts, *times)]
        found.append(Measured(name, identifier, tuple(made[: len(counts)]), tuple(made[len(counts) :])))
    return sorted(found, key=lambda one: (not one.any, one.name))


SECTIONS: Mapping[str, Callable[[Sequence[SynthesizedStack], Ports, str, int], list[Measured]]] = {
    "functions": function_metrics,
    "queues": queue_metrics,
    "apis": api_metrics,
}
