"""The events that schedules send to their functions."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pkgops.build.synth import SynthesizedStack, resources
from pkgops.errors import UsageError, unknown
from pkgops.intrinsics import references

if TYPE_CHECKING:
    from pkgops.build.functions import Function
    from pkgops.model import Stage

_TYPE = "AWS::Events::Rule"


@dataclass(frozen=True, slots=True)
class Rule:
    """A schedule of a function: its name on the stage and its documented name, and the target's Input, None if
    EventBridge sends its own event."""

    name: str
    documented: str
    target: str
    input: Any = None


def find_rules(stacks: Iterable[SynthesizedStack]) -> list[Rule]:
    """The schedules of those stacks, one entry per target, in template order."""
    return [
        Rule(properties["Name"], stack.documented(properties["Name"]), logical_id, target.get("Input"))
        for stack in stacks
        for _, resource in resources(stack.template, _TYPE)
        if isinstance((properties := resource["Properties"]).get("Name"), str) and "ScheduleExpression" in properties
        for target in properties.get("Targets", ())
        if (logical_id := _function(stack, target.get("Arn")))
    ]


def rule_event(known: Iterable[Rule], function: Function, name: str, stage: Stage) -> bytes:
    """The event that the rule ``name`` sends to ``function``. The name goes with or without the stage, and may be
    only its last parts (``daily-refresh``).

    UsageError if the function has no such schedule, or if only CloudFormation knows its input."""
    wanted = name.strip().casefold()
    own = [rule for rule in known if rule.target == function.logical_id]
    exact = [rule for rule in own if wanted in {rule.name.casefold(), rule.documented.casefold()}]
    found = exact or [rule for rule in own if rule.documented.casefold().endswith("-" + wanted)]
    if not own:
        raise UsageError(f"{function.short} has no schedule.", "Give the event with --payload.")
    if not found:
        raise unknown(f"schedule of {function.short}", name, [rule.documented for rule in own])
    if len(found) > 1:
        names = ", ".join(rule.documented for rule in found)
        raise UsageError(f"{name!r} matches {len(found)} schedules.", f"Name one of: {names}.")
    given = found[0].input
    if given is None:
        return json.dumps(default_event(found[0], stage)).encode()
    if not isinstance(given, str):
        raise UsageError(f"The event of {found[0].name} is composed by CloudFormation.", "Give it with --payload.")
    return given.encode()


def default_event(rule: Rule, stage: Stage) -> dict[str, Any]:
    """EventBridge's own event of a schedule."""
    account = stage.account or "000000000000"
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": account,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": stage.region,
        "resources": [f"arn:aws:events:{stage.region}:{account}:rule/{rule.name}"],
        "detail": {},
    }


def _function(stack: SynthesizedStack, arn: Any) -> str:
    """The logical id of a target's function, by the ARN of the function or of an alias of it."""
    logical_id = _referenced(arn)
    resource = stack.template["Resources"].get(logical_id, {})
    if resource.get("Type") == "AWS::Lambda::Alias":
        return _referenced(resource["Properties"].get("FunctionName"))
    return logical_id if resource.get("Type") == "AWS::Lambda::Function" else ""


def _referenced(value: Any) -> str:
    return next(references(value), "")
