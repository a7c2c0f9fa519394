"""What may a node do with others, by the policies of its role?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pkgops.checks.iam.statements import Statement, many, statements
from pkgops.graph.model import Edge, ResourceKey
from pkgops.graph.ownership import Ownership

_SENDER = "ses:fromaddress"
READ, WRITE, RECEIVE, SEND = "read", "write", "receive", "send"
_ROLES = ("AWS::IAM::Role", "AWS::IAM::Policy", "AWS::IAM::RolePolicy", "AWS::IAM::ManagedPolicy")
_LEFT_OUT = frozenset({"logs", "xray", "kms", "ec2", "iam", "sts", "cloudwatch", "ecr", "ssm", "codedeploy"})
# Services whose actions have one word, whatever they are.
_WORDS: Mapping[str, str] = {
    "sns": "publish",
    "ses": "send",
    "lambda": "invoke",
    "states": "start",
    "events": "publish",
    "execute-api": "call",
    "rds-data": "query",
}
_READING = ("get", "list", "describe", "query", "scan", "batchget", "select", "head", "conditioncheck", "search")
_STREAM = ("dynamodb:getrecords", "dynamodb:getsharditerator", "dynamodb:describestream", "dynamodb:liststreams")


def access(ownership: Ownership) -> Iterator[Edge]:
    """An edge for each kind of access, from the nodes that have the role to those that its policies name."""
    for key, one in ownership.references.resources.items():
        if one.type in _ROLES:
            holders = ownership.owners(key)
            for statement in statements(one.properties):
                if holders and statement.allows and not statement.inverted:
                    yield from _edges(ownership, key, holders, statement)


def _edges(
    ownership: Ownership, key: ResourceKey, holders: frozenset[ResourceKey], statement: Statement
) -> Iterator[Edge]:
    kinds = {word for action in statement.actions for word in words(action)}
    named = [*(one for one in statement.resources if one != "*"), *_senders(ownership, key[0], statement)]
    targets = {owner for one in ownership.references.of(key[0], named) for owner in ownership.owners(one)}
    for target in sorted(targets):
        for holder in sorted(holders - {target}):
            for kind in sorted(kinds):
                yield Edge(".".join(holder), ".".join(target), kind)


def _senders(ownership: Ownership, stack: str, statement: Statement) -> list[str]:
    """The identities of the addresses that a statement allows to send from, whatever identities it names: the address
    itself, or its domain."""
    rows = [row for row in statement.condition.values() if isinstance(row, Mapping)]
    given = [value for row in rows for key, value in row.items() if key.lower() == _SENDER]
    senders = [ownership.references.text(stack, one) for value in given for one in many(value)]
    names = dict.fromkeys(name for sender in senders for name in (sender, sender.rpartition("@")[2]))
    return [f"arn:aws:ses:*:*:identity/{name}" for name in names]


def words(action: str) -> tuple[str, ...]:
    """What an IAM action does, in words of the picture; () for what it leaves out."""
    service, _, name = action.lower().partition(":")
    if service in _LEFT_OUT or action.lower() in _STREAM:
        return ()
    if service in _WORDS:
        return (_WORDS[service],)
    doing, other = (SEND, RECEIVE) if service == "sqs" else (WRITE, READ)
    if name in {"", "*"}:
        return (doing, other)
    does = name.startswith("send") if service == "sqs" else not name.startswith(_READING)
    return (doing,) if does else (other,)


def simplified(edges: list[Edge]) -> list[Edge]:
    """Access without what says nothing new: reading besides writing is one arrow, a function receives from a queue
    that triggers it, and who may do something with a resource uses it."""
    by_pair: dict[tuple[str, str], set[str]] = {}
    for edge in edges:
        by_pair.setdefault((edge.source, edge.target), set()).add(edge.kind)
    found = []
    for edge in edges:
        kinds = by_pair[edge.source, edge.target]
        back = by_pair.get((edge.target, edge.source), set())
        if (
            (edge.kind == "uses" and len(kinds) > 1)
            or (edge.kind == RECEIVE and back)
            or (edge.kind == SEND and "failures" in kinds)
        ):
            continue
        if {READ, WRITE} <= kinds and edge.kind in (READ, WRITE):
            found.append(Edge(edge.source, edge.target, f"{READ}/{WRITE}"))
        else:
            found.append(edge)
    return found
