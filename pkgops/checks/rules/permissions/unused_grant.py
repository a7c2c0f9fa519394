"""Grants that the code of a function does not use."""

from __future__ import annotations

from collections.abc import Iterator

from pkgops.checks.code.uses import Usage
from pkgops.checks.kit.functions import LambdaFunction, functions
from pkgops.checks.kit.grants import Grant, allowed, allows, reaches, served, targets
from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Subject

_READ = frozenset(f"dynamodb:{name}" for name in ("BatchGetItem", "ConditionCheckItem", "GetItem", "Query"))
_WRITE = frozenset(f"dynamodb:{name}" for name in ("BatchWriteItem", "DeleteItem", "PutItem", "UpdateItem"))
_MAIL = frozenset({"ses:SendEmail", "ses:SendRawEmail"})
_CONSUME = frozenset(
    f"sqs:{name}" for name in ("ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "ReceiveMessage")
)
_STREAM = frozenset(f"dynamodb:{name}" for name in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"))
# Actions that are granted as one, and what comes with them: who writes items learns what was there anyway.
_TOGETHER = ((_READ, _READ), (_WRITE, _WRITE | _READ), (_MAIL, _MAIL), (_CONSUME, _CONSUME), (_STREAM, _STREAM))
# Used by Lambda around the code, and by services in the function's name.
_AROUND = (
    "logs:createloggroup",
    "logs:createlogstream",
    "logs:putlogevents",
    "xray:",
    "kms:",
    "ec2:",
    "elasticfilesystem:",
)


def _find(subject: Subject) -> Iterator[Found]:
    for function in functions(subject):
        usage, held = function.usage(subject), allowed(subject, function)
        if usage is not None and held is not None and not usage.unresolved:
            for grant, actions in unused(subject, function, usage, held.grants):
                if not hidden(usage, actions):
                    yield _found(function, grant, actions)


def unused(
    subject: Subject, function: LambdaFunction, usage: Usage, grants: tuple[Grant, ...]
) -> Iterator[tuple[Grant, list[str]]]:
    """The grants with the actions in them that no call needs."""
    around = served(subject, function)
    reported = set()
    for grant in grants:
        if any(reaches(grant.on, one) for one in around if one):
            continue
        needed = _needed(subject, function, usage, grant)
        actions = [one for one in grant.statement.actions if one not in needed and not _is_around(one)]
        if actions and (grant.shown, tuple(actions)) not in reported:
            reported.add((grant.shown, tuple(actions)))
            yield grant, actions


def _needed(subject: Subject, function: LambdaFunction, usage: Usage, grant: Grant) -> set[str]:
    """The actions of a grant that some call needs, with those that are granted together with them."""
    needed: set[str] = set()
    for use in usage.uses:
        on = targets(subject, function, use)
        if on is None or any(reaches(grant.on, one) for one in on):
            needed |= {action for action in use.actions if allows(grant, action)}
    granted = set(grant.statement.actions)
    for group, along in _TOGETHER:
        if group <= granted and needed & group:
            needed |= along & granted
    return needed | {one for one in granted if "*" in one and any(_is_part(action, one) for action in needed)}


def _is_part(action: str, pattern: str) -> bool:
    return action.lower().startswith(pattern.lower().partition("*")[0])


def _is_around(action: str) -> bool:
    return action.lower().startswith(_AROUND)


def hidden(usage: Usage, actions: list[str]) -> list[str]:
    """The methods among the actions' own that the code calls on something whose origin is not known."""
    return [method for method in map(_method, actions) if method in usage.possible_calls]


def _method(action: str) -> str:
    name = action.partition(":")[2]
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


def _found(function: LambdaFunction, grant: Grant, actions: list[str]) -> Found:
    listed = ", ".join(actions)
    path = grant.holder.found("", *grant.statement.path).path
    found = function.resource.found(f"has {listed} on {grant.shown}, which its code never uses.")
    return Found(
        found.message, found.stack, found.resource, path, f"{' '.join(actions)} {grant.shown}", found.file, found.line
    )


_HANDLER = """\
import os
import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])

def handler(event, context):
    return table.get_item(Key={"id": event["id"]}).get("Item")
"""
_TEMPLATE = """\
notes = scope.add(dynamodb.Table(
    "Notes",
    AttributeDefinitions=[dynamodb.AttributeDefinition(AttributeName="id", AttributeType="S")],
    KeySchema=[dynamodb.KeySchema(AttributeName="id", KeyType="HASH")],
    BillingMode="PAY_PER_REQUEST",
))
role = scope.add(iam.Role(
    "ReadRole",
    AssumeRolePolicyDocument=grants.trust_policy("lambda"),
    Policies=[iam.Policy(PolicyName="Access", PolicyDocument=PolicyDocument(
        Statement=[grants.table_operations(Ref(notes), {operations})],
    ))],
))
scope.add(awslambda.Function(
    "Read",
    Code=awslambda.Code(**handler_code("handlers/shop/read.py")),
    Handler="handlers.shop.read.handler",
    Runtime="python3.12",
    Role=GetAtt(role, "Arn"),
    Environment=awslambda.Environment(Variables={{"TABLE": Ref(notes)}}),
))
"""
RULE = Rule(
    id="P101",
    title="Unused grant",
    reason="Unused permissions are what an attacker gains with the function. The code is read, not executed: every "
    "AWS call it can reach counts, on the table, queue or bucket that its variables name. Permission to write "
    "includes reading, and actions that pkgops.kit.grants grants together are judged together.",
    remedy="Remove the link or grant from the function's row, or narrow it, for example with table.only or "
    "grants.table_operations.",
    find=_find,
    bad=Example(_TEMPLATE.format(operations='"GetItem", "PutItem"'), {"handlers/shop/read.py": _HANDLER}),
    good=Example(_TEMPLATE.format(operations='"GetItem"'), {"handlers/shop/read.py": _HANDLER}),
)
