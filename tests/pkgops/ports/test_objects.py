"""The contract of the `Objects` port, for the fake and for the emulator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from pkgops.aws.objects import S3Objects
from pkgops.errors import UsageError
from pkgops.ports.objects import Objects
from tests.pkgops.fakes.objects import FakeObjects

pytestmark = pytest.mark.emulator

CONTENT = {"a.txt": b"a", "b/1.txt": b"one", "b/2/x.txt": b"x", "c.png": b"\x89PNG", "<b> &.txt": b"odd"}


@dataclass
class Service:
    port: Objects
    bucket: str


@pytest.fixture(params=["fake", "emulator"])
def service(request: pytest.FixtureRequest) -> Service:
    """A bucket with a few objects."""
    if request.param == "fake":
        return Service(FakeObjects(stored={key: (data, "text/x-own") for key, data in CONTENT.items()}), "stored")
    s3, bucket = request.getfixturevalue("aws")("s3"), request.getfixturevalue("unique")("bucket")
    s3.create_bucket(Bucket=bucket)
    for key, data in CONTENT.items():
        s3.put_object(Bucket=bucket, Key=key, Body=data, ContentType="text/x-own")
    return Service(S3Objects(request.getfixturevalue("clients")), bucket)


def test_objects_are_listed_by_prefix(service: Service) -> None:
    page = service.port.page(service.bucket, "")
    assert (page.folders, page.after) == (("b/",), "")
    assert [(one.key, one.size) for one in page.objects] == [("<b> &.txt", 3), ("a.txt", 1), ("c.png", 4)]
    assert page.objects[0].changed.endswith("+00:00")
    below = service.port.page(service.bucket, "b/")
    assert (below.folders, [one.key for one in below.objects]) == (("b/2/",), ["b/1.txt"])
    assert service.port.page(service.bucket, "absent/").objects == ()


def test_pages_follow_each_other(service: Service) -> None:
    found, after = [], ""
    while True:
        page = service.port.page(service.bucket, "", after, most=2)
        found += [*page.folders, *(one.key for one in page.objects)]
        after = page.after
        if not after:
            break
    assert sorted(found) == sorted(["<b> &.txt", "a.txt", "b/", "c.png"])


def test_an_object_is_read_and_removed(service: Service) -> None:
    opened = service.port.open(service.bucket, "<b> &.txt")
    assert opened is not None
    assert (opened.about.size, opened.about.content_type, b"".join(opened.parts)) == (3, "text/x-own", b"odd")
    assert "odd" not in repr(opened).replace("<b> &.txt", "")
    service.port.remove(service.bucket, "a.txt")
    assert service.port.open(service.bucket, "a.txt") is None


@pytest.mark.parametrize("ask", ["page", "open", "remove"])
def test_a_bucket_that_is_not_there(service: Service, ask: str) -> None:
    call: Any = getattr(service.port, ask)
    with pytest.raises(UsageError, match="absent is not deployed"):
        call("absent", "a.txt")
