"""The storage stack: Keyvex's buckets, the CDN in front of two of them, and the role for uploads."""

from __future__ import annotations

from typing import Any

from awacs import s3
from awacs.aws import Condition, StringLike
from troposphere import GetAtt, Ref, Sub

from pkgops.kit import grants
from pkgops.kit.bucket import Bucket, BucketCors, bucket
from pkgops.kit.cdn.distribution import Behavior, Distribution, DistributionResource, distribution
from pkgops.kit.cdn.origins import BucketOrigin, origin_bucket, origin_identity
from pkgops.kit.links import LinkedBucket
from pkgops.kit.roles import Role, role
from pkgops.scope import Scope
from templates.keyvex.naming import PUBLIC_ASSETS, TOOL_ASSETS, USER_UPLOADS, describe, publish

SITES = ("https://keyvex.com", "https://www.keyvex.com")
DEVELOPMENT_SITES = ("http://localhost:3000", "https://*.vercel.app")
# The buckets behind the CDN, and what its behaviors call them.
SERVED = {"PublicAssetsBucket": "public-assets", "ToolAssetsBucket": "tool-assets"}
UPLOAD_ROLE = "keyvex-file-upload-role-{environment}"


def build(scope: Scope) -> None:
    """The three buckets, the CDN, and the role."""
    describe(scope, "Storage")
    rows = _rows(scope)
    identities = {key: origin_identity(scope, key, scope.named(rows[key].name)) for key in SERVED}
    made = {
        key: origin_bucket(scope, row, identities[key]) if key in SERVED else bucket(scope, row)
        for key, row in rows.items()
    }
    publish(scope, **{f"{key}Name": Ref(one) for key, one in made.items()})
    cdn = _cdn(scope, tuple(BucketOrigin(SERVED[key], made[key], identities[key]) for key in SERVED))
    publish(
        scope,
        CloudFrontDistributionDomain=cdn.domain,
        CloudFrontDistributionId=cdn.id,
        CloudFrontDomain=cdn.domain,
    )
    upload = _upload_role(scope, made)
    publish(scope, FileUploadRoleArn=GetAtt(upload, "Arn"))


def _rows(scope: Scope) -> dict[str, Bucket]:
    origins = SITES if scope.stage.production else DEVELOPMENT_SITES
    pages = BucketCors(origins, ("GET", "POST", "PUT"), max_age=3000)
    common: dict[str, Any] = {
        "abort_uploads": 7,
        "abort_rule": "DeleteIncompleteMultipartUploads",
        "retained": scope.stage.production,
    }
    return {
        "UserUploadsBucket": Bucket(
            USER_UPLOADS,
            versioned=True,
            moves=((30, "STANDARD_IA"), (90, "GLACIER")),
            move_rule="TransitionToIA",
            cors=pages,
            **common,
        ),
        "PublicAssetsBucket": Bucket(PUBLIC_ASSETS, cors=BucketCors(("*",), ("GET",), max_age=86400), **common),
        "ToolAssetsBucket": Bucket(
            TOOL_ASSETS,
            versioned=True,
            expire_noncurrent=30,
            noncurrent_rule="CleanupOldVersions",
            cors=pages,
            **common,
        ),
    }


def _cdn(scope: Scope, origins: tuple[BucketOrigin, ...]) -> DistributionResource:
    """The path is part of the object's key: ``/tool-assets/x`` is the object ``tool-assets/x`` of its bucket."""
    public, tools = (origin.id for origin in origins)
    row = Distribution(
        f"Keyvex Assets CDN - {scope.environment}",
        origins,
        (
            Behavior(public, response_headers="SimpleCORS"),
            Behavior(tools, "/tool-assets/*", response_headers="SimpleCORS"),
        ),
        price_class="PriceClass_All" if scope.stage.production else "PriceClass_100",
        http_version="http2",
    )
    return distribution(scope, row)


def _upload_role(scope: Scope, made: dict[str, LinkedBucket]) -> object:
    actions = (s3.PutObject, s3.PutObjectAcl, s3.GetObject, s3.DeleteObject)
    signed = Condition(StringLike("s3:x-amz-content-sha256", "*"))
    statements = [
        grants.allow(actions, Sub(f"${{{one.title}.Arn}}/*"), condition=signed if key == "UserUploadsBucket" else None)
        for key, one in made.items()
    ]
    listed = grants.allow([s3.ListBucket], *(GetAtt(one, "Arn") for one in made.values()))
    return role(scope, Role(UPLOAD_ROLE, (*statements, listed), description="Uploads and reads Keyvex's files"))
