"""The table of Kefir, and its bucket of photos and exports."""

from __future__ import annotations

from dataclasses import dataclass

from troposphere import Ref

from pkgops.kit.bucket import Bucket, BucketCors, bucket
from pkgops.kit.links import ExistingBucket, ExistingTable
from pkgops.kit.table import Index, Table, table
from pkgops.scope import Scope
from templates.kefir.naming import named
from templates.kefir.settings import photo_origins

PHOTO_DAYS, UPLOAD_DAYS = 365, 7
# How long an expired photo is kept as a noncurrent version in a versioned bucket.
NONCURRENT_DAYS = 30


@dataclass(frozen=True, slots=True)
class Stored:
    """The table and the bucket, as functions are linked to them: under the documented variables."""

    table: ExistingTable
    bucket: ExistingBucket


def add(scope: Scope) -> Stored:
    """Adds one table with one index, and the bucket. Outside production both are deleted with the stack."""
    kept = scope.stage.production
    made = table(
        scope,
        Table(named("table"), (Index("GSI1", "GSI1PK", "GSI1SK"),), "PK", "SK", ttl="TTL", disposable=not kept),
    )
    photos = bucket(
        scope,
        Bucket(
            named("photos"),
            versioned=kept,
            expire=PHOTO_DAYS,
            expire_noncurrent=NONCURRENT_DAYS if kept else 0,
            abort_uploads=UPLOAD_DAYS,
            retained=kept,
            cors=BucketCors(photo_origins(scope.stage, scope.settings), ("GET", "PUT", "POST"), ("ETag",)),
            expire_rule="delete-old-photos",
            abort_rule="abort-incomplete-uploads",
        ),
    )
    scope.output("TableName", Ref(made))
    scope.output("BucketName", Ref(photos))
    return Stored(ExistingTable(Ref(made), "TABLE_NAME"), ExistingBucket(Ref(photos), "BUCKET_NAME"))
