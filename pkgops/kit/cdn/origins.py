"""Origins of distributions: private buckets that only the distribution reads, and servers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from awacs import s3 as s3_actions
from awacs.aws import Allow, Condition, Principal, Statement, StringEquals
from troposphere import GetAtt, Select, Split, Sub, awslambda, cloudfront

from pkgops.kit.bucket import Bucket, bucket
from pkgops.kit.function import FunctionResource
from pkgops.kit.links import LinkedBucket
from pkgops.kit.naming import logical_id, pascal_case
from pkgops.scope import Scope


@dataclass(frozen=True, slots=True)
class OriginIdentity:
    """An origin access identity, which reads objects as a user of its own. It cannot read objects encrypted with a
    KMS key."""

    resource: Any

    def statement(self, resource: Any, action: Any = s3_actions.GetObject) -> Statement:
        """The statement of a bucket's policy that lets it read the objects of ``resource``, or take another ``action``
        on it."""
        user = Principal("CanonicalUser", GetAtt(self.resource, "S3CanonicalUserId"))
        return Statement(Effect=Allow, Principal=user, Action=[action], Resource=[resource])

    @property
    def settings(self) -> dict[str, Any]:
        """Its part of an origin."""
        path = Sub(f"origin-access-identity/cloudfront/${{{self.resource.title}}}")
        return {"S3OriginConfig": cloudfront.S3OriginConfig(OriginAccessIdentity=path)}


@dataclass(frozen=True, slots=True)
class OriginAccess:
    """An origin access control, which signs requests to its origin; ``distribution`` is the logical id of the one
    distribution that uses it."""

    resource: Any
    distribution: str

    def statement(self, resource: Any, action: Any = s3_actions.GetObject) -> Statement:
        """The statement of a bucket's policy that lets the distribution read the objects of ``resource``, or take
        another ``action`` on it."""
        return Statement(
            Effect=Allow,
            Principal=Principal("Service", "cloudfront.amazonaws.com"),
            Action=[action],
            Resource=[resource],
            Condition=Condition(StringEquals("AWS:SourceArn", self.distribution_arn)),
        )

    @property
    def distribution_arn(self) -> Any:
        """The ARN of the distribution."""
        return Sub(f"arn:${{AWS::Partition}}:cloudfront::${{AWS::AccountId}}:distribution/${{{self.distribution}}}")

    @property
    def settings(self) -> dict[str, Any]:
        """Its part of an origin in a bucket."""
        empty = cloudfront.S3OriginConfig(OriginAccessIdentity="")
        return {"S3OriginConfig": empty, "OriginAccessControlId": GetAtt(self.resource, "Id")}


@dataclass(frozen=True, slots=True)
class BucketOrigin:
    """The objects of a bucket below ``path`` ("/_assets"). ``id`` is what behaviors call it."""

    id: str
    bucket: LinkedBucket
    access: OriginIdentity | OriginAccess
    path: str = ""

    def build(self) -> Any:
        """The origin in its template."""
        domain = GetAtt(self.bucket, "RegionalDomainName")
        return cloudfront.Origin(Id=self.id, DomainName=domain, **_path(self.path), **self.access.settings)


@dataclass(frozen=True, slots=True)
class HttpOrigin:
    """A server, reached over TLS. ``domain`` is its host's name, ``headers`` go with every request to it, and
    ``timeout`` is how many seconds it has to answer. A function URL with IAM authorization needs ``access``."""

    id: str
    domain: Any
    headers: Mapping[str, Any] = field(default_factory=dict)
    path: str = ""
    timeout: int = 30
    access: OriginAccess | None = None

    def build(self) -> Any:
        """The origin in its template."""
        extra: dict[str, Any] = _path(self.path)
        if self.headers:
            extra["OriginCustomHeaders"] = [
                cloudfront.OriginCustomHeader(HeaderName=name, HeaderValue=value)
                for name, value in self.headers.items()
            ]
        if self.access:
            extra["OriginAccessControlId"] = GetAtt(self.access.resource, "Id")
        return cloudfront.Origin(
            Id=self.id,
            DomainName=self.domain,
            CustomOriginConfig=cloudfront.CustomOriginConfig(
                OriginProtocolPolicy="https-only", OriginSSLProtocols=["TLSv1.2"], OriginReadTimeout=self.timeout
            ),
            **extra,
        )


def origin_identity(scope: Scope, name: str, comment: str) -> OriginIdentity:
    """Adds an origin access identity; the name only gives its logical id."""
    config = cloudfront.CloudFrontOriginAccessIdentityConfig(Comment=comment)
    return OriginIdentity(
        scope.add(
            cloudfront.CloudFrontOriginAccessIdentity(
                f"{pascal_case(name)}Identity", CloudFrontOriginAccessIdentityConfig=config
            )
        )
    )


def origin_access(scope: Scope, name: str, distribution: str, kind: str = "s3") -> OriginAccess:
    """Adds an origin access control for origins of one kind ("s3", or "lambda" for function URLs); names are unique in
    an account. ``distribution`` is the logical id of the distribution."""
    config = cloudfront.OriginAccessControlConfig(
        Name=scope.named(name), OriginAccessControlOriginType=kind, SigningBehavior="always", SigningProtocol="sigv4"
    )
    made = cloudfront.OriginAccessControl(logical_id(scope, name, "Access"), OriginAccessControlConfig=config)
    return OriginAccess(scope.add(made), distribution)


def origin_bucket(
    scope: Scope, row: Bucket, access: OriginIdentity | OriginAccess, *, missing: Literal[403, 404] = 403
) -> LinkedBucket:
    """Adds a private bucket whose objects ``access`` may read. A ``missing`` one is answered with 403, as to anybody
    who may not list a bucket. With 404 it may list this one: only for origins with a path, as a viewer of ``/`` would
    see the list otherwise."""
    id = logical_id(scope, row.name, "Bucket")
    read = access.statement(Sub(f"${{{id}.Arn}}/*"))
    listed = (access.statement(GetAtt(id, "Arn"), s3_actions.ListBucket),) if missing == 404 else ()
    return bucket(scope, row, statements=(read, *listed))


def function_origin(
    scope: Scope, name: str, built: FunctionResource, headers: Mapping[str, Any] | None = None, *, signed: str = ""
) -> HttpOrigin:
    """The origin of a function's URL (see `pkgops.kit.triggers.FunctionUrl`), called ``name``.

    ``signed`` is the logical id of the distribution if the URL takes signed requests only: CloudFront signs them, in
    place of the viewer's Authorization header. ``headers`` with a secret value let the function refuse whoever does not
    come through the distribution."""
    domain = Select(2, Split("/", GetAtt(f"{built.id}Url", "FunctionUrl")))
    if not signed:
        return HttpOrigin(name, domain, headers or {})
    access = origin_access(scope, f"{scope.system.key}-{name}", signed, "lambda")
    caller = {
        "FunctionName": GetAtt(f"{built.id}Function", "Arn"),
        "Principal": "cloudfront.amazonaws.com",
        "SourceArn": access.distribution_arn,
    }
    url: dict[str, Any] = {"Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "AWS_IAM"}
    invoked: dict[str, Any] = {"Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": True}
    scope.add(awslambda.Permission(f"{built.id}DistributionUrlPermission", **url, **caller))
    scope.add(awslambda.Permission(f"{built.id}DistributionPermission", **invoked, **caller))
    return HttpOrigin(name, domain, headers or {}, access=access)


def _path(path: str) -> dict[str, Any]:
    return {"OriginPath": path} if path else {}
