"""P305."""

from __future__ import annotations

from pathlib import Path

from tests.pkgops.checks.project import found

ALARM = (
    'scope.add(cloudwatch.Alarm("Errors", Namespace="n", MetricName="m", Statistic="Sum", Period=60, '
    'ComparisonOperator="GreaterThanThreshold", Threshold=5, EvaluationPeriods=1{}))\n'
)


def test_telling_that_all_is_well_is_not_enough(tmp_path: Path) -> None:
    assert found("P305", tmp_path, ALARM.format(', OKActions=["t"]'))
    assert found("P305", tmp_path, ALARM.format(', AlarmActions=["t"]')) == []


def test_an_alarm_that_a_rollout_watches(tmp_path: Path) -> None:
    group = (
        "from troposphere import codedeploy\n"
        'scope.add(codedeploy.DeploymentGroup("G", ApplicationName="a", ServiceRoleArn="r", '
        'AlarmConfiguration=codedeploy.AlarmConfiguration(Alarms=[codedeploy.Alarm(Name=Ref("Errors"))])))'
    )
    assert found("P305", tmp_path, ALARM.format("") + group) == []
