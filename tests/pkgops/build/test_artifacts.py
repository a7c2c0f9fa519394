"""Are artifacts the same everywhere, and made once?"""

from __future__ import annotations

import io
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


def test_what_is_compressed_once_for_several_zips_is_what_the_standard_library_writes(tmp_path: Path) -> None:
    contents = {
        "a.py": b"a = 1\n" * 5000,
        "b/same.py": b"a = 1\n" * 5000,
        "empty.py": b"",
        "\u00fc.bin": os.urandom(70_000),
    }
    files = [(name, lambda body=body: body) for name, body in contents.items()]
    deflated = archive.Deflated()
    archive.build_zip(files[:2], tmp_path, deflated)
    _, path = archive.build_zip(files, tmp_path, deflated)
    expected = io.BytesIO()
    with zipfile.ZipFile(expected, "w") as zipped:
        for name, body in contents.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.external_attr, entry.compress_type, entry.create_system = 0o100644 << 16, zipfile.ZIP_DEFLATED, 3
            zipped.writestr(entry, body)
    assert path.read_bytes() == expected.getvalue()


def test_an_interrupted_write_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "x.zip"
    with pytest.raises(TypeError):
        own_files.write_atomically(target, "text")  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []
