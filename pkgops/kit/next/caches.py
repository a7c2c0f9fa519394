"""Where a Next.js site keeps rendered pages: objects of its bucket, a table of their tags, and a queue of pages to
render again. The variables and permissions are those that OpenNext's own code asks for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from awacs import s3 as s3_actions
from awacs.aws import Statement
from troposphere import GetAtt, Ref

from pkgops.kit import grants
from pkgops.kit.links import Link, LinkedBucket, LinkedQueue, LinkedTable
from pkgops.kit.next.manifest import Manifest
from pkgops.kit.next.options import NextSite
from pkgops.kit.queue import work_queue
from pkgops.kit.table import Index, Table, table
from pkgops.scope import Scope

CONSUMER_SECONDS = 30  # the timeout of what renders pages again
_LONGEST_POLL = 20  # seconds
_BUCKET, _PREFIX, _TABLE, _QUEUE = (
    "CACHE_BUCKET_NAME",
    "CACHE_BUCKET_KEY_PREFIX",
    "CACHE_DYNAMO_TABLE",
    "REVALIDATION_QUEUE_URL",
)


@dataclass(frozen=True, slots=True)
class Caches:
    """What servers get for the caches there are; table and queue, None where there is none."""

    environment: dict[str, Any] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    grants: tuple[Statement, ...] = ()
    queue: LinkedQueue | None = None
    table: LinkedTable | None = None


def add(scope: Scope, manifest: Manifest, row: NextSite, bucket: LinkedBucket) -> Caches:
    """Adds the table and the queue that the build asks for."""
    if not manifest.cache:
        return Caches()
    prefix = next((one.prefix for one in manifest.copies if not one.served), "_cache")
    environment: dict[str, Any] = {_PREFIX: prefix, "CACHE_BUCKET_REGION": Ref("AWS::Region")}
    below = f"{prefix}/"
    links = [bucket.read_write(below).named(_BUCKET), bucket.delete(below).named(_BUCKET)]
    # Whoever may list a bucket is told that an object is missing; others are told that they are denied.
    listing = grants.allow([s3_actions.ListBucket], GetAtt(bucket, "Arn"))
    queue = tags = None
    if manifest.tags:
        tags = table(scope, _tags(row))
        links.append(tags.read_write().named(_TABLE))
    if manifest.queue:
        name = f"{row.prefix}revalidations"
        queue = work_queue(scope, name, 6 * CONSUMER_SECONDS, fifo=True, wait=_LONGEST_POLL)
        links.append(queue.send().named(_QUEUE))
        environment["REVALIDATION_QUEUE_REGION"] = Ref("AWS::Region")
    return Caches(environment, tuple(links), (listing,), queue, tags)


def _tags(row: NextSite) -> Table:
    """Which pages have which tag, and when a tag was last made invalid; it can be made again from the build."""
    index = Index("revalidate", "path", "revalidatedAt:N")
    return Table(f"{row.prefix}tags", (index,), "tag", "path", disposable=True)
