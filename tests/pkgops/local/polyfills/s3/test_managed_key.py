"""Contract: KMS encryption without a key uses the account's own."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.emulator


def test_an_object_needs_no_key_of_its_own(aws, unique):
    bucket, s3 = unique("encrypted"), aws("s3")
    s3.create_bucket(Bucket=bucket)
    written = [
        s3.put_object(Bucket=bucket, Key=key, Body=b"x", ServerSideEncryption="aws:kms") for key in ("one", "two")
    ]
    keys = {row["SSEKMSKeyId"] for row in written}
    assert len(keys) == 1
    assert keys.pop().startswith("arn:aws:kms:us-east-1:000000000000:key/")
    assert s3.get_object(Bucket=bucket, Key="one")["ServerSideEncryption"] == "aws:kms"


def test_a_key_that_is_named_is_used(aws, unique):
    bucket, s3 = unique("encrypted"), aws("s3")
    s3.create_bucket(Bucket=bucket)
    key = "arn:aws:kms:us-east-1:000000000000:key/own"
    s3.put_object(Bucket=bucket, Key="one", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    assert s3.head_object(Bucket=bucket, Key="one")["SSEKMSKeyId"] == key
