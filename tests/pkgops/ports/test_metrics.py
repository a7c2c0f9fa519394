"""The contract of the `Metrics` port, for the fake and for the emulator."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pkgops.errors import PkgopsError
from pkgops.ports.metrics import AVERAGE, MAXIMUM, MEDIAN, Alarm, MetricQuery, Metrics
from pkgops.ports.ports import Ports
from tests.pkgops.fakes.metrics import FakeMetrics

pytestmark = pytest.mark.emulator

SPACE = "Contract/Metrics"
DAYS = 7


def query(name: str, statistic: str = "Sum") -> MetricQuery:
    return MetricQuery(SPACE, name, (("Part", "one"),), statistic)


@pytest.fixture(scope="module")
def measured(aws: Callable[[str], Any]) -> None:
    now = datetime.now(UTC)
    rows = [("Sent", 2.0, 1), ("Sent", 3.0, 50), ("Sent", 100.0, 24 * 30), ("Size", 10.0, 1), ("Size", 30.0, 49)]
    for name, value, hours in rows:
        data = {"MetricName": name, "Value": value, "Timestamp": now - timedelta(hours=hours)}
        aws("cloudwatch").put_metric_data(
            Namespace=SPACE, MetricData=[{**data, "Dimensions": [{"Name": "Part", "Value": "one"}]}]
        )


@pytest.fixture(params=["fake", "real"])
def metrics(request: pytest.FixtureRequest, measured: None) -> Metrics:
    if request.param == "fake":
        return FakeMetrics({("Sent", "one"): [2.0, 3.0], ("Size", "one"): [10.0, 30.0]})
    real: Ports = request.getfixturevalue("real")
    return real.metrics


def test_values_by_periods_and_alarms(request, aws):
    """The largest and the median of two periods; alarms in the order of names, without those that are not there."""
    start = int(datetime.now(UTC).timestamp()) // 3600 * 3600 - 2 * 3600
    rows = [(60, 1.0), (120, 3.0), (180, 8.0), (3700, 5.0)]
    for after, value in rows:
        data = {"MetricName": "Depth", "Value": value, "Timestamp": datetime.fromtimestamp(start + after, UTC)}
        aws("cloudwatch").put_metric_data(
            Namespace=SPACE, MetricData=[{**data, "Dimensions": [{"Name": "Part", "Value": "one"}]}]
        )
    common = {"Namespace": SPACE, "EvaluationPeriods": 1, "Period": 60, "ComparisonOperator": "GreaterThanThreshold"}
    for name in ("contract-b", "contract-a"):
        dimensions = [{"Name": "Part", "Value": "one"}]
        aws("cloudwatch").put_metric_alarm(
            AlarmName=name, MetricName="Depth", Statistic="Maximum", Threshold=4, Dimensions=dimensions, **common
        )
    aws("cloudwatch").set_alarm_state(AlarmName="contract-a", StateValue="ALARM", StateReason="Too deep.")
    fake = FakeMetrics()
    fake.points = {
        ("Depth", "one", MAXIMUM): ((start, 8.0), (start + 3600, 5.0)),
        ("Depth", "one", MEDIAN): ((start, 3.0), (start + 3600, 5.0)),
    }
    fake.known = [
        Alarm("contract-b", "INSUFFICIENT_DATA", "", "", 4.0, query("Depth", MAXIMUM)),
        Alarm("contract-a", "ALARM", "", "Too deep.", 4.0, query("Depth", MAXIMUM)),
    ]
    for metrics in (fake, request.getfixturevalue("real").metrics):
        asked = [query("Depth", MAXIMUM), query("Depth", MEDIAN), query("Absent")]
        assert metrics.series(asked, start, start + 7200, 3600) == [*fake.points.values(), ()]
        found = metrics.alarms(["contract-a", "contract-absent", "contract-b"])
        assert [one.name for one in found] == ["contract-a", "contract-b"]
        assert (found[0].state, found[0].reason, found[0].threshold) == ("ALARM", "Too deep.", 4.0)
        assert found[0].query == query("Depth", MAXIMUM)


def test_sums_and_means_of_the_last_days_in_the_order_asked(metrics):
    asked = [query("Size", AVERAGE), query("Absent"), query("Sent")]
    assert metrics.totals(asked, DAYS) == [20.0, None, 5.0]
    assert metrics.totals([], DAYS) == []


def test_more_than_one_request_of_them(metrics):
    found = metrics.totals([query("Sent")] * 501, DAYS)
    assert found == [5.0] * 501


def test_what_cloudwatch_refuses_is_told(real):
    from botocore.exceptions import ClientError

    class Refusing:
        def get(self, _service: str) -> Any:
            return self

        def get_metric_data(self, **_query: Any) -> Any:
            raise ClientError({"Error": {"Code": "InvalidParameterValue"}}, "GetMetricData")

    from pkgops.aws.metrics import CloudWatchMetrics

    clients: Any = Refusing()
    with pytest.raises(PkgopsError, match="InvalidParameterValue"):
        CloudWatchMetrics(clients).totals([query("Sent")], DAYS)
