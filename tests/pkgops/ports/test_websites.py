"""The contract of the `Websites` port, for the fake and for the emulator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import pytest

from pkgops.aws import websites
from pkgops.aws.websites import S3Websites
from pkgops.errors import PkgopsError, UsageError
from pkgops.ports.websites import WebObject, Websites
from tests.pkgops.fakes.websites import FakeWebsites

pytestmark = pytest.mark.emulator

FOREVER = "public, max-age=31536000, immutable"


def served(body: bytes, content_type: str = "text/html; charset=utf-8", cache: str = FOREVER) -> WebObject:
    return WebObject(sha256(body).hexdigest(), content_type, cache)


@dataclass
class Service:
    port: Websites
    bucket: str
    distribution: str
    body: Callable[[str], bytes]
    put_foreign: Callable[[str], object]


@pytest.fixture(params=["fake", "emulator"])
def service(request: pytest.FixtureRequest) -> Service:
    """An empty bucket, a distribution, and what another program sees of the bucket and puts there."""
    if request.param == "fake":
        fake = FakeWebsites("bucket", distributions=["E1"])
        contents = fake.buckets["bucket"]
        return Service(fake, "bucket", "E1", lambda key: contents[key][0], lambda key: fake.add_foreign("bucket", key))
    s3 = request.getfixturevalue("aws")("s3")
    bucket = request.getfixturevalue("unique")("site")
    s3.create_bucket(Bucket=bucket)
    made = request.getfixturevalue("aws")("cloudfront").create_distribution(DistributionConfig=distribution(bucket))
    return Service(
        S3Websites(request.getfixturevalue("clients")),
        bucket,
        made["Distribution"]["Id"],
        lambda key: bytes(s3.get_object(Bucket=bucket, Key=key)["Body"].read()),
        lambda key: s3.put_object(Bucket=bucket, Key=key, Body=b"foreign"),
    )


def distribution(bucket: str) -> dict[str, object]:
    origin = {"Id": "o", "DomainName": f"{bucket}.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
    return {
        "CallerReference": bucket,
        "Comment": "",
        "Enabled": True,
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": {
            "TargetOriginId": "o",
            "ViewerProtocolPolicy": "allow-all",
            "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
        },
    }


def test_what_is_stored_is_served_as_it_was_said(service: Service, tmp_path: Path) -> None:
    names = ["index.html", "ein Käse & mehr/größe (1)+ü'.html", "a%20b#c?.html", "日本/x"]
    for name in names:
        service.port.put(service.bucket, name, name.encode(), served(name.encode()))
    path = tmp_path / "file"
    path.write_bytes(b"")
    service.port.put(service.bucket, "empty.wasm", path, served(b"", "application/wasm", "no-store"))
    assert sorted(service.port.keys(service.bucket)) == sorted([*names, "empty.wasm"])
    for name in names:
        assert service.port.read(service.bucket, name) == served(name.encode())
        assert service.body(name) == name.encode()
    assert service.port.read(service.bucket, "empty.wasm") == served(b"", "application/wasm", "no-store")
    service.port.put(service.bucket, "index.html", b"new", served(b"new", cache="no-store"))
    assert service.port.read(service.bucket, "index.html") == served(b"new", cache="no-store")


def test_what_another_program_stored_has_no_digest(service: Service) -> None:
    service.put_foreign("other/key")
    found = service.port.read(service.bucket, "other/key")
    assert found is not None
    assert found.sha256 == ""
    assert service.port.read(service.bucket, "other") is None


def test_more_than_a_page_is_removed(service: Service) -> None:
    keys = (
        [f"{number:04}" for number in range(1001)]
        if isinstance(service.port, FakeWebsites)
        else ["a", "b ü", "c\x01\n", "d\uffff"]
    )
    for key in keys:
        service.put_foreign(key)
    service.port.remove(service.bucket, [*keys, "missing"])
    assert service.port.keys(service.bucket) == []
    service.port.remove(service.bucket, [])


def test_what_is_not_there_is_named(service: Service) -> None:
    with pytest.raises(UsageError, match="Bucket no-such-bucket is not deployed"):
        service.port.keys("no-such-bucket")
    with pytest.raises(UsageError, match="Distribution ENONE is not deployed"):
        service.port.invalidate("ENONE", ["/"])


def test_each_invalidation_is_one_of_its_own(service: Service) -> None:
    first = service.port.invalidate(service.distribution, ["/index.html", "/a%20b"])
    assert first
    assert service.port.invalidate(service.distribution, ["/index.html", "/a%20b"]) != first


def test_a_file_that_changed_in_between_is_not_stored(service: Service, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("new")
    with pytest.raises(PkgopsError, match="changed while it was uploaded"):
        service.port.put(service.bucket, "page.html", path, served(b"old"))
    assert service.port.keys(service.bucket) == []


def test_a_huge_file_goes_in_parts(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limits are S3's own (parts have at least 5 MiB), lowered to them."""
    monkeypatch.setattr(websites, "_MULTIPART_FROM", 6 * 2**20)
    monkeypatch.setattr(websites, "_PART", 5 * 2**20)
    s3, bucket = request.getfixturevalue("aws")("s3"), request.getfixturevalue("unique")("site")
    s3.create_bucket(Bucket=bucket)
    port = S3Websites(request.getfixturevalue("clients"))
    body = bytes(range(256)) * 4 * 1024 * 11 + b"end"  # 11 MiB and a bit: three parts
    path = tmp_path / "video.mp4"
    path.write_bytes(body)
    wanted = served(body, "video/mp4")
    port.put(bucket, "video.mp4", path, wanted)
    assert port.read(bucket, "video.mp4") == wanted
    assert s3.get_object(Bucket=bucket, Key="video.mp4")["Body"].read() == body
    with pytest.raises(PkgopsError, match="changed while it was uploaded"):
        port.put(bucket, "other.mp4", path, replace(wanted, sha256="0" * 64))
    assert port.keys(bucket) == ["video.mp4"]
    assert s3.list_multipart_uploads(Bucket=bucket).get("Uploads", []) == []
