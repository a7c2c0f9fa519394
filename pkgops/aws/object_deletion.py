"""Deleting objects of a bucket, whatever their keys are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pkgops.aws.connection.client import Clients

# DeleteObjects names keys in XML 1.0, which has no characters but these; S3 takes every other in a key as well.
_IN_XML = re.compile(r"[\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")


def delete_objects(clients: Clients, bucket: str, objects: Sequence[Mapping[str, str]]) -> None:
    """Deletes up to 1,000 ``objects``, each a ``Key`` and perhaps a ``VersionId``. ClientError for the first one that
    S3 does not delete."""
    from botocore.exceptions import ClientError

    client = clients.get("s3")
    together = [each for each in objects if _IN_XML.fullmatch(each["Key"])]
    if together:
        answer = client.delete_objects(Bucket=bucket, Delete={"Objects": together, "Quiet": True})
        if failed := answer.get("Errors", []):
            raise ClientError({"Error": failed[0]}, "DeleteObjects")
    for each in objects:
        if not _IN_XML.fullmatch(each["Key"]):
            client.delete_object(Bucket=bucket, **each)
