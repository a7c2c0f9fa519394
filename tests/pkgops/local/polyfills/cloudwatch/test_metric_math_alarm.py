"""Contract: an alarm over metric math is accepted."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.emulator


def test_an_alarm_over_metric_math_is_accepted(deploy, unique, aws):
    name = unique("throttling")
    stat = {"Metric": {"Namespace": "AWS/DynamoDB", "MetricName": "ThrottledRequests"}, "Period": 300, "Stat": "Sum"}
    alarm = {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmName": name,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "EvaluationPeriods": 2,
            "Threshold": 10,
            "Metrics": [
                {"Id": "total", "Expression": "SUM(METRICS())", "ReturnData": True},
                {"Id": "put", "MetricStat": stat, "ReturnData": False},
            ],
        },
    }
    stack = deploy({"Alarm": alarm})
    assert stack.status == "CREATE_COMPLETE"
    (found,) = aws("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    assert found["Period"] == 300
    assert found["StateValue"] == "INSUFFICIENT_DATA"
