"""Builds: nothing is built twice, and nothing stale is used."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import zipfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from pkgops import config
from pkgops.build.build import build, synthesized
from pkgops.build.repair import repair
from pkgops.config import Project
from pkgops.errors import BuildError, ConfigError, RefusedError
from pkgops.events import Event, Note, Started
from tests.builds import Builds
from tests.repository import ROOT, link_project


def sources(root: Path) -> Project:
    """PkgWatch's sources in a place of their own."""
    shutil.copytree(ROOT / "handlers", root / "handlers", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "templates").symlink_to(ROOT / "templates")
    link_project(root, "[local]\n[dev]\n")
    return config.load("local", root=root, environ={})


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory, builds: Builds) -> Project:
    """PkgWatch, built once: everything here starts from that."""
    project = sources(tmp_path_factory.mktemp("original"))
    events: list[Event] = []
    builds.build(project, events.append)
    assert [event for event in events if isinstance(event, Started)]
    return project


@pytest.fixture
def copy(tmp_path: Path, original: Project) -> Project:
    project = sources(tmp_path)
    shutil.copytree(original.home, project.home)
    return project


def built(project: Project) -> tuple[dict[str, str], list[str]]:
    """Artifact keys by source, and the names of the events of one build."""
    events: list[Event] = []
    packaged = build(project, events.append)
    return {asset.source: asset.key for asset in packaged.assets}, [type(event).__name__ for event in events]


def test_the_second_build_does_nothing(original: Project) -> None:
    first, _ = built(original)
    second, events = built(original)
    assert (second, events) == (first, [])


def test_what_is_not_to_be_deployed_is_not_checked(tmp_path: Path, original: Project) -> None:
    """The first check of a template takes seconds; the verdict is needed later, and then kept."""
    project = sources(tmp_path)
    shutil.copytree(original.home / "artifacts", project.home / "artifacts")
    shutil.copytree(original.home / "cache", project.home / "cache", ignore=shutil.ignore_patterns("lint", "*.check*"))
    lint = project.home / "cache" / "lint"
    events: list[Event] = []
    build(project, events.append, checked=False)
    assert events == []
    assert not lint.exists()
    shutil.copytree(original.home / "cache" / "lint", lint)
    next(lint.iterdir()).unlink()
    build(project, events.append)
    assert [str(event.what) for event in events if isinstance(event, Started)] == ["Checking templates"]
    events.clear()
    build(project, events.append)
    assert events == []


def test_another_configuration_of_the_linter_is_looked_at_again(copy: Project) -> None:
    (copy.root / ".cfnlintrc").write_text("ignore_check: [W2001]\n")
    with pytest.raises(ConfigError, match="ignore_check"):
        build(copy)


def test_artifacts_are_packaged_while_templates_are_checked(copy: Project) -> None:
    for kept in (copy.home / "cache").glob("*.*ed.json"):  # what was checked and packaged, not the index of artifacts
        if "synthesized" not in kept.name:
            kept.unlink()
    shutil.rmtree(copy.home / "cache" / "lint")
    begun = threading.Event()

    def emit(event: Event) -> None:
        if isinstance(event, Started) and event.what == "Packaging":
            begun.set()
        elif isinstance(event, Started) and event.what.startswith("Checking"):
            assert begun.wait(60)
            raise RefusedError("A rule is broken.", "Mend it.")

    with pytest.raises(RefusedError, match="A rule is broken"):
        build(copy, emit)
    assert not [one.name for one in threading.enumerate() if one.name.startswith("pkgops-package")]


def test_an_installer_that_gets_no_answer_does_not_delay_the_findings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """uv waits for its index in vain when the check has failed."""
    project = sources(tmp_path)
    asked, left = threading.Event(), threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as index:
        address = f"http://127.0.0.1:{index.getsockname()[1]}/simple"
        for name, value in {"UV_DEFAULT_INDEX": address, "UV_CACHE_DIR": str(tmp_path / "cache")}.items():
            monkeypatch.setenv(name, value)

        def listen() -> None:
            connection, _ = index.accept()
            with connection:
                connection.recv(1)
                asked.set()
                connection.settimeout(15)
                with suppress(TimeoutError, ConnectionResetError):
                    while connection.recv(4096):
                        pass
                    left.set()
            index.close()

        listening = threading.Thread(target=listen, daemon=True)
        listening.start()

        def emit(event: Event) -> None:
            if isinstance(event, Started) and event.what.startswith("Checking"):
                assert asked.wait(60)
                raise RefusedError("A rule is broken.", "Mend it.")

        with pytest.raises(RefusedError, match="A rule is broken"):
            build(project, emit)
        listening.join()
    assert left.is_set()
    assert not (project.home / "artifacts").exists()


