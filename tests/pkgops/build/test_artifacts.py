"""Are artifacts the same everywhere, and made once?"""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from pkgops import own_files
from pkgops.build import archive, layer
from pkgops.errors import BuildError


def test_a_zip_does_not_depend_on_order_times_or_modes(tmp_path: Path) -> None:
    one, two = tmp_path / "one.py", tmp_path / "two.py"
    one.write_text("1", encoding="utf-8")
    two.write_text("2", encoding="utf-8")
    first, path = archive.build_zip([("b.py", two), ("a.py", one)], tmp_path / "s1")
    os.utime(one, (1, 1))
    one.chmod(0o600)
    second, _ = archive.build_zip([("a.py", one), ("b.py", two)], tmp_path / "s2")
    assert first == second == path.stem
    with zipfile.ZipFile(path) as zipped:
        assert zipped.namelist() == ["a.py", "b.py"]
        assert {info.external_attr >> 16 & 0o777 for info in zipped.infolist()} == {0o644}


def test_an_interrupted_write_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "x.zip"
    with pytest.raises(TypeError):
        own_files.write_atomically(target, "text")  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_a_layer_for_another_machine_holds_its_wheels_and_no_installer_files(tmp_path: Path) -> None:
    root = pinned(tmp_path, "markupsafe")
    wanted = layer.layer_target("python3.12", "arm64", local=False)
    first, path = layer.build_layer(root, ["markupsafe"], wanted, tmp_path / "store")
    second, _ = layer.build_layer(root, ["markupsafe"], wanted, tmp_path / "other")
    assert first == second
    with zipfile.ZipFile(path) as zipped:
        names = zipped.namelist()
        binary = next(name for name in names if name.endswith(".so"))
        assert int.from_bytes(zipped.read(binary)[18:20], "little") == 183  # AArch64
    assert "cpython-312-aarch64" in binary
    assert all(name.startswith("python/") for name in names)
    assert not [name for name in names if name.endswith(("RECORD", "INSTALLER", ".pyc"))]


def test_on_stage_local_a_layer_is_for_this_machine(tmp_path: Path) -> None:
    root = pinned(tmp_path, "markupsafe")
    wanted = layer.layer_target("python3.99", "arm64", local=True)
    _, path = layer.build_layer(root, ["markupsafe"], wanted, tmp_path / "store")
    with zipfile.ZipFile(path) as zipped:
        zipped.extractall(tmp_path / "unzipped")
    command = [
        sys.executable,
        "-I",
        "-c",
        "import sys; sys.path.insert(0, sys.argv[1]); from markupsafe import _speedups",
    ]
    subprocess.run([*command, str(tmp_path / "unzipped" / "python")], check=True)


def test_a_requirement_that_cannot_be_met_says_which(tmp_path: Path) -> None:
    root = pinned(tmp_path, "markupsafe")
    with pytest.raises(BuildError, match=r"No layer of no-such-package-for-pkgops for Python 3\.12 on x86_64"):
        layer.build_layer(root, ["no-such-package-for-pkgops"], layer.Target("3.12", "x86_64"), tmp_path / "store")


def test_a_wheel_for_the_wrong_machine_is_refused(tmp_path: Path) -> None:
    library = tmp_path / "x.so"
    library.write_bytes(b"\x7fELF" + bytes(14) + (62).to_bytes(2, "little"))
    with pytest.raises(BuildError, match="not built for aarch64"):
        layer._require_usable([("python/x.so", library)], ["x"], layer.Target("3.12", "aarch64"))


def pinned(tmp_path: Path, name: str) -> Path:
    root = tmp_path / "root"
    (root / "handlers").mkdir(parents=True)
    (root / "handlers" / "requirements.txt").write_text(f"{name}==3.0.2\n", encoding="utf-8")
    return root
