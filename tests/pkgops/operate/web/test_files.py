"""Which files of a directory are published."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pkgops.errors import UsageError
from pkgops.operate.web.files import find_files
from tests.pkgops.web_project import write


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return write(tmp_path / "out", {"index.html": "x", "a/b c.txt": "y"})


def test_names_are_paths_with_slashes(out: Path) -> None:
    left = ["a/#draft#", "a/.b.swp", "a/x.html~", "a/Thumbs.db", ".git/config", ".DS_Store", "x.bak"]
    write(out, dict.fromkeys([*left, ".well-known/x", "日本.html"], ""))
    found = find_files(out, "index.html")
    assert sorted(found.files) == [".well-known/x", "a/b c.txt", "index.html", "日本.html"]
    assert sorted(found.passed_over) == sorted([*(name for name in left if name != ".git/config"), ".git"])


def test_links_inside_are_followed(out: Path) -> None:
    (out / "link.html").symlink_to("index.html")
    (out / "c").symlink_to(out / "a")
    found = find_files(out, "index.html")
    assert {"link.html", "c/b c.txt"} <= found.files.keys()
    whole = out.parent / "whole"
    whole.symlink_to(out)
    assert find_files(whole, "index.html").files.keys() == found.files.keys()


@pytest.mark.parametrize("target", ["/etc/passwd", "../secret", "a/../../secret", "/etc"])
def test_links_that_lead_out_are_refused(out: Path, target: str) -> None:
    (out.parent / "secret").write_text("s")
    (out / "innocent.txt").symlink_to(target)
    with pytest.raises(UsageError, match=r"innocent\.txt leads out of the directory"):
        find_files(out, "index.html")


def test_a_sibling_whose_name_begins_alike_is_outside(out: Path) -> None:
    write(out.parent / "out-secret", {"x": "s"})
    (out / "x").symlink_to(out.parent / "out-secret" / "x")
    with pytest.raises(UsageError, match="leads out"):
        find_files(out, "index.html")


def test_loops_and_ends_in_nothing_are_named(out: Path) -> None:
    (out / "a/up").symlink_to(out)
    with pytest.raises(UsageError, match="a/up leads back"):
        find_files(out, "index.html")
    (out / "a/up").unlink()
    (out / "gone").symlink_to("nowhere")
    with pytest.raises(UsageError, match="gone leads nowhere"):
        find_files(out, "index.html")
    (out / "gone").unlink()
    (out / "gone").symlink_to("gone")
    with pytest.raises(UsageError, match="gone leads nowhere"):
        find_files(out, "index.html")


def test_only_files_are_files(out: Path) -> None:
    os.mkfifo(out / "pipe")
    with pytest.raises(UsageError, match="pipe is neither"):
        find_files(out, "index.html")


def test_a_name_must_be_text(out: Path) -> None:
    Path(os.fsdecode(os.fsencode(out) + b"/\xff.html")).write_text("x")
    with pytest.raises(UsageError, match=r"\\udcff\.html is not UTF-8"):
        find_files(out, "index.html")


@pytest.mark.parametrize("letter", ["\x01", "\t", "\n", "\x1b", "\x7f", "\x85", "\uffff"])
def test_a_name_has_no_control_characters(out: Path, letter: str) -> None:
    write(out, {f"a{letter}b/x.html": ""})
    with pytest.raises(UsageError, match=r"The name a\\\w+b has a control character") as refused:
        find_files(out, "index.html")
    assert letter not in str(refused.value)


def test_a_path_must_fit_in_a_key(out: Path) -> None:
    deep = "/".join(["d" * 200] * 6)
    write(out, {f"{deep}/x": ""})
    with pytest.raises(UsageError, match="longer than 1024 bytes"):
        find_files(out, "index.html")


@pytest.mark.parametrize("source", ["package.json", "node_modules"])
def test_a_source_is_not_a_build(out: Path, source: str) -> None:
    (out / source).mkdir()
    with pytest.raises(UsageError, match=f"holds {source}"):
        find_files(out, "index.html")
