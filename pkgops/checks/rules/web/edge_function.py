"""Functions that CloudFront cannot run at the edge."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pkgops.checks.kit.edge import Association, associations
from pkgops.checks.kit.finding import ERROR
from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Resource, Subject

_REGION = "us-east-1"
# "Restrictions on Lambda@Edge" and "Quotas on Lambda@Edge" in the CloudFront developer guide.
_REFUSED = {
    "Environment": "environment variables",
    "Layers": "layers",
    "VpcConfig": "a VPC",
    "DeadLetterConfig": "a dead-letter queue",
    "FileSystemConfigs": "a file system",
    "ImageConfig": "a container image",
}
_VIEWER, _ORIGIN = (5, 128), (30, 10_240)  # seconds and MB


def _find(subject: Subject) -> Iterator[Found]:
    seen: set[tuple[str, str, bool]] = set()
    for row in associations(subject):
        if subject.stage.region != _REGION:
            message = f"runs functions at the edge, which exist in {_REGION} only, but the stage is in"
            yield row.distribution.found(f"{message} {subject.stage.region}.", *row.path, subject="region")
            return
        if problem := _unversioned(row):
            yield row.distribution.found(problem, *row.path, "LambdaFunctionARN", subject="version")
        viewer = row.event.startswith("viewer-")
        if row.function is None or (key := (row.function.stack.key, row.function.id, viewer)) in seen:
            continue
        seen.add(key)
        for message, place in _problems(subject, row.function, viewer):
            yield row.function.found(message, place, subject=place)


def _unversioned(row: Association) -> str:
    """What is wrong with a reference that is not the ARN of a numbered version, "" if nothing is."""
    if row.named is not None and row.named.type != "AWS::Lambda::Version":
        return f"refers to {row.named.id}, but CloudFront runs numbered versions only."
    if isinstance(row.value, str) and not row.value.rpartition(":")[2].isdigit():
        return f"refers to {row.value}, but CloudFront runs numbered versions only."
    return ""


def _problems(subject: Subject, function: Resource, viewer: bool) -> Iterator[tuple[str, str]]:
    """(what is wrong with the function, the property)"""
    given = function.properties
    for name, text in _REFUSED.items():
        if given.get(name):
            yield f"has {text}, which no function at the edge can have.", name
    if (given.get("TracingConfig") or {}).get("Mode") == "Active":
        yield "is traced, which no function at the edge can be.", "TracingConfig"
    if (given.get("Architectures") or ["x86_64"]) != ["x86_64"]:
        yield "is not for x86_64, the only architecture at the edge.", "Architectures"
    if not str(given.get("Runtime", "python")).startswith(("python", "nodejs")):
        yield f"runs on {given.get('Runtime')}; at the edge there are Python and Node.js.", "Runtime"
    role = subject.resource(subject.identity(function.stack, given.get("Role")))
    if role is not None and "edgelambda.amazonaws.com" not in str(role.properties.get("AssumeRolePolicyDocument")):
        yield f"has a role, {role.id}, that does not trust edgelambda.amazonaws.com.", "Role"
    yield from _beyond(given, viewer)


def _beyond(given: Mapping[str, Any], viewer: bool) -> Iterator[tuple[str, str]]:
    seconds, memory = _VIEWER if viewer else _ORIGIN
    event = "viewer" if viewer else "origin"
    if _number(given.get("Timeout", 3)) > seconds:
        yield f"has {given['Timeout']} seconds; for {event} events there are {seconds}.", "Timeout"
    if _number(given.get("MemorySize", 128)) > memory:
        yield f"has {given['MemorySize']} MB; for {event} events there are {memory}.", "MemorySize"


def _number(value: Any) -> int:
    """The number, 0 for what is known only when the stack is deployed."""
    return int(value) if isinstance(value, int | str) and str(value).isdigit() else 0


_SITE = """\
from pkgops.kit.bucket import Bucket
from pkgops.kit.cdn.distribution import Behavior, Distribution, distribution
from pkgops.kit.cdn.edge_function import EdgeFunction, edge_function
from pkgops.kit.cdn.origins import BucketOrigin, origin_bucket, origin_identity

gate = edge_function(scope, EdgeFunction("gate", "handlers/shop", "shop-gate-{{stage}}", timeout={timeout}))
identity = origin_identity(scope, "site", "The shop")
origin = BucketOrigin("site", origin_bucket(scope, Bucket("shop-site-{{stage}}"), identity), identity)
behavior = Behavior("site", edge={{"viewer-request": gate}})
distribution(scope, Distribution("The shop", (origin,), (behavior,)))
"""
_GATE = {"handlers/shop/gate.py": 'def handler(event, context):\n    return event["Records"][0]["cf"]["request"]\n'}
RULE = Rule(
    id="P503",
    title="Function that cannot run at the edge",
    severity=ERROR,
    gate=True,
    reason="Lambda@Edge runs numbered versions of functions in us-east-1 that have no environment, layers, VPC or "
    "tracing, and for viewer events 5 seconds and 128 MB. AWS says so only when the distribution is created, after "
    "everything before it.",
    remedy="Correct the function, or deploy to a stage in us-east-1. pkgops.kit.cdn.edge_function makes one that can.",
    find=_find,
    bad=Example(_SITE.format(timeout=10), _GATE),
    good=Example(_SITE.format(timeout=5), _GATE),
)
