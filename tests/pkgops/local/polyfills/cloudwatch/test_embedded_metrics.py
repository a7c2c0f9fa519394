"""Contract: metrics that are printed in the embedded metric format are metrics, and alarms see them."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta

import pytest

from pkgops.local.polyfills.cloudwatch.embedded_metrics import Datum, data

pytestmark = pytest.mark.emulator

PRINTS = """
import json, time
def handler(event, context):
    about = {"Namespace": event["namespace"], "Dimensions": [["Stage"]], "Metrics": [{"Name": "Cost", "Unit": "None"}]}
    now = int(time.time() * 1000)
    print(json.dumps({"_aws": {"Timestamp": now, "CloudWatchMetrics": [about]}, "Cost": [2, 3.5], "Stage": "dev"}))
"""


def total(aws, namespace, **dimensions):
    now = datetime.now(UTC)
    found = aws("cloudwatch").get_metric_statistics(
        Namespace=namespace,
        MetricName="Cost",
        Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(minutes=1),
        Period=3600 * 24,
        Statistics=["Sum", "SampleCount"],
    )
    return [(point["Sum"], point["SampleCount"]) for point in found["Datapoints"]]


def test_what_a_function_prints_is_measured(aws, function, unique):
    namespace, printing = unique("Printed"), function(PRINTS)
    printing({"namespace": namespace})
    assert total(aws, namespace, Stage="dev") == [(5.5, 2)]
    assert total(aws, namespace, Stage="prod") == []


def test_a_metric_has_values_for_each_set_of_dimensions():
    about = {"Namespace": "N", "Dimensions": [[], ["Stage"]], "Metrics": [{"Name": "Cost", "Unit": "Count"}]}
    line = {"_aws": {"Timestamp": 7500, "CloudWatchMetrics": [about]}, "Cost": 2, "Stage": "dev"}
    assert list(data(json.dumps(line))) == [
        Datum("N", "Cost", {}, 7.5, "Count", [2.0]),
        Datum("N", "Cost", {"Stage": "dev"}, 7.5, "Count", [2.0]),
    ]


def test_an_alarm_sees_it(aws, unique):
    logs, name = aws("logs"), unique("alarm")
    aws("cloudwatch").put_metric_alarm(
        AlarmName=name,
        Namespace=name,
        MetricName="Cost",
        Statistic="Sum",
        Period=3600,
        EvaluationPeriods=1,
        Threshold=10,
        ComparisonOperator="GreaterThanThreshold",
    )
    logs.create_log_group(logGroupName=name)
    logs.create_log_stream(logGroupName=name, logStreamName="s")
    for value, state in ((9, "OK"), (2, "ALARM")):
        about = [{"Namespace": name, "Dimensions": [[]], "Metrics": [{"Name": "Cost"}]}]
        line = json.dumps({"_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": about}, "Cost": value})
        event = {"timestamp": int(time.time() * 1000), "message": line}
        logs.put_log_events(logGroupName=name, logStreamName="s", logEvents=[event])
        (alarm,) = aws("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
        assert alarm["StateValue"] == state
    logs.delete_log_group(logGroupName=name)


@pytest.mark.parametrize(
    "line",
    [
        '"_aws"',
        '{"_aws": 1}',
        '{"_aws": {"CloudWatchMetrics": [1, {"Metrics": [1, {"Name": "a"}]}]}}',
        '{"_aws": {"CloudWatchMetrics": [{"Metrics": [{"Name": "a"}], "Dimensions": [["b"]]}]}, "a": 1}',
        '{"_aws": {"CloudWatchMetrics": [{"Metrics": [{"Name": "a"}], "Dimensions": "b"}]}, "a": 1}',
        '{"_aws": {"CloudWatchMetrics": [{"Metrics": [{"Name": "a"}]}]}, "a": [true, "1", NaN]}',
        '{"_aws": ' + "[" * 100_000,
    ],
)
def test_what_is_not_of_the_format_is_passed_over(line):
    assert list(data(line)) == []
