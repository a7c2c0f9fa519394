"""Buckets that accept requests without TLS."""

from __future__ import annotations

from collections.abc import Iterator

from pkgops.checks.iam.statements import Statement, statements
from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Subject


def _find(subject: Subject) -> Iterator[Found]:
    protected = {
        subject.identity(policy.stack, policy.properties.get("Bucket"))
        for policy in subject.resources("AWS::S3::BucketPolicy")
        if any(_denies_http(statement) for statement in statements(policy.properties))
    }
    for bucket in subject.resources("AWS::S3::Bucket"):
        if subject.identity(bucket.stack, {"Ref": bucket.id}) not in protected:
            yield bucket.found("accepts requests without TLS.")


def _denies_http(statement: Statement) -> bool:
    given = statement.condition.get("Bool") or {}
    everybody = "*" in statement.principals("AWS")
    whole = any(action in ("*", "s3:*") for action in statement.actions)
    return not statement.allows and everybody and whole and str(given.get("aws:SecureTransport")).lower() == "false"


RULE = Rule(
    id="P403",
    title="Bucket without TLS only",
    reason="S3 accepts plain HTTP unless a policy denies it, and such a request can be read on its way.",
    remedy="Add a bucket policy that denies s3:* if aws:SecureTransport is false, as pkgops.kit.bucket does.",
    find=_find,
    bad=Example('scope.add(s3.Bucket("Photos"))'),
    good=Example(
        """\
photos = scope.add(s3.Bucket("Photos"))
scope.add(s3.BucketPolicy("PhotosPolicy", Bucket=Ref(photos), PolicyDocument=PolicyDocument(Statement=[Statement(
    Effect=Deny,
    Principal=Principal("*"),
    Action=[Action("s3", "*")],
    Resource=[GetAtt(photos, "Arn"), Sub("${Photos.Arn}/*")],
    Condition=Condition(Bool("aws:SecureTransport", "false")),
)])))
"""
    ),
)
