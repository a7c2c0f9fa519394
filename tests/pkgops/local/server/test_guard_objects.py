"""Objects reach whom their owner lets, by a link or a policy, and a link opens nothing else."""

from __future__ import annotations

import json
from typing import Any

import boto3
import httpx
import pytest
from botocore import UNSIGNED
from botocore.config import Config

from pkgops.local.client.emulator import Emulator
from tests.emulator import ACCOUNT, REGION
from tests.pkgops.local.server.asking import CREATE, PAGES, Aws, code, signing

pytestmark = pytest.mark.emulator


def test_objects_in_every_form_the_sdk_sends(emulator: Emulator, bucket: str) -> None:
    root = emulator.credentials()
    content = b"0123456789" * 20_000
    for config in ({}, {"signature_version": "s3v4"}, {"request_checksum_calculation": "when_required"}):
        s3 = signing(emulator, "s3", root.key, root.secret, **config)
        s3.put_object(Bucket=bucket, Key="a b/ü+~", Body=content, ChecksumAlgorithm="CRC32")
        assert s3.get_object(Bucket=bucket, Key="a b/ü+~")["Body"].read() == content
        read = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "a b/ü+~"})
        page = {"Origin": "https://example.com", "Sec-Fetch-Site": "cross-site"}
        assert httpx.get(read, headers=page).content == content
        assert httpx.get(read.replace("%C3%BC", "u"), headers=page).status_code == 403
        assert httpx.get(s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "key"}, -1)).status_code in (
            400,
            403,
        )
        write = s3.generate_presigned_url("put_object", {"Bucket": bucket, "Key": "uploaded"})
        form = {"Content-Type": ""}
        assert httpx.put(write, content=b"new", headers=form).status_code == 200
        assert s3.get_object(Bucket=bucket, Key="uploaded")["Body"].read() == b"new"
        post = s3.generate_presigned_post(bucket, "posted")
        assert httpx.post(post["url"], data=post["fields"], files={"file": b"x"}, headers=page).status_code == 204
        post["fields"]["signature" if "signature" in post["fields"] else "x-amz-signature"] = "0" * 64
        assert httpx.post(post["url"], data=post["fields"], files={"file": b"x"}).status_code == 403
    assert httpx.post(f"{emulator.endpoint}/{bucket}", data={"key": "a"}, files={"file": b"x"}).status_code == 403
    spoofed = b'name="policy" name="signature"'
    assert httpx.post(f"{emulator.endpoint}/{bucket}", data={"key": "a"}, files={"file": spoofed}).status_code == 403


def test_a_link_to_an_object_is_no_key_to_other_services(
    emulator: Emulator, aws: Aws, bucket: str, secret: str
) -> None:
    s3 = signing(emulator, "s3", ACCOUNT, emulator.credentials().secret, signature_version="s3v4")
    write = s3.generate_presigned_url("put_object", {"Bucket": bucket, "Key": "key"})
    target = {"X-Amz-Target": "secretsmanager.GetSecretValue"}
    assert httpx.put(write, headers=target, content=f'{{"SecretId":"{secret}"}}').status_code == 403
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert httpx.put(write, headers=form, content=CREATE.format("{}")).status_code == 403
    assert httpx.put(write, headers=form, content="Action=ListUsers&Version=2010-05-08").status_code == 403
    read = f"{emulator.endpoint}/{bucket}/key"
    assert httpx.request("GET", read, headers=form, content="Action=ListUsers&Version=2010-05-08").status_code == 403
    assert httpx.get(read).status_code == 403


def test_a_bucket_that_is_public_is_read_by_everybody(emulator: Emulator, aws: Aws, bucket: str) -> None:
    aws("s3").delete_public_access_block(Bucket=bucket)
    everybody = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [everybody]})
    aws("s3").put_bucket_policy(Bucket=bucket, Policy=policy)
    url = f"{emulator.endpoint}/{bucket}/key"
    for headers in ({}, *PAGES):
        assert httpx.get(url, headers=headers).text == "text"
        assert httpx.put(url, headers=headers, content=b"x").status_code == 403
        assert httpx.get(f"{emulator.endpoint}/{bucket}?list-type=2", headers=headers).status_code == 403
    unsigned = Config(signature_version=UNSIGNED, s3={"addressing_style": "path"})
    s3 = boto3.client("s3", endpoint_url=emulator.endpoint, region_name=REGION, config=unsigned)
    assert s3.get_object(Bucket=bucket, Key="key")["Body"].read() == b"text"


def test_a_hash_of_the_payload_is_compared_with_it(emulator: Emulator, bucket: str) -> None:
    s3 = signing(emulator, "s3", ACCOUNT, emulator.credentials().secret)

    def change(request: Any, **_: Any) -> None:
        request.body = b"more" if request.body else request.body
        request.headers["Content-Length"] = "4"

    s3.meta.events.register("before-send.s3.DeleteObjects", change)
    found = code(s3.delete_objects, Bucket=bucket, Delete={"Objects": [{"Key": "key"}]})
    assert found == "XAmzContentSHA256Mismatch"
    assert s3.get_object(Bucket=bucket, Key="key")["Body"].read() == b"text"
