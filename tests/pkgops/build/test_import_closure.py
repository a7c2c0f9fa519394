"""Import closures hold what a handler reaches, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from pkgops.build.import_closure import ImportClosures
from pkgops.errors import BuildError

FILES = {
    "handlers/__init__.py": "",
    "handlers/common/__init__.py": "",
    "handlers/common/http.py": "import json\n",
    "handlers/common/unused.py": "import nothing_at_all\n",
    "handlers/shop/__init__.py": "",
    "handlers/shop/rules.py": "from handlers.common import http\nfrom .prices import price\n",
    "handlers/shop/prices.py": "import boto3\n",
    "handlers/shop/prices.json": "{}",
    "handlers/shop/sell.py": "from handlers.shop.rules import price\nimport httpx\n",
    "handlers/requirements.in": "httpx==1\nPyJWT==2  # imports: jwt\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, body in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(body, encoding="utf-8")
    return tmp_path


def test_only_what_is_reached_by_import(root: Path) -> None:
    closure = ImportClosures(root).of("handlers/shop/sell.py")
    assert closure.files == (
        "handlers/__init__.py",
        "handlers/common/__init__.py",
        "handlers/common/http.py",
        "handlers/shop/__init__.py",
        "handlers/shop/prices.json",
        "handlers/shop/prices.py",
        "handlers/shop/rules.py",
        "handlers/shop/sell.py",
    )
    assert closure.requirements == ("httpx",)


def write(root: Path, body: str) -> ImportClosures:
    (root / "handlers/shop/sell.py").write_text(body, encoding="utf-8")
    return ImportClosures(root)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("import os\n\nimport left_pad\n", r"handlers/shop/sell\.py:3 imports 'left_pad', which is neither pinned"),
        (
            "def f():\n    from handlers.shop import gone\n    import handlers.gone.x\n",
            "sell.py:3 imports 'handlers.gone.x'",
        ),
        ("from pkgops import config\n", "imports 'pkgops'"),
        ("from templates.shop import SYSTEM\n", "imports 'templates'"),
        ("def broken(:\n", "sell.py:1: invalid syntax"),
    ],
)
def test_what_cannot_be_packaged_is_named_with_file_and_line(root: Path, body: str, said: str) -> None:
    with pytest.raises(BuildError, match=said):
        write(root, body).of("handlers/shop/sell.py")


def test_a_package_may_have_another_name_than_its_import(root: Path) -> None:
    assert write(root, "import jwt\n").of("handlers/shop/sell.py").requirements == ("pyjwt",)


def test_imports_for_annotations_only_are_not_needed(root: Path) -> None:
    body = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import left_pad\nelse:\n    import httpx\n"
    assert write(root, body).of("handlers/shop/sell.py").requirements == ("httpx",)


def test_a_file_is_parsed_once_for_all_handlers_and_runs(root: Path) -> None:
    known: dict[str, list[tuple[str, int]]] = {}
    ImportClosures(root, known).of("handlers/shop/sell.py")
    before = dict(known)
    ImportClosures(root, known).of("handlers/shop/sell.py")
    assert known == before
    (root / "handlers/shop/prices.py").write_text("import json\n", encoding="utf-8")
    ImportClosures(root, known).of("handlers/shop/sell.py")
    assert len(known) == len(before) + 1


def test_equal_files_in_different_packages_are_distinguished(root: Path) -> None:
    for shop in ("east", "west"):
        (root / "handlers" / shop).mkdir()
        (root / "handlers" / shop / "sell.py").write_text("from . import price\n", encoding="utf-8")
        (root / "handlers" / shop / "price.py").write_text("", encoding="utf-8")
    closures = ImportClosures(root)
    assert "handlers/east/price.py" in closures.of("handlers/east/sell.py").files
    assert "handlers/west/price.py" in closures.of("handlers/west/sell.py").files


def test_what_a_package_imports_when_it_is_imported_counts(root: Path) -> None:
    (root / "handlers/shop/__init__.py").write_text("import jwt\nfrom handlers.common import http\n", encoding="utf-8")
    closure = write(root, "").of("handlers/shop/sell.py")
    assert closure.requirements == ("pyjwt",)
    assert "handlers/common/http.py" in closure.files


def test_an_absent_handler_is_an_error(root: Path) -> None:
    with pytest.raises(BuildError, match=r"no handler handlers/shop/buy\.py"):
        ImportClosures(root).of("handlers/shop/buy.py")
