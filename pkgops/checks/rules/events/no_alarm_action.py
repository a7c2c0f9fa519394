"""Alarms without an action."""

from __future__ import annotations

from collections.abc import Iterator

from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Subject


def _find(subject: Subject) -> Iterator[Found]:
    watched = _watched(subject)
    for alarm in subject.resources("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"):
        if not alarm.properties.get("AlarmActions") and alarm.id not in watched:
            yield alarm.found("has no alarm action.", "AlarmActions")


def _watched(subject: Subject) -> set[str]:
    """Alarms that something else looks at: a rollout, or an alarm made of alarms."""
    text = [str(one.body) for one in subject.resources("AWS::CodeDeploy::DeploymentGroup")]
    text += [str(one.body) for one in subject.resources("AWS::CloudWatch::CompositeAlarm")]
    ids = {one.id for one in subject.resources("AWS::CloudWatch::Alarm")}
    return {one for one in ids if any(f"'{one}'" in body or f"${{{one}" in body for body in text)}


_ALARM = """\
scope.add(cloudwatch.Alarm(
    "Errors",
    Namespace="AWS/Lambda",
    MetricName="Errors",
    Statistic="Sum",
    ComparisonOperator="GreaterThanThreshold",
    Threshold=5,
    Period=300,
    EvaluationPeriods=1,{actions}
))
"""
RULE = Rule(
    id="P305",
    title="Alarm without an action",
    reason="Its state is only visible in the console.",
    remedy="Set AlarmActions to a topic with subscribers.",
    find=_find,
    bad=Example(_ALARM.format(actions="")),
    good=Example('news = scope.add(sns.Topic("News"))\n' + _ALARM.format(actions="\n    AlarmActions=[Ref(news)],")),
)
