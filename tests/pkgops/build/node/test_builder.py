"""Building an application and keeping what OpenNext has written."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from pkgops.build.node.app_build import architecture, current
from pkgops.build.node.builder import build_app, take_build, warning
from pkgops.config import Project, load
from pkgops.errors import BuildError, UsageError
from pkgops.events import Event, Note
from tests.pkgops.next_project import FILES, write_build
from tests.pkgops.web_project import write


class App:
    """The project on stage dev, whose application's build is what stands in ``made``."""

    def __init__(self, root: Path) -> None:
        self.root = write(root, FILES)
        self.made = write_build(root / "made", machine="arm64")
        self.events: list[Event] = []

    def project(self, stage: str = "dev", **environ: str) -> Project:
        return load(stage, "shop", self.root, environ=environ)

    def build(self, stage: str = "dev", *, again: bool = False) -> str:
        return build_app(self.project(stage), self.events.append, again=again).content

    @property
    def runs(self) -> list[str]:
        counted = self.root / "runs"
        return counted.read_text().splitlines() if counted.exists() else []


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> App:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("node", "npm"):
        (tools / name).write_text('#!/bin/sh\necho "$0 $*" >> ../installed\nmkdir -p node_modules\n')
        (tools / name).chmod(0o700)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}/usr/bin{os.pathsep}/bin")
    made = App(tmp_path / "project")
    (made.root / "app/node_modules").mkdir()
    return made


def test_unchanged_sources_are_built_once_for_each_stage(app: App) -> None:
    first = app.build()
    assert app.build() == first
    assert app.runs == ["dev arm64"]
    app.build("local")
    machine = {"arm64": "arm64", "x86_64": "x64"}[architecture(app.project("local"))]
    assert app.runs == ["dev arm64", f"local {machine}"]
    app.build(again=True)
    assert len(app.runs) == 3


@pytest.mark.parametrize("changed", ["page.js", "new.js", ".env.production", "lib/deep/hidden.js"])
def test_any_source_makes_a_new_build(app: App, changed: str) -> None:
    app.build()
    write(app.root / "app", {changed: "other"})
    app.build()
    assert len(app.runs) == 2


@pytest.mark.parametrize("made", ["node_modules/pg/index.js", ".next/trace", ".open-next/index.mjs", ".git/HEAD"])
def test_what_is_made_of_the_sources_does_not_count(app: App, made: str) -> None:
    app.build()
    write(app.root / "app", {made: "other"})
    app.build()
    assert len(app.runs) == 1


def test_variables_that_are_written_into_pages_count(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    app.build()
    monkeypatch.setenv("EDITOR", "ed")
    app.build()
    assert len(app.runs) == 1
    monkeypatch.setenv("NEXT_PUBLIC_NAME", "Shop")
    app.build()
    assert len(app.runs) == 2


def test_a_build_is_kept_apart_from_the_sources(app: App) -> None:
    content = app.build()
    shutil.rmtree(app.root / "app/.open-next")
    kept = current(app.project())
    assert kept is not None
    assert (kept.content, kept.architecture) == (content, "arm64")
    assert kept.read().cache
    assert (kept.directory / "assets/BUILD_ID").read_text() == "one"
    assert current(app.project("local")) is None


def test_equal_builds_have_equal_contents(app: App, tmp_path: Path) -> None:
    first = app.build()
    assert take_build(app.project(), write_build(tmp_path / "other", machine="arm64")).content == first
    assert take_build(app.project(), write_build(tmp_path / "third", name="two", machine="arm64")).content != first


def test_a_failing_build_says_why_and_leaves_the_one_before(app: App) -> None:
    first = app.build()
    write(app.root / "app", {"broken": ""})
    with pytest.raises(BuildError) as failed:
        app.build()
    assert "page.js: no such word" in failed.value.message
    assert "exit code 7" in failed.value.message
    kept = current(app.project())
    assert kept is not None
    assert kept.content == first


def test_a_build_that_misses_an_address_is_told_that_any_will_do(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    write(app.root / "app", {"broken": "error: Environment variable not found: DATABASE_URL."})
    with pytest.raises(BuildError) as failed:
        app.build()
    assert "DATABASE_URL=postgresql://localhost/x" in failed.value.hint
    monkeypatch.setenv("DATABASE_URL", "postgresql://localhost/x")
    with pytest.raises(BuildError) as failed:
        app.build()
    assert failed.value.hint.startswith("Correct it in ")


def test_what_the_development_server_alone_reads_is_no_source(app: App) -> None:
    app.build()
    write(app.root / "app", {".env.development.local": "JWT_SECRET=x"})
    assert warning(app.project()) == ""
    write(app.root / "app", {".env.local": "JWT_SECRET=x"})
    assert warning(app.project()) != ""


def test_packages_are_installed_by_their_lock(app: App) -> None:
    shutil.rmtree(app.root / "app/node_modules")
    with pytest.raises(BuildError, match=r"no node_modules and no package-lock\.json"):
        app.build()
    write(app.root / "app", {"package-lock.json": "{}"})
    app.build()
    assert "npm ci" in (app.root / "installed").read_text()


def test_where_node_is_missing_a_build_is_taken_from_elsewhere(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(app.root))
    with pytest.raises(BuildError) as refused:
        app.build()
    assert refused.value.message.startswith("There is no node and no npm here")
    assert "pkgops web build shop --from .open-next" in refused.value.hint
    assert take_build(app.project(), app.made).sources == ""
    assert warning(app.project()) == ""


def test_other_directories_are_no_build(app: App, tmp_path: Path) -> None:
    for place, text in (
        ("empty", None),
        ("broken", "{"),
        ("list", "[]"),
        ("null", "null"),
        ("deep", "[" * 100_000),
        ("edge", '{"edgeFunctions": {"a": 1}}'),
    ):
        write(tmp_path / place, {} if text is None else {"open-next.output.json": text})
        (tmp_path / place).mkdir(exist_ok=True)
        with pytest.raises((UsageError, BuildError), match=r"open-next\.output\.json"):
            take_build(app.project(), tmp_path / place)
    assert current(app.project()) is None
    assert [path.name for path in (app.root / ".pkgops/apps").iterdir()] == []


def test_a_deployment_is_told_what_it_deploys(app: App) -> None:
    assert "has not been built" in warning(app.project())
    app.build()
    assert warning(app.project()) == ""
    write(app.root / "app", {"page.js": "other"})
    assert warning(app.project()).endswith("pkgops web build shop --stage dev")
    assert "has changed since" in warning(app.project())


def test_an_application_is_looked_for_where_the_setting_says(app: App) -> None:
    for place, text in (("", "names no application"), ("nowhere", "has no package"), ("made", "has no package")):
        with pytest.raises(UsageError, match=text):
            build_app(app.project(APP=place) if place else _without(app), app.events.append)


def _without(app: App) -> Project:
    (app.root / "stages.toml").write_text('[dev]\n[dev.shop]\napp = ""\n')
    return app.project()


def test_an_unchanged_build_is_said_to_be_kept(app: App) -> None:
    app.build()
    app.build()
    assert [event.text for event in app.events if isinstance(event, Note)] == ["app is unchanged: its build is kept."]
