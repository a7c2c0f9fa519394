"""The CloudWatch metrics of a run, sent together when it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from handlers.common.aws import ServiceError, client
from handlers.common.logs import logger
from handlers.pkgwatch.runtime.settings import settings

BATCH = 1000  # metrics of one PutMetricData call

_Series = tuple[str, str, tuple[tuple[str, str], ...]]


class Metrics:
    """Collects the metrics of one run; `send` sends them to CloudWatch. Metrics never fail a run: a call CloudWatch
    does not accept is logged. ``connect`` makes the client once there is something to send. Not thread-safe."""

    def __init__(self, connect: Callable[[], Any], namespace: str) -> None:
        self._connect = connect
        self._namespace = namespace
        self._values: dict[_Series, float] = {}

    def count(self, name: str, number: float = 1, **dimensions: str) -> None:
        """Adds to a counter. 0 is sent as well, so that an alarm sees that nothing happened."""
        series = (name, "Count", tuple(sorted(dimensions.items())))
        self._values[series] = self._values.get(series, 0) + number

    def value(self, name: str, value: float, unit: str = "None", **dimensions: str) -> None:
        """Sets a value; the last one of a run counts. ``unit`` is one of CloudWatch's, such as Percent or
        Milliseconds."""
        self._values[(name, unit, tuple(sorted(dimensions.items())))] = value

    def send(self) -> None:
        """Sends all metrics since the last time, a thousand in a call."""
        data = [_datum(series, value) for series, value in self._values.items()]
        self._values = {}
        for start in range(0, len(data), BATCH):
            try:
                self._connect().put_metric_data(Namespace=self._namespace, MetricData=data[start : start + BATCH])
            except ServiceError:
                logger.exception("Metrics were not accepted")


@contextmanager
def metrics() -> Iterator[Metrics]:
    """The metrics of one invocation, sent when it ends, whether or not it fails."""
    collected = Metrics(partial(client, "cloudwatch"), settings().metrics_namespace)
    try:
        yield collected
    finally:
        collected.send()


def _datum(series: _Series, value: float) -> dict[str, Any]:
    name, unit, dimensions = series
    datum: dict[str, Any] = {"MetricName": name, "Value": float(value), "Unit": unit}
    if dimensions:
        datum["Dimensions"] = [{"Name": key, "Value": text[:1024] or "unknown"} for key, text in dimensions]
    return datum
