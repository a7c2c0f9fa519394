"""The files of an application around its deployment, on ports in memory."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pkgops.build.build import synthesized
from pkgops.build.node.builder import take_build
from pkgops.config import load
from pkgops.errors import PkgopsError, UsageError
from pkgops.events import silent
from pkgops.operate.outputs import read_outputs
from pkgops.operate.web.app import publish_added, publish_app
from pkgops.operate.web.content import MARKER
from pkgops.operate.web.plan import PublishPlan, plan_publishing, site_source
from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.fakes.stacks import FakeStacks
from tests.pkgops.fakes.tables import FakeTables
from tests.pkgops.fakes.websites import FakeWebsites
from tests.pkgops.next_project import FILES, write_build
from tests.pkgops.web_project import write

BUCKET, DISTRIBUTION = "shop-assets-1", "E1"
OUTPUTS = {"AssetsBucketName": BUCKET, "DistributionId": DISTRIBUTION, "Url": "https://d1.cloudfront.net"}
FOREVER = "public, max-age=31536000, immutable"
SHARED = "public, max-age=0, s-maxage=31536000, must-revalidate"


class App:
    """The project on stage dev, deployed in memory."""

    def __init__(self, root: Path) -> None:
        self.root = write(root / "project", FILES)
        self.project = load("dev", "shop", self.root, environ={})
        self.websites = FakeWebsites(BUCKET, distributions=[DISTRIBUTION])
        self.stacks = FakeStacks()
        self.tables = FakeTables(shop_tags_dev=("tag", "path"))
        self.ports = FakePorts(stacks=self.stacks, websites=self.websites, tables=self.tables, endpoint=None)

    def deploy(self, **outputs: str) -> None:
        self.stacks.deployed("Shop-dev", "UPDATE_COMPLETE", outputs={**OUTPUTS, **outputs})

    def take(self, name: str, **files: str) -> None:
        made = self.root.parent / f"made-{len(list(self.root.parent.iterdir()))}"
        write(write_build(made, name=name, machine="arm64"), files)
        take_build(self.project, made)

    def before(self) -> None:
        publish_added(self.project, synthesized(self.project), self.ports, silent)

    def after(self) -> None:
        publish_app(self.project, synthesized(self.project), self.ports, silent)

    def plan(self, *, prune: bool = False) -> PublishPlan:
        rows = read_outputs(self.project, synthesized(self.project), self.ports)
        source = site_source(self.project, None)
        return plan_publishing(self.project, rows, source, self.websites, silent, prune=prune)

    @property
    def objects(self) -> dict[str, tuple[bytes, str]]:
        return {key: (body, served.cache_control) for key, (body, served) in self.websites.buckets[BUCKET].items()}


@pytest.fixture
def app(tmp_path: Path) -> App:
    return App(tmp_path)


def test_files_are_kept_as_long_as_their_names_allow(app: App) -> None:
    app.deploy()
    app.take("one")
    app.after()
    assert {key: cache for key, (_, cache) in app.objects.items()} == {
        "_assets/BUILD_ID": SHARED,
        "_assets/robots.txt": SHARED,
        "_assets/_next/static/one.js": FOREVER,
        "_cache/one/news.cache": "private, no-store",
        MARKER: "private, no-store",
    }
    assert app.websites.stored[-1] == MARKER, "it says that all the others are there"
    assert app.websites.invalidated == [(DISTRIBUTION, ["/*"])]


def test_what_is_new_is_there_before_the_code_and_what_is_changed_after_it(app: App) -> None:
    app.deploy()
    app.take("one")
    app.after()
    app.take("two", **{"assets/robots.txt": "two"})
    app.websites.invalidated.clear()
    app.before()
    assert app.objects["_assets/_next/static/two.js"][0] == b"two"
    assert app.objects["_assets/robots.txt"][0] == b"User-agent: *", "pages of the old code are still served"
    assert app.websites.invalidated == []
    app.after()
    assert app.objects["_assets/robots.txt"][0] == b"two"
    assert "_assets/_next/static/one.js" in app.objects, "a page of before may still be open"
    assert app.websites.invalidated == [(DISTRIBUTION, ["/*"])]


def test_an_unchanged_build_costs_one_question(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    app.deploy()
    app.take("one")
    app.after()
    stored = list(app.websites.stored)
    monkeypatch.setattr(app.websites, "keys", None)
    app.before()
    app.after()
    assert app.websites.stored == stored


def test_an_interrupted_publication_is_completed_by_the_next(app: App) -> None:
    app.deploy()
    app.take("one")
    app.websites.broken.add("_assets/robots.txt")
    with pytest.raises(PkgopsError):
        app.after()
    assert MARKER not in app.objects
    app.websites.broken.clear()
    app.after()
    assert {MARKER, "_assets/robots.txt"} <= app.objects.keys()


def test_pages_the_server_has_rendered_are_never_replaced_by_older_ones(app: App) -> None:
    app.deploy()
    app.take("one")
    app.after()
    app.websites.add_foreign(BUCKET, "_cache/one/news.cache")
    app.websites.add_foreign(BUCKET, "_cache/one/later.cache")
    app.websites.add_foreign(BUCKET, "_cache/__fetch/one/data")
    app.take("one", **{"assets/robots.txt": "again"})
    app.after()
    assert app.objects["_cache/one/news.cache"][0] == b""
    assert app.plan(prune=True).of("delete") == []


def test_pruning_deletes_what_belongs_to_earlier_builds(app: App) -> None:
    app.deploy()
    app.take("one")
    app.after()
    app.take("two")
    app.after()
    assert app.plan().changes == ()
    assert app.plan().foreign == ()
    gone = {change.key for change in app.plan(prune=True).of("delete")}
    assert gone == {"_assets/_next/static/one.js", "_cache/one/news.cache"}


def test_tags_are_written_once(app: App) -> None:
    app.deploy(TagsTableName="shop-tags-dev")
    app.take("one")
    app.after()
    written = {"tag": "one/news", "path": "one/news", "revalidatedAt": 1}
    assert list(app.tables.items["shop-tags-dev"].values()) == [written]


@pytest.mark.parametrize("step", ["before", "after"])
def test_nothing_is_published_where_there_is_no_build_or_no_bucket(app: App, step: str) -> None:
    run: Callable[[], None] = getattr(app, step)
    run()
    app.take("one")
    run()
    app.stacks.deployed("Shop-dev", "UPDATE_COMPLETE", outputs={"Url": "https://d1.cloudfront.net"})
    run()
    app.deploy()
    shutil.rmtree(app.root / ".pkgops/apps")
    run()
    assert app.objects == {}


def test_publishing_needs_a_build(app: App) -> None:
    with pytest.raises(UsageError, match="has not been built for stage dev"):
        site_source(app.project, None)
    plain = replace(app.project, system=replace(app.project.system, app=None))
    with pytest.raises(UsageError, match="brings no web pages along"):
        site_source(plain, None)
