"""The bucket of product images, which everybody may read."""

from __future__ import annotations

from awacs import s3
from awacs.aws import Allow, Principal, Statement
from troposphere import Sub

from pkgops.kit.bucket import Bucket, BucketCors, bucket, bucket_name
from pkgops.kit.links import LinkedBucket
from pkgops.scope import Scope
from templates.stream_sales.environments import environment
from templates.stream_sales.naming import IMAGES

_METHODS = ("GET", "PUT", "POST", "DELETE")


def add(scope: Scope) -> LinkedBucket:
    """The bucket; pages of any site may use it with a link that the application has signed."""
    row = environment(scope)
    made = Bucket(
        IMAGES,
        versioned=row.image_versions,
        public=True,
        retained=row.kept,
        cors=BucketCors((row.image_origin,), _METHODS),
        expire_noncurrent=30,
        noncurrent_rule="DeleteOldVersions",
        moves=((90, "STANDARD_IA"),),
        move_rule="TransitionToInfrequentAccess",
        lifecycle=row.image_lifecycle,
    )
    everybody = Statement(
        Sid="EverybodyReads",
        Effect=Allow,
        Principal=Principal("*"),
        Action=[s3.GetObject],
        Resource=[Sub(f"arn:${{AWS::Partition}}:s3:::{bucket_name(scope, IMAGES)}/*")],
    )
    found = bucket(scope, made, statements=(everybody,))
    scope.accept("P401", found, reason="the images are on public pages")
    scope.accept("P106", f"{found.title}Policy", reason="the images are on public pages")
    return found
