"""Are artifacts the same everywhere, and made once?"""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from pkgops import own_files
from pkgops.build import archive


def test_a_zip_does_not_depend_on_order_times_or_modes(tmp_path: Path) -> None:
    one, two = tmp_path / "one.py", tmp_path / "two.py"
    one.write_text("1", encoding="utf-8")
    two.write_text("2", encoding="utf-8")
    first, path = archive.build_zip([("b.py", two.read_bytes), ("a.py", one.read_bytes)], tmp_path / "s1")
    os.utime(one, (1, 1))
    one.chmod(0o600)
    second, _ = archive.build_zip([("a.py", one.read_bytes), ("b.py", two.read_bytes)], tmp_path / "s2")
    assert first == second == path.stem
    with zipfile.ZipFile(path) as zipped:
        assert zipped.namelist() == ["a.py", "b.py"]
        assert {info.external_attr >> 16 & 0o777 for info in zipped.infolist()} == {0o644}


def test_an_interrupted_write_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "x.zip"
    with pytest.raises(TypeError):
        own_files.write_atomically(target, "text")  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []
