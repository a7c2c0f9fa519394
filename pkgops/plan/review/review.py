"""The review of a change: concerns about lost data, widened access and public exposure.

They are computed from the deployed template and the new one, shown under a heading each, and refused on protected
stages unless the resource is allowed by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pkgops.plan.review.iam_diff import policy_documents, statements, widened_grants
from pkgops.plan.review.public_access import public_resources
from pkgops.ports.stacks import ChangeSet, ResourceChange

# Types that hold data.
STATEFUL = frozenset(
    {
        "AWS::DynamoDB::Table",
        "AWS::S3::Bucket",
        "AWS::Cognito::UserPool",
        "AWS::RDS::DBCluster",
        "AWS::RDS::DBInstance",
        "AWS::SecretsManager::Secret",
        "AWS::ElastiCache::ReplicationGroup",
        "AWS::Backup::BackupVault",
    }
)


# Types whose change can widen access or expose something, in addition to IAM's and policies.
_ACCESS_TYPES = frozenset(
    {
        "AWS::EC2::SecurityGroup",
        "AWS::EC2::SecurityGroupIngress",
        "AWS::KMS::Key",
        "AWS::Lambda::Permission",
        "AWS::Lambda::Url",
        "AWS::RDS::DBInstance",
        "AWS::S3::Bucket",
    }
)


class ConcernKind(StrEnum):
    """The headings."""

    LOSS = "Data would be lost"
    ACCESS = "Access would be widened"
    PUBLIC = "Would be open to the world"


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing to review: the resource and a phrase about it."""

    kind: ConcernKind
    logical_id: str
    text: str


def loses_data(change: ResourceChange) -> bool:
    """True if a change removes or replaces a stateful resource, unless that is already deleted."""
    if change.type not in STATEFUL or change.drift == "DELETED":
        return False
    return change.action == "Remove" or change.replacement != "False"


def may_affect_access(changes: Sequence[ResourceChange]) -> bool:
    """True if the templates have to be compared; most deployments change only code and need no second call."""
    return any(_affects_access(change.type) for change in changes if not change.unchanged_by)


def review(
    changes: Sequence[ResourceChange], before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[Concern, ...]:
    """The concerns of one stack's change. An empty ``before`` means a new stack: it loses nothing, and all its access
    is new, so only public exposure is reported."""
    if before and not _access_differs(before, after):
        return tuple(_losses(changes))
    return (*_losses(changes), *(_access(before, after) if before else ()), *_exposures(before, after))


def drift_concerns(made: ChangeSet) -> tuple[Concern, ...]:
    """The concerns of reverting drift: access that was revoked and exposure that was closed outside of deployments. A
    resource that is recreated counts as new: all its access is new."""
    drifted = [row for row in made.changes if row.drift in {"MODIFIED", "DELETED"} and row.logical_id in made.present]

    def template(side: int) -> dict[str, Any]:
        rows = {row.logical_id: {"Type": row.type, "Properties": made.present[row.logical_id][side]} for row in drifted}
        return {"Resources": rows}

    before, after = template(0), template(1)
    known = {name for name, (now, _) in made.present.items() if now}
    access = (concern for concern in _access(before, after) if concern.logical_id in known)
    return (*access, *_exposures(before, after))


def _affects_access(kind: str) -> bool:
    return kind in _ACCESS_TYPES or kind.startswith("AWS::IAM::") or kind.endswith("Policy")


def _access_differs(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """False if no access-related resource differs: a permission that is only evaluated again, because its function has
    new code, does not. Splitting policies into grants costs more than all other comparing."""
    old, new = before.get("Resources", {}), after.get("Resources", {})
    differing = (row.get(name) for name in {*old, *new} if old.get(name) != new.get(name) for row in (old, new))
    return any(
        row is not None and (_affects_access(row["Type"]) or next(policy_documents(row), None) is not None)
        for row in differing
    )


def _losses(changes: Sequence[ResourceChange]) -> Iterator[Concern]:
    for change in changes:
        if loses_data(change):
            how = "removed" if change.action == "Remove" else "replaced"
            how = f"perhaps {how}" if change.replacement == "Conditional" else how
            yield Concern(ConcernKind.LOSS, change.logical_id, f"{change.type} {how}")


def _access(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Concern]:
    for grant, text in statements(widened_grants(before, after)):
        sign = "no longer denied: " if grant.effect == "Deny" else ""
        yield Concern(ConcernKind.ACCESS, grant.logical_id, f"{sign}{text}")


def _exposures(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Concern]:
    old = public_resources(before)
    for logical_id, reason in public_resources(after).items():
        if old.get(logical_id) != reason:
            yield Concern(ConcernKind.PUBLIC, logical_id, reason)
