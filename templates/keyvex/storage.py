"""The storage stack: Keyvex's buckets and the role for uploads."""

from __future__ import annotations

from typing import Any

from awacs import s3
from awacs.aws import Condition, StringLike
from troposphere import GetAtt, Ref, Sub

from pkgops.kit import grants
from pkgops.kit.bucket import Bucket, BucketCors, bucket
from pkgops.kit.links import LinkedBucket
from pkgops.kit.roles import Role, role
from pkgops.scope import Scope
from templates.keyvex.naming import PUBLIC_ASSETS, TOOL_ASSETS, USER_UPLOADS, describe, publish

SITES = ("https://keyvex.com", "https://www.keyvex.com")
DEVELOPMENT_SITES = ("http://localhost:3000", "https://*.vercel.app")
UPLOAD_ROLE = "keyvex-file-upload-role-{environment}"


def build(scope: Scope) -> None:
    """The three buckets, and the role."""
    describe(scope, "Storage")
    made = {key: bucket(scope, row) for key, row in _rows(scope).items()}
    publish(scope, **{f"{key}Name": Ref(one) for key, one in made.items()})
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


def _upload_role(scope: Scope, made: dict[str, LinkedBucket]) -> object:
    actions = (s3.PutObject, s3.PutObjectAcl, s3.GetObject, s3.DeleteObject)
    signed = Condition(StringLike("s3:x-amz-content-sha256", "*"))
    statements = [
        grants.allow(actions, Sub(f"${{{one.title}.Arn}}/*"), condition=signed if key == "UserUploadsBucket" else None)
        for key, one in made.items()
    ]
    listed = grants.allow([s3.ListBucket], *(GetAtt(one, "Arn") for one in made.values()))
    return role(scope, Role(UPLOAD_ROLE, (*statements, listed), description="Uploads and reads Keyvex's files"))
