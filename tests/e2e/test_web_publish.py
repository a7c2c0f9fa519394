"""Web pages published to a bucket behind a distribution, on the emulator."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pkgops.local.client.emulator import Emulator
from pkgops.testing.deployed import Deployed, deployment
from tests.emulator import client
from tests.pkgops.web_project import FILES, PAGES, write

pytestmark = pytest.mark.e2e


@dataclass
class Pages:
    system: Deployed
    out: Path

    def publish(self, *options: str) -> Any:
        return self.system.rows("web", "publish", str(self.out), "--yes", *options)

    def service(self, name: str) -> Any:
        port = re.search(r"port = (\d+)", (self.system.root / "stages.toml").read_text())
        assert port is not None
        return client(Emulator.of(self.system.root, int(port[1])), name)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    root = write(tmp_path_factory.mktemp("pages"), FILES)
    out = write(tmp_path_factory.mktemp("out"), PAGES)
    with deployment(root, tmp_path_factory.mktemp("deployed")) as system:
        yield Pages(system, out)


def test_pages_are_published_once_and_changes_alone_after_that(pages: Pages) -> None:
    first = pages.publish()
    assert {change["action"] for change in first["changes"]} == {"add"}
    assert first["invalidation"] == ""
    s3, bucket = pages.service("s3"), first["bucket"]
    config = s3.get_object(Bucket=bucket, Key="api/config.json")
    assert json.loads(config["Body"].read()) == {"url": f"{first['url']}/x", "in": ["us-east-1", "development"], "{": 1}
    assert config["CacheControl"] == "no-cache, no-store, must-revalidate"
    assert s3.get_object(Bucket=bucket, Key="größe und mehr.svg")["Body"].read() == b"<svg/>"

    again = pages.publish()
    assert (again["changes"], again["unchanged"], again["invalidation"]) == ([], len(first["changes"]), "")

    write(pages.out, {"docs/index.html": "new"})
    (pages.out / "größe und mehr.svg").unlink()
    s3.put_object(Bucket=bucket, Key="index.html", Body=b"by somebody else")
    s3.put_object(Bucket=bucket, Key="upload.png", Body=b"by a user")
    third = pages.publish()
    assert {(change["action"], change["key"]) for change in third["changes"]} == {
        ("update", "docs/index.html"),
        ("update", "index.html"),
        ("delete", "größe und mehr.svg"),
    }
    assert third["foreign"] == ["upload.png"]
    cloudfront = pages.service("cloudfront")
    found = cloudfront.get_invalidation(DistributionId=third["distribution"], Id=third["invalidation"])
    paths = ["/", "/docs/", "/docs/index.html", "/gr%C3%B6%C3%9Fe%20und%20mehr.svg", "/index.html"]
    assert sorted(found["Invalidation"]["InvalidationBatch"]["Paths"]["Items"]) == paths
    assert s3.get_object(Bucket=bucket, Key="upload.png")["Body"].read() == b"by a user"
    assert pages.publish()["changes"] == []
