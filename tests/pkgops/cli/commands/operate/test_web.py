"""pkgops web publish."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.fakes.stacks import FakeStacks
from tests.pkgops.fakes.websites import FakeWebsites
from tests.pkgops.web_project import FILES, PAGES, write

BUCKET, DISTRIBUTION, URL = "pages-site-dev-1", "E1", "https://d1.cloudfront.net"
FOREVER, EACH_TIME = "public, max-age=31536000, immutable", "public, max-age=0, must-revalidate"
PUBLISHED = {name for name in PAGES if name not in (".env", "notes.txt~")} | {"api/config.json"}


class Pages:
    """The project, deployed in memory on stage dev, and the program run in it."""

    def __init__(self, root: Path, call: Callable[..., Result]) -> None:
        self.root = write(root, FILES)
        self.out = write(root / "out", PAGES)
        self.websites = FakeWebsites(BUCKET, distributions=[DISTRIBUTION])
        stacks = FakeStacks()
        outputs = {"BucketName": BUCKET, "DistributionId": DISTRIBUTION, "Url": URL}
        stacks.deployed("Pages-dev", "UPDATE_COMPLETE", outputs=outputs)
        stacks.deployed("Pages-prod", "UPDATE_COMPLETE", outputs=outputs)
        self.ports = FakePorts(stacks=stacks, websites=self.websites, endpoint=None)
        self.call = call

    def publish(self, *arguments: str, stage: str = "dev", **more: str) -> Result:
        return self.call("web", "publish", *arguments, "--stage", stage, ports=self.ports, **more)

    def report(self, *arguments: str) -> dict[str, Any]:
        done = self.publish(*arguments, "--output", "json")
        assert done.exit_code == 0, done.output
        report: dict[str, Any] = json.loads(done.stdout)
        return report

    def served(self, key: str) -> tuple[str, str]:
        found = self.websites.buckets[BUCKET][key][1]
        return found.content_type, found.cache_control


@pytest.fixture
def pages(project: Path, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> Pages:
    made = Pages(project / "a project", run)
    monkeypatch.chdir(made.root)
    return made


def test_everything_is_served_as_its_kind_asks(pages: Pages) -> None:
    report = pages.report("out")
    assert {change["key"] for change in report["changes"]} == PUBLISHED
    assert report["passed_over"] == [".env", "notes.txt~"]
    assert pages.served("index.html") == ("text/html; charset=utf-8", EACH_TIME)
    assert pages.served("app.3f9a1c07.js") == ("text/javascript; charset=utf-8", FOREVER)
    assert pages.served("built/x/manifest.js")[1] == FOREVER
    assert pages.served("größe und mehr.svg") == ("image/svg+xml", EACH_TIME)
    assert pages.served("sw.mjs") == ("text/javascript; charset=utf-8", EACH_TIME)
    assert pages.served("api/config.json") == ("application/json", "no-cache, no-store, must-revalidate")
    body = pages.websites.buckets[BUCKET]["api/config.json"][0]
    assert json.loads(body) == {"url": f"{URL}/x", "in": ["us-east-1", "dev"], "{": 1}
    stored = pages.websites.stored
    assert max(map(stored.index, ("sw.mjs", "app.3f9a1c07.js"))) < stored.index("index.html") < len(stored) - 1
    assert stored[-1] == "api/config.json"
    assert pages.websites.invalidated == []  # nothing was there before


def test_again_changes_nothing_and_says_so(pages: Pages) -> None:
    pages.publish("pages", "out")
    stored = list(pages.websites.stored)
    again = pages.publish("pages", "out")
    assert again.stdout.splitlines() == [
        f"Nothing changed: {len(PUBLISHED)} files in {BUCKET} as published before.",
        f"Open {URL}",
    ]
    assert (pages.websites.stored, pages.websites.invalidated) == (stored, [])
    forced = pages.publish("out", "--invalidate-all")
    assert "Invalidated all paths of E1 (I1)." in forced.stdout
    assert pages.websites.invalidated == [(DISTRIBUTION, ["/*"])]


def test_only_what_changed_is_uploaded_and_invalidated(pages: Pages) -> None:
    pages.publish("out")
    pages.websites.stored.clear()
    write(pages.out, {"docs/index.html": "new", "größe und mehr.svg": "<svg>new</svg>", "new page.html": "x"})
    (pages.out / "sw.mjs").unlink()
    pages.websites.add_foreign(BUCKET, "uploads/of others.png")
    done = pages.publish("out", "--yes")
    assert done.exit_code == 0
    assert set(pages.websites.stored) == {"docs/index.html", "größe und mehr.svg", "new page.html"}
    changed = ["/docs/", "/docs/index.html", "/gr%C3%B6%C3%9Fe%20und%20mehr.svg", "/sw.mjs"]
    assert pages.websites.invalidated == [(DISTRIBUTION, changed)]
    assert "1 added, 2 updated, 1 deleted, 5 unchanged, 2 passed over" in done.stdout
    assert "uploads/of others.png. --prune deletes them." in done.stderr
    assert "uploads/of others.png" in pages.websites.buckets[BUCKET]
    pages.publish("out", "--yes", "--prune")
    assert "uploads/of others.png" not in pages.websites.buckets[BUCKET]


def test_other_headers_are_a_change(pages: Pages) -> None:
    pages.publish("out")
    body, served = pages.websites.buckets[BUCKET]["sw.mjs"]
    pages.websites.buckets[BUCKET]["sw.mjs"] = body, replace(served, cache_control=FOREVER)
    changes = pages.report("out")["changes"]
    assert [(change["action"], change["key"]) for change in changes] == [("update", "sw.mjs")]
    assert pages.served("sw.mjs")[1] == EACH_TIME


def test_a_dry_run_changes_nothing(pages: Pages) -> None:
    done = pages.publish("out", "--dry-run")
    assert "6 added" not in done.stdout
    assert f"{len(PUBLISHED)} added" in done.stdout
    assert "Nothing was changed yet." in done.stdout
    assert pages.websites.stored == []
    assert not pages.report("out", "--dry-run")["published"]
    pages.publish("out")
    assert "Nothing would change" in pages.publish("out", "--dry-run").stdout


def test_deletion_needs_a_word_and_a_protected_stage_its_name(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = pages.publish("out", stage="prod")
    assert refused.exit_code == 6, refused.stderr
    assert "Stage prod is protected" in refused.stderr
    assert pages.websites.stored == []
    pages.publish("out")
    (pages.out / "sw.mjs").unlink()
    refused = pages.publish("out")
    assert refused.exit_code == 6
    assert "Add --yes." in refused.stderr
    assert "sw.mjs" in pages.websites.buckets[BUCKET]
    monkeypatch.setenv("PKGOPS_CONFIRM", "prod")
    assert pages.publish("out", "--yes", stage="prod").exit_code == 0
    assert "sw.mjs" not in pages.websites.buckets[BUCKET]


def test_the_systems_own_pages_are_the_default(pages: Pages) -> None:
    pages.publish("pages")
    assert pages.websites.keys(BUCKET) == ["api/config.json", "index.html"]
    assert pages.websites.buckets[BUCKET]["index.html"][0] == b"<h1>Own</h1>"


def test_an_error_in_between_invalidates_what_has_changed(pages: Pages) -> None:
    pages.publish("out")
    write(pages.out, {"sw.mjs": "new", "index.html": "new"})
    pages.websites.broken = {"index.html"}
    failed = pages.publish("out")
    assert failed.exit_code == 1
    assert "index.html cannot be stored" in failed.stderr
    assert pages.websites.invalidated == [(DISTRIBUTION, ["/sw.mjs"])]
    pages.websites.broken.clear()
    assert [change["key"] for change in pages.report("out")["changes"]] == ["index.html"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("missing/dir",), "There is no directory missing/dir."),
        (("templates/",), "has no index.html"),
        (("nosuch", "out"), "Unknown system 'nosuch'"),
        (("nosuch",), "Unknown system 'nosuch'"),
    ],
)
def test_what_cannot_be_published_is_said(pages: Pages, arguments: tuple[str, ...], said: str) -> None:
    done = pages.publish(*arguments)
    assert done.exit_code == 2
    assert said in done.stderr
    assert pages.websites.stored == []


def test_a_stage_that_is_not_deployed_is_named(pages: Pages) -> None:
    pages.ports.stacks.deployed("Pages-dev", "UPDATE_COMPLETE", outputs={"BucketName": "x"})
    done = pages.publish("out")
    assert done.exit_code == 2
    assert "not deployed on stage dev: site.DistributionId" in done.stderr
    assert "pkgops deploy pages --stage dev" in done.stderr
    pages.ports.stacks.deployed(
        "Pages-dev", "UPDATE_COMPLETE", outputs={"BucketName": "x", "DistributionId": "E1", "Url": URL}
    )
    gone = pages.publish("out")
    assert "Bucket x is not deployed" in gone.stderr


def test_the_only_system_with_pages_is_meant_where_the_default_one_has_none(pages: Pages) -> None:
    stages, plain = pages.root / "stages.toml", FILES["templates/pages/__init__.py"]
    stages.write_text(stages.read_text().replace('"pages"', '"plain"'))
    plain = plain.replace('key="pages"', 'key="plain"').replace("site=Site(", "site=None and Site(")
    write(pages.root, {"templates/plain/__init__.py": plain})
    assert pages.publish().exit_code == 0
    assert pages.websites.keys(BUCKET) == ["api/config.json", "index.html"]
    assert "plain has no web pages" in pages.publish("--system", "plain").stderr


def test_the_sites_are_listed(pages: Pages) -> None:
    pages.publish()
    for arguments in ((), ("ls", "pages"), ("ls", "--all")):
        done = pages.call("web", *arguments, "--stage", "dev", "--output", "json", ports=pages.ports)
        assert json.loads(done.stdout) == [{"system": "pages", "bucket": BUCKET, "objects": 2, "url": URL}]


def test_a_system_without_pages_says_so(run: Callable[..., Result], project: Path) -> None:
    done = run("web", "publish", "kefir", "--stage", "dev", ports=FakePorts(endpoint=None))
    assert done.exit_code == 2
    assert "kefir has no web pages to publish." in done.stderr
