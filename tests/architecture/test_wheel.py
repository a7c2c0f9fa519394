"""What the wheel installs: ``pkgops`` with all its files, what ``pkgops init`` copies, and nothing else."""

from __future__ import annotations

import hashlib
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, files
from tests.wheel import build, copy_sources

EXAMPLES = ("templates/", "handlers/", "companions/", "sites/")


def contents(wheel: Path) -> dict[str, str]:
    """The digest of each file in a wheel, without the metadata's."""
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        assert {name.partition("/")[0].partition("-")[0] for name in names} == {"pkgops"}
        return {
            name: hashlib.sha256(archive.read(name)).hexdigest() for name in names if not name.startswith("pkgops-")
        }


def has_our_license(name: str) -> bool:
    """False for files of a folder that holds a license of its own."""
    licensed = [folder.removesuffix("LICENSE") for folder in files() if folder.endswith("/LICENSE")]
    assert licensed
    return not name.startswith(tuple(licensed))


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_sources(tmp_path_factory.mktemp("sources"))


@pytest.fixture(scope="module")
def wheel(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(sources, tmp_path_factory.mktemp("wheel"), "--wheel")


def test_the_wheel_holds_the_package_and_the_examples_and_nothing_else(wheel: Path) -> None:
    own = {name for name in files() if name.startswith("pkgops/")}
    copied = [name for name in files() if name.startswith(EXAMPLES) and has_our_license(name)]
    examples = {f"pkgops/init/examples/{name}" for name in copied}
    found = set(contents(wheel))
    assert {"pkgops/py.typed", "pkgops/init/project/.gitignore", "pkgops/init/project/.github/workflows/ci.yml"} <= own
    assert (own | examples) - found == set(), "missing in the wheel"
    assert found - own - examples == set(), "in the wheel alone"


def test_all_of_it_is_under_one_license(wheel: Path) -> None:
    """A folder with a license of its own is in the repository, and not in what is distributed."""
    with zipfile.ZipFile(wheel) as archive:
        texts = {name: archive.read(name) for name in archive.namelist() if name.endswith(".py")}
    assert not [name for name, text in texts.items() if b"SPDX-License-Identifier: GPL" in text]


def test_the_wheel_names_its_license_and_holds_its_text(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (text,) = [archive.read(name) for name in archive.namelist() if name.endswith(".dist-info/licenses/LICENSE")]
        (metadata,) = [archive.read(name).decode() for name in archive.namelist() if name.endswith("/METADATA")]
    assert text == (ROOT / "LICENSE").read_bytes()
    assert text.startswith(b"MIT License\n")
    assert {"Author: The pkgops authors", "License-File: LICENSE"} <= set(metadata.splitlines())
    assert "MIT" in next(line for line in metadata.splitlines() if line.startswith("License"))


def test_nothing_but_pkgops_is_on_the_import_path(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (listed,) = [name for name in archive.namelist() if name.endswith(".dist-info/top_level.txt")]
        assert archive.read(listed).decode().split() == ["pkgops"]


def test_a_source_distribution_builds_the_same_wheel(sources: Path, wheel: Path, tmp_path: Path) -> None:
    """Without --wheel, uv builds the wheel from the source distribution."""
    assert contents(build(sources, tmp_path)) == contents(wheel)
    (packed,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(packed) as archive:
        names = [name.partition("/")[2] for name in archive.getnames()]
    assert not [name for name in names if not has_our_license(name)]


def test_a_module_removed_since_the_last_build_is_not_in_the_wheel(sources: Path, wheel: Path, tmp_path: Path) -> None:
    """``build/`` in the sources holds what the build before has copied."""
    left = sources / "build" / "lib" / "pkgops" / "removed.py"
    left.parent.mkdir(parents=True, exist_ok=True)
    left.write_text("")
    assert contents(build(sources, tmp_path, "--wheel")) == contents(wheel)
