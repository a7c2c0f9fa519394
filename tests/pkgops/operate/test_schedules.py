"""The event a schedule sends is the one its rule declares."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pkgops.build.functions import find_function, functions
from pkgops.build.synth import SynthesizedStack
from pkgops.errors import UsageError
from pkgops.model import Stage
from pkgops.operate.schedules import find_rules, rule_event


def function(name: str) -> dict[str, Any]:
    handler = f"handlers.pkgwatch.pipeline.{name.replace('-', '_')}.handler"
    return {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": f"pkgwatch-{name}-dev", "Handler": handler}}


def rule(name: str, target: Any, given: Any = None, **more: Any) -> dict[str, Any]:
    targets = [{"Arn": target, "Id": "T", **({"Input": given} if given is not None else {})}]
    properties = {"Name": name, "ScheduleExpression": "rate(1 hour)", "Targets": targets, **more}
    return {"Type": "AWS::Events::Rule", "Properties": properties}


DAILY = '{"tier":1,"reason":"daily_refresh"}'
STACK = SynthesizedStack(
    "pkgwatch",
    "pipeline",
    "PkgWatchPipeline-dev",
    {
        "Resources": {
            "Refresh": function("refresh"),
            "Retry": function("retry"),
            "Idle": function("idle"),
            "Live": {
                "Type": "AWS::Lambda::Alias",
                "Properties": {"FunctionName": {"Fn::GetAtt": ["Retry", "Arn"]}, "Name": "live"},
            },
            "Daily": rule("pkgwatch-daily-dev", {"Fn::GetAtt": "Refresh.Arn"}, DAILY),
            "Weekly": rule("pkgwatch-weekly-dev", {"Fn::GetAtt": ["Refresh", "Arn"]}, '{"tier":3}'),
            "Composed": rule("pkgwatch-composed-dev", {"Fn::GetAtt": ["Refresh", "Arn"]}, {"Fn::Sub": "${X}"}),
            "Mine": rule("pkgwatch-mine-hourly-dev", {"Fn::GetAtt": ["Refresh", "Arn"]}, "1"),
            "Yours": rule("pkgwatch-yours-hourly-dev", {"Fn::GetAtt": ["Refresh", "Arn"]}, "2"),
            "Often": rule("pkgwatch-often-dev", {"Ref": "Live"}),
            "Elsewhere": rule("pkgwatch-elsewhere-dev", {"Ref": "Topic"}),
            "Pattern": {"Type": "AWS::Events::Rule", "Properties": {"Name": "p", "EventPattern": {}}},
        }
    },
    words=("dev",),
)
KNOWN, RULES = functions([STACK]), find_rules([STACK])
STAGE = Stage("dev", account="123456789012")


@pytest.mark.parametrize("name", ["pkgwatch-daily", "pkgwatch-daily-dev", "PkgWatch-Daily", "daily"])
def test_the_rules_input_is_sent_as_it_is(name: str) -> None:
    assert rule_event(RULES, find_function(KNOWN, "refresh"), name, STAGE) == DAILY.encode()
    assert json.loads(rule_event(RULES, find_function(KNOWN, "refresh"), "pkgwatch-weekly", STAGE)) == {"tier": 3}


def test_without_an_input_it_is_eventbridges_event() -> None:
    sent = json.loads(rule_event(RULES, find_function(KNOWN, "retry"), "pkgwatch-often", STAGE))
    assert (sent["detail-type"], sent["source"], sent["account"], sent["detail"]) == (
        "Scheduled Event",
        "aws.events",
        "123456789012",
        {},
    )
    assert sent["resources"] == [f"arn:aws:events:{STAGE.region}:123456789012:rule/pkgwatch-often-dev"]


@pytest.mark.parametrize(
    ("name", "schedule", "message", "hint"),
    [
        ("idle", "pkgwatch-daily", "idle has no schedule", "--payload"),
        ("refresh", "pkgwatch-dayly", "Unknown schedule of refresh", "pkgwatch-daily"),
        ("retry", "pkgwatch-daily", "Unknown schedule of retry", "pkgwatch-often"),
        ("refresh", "hourly", "matches 2 schedules", "pkgwatch-mine-hourly, pkgwatch-yours-hourly"),
        ("refresh", "ily", "Unknown schedule of refresh", "pkgwatch-daily"),
        ("refresh", "pkgwatch-composed", "composed by CloudFormation", "--payload"),
    ],
)
def test_events_that_are_unknown(name: str, schedule: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError, match=message) as error:
        rule_event(RULES, find_function(KNOWN, name), schedule, STAGE)
    assert hint in error.value.hint
