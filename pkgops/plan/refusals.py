"""What would AWS refuse in the middle of a deployment? It is said before anything is changed.

The rules look at what the change sets say and at the two templates, of which the deployed one is read only where a
change calls for it. What quotas refuse is in `pkgops.plan.concurrency`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from pkgops.events import Emit, silent
from pkgops.plan.concurrency import concurrency_refusals
from pkgops.plan.plan import Plan
from pkgops.plan.refusal import Refusal
from pkgops.plan.step import Action, Step
from pkgops.plan.table_indexes import TABLE, in_steps, index_changes
from pkgops.ports.ports import Ports

# type -> the property with a name of its own. CloudFormation creates the new resource before it deletes the old one,
# so that one with such a name cannot be replaced under the same name.
_NAMES: Mapping[str, str] = {
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::ElastiCache::ReplicationGroup": "ReplicationGroupId",
    "AWS::Events::Rule": "Name",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Role": "RoleName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::RDS::DBCluster": "DBClusterIdentifier",
    "AWS::RDS::DBInstance": "DBInstanceIdentifier",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::SecretsManager::Secret": "Name",
    "AWS::WAFv2::WebACL": "Name",
}

Read = Callable[[], Mapping[str, Any]]


def with_refusals(plan: Plan, ports: Ports, emit: Emit = silent) -> Plan:
    """The plan with everything in it that AWS would refuse, and with the updates that come first where the user wants
    index changes to be made one after the other."""
    readers = {step.stack.key: _reader(step, ports) for step in plan.steps}
    if plan.options.in_steps:
        plan = replace(plan, steps=tuple(_with_first_updates(step, readers[step.stack.key]) for step in plan.steps))
    found = [row for step in plan.steps for row in _refused(step, readers[step.stack.key])]
    found += concurrency_refusals(plan, readers, ports, emit)
    return replace(plan, refusals=tuple(found))


def quota_refusals(plan: Plan, ports: Ports) -> list[Refusal]:
    """What the account's quotas refuse of a plan; nothing where they cannot be read."""
    readers = {step.stack.key: _reader(step, ports) for step in plan.steps}
    return list(concurrency_refusals(plan, readers, ports, silent))


def step_refusals(step: Step, ports: Ports) -> list[Refusal]:
    """What AWS would refuse of one step, quotas apart."""
    return list(_refused(step, _reader(step, ports)))


def _reader(step: Step, ports: Ports) -> Read:
    """Reads the deployed template of a step's stack, at most once; an empty one if it is created."""

    @cache
    def read() -> Mapping[str, Any]:
        if step.action is not Action.UPDATE:
            return {}
        return dict(json.loads(ports.stacks.template(step.stack.name) or "{}"))

    return read


def _with_first_updates(step: Step, read: Read) -> Step:
    return replace(step, first=in_steps(read(), step.stack.template)) if _changes_a_table(step) else step


def _changes_a_table(step: Step) -> bool:
    return any(row.type == TABLE and row.action == "Modify" for row in step.changes)


def _refused(step: Step, read: Read) -> Iterator[Refusal]:
    if step.action is Action.UPDATE:
        yield from _other_types(step, read)
        yield from _named_replacements(step, read)
        if _changes_a_table(step):
            yield from _index_changes(step, read)


def _other_types(step: Step, read: Read) -> Iterator[Refusal]:
    """CloudFormation keeps the type of a logical id."""
    for row in step.changes:
        if row.action == "Modify" and row.replacement == "True":
            had, wanted = (_resource(side, row.logical_id).get("Type") for side in (read(), step.stack.template))
            if had and wanted and had != wanted:
                text = f"its type would change from {had} to {wanted}"
                yield Refusal(step.stack.key, row.logical_id, text, "Give the new resource another logical id.")


def _named_replacements(step: Step, read: Read) -> Iterator[Refusal]:
    for row in step.changes:
        name = _NAMES.get(row.type)
        changed = {path.partition("/")[0] for path in row.properties}
        if name is None or name in changed or row.action != "Modify" or row.replacement == "False":
            continue
        had, wanted = (_resource(side, row.logical_id).get("Properties", {}) for side in (read(), step.stack.template))
        certain = row.replacement == "True" or had.get("KeySchema") != wanted.get("KeySchema")
        if certain and wanted.get(name) is not None and had.get(name) == wanted.get(name):
            what = ", ".join(sorted(changed))
            text = f"it would be replaced ({what}), and CloudFormation replaces nothing that keeps its name"
            yield Refusal(step.stack.key, row.logical_id, text, f"Change its {name} as well, or leave it as it is.")


def _index_changes(step: Step, read: Read) -> Iterator[Refusal]:
    for table, changes in index_changes(read(), step.stack.template).items():
        other = [change.name for change in changes if change.sign == "~"]
        if other:
            text = f"an index keeps its keys and projection: {', '.join(other)}"
            yield Refusal(step.stack.key, table, text, "Give the new index another name.")
        elif len(changes) > 1 and not step.first:
            text = f"DynamoDB changes one index in an update: {', '.join(map(str, changes))}"
            yield Refusal(step.stack.key, table, text, "Deploy with --in-steps: one update for each index.")


def _resource(template: Mapping[str, Any], logical_id: str) -> Mapping[str, Any]:
    return dict(template.get("Resources", {}).get(logical_id, {}))
