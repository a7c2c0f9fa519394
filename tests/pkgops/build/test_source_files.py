"""Do fingerprint and package see the same files, and does the one change exactly when the other can?"""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pkgops.build.source_files import SourceTree, fingerprint, walk
from pkgops.errors import BuildError
from pkgops.events import Event, Note
from pkgops.own_files import keep_document, read_document
from tests.probe import Probe

LEFTOVERS = ("one.py~", "one.py.orig", "one.json.bak", ".#one.py", "#one.py#", ".one.py.swp", "one.py.rej", "one.pyc")
NAMES = ("one.py", "one.csv", "one.tar.gz", "two.py", "deep/one.py", "deep/data.bin", *LEFTOVERS, "__pycache__/one.pyc")
CHANGES = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(["write", "delete", "touch"]), st.binary(max_size=2))
)


def content(root: Path) -> dict[str, bytes]:
    """What a packager may read."""
    tree = SourceTree(root, "handlers")
    return {path: tree.read(path) for path in tree.files}


def apply(root: Path, name: str, what: str, body: bytes) -> None:
    path = root / "handlers" / name
    if what == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    elif path.exists():
        path.unlink() if what == "delete" else os.utime(path, (1, 1))


@settings(max_examples=60)
@given(CHANGES)
def test_the_fingerprint_changes_exactly_when_the_content_does(changes: list[tuple[str, str, bytes]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "handlers").mkdir()
        seen = {fingerprint(root / "handlers"): content(root)}
        for change in changes:
            apply(root, *change)
            now, files = fingerprint(root / "handlers"), content(root)
            assert (now in seen) == (files in seen.values())
            assert seen.setdefault(now, files) == files


@pytest.mark.parametrize("name", LEFTOVERS)
def test_what_editors_leave_is_not_packaged(probe: Probe, name: str) -> None:
    before = probe.package()
    seen = fingerprint(probe.root / "handlers")
    probe.write(f"handlers/probe/{name}", "left over")
    assert fingerprint(probe.root / "handlers") == seen
    after = probe.package()
    assert after.assets == before.assets
    assert probe.names(after) == {"handlers/__init__.py", "handlers/probe/__init__.py", "handlers/probe/one.py"}


@pytest.mark.parametrize("name", ["one.csv", "one.tar.gz", "one.sql", "one.Ünïcode", "one.d.json"])
def test_data_of_every_kind_beside_a_module_is_packaged(probe: Probe, name: str) -> None:
    """Added, changed and deleted."""
    seen = [probe.package().assets[0].key]
    for body in ("first", "second", None):
        if body is None:
            (probe.root / "handlers/probe" / name).unlink()
        else:
            probe.write(f"handlers/probe/{name}", body)
        packaged = probe.package()
        seen.append(packaged.assets[0].key)
        assert (f"handlers/probe/{name}" in probe.names(packaged)) == (body is not None)
    assert seen[0] == seen[3]
    assert len({*seen}) == 3


def strange(folder: Path) -> None:
    """Everything that is no source, in one directory."""
    (folder / ".#one.py").symlink_to("nobody@nowhere:1")
    (folder / "loop").symlink_to(".")
    (folder / "up").symlink_to(folder.parent)
    (folder / "one.csv").symlink_to("gone.csv")
    (folder / "one.ring").symlink_to("one.ring")
    os.mkfifo(folder / "one.pipe")
    with socket.socket(socket.AF_UNIX) as server:
        here = os.open(".", os.O_RDONLY)
        try:
            os.chdir(folder)  # a socket's path is short
            server.bind("one.sock")
        finally:
            os.fchdir(here)
            os.close(here)
    Path(os.fsdecode(os.fsencode(folder) + b"/one.\xff")).write_text("x", encoding="utf-8")


def test_what_cannot_be_packaged_is_passed_over_with_a_word(probe: Probe) -> None:
    before = probe.package().assets
    strange(probe.root / "handlers" / "probe")
    events: list[Event] = []
    assert probe.package(emit=events.append).assets == before
    said = [event.text for event in events if isinstance(event, Note)]
    assert sorted(said) == [
        "handlers/probe/one.\\udcff is not packaged: its name is not UTF-8.",
        "handlers/probe/one.csv is not packaged: it is a link that leads nowhere.",
        "handlers/probe/one.pipe is not packaged: it is no regular file.",
        "handlers/probe/one.ring is not packaged: it is a link that leads nowhere.",
        "handlers/probe/one.sock is not packaged: it is no regular file.",
    ]


def test_links_are_followed_unless_they_lead_back(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "x.py").write_text("", encoding="utf-8")
    (tmp_path / "shared" / "back").symlink_to(tmp_path / "handlers")
    (tmp_path / "handlers" / "a").mkdir(parents=True)
    for name in ("a/one", "a/two"):
        (tmp_path / "handlers" / name).symlink_to(tmp_path / "shared")
    found = {path.removeprefix(f"{tmp_path}/") for path in walk(str(tmp_path / "handlers"))}
    assert found == {"handlers/a/one/x.py", "handlers/a/two/x.py"}


def test_the_root_may_be_a_relative_path(probe: Probe, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = SourceTree(probe.root, "handlers").files
    monkeypatch.chdir(probe.root)
    assert SourceTree(Path(), "handlers").files == SourceTree(Path(), "handlers").files == whole


def test_a_file_that_changes_meanwhile_is_not_packaged_under_its_old_name(tmp_path: Path) -> None:
    (tmp_path / "handlers").mkdir()
    path = tmp_path / "handlers" / "one.py"
    path.write_text("1", encoding="utf-8")
    tree = SourceTree(tmp_path, "handlers")
    tree.digest("handlers/one.py")
    path.write_text("2", encoding="utf-8")
    with pytest.raises(BuildError, match=r"handlers/one\.py has changed while it was being packaged"):
        tree.read("handlers/one.py")
    path.unlink()
    with pytest.raises(BuildError, match=r"handlers/one\.py cannot be read: No such file"):
        tree.read("handlers/one.py")


def test_another_tool_reads_files_anew(probe: Probe) -> None:
    """What an earlier version has found in a file may not be what this one finds."""
    first = probe.package()
    path = probe.root / ".pkgops" / "cache" / "artifacts.json"
    kept = read_document(path)
    known = {key: {"imports": [], "exports": [], "exports_computed": False, "computed": []} for key in kept["imports"]}
    keep_document(path, {**kept, "tool": "another", "imports": known})
    shutil.rmtree(probe.root / ".pkgops" / "artifacts")
    assert probe.package() == first
    assert read_document(path) == kept


def test_a_directory_that_goes_while_others_are_listed_is_empty(tmp_path: Path) -> None:
    """As in a checkout: what the listing promised is not there any more."""
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "one.py").touch()
    found = walk(str(tmp_path))
    (seen,) = [Path(path) for path in (next(found),)]
    shutil.rmtree(next(one for one in tmp_path.iterdir() if one != seen.parent))
    assert list(found) == []
