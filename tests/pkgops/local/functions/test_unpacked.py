"""When is a function's code unpacked again?"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from pkgops.local.functions.unpacked import unpack


def archive() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as files:
        for name in ("app.py", "python/package/module.py", "python/package/data/text"):
            files.writestr(name, f"# {name}")
    return content.getvalue()


def test_what_nobody_has_touched_stays(tmp_path: Path) -> None:
    target = unpack(archive(), tmp_path)
    before = target.stat().st_ino
    assert unpack(archive(), tmp_path) == target
    assert target.stat().st_ino == before


@pytest.mark.parametrize("name", ["app.py", "python/package/module.py", "python/package/data/text", "python/new"])
def test_what_a_function_has_changed_is_as_it_was(tmp_path: Path, name: str) -> None:
    target = unpack(archive(), tmp_path)
    (target / name).write_text("changed by a function")
    assert unpack(archive(), tmp_path) == target
    found = {str(path.relative_to(target)): path.read_text() for path in target.rglob("*") if path.is_file()}
    assert found == {one: f"# {one}" for one in ("app.py", "python/package/module.py", "python/package/data/text")}


def test_what_a_function_has_deleted_is_there_again(tmp_path: Path) -> None:
    target = unpack(archive(), tmp_path)
    (target / "python/package/module.py").unlink()
    assert (unpack(archive(), tmp_path) / "python/package/module.py").is_file()
