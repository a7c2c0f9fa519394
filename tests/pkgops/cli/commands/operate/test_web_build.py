"""pkgops web build."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.pkgops.next_project import FILES, write_build
from tests.pkgops.web_project import FILES as PAGES
from tests.pkgops.web_project import write


@pytest.fixture
def built(tmp_path: Path) -> Path:
    return write_build(tmp_path / "elsewhere", machine="arm64")


@pytest.fixture
def shop(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = write(project / "a shop", FILES)
    monkeypatch.chdir(root)
    return root


def test_a_build_from_elsewhere_is_kept_and_named(shop: Path, built: Path, run: Callable[..., Result]) -> None:
    done = run("web", "build", "--from", str(built), "--stage", "dev")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("4 functions for arm64, in ")
    assert done.stdout.endswith("Deploy it: pkgops deploy shop --stage dev\n")
    assert (shop / ".pkgops/apps/shop-dev/assets/BUILD_ID").read_text() == "one"
    again = run("web", "build", "shop", "--from", str(built), "--stage", "dev", "--output", "json")
    document = json.loads(again.stdout)
    assert (document["architecture"], len(document["functions"])) == ("arm64", 4)


def test_where_node_is_missing_the_way_around_is_said(
    shop: Path, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(shop))
    done = run("web", "build", "--stage", "dev")
    assert done.exit_code != 0
    assert "There is no node and no npm here" in done.stderr
    assert "--from .open-next" in done.stderr


def test_a_system_without_an_application_has_nothing_to_build(
    project: Path, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(write(project / "pages", PAGES))
    done = run("web", "build", "--stage", "dev")
    assert done.exit_code == 2
    assert "pages has no application to build" in done.stderr


def test_its_functions_are_zips_for_other_tools(shop: Path, built: Path, run: Callable[..., Result]) -> None:
    missing = run("package", "--stage", "dev", "--dir", "zips")
    assert missing.exit_code == 3
    assert "server: The application has not been built. Run: pkgops web build shop --stage dev" in missing.stderr
    assert run("web", "build", "--from", str(built), "--stage", "dev").exit_code == 0
    done = run("package", "--stage", "dev", "--dir", "zips")
    assert done.exit_code == 0, done.output
    made = json.loads((shop / "zips/build-manifest.json").read_text())["functions"]
    assert {name: one["success"] for name, one in made.items()} == dict.fromkeys(
        ("server", "image", "revalidation"), True
    )
    with zipfile.ZipFile(shop / "zips/server.zip") as server:
        assert {"index.mjs", "pkgops_start.mjs", ".next/other.mjs"} <= set(server.namelist())
