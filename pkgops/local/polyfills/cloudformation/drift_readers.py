"""Drift detection covers alarms, rules and the policies of roles, and finds secrets by their ARN."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pkgops.local.hooks.patch import require
from pkgops.local.hooks.types import Properties, Types

_ALARM = frozenset(
    {
        "ActionsEnabled",
        "AlarmActions",
        "AlarmDescription",
        "AlarmName",
        "ComparisonOperator",
        "DatapointsToAlarm",
        "Dimensions",
        "EvaluationPeriods",
        "ExtendedStatistic",
        "InsufficientDataActions",
        "MetricName",
        "Namespace",
        "OKActions",
        "Period",
        "Statistic",
        "Threshold",
        "TreatMissingData",
    }
)
_RULE = frozenset({"Description", "EventPattern", "Name", "ScheduleExpression", "State", "Targets"})
_ROLE_POLICIES = frozenset({"ManagedPolicyArns", "Policies"})
Found = dict[str, Any] | None


def install(_: Types) -> None:
    """Adds readers. Each answers with the present properties in the template's shape, None if the resource is gone;
    only what the template sets is compared."""
    from ministack.services import cloudwatch, eventbridge, iam, secretsmanager
    from ministack.services.cloudformation import drift

    require(drift, "_DRIFT_READERS", "_eb_rule_bus_name", "_json_or")
    require(cloudwatch, "_alarms")
    require(eventbridge, "_rules", "_targets", "_rule_key")
    require(iam, "_roles")
    require(secretsmanager, "_secrets")
    readers: dict[str, Any] = drift._DRIFT_READERS
    readers["AWS::CloudWatch::Alarm"] = (_alarm, _ALARM)
    readers["AWS::Events::Rule"] = (_rule, _RULE)
    role, known = readers["AWS::IAM::Role"]
    readers["AWS::IAM::Role"] = (_with_policies(role), known | _ROLE_POLICIES)
    secret, known = readers["AWS::SecretsManager::Secret"]
    readers["AWS::SecretsManager::Secret"] = (_by_arn(secret), known)


def _alarm(name: str, expected: Properties) -> Found:
    from ministack.services import cloudwatch

    alarm = cloudwatch._alarms.get(name)
    if alarm is None:
        return None
    found = {key: alarm[key] for key in _ALARM if alarm.get(key) is not None}
    threshold = found.get("Threshold")  # kept as a float, whatever the template says
    if threshold is not None and not isinstance(expected.get("Threshold"), float) and threshold == int(threshold):
        found["Threshold"] = int(threshold)
    return found


def _rule(name: str, expected: Properties) -> Found:
    from ministack.services import eventbridge
    from ministack.services.cloudformation import drift

    key = eventbridge._rule_key(name, drift._eb_rule_bus_name(expected))
    rule = eventbridge._rules.get(key)
    if rule is None:
        return None
    pattern = drift._json_or(rule.get("EventPattern") or {})
    found = {name: rule[name] for name in ("Description", "Name", "ScheduleExpression", "State") if rule.get(name)}
    return {**found, "EventPattern": pattern, "Targets": eventbridge._targets.get(key, [])}


def _with_policies(original: Any) -> Any:
    def read(name: str, expected: Properties) -> Found:
        from ministack.services import iam

        found: Found = original(name, expected)
        if found is None:
            return None
        role = iam._roles[name]
        others = _separate_policies()
        inline = {key: value for key, value in role["InlinePolicies"].items() if key not in others}
        order = [policy.get("PolicyName") for policy in expected.get("Policies") or []]
        names = [key for key in order if key in inline] + sorted(inline.keys() - set(order))
        policies = [{"PolicyName": key, "PolicyDocument": _document(inline[key])} for key in names]
        return {**found, "Policies": policies, "ManagedPolicyArns": list(role["AttachedPolicies"])}

    return read


def _separate_policies() -> set[str]:
    """Inline policies that are resources themselves: they are no drift of the role they are attached to."""
    from ministack.services.cloudformation import _stacks

    return {
        record["Properties"].get("PolicyName", "")
        for stack in _stacks.values()
        for record in stack.get("_resources", {}).values()
        if record.get("ResourceType") in {"AWS::IAM::Policy", "AWS::IAM::RolePolicy"}
    }


def _document(document: str | Mapping[str, Any]) -> Any:
    return json.loads(document) if isinstance(document, str) else document


def _by_arn(original: Any) -> Any:
    """A secret's physical id is its ARN (polyfill secretsmanager.secret_reference); the reader looks for its name."""

    def read(arn: str, expected: Properties) -> Found:
        from ministack.services import secretsmanager

        named = (name for name, secret in secretsmanager._secrets.items() if arn in {name, secret["ARN"]})
        found: Found = original(next(named, arn), expected)
        return found

    return read
