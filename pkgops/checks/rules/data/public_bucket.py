"""Buckets that are not protected from public access."""

from __future__ import annotations

from collections.abc import Iterator

from pkgops.checks.kit.finding import ERROR
from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Resource, Subject

_BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
_PUBLIC_ACLS = ("PublicRead", "PublicReadWrite", "AuthenticatedRead")


def _find(subject: Subject) -> Iterator[Found]:
    for bucket in subject.resources("AWS::S3::Bucket"):
        for what in _open(bucket):
            yield bucket.found(what, "PublicAccessBlockConfiguration")


def _open(bucket: Resource) -> Iterator[str]:
    acl = bucket.properties.get("AccessControl")
    if acl in _PUBLIC_ACLS:
        yield f"has the ACL {acl}."
    block = bucket.properties.get("PublicAccessBlockConfiguration")
    if block is None:
        return  # S3 blocks everything that is not said
    off = [name for name in _BLOCKS if str(block.get(name, False)).lower() != "true"]
    if off:
        yield f"does not block public access: {', '.join(off)} off."


RULE = Rule(
    id="P401",
    title="Public bucket",
    severity=ERROR,
    reason="With a block off, one statement or ACL is enough to make every object public.",
    remedy="Turn on all four blocks. Accept the finding if the bucket is meant to be public.",
    find=_find,
    bad=Example(
        """\
scope.add(s3.Bucket(
    "Photos",
    PublicAccessBlockConfiguration=s3.PublicAccessBlockConfiguration(BlockPublicAcls=True, BlockPublicPolicy=False),
))
"""
    ),
    good=Example(
        """\
scope.add(s3.Bucket(
    "Photos",
    PublicAccessBlockConfiguration=s3.PublicAccessBlockConfiguration(
        BlockPublicAcls=True, BlockPublicPolicy=True, IgnorePublicAcls=True, RestrictPublicBuckets=True
    ),
))
"""
    ),
)
