"""Contract: what S3 serves is what was put, or nothing."""

from __future__ import annotations

import base64
import hashlib
import random

import pytest

from pkgops.local.home import Home
from pkgops.local.saved_states import SavedStates
from tests.damage import DAMAGES
from tests.emulator import ACCOUNT
from tests.waiting import eventually

pytestmark = pytest.mark.emulator
BODY = b"what was put" * 100


def damaged_object(emulator, aws, name, damage, *, saved=False):
    """A bucket with one object whose file is damaged, ``saved`` or not before that."""
    s3, checksum = aws("s3"), base64.b64encode(hashlib.sha256(BODY).digest()).decode()
    states = SavedStates(Home(emulator.home))
    before = states.newest()
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="a/b", Body=BODY, ChecksumSHA256=checksum)
    s3.put_object(Bucket=name, Key="a/c", Body=BODY)
    if saved:
        eventually(lambda: states.newest() > before and states.objects(f"{ACCOUNT}/{name}/a/b")[0].exists())
    damage(Home(emulator.home).objects / ACCOUNT / name / "a" / "b", random.Random(0))
    return s3


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("call", ["get_object", "head_object"])
def test_a_damaged_object_is_absent(emulator, aws, unique, call, damage):
    name = unique("damaged")
    s3 = damaged_object(emulator, aws, name, damage)
    with pytest.raises(s3.exceptions.ClientError) as refused:
        getattr(s3, call)(Bucket=name, Key="a/b", ChecksumMode="ENABLED")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    assert [row["Key"] for row in s3.list_objects_v2(Bucket=name)["Contents"]] == ["a/c"]
    assert s3.get_object(Bucket=name, Key="a/c")["Body"].read() == BODY
    s3.put_object(Bucket=name, Key="a/b", Body=b"again")
    assert s3.get_object(Bucket=name, Key="a/b")["Body"].read() == b"again"


def test_a_file_that_was_removed_is_put_back(emulator, aws, unique):
    name = unique("removed")
    s3 = damaged_object(emulator, aws, name, lambda path, _: path.unlink(), saved=True)
    assert s3.get_object(Bucket=name, Key="a/b")["Body"].read() == BODY