def test_a_changed_line_changes_the_zips_that_hold_it_and_no_other(copy: Project) -> None:
    before, _ = built(copy)
    path = copy.root / "handlers/pkgwatch/api/health.py"
    path.write_text(path.read_text(encoding="utf-8") + "# more\n", encoding="utf-8")
    after, _ = built(copy)
    changed = {source for source in before if before[source] != after[source]}
    assert changed == {"handlers/pkgwatch/api/health.py"}


def test_a_file_put_back_gives_the_old_artifact(copy: Project) -> None:
    before, _ = built(copy)
    path = copy.root / "handlers/pkgwatch/api/health.py"
    content = path.read_bytes()
    path.write_bytes(content + b"# more\n")
    assert built(copy)[0] != before
    path.write_bytes(content)
    assert built(copy)[0] == before


def test_a_lost_artifact_is_made_again(copy: Project) -> None:
    """A zip of code, and the smallest layer; with them all it would take long and show no more."""
    assets = build(copy).assets
    code = [asset for asset in assets if asset.source.startswith("handlers/")]
    layers = [asset for asset in assets if asset not in code]
    lost = [code[0], min(layers, key=lambda asset: asset.size)]
    for asset in lost:
        asset.path.unlink()
    assert build(copy).assets == assets
    assert all(asset.path.is_file() for asset in lost)


def test_settings_and_stage_are_part_of_the_fingerprint(copy: Project) -> None:
    budgets = {row.key: row.template for row in synthesized(copy)}["budgets"]
    more = replace(copy, settings=replace(copy.settings, monthly_budget=999))
    assert {row.key: row.template for row in synthesized(more)}["budgets"] != budgets
    assert {row.key: row.template for row in synthesized(copy)}["budgets"] == budgets
    development = replace(copy, stage=config.stages(copy.root)["dev"])
    assert {row.name for row in synthesized(development)} >= {"PkgWatchStorage-dev"}


def test_a_broken_cache_file_is_not_trusted(copy: Project) -> None:
    first, _ = built(copy)
    for path in (copy.home / "cache").glob("*.json"):
        path.write_text("half a fi", encoding="utf-8")
    assert built(copy)[0] == first


def test_an_unpinned_import_stops_the_build_with_file_and_line(copy: Project) -> None:
    path = copy.root / "handlers/pkgwatch/api/health.py"
    path.write_text("import leftpad\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(BuildError, match=r"handlers/pkgwatch/api/health\.py:1 imports 'leftpad'"):
        build(copy)


def test_damaged_artifacts_are_found_and_made_again(copy: Project) -> None:
    """A module changed inside a zip, one byte flipped at the same size and time, half a file, a directory in its
    place: each is said, and each has its bytes back."""
    assets = build(copy).assets
    small = sorted(assets, key=lambda asset: asset.size)[:5]
    before = {asset.path: asset.path.read_bytes() for asset in small}
    changed, flipped, cut, replaced, lost = (asset.path for asset in small)
    with zipfile.ZipFile(changed, "a") as zipped:
        zipped.writestr("handlers/more.py", "evil = True\n")
    times = flipped.stat()
    body = bytearray(before[flipped])
    body[len(body) // 2] ^= 1
    flipped.write_bytes(body)
    os.utime(flipped, ns=(times.st_atime_ns, times.st_mtime_ns))
    cut.write_bytes(before[cut][:100])
    replaced.unlink()
    replaced.mkdir()
    lost.unlink()
    events: list[Event] = []
    repair(copy, assets, events.append)
    assert {asset.path: asset.path.read_bytes() for asset in small} == before
    said = " ".join(event.text for event in events if isinstance(event, Note))
    assert all(path.name in said for path in before)
    events.clear()
    repair(copy, assets, events.append)
    assert events == []
