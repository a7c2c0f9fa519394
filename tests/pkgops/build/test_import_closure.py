"""Import closures hold what a handler reaches, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pkgops.errors import BuildError
from tests.pkgops.build.shop import SELL, add, closures, write
from tests.probe import Probe


def test_only_what_is_reached_by_import(root: Path) -> None:
    closure = closures(root).of("handlers/shop/sell.py")
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
    known: dict[str, Any] = {}
    closures(root, known=known).of("handlers/shop/sell.py")
    before = dict(known)
    closures(root, known=known).of("handlers/shop/sell.py")
    assert known == before
    (root / "handlers/shop/prices.py").write_text("import json\n", encoding="utf-8")
    closures(root, known=known).of("handlers/shop/sell.py")
    assert len(known) == len(before) + 1
    closures(root, "3.13", known=known).of("handlers/shop/sell.py")
    assert len(known) > len(before) + 1, "another Python may run other branches"


def test_equal_files_in_different_packages_are_distinguished(root: Path) -> None:
    for shop in ("east", "west"):
        (root / "handlers" / shop).mkdir()
        (root / "handlers" / shop / "sell.py").write_text("from . import price\n", encoding="utf-8")
        (root / "handlers" / shop / "price.py").write_text("", encoding="utf-8")
    both = closures(root)
    assert "handlers/east/price.py" in both.of("handlers/east/sell.py").files
    assert "handlers/west/price.py" in both.of("handlers/west/sell.py").files


def test_what_a_package_imports_when_it_is_imported_counts(root: Path) -> None:
    (root / "handlers/shop/__init__.py").write_text("import jwt\nfrom handlers.common import http\n", encoding="utf-8")
    closure = write(root, "").of("handlers/shop/sell.py")
    assert closure.requirements == ("pyjwt",)
    assert "handlers/common/http.py" in closure.files


def test_an_absent_handler_is_an_error(root: Path) -> None:
    with pytest.raises(BuildError, match=r"no handler handlers/shop/buy\.py"):
        closures(root).of("handlers/shop/buy.py")
    with pytest.raises(BuildError) as caught:
        closures(root).of("handlers/shop/sel.py")
    assert caught.value.hint.startswith("Did you mean handlers/shop/sell.py? Correct the name in the function's row")


def test_a_file_that_does_not_define_what_lambda_calls_is_refused(probe: Probe) -> None:
    probe.write("handlers/probe/one.py", "def run(event, context): ...\n")
    with pytest.raises(BuildError, match=r"handlers/probe/one\.py does not define handler, which OneFunction calls"):
        probe.package()
    probe.write("handlers/probe/two.py", "def handler(event, context): ...\n")
    probe.write("handlers/probe/one.py", "from handlers.probe.two import *\n")
    assert "handlers/probe/two.py" in probe.names(probe.package())


@pytest.mark.parametrize(
    ("body", "reached"),
    [
        ("import importlib\nimportlib.import_module('handlers.common.http')\n", ["handlers/common/http.py"]),
        ("from importlib import import_module as load\nload('handlers.common.http')\n", ["handlers/common/http.py"]),
        ("import importlib as i\ni.import_module('.rules', __package__)\n", ["handlers/shop/rules.py"]),
        (
            "from importlib import import_module\nimport_module('..common.http', 'handlers.shop')\n",
            ["handlers/common/http.py"],
        ),
        ("__import__('handlers.shop.prices')\n", ["handlers/shop/prices.py", "handlers/shop/prices.json"]),
        ("import handlers.shop.prices as p\n", ["handlers/shop/prices.py"]),
        ("from handlers.shop import prices, rules\n", ["handlers/shop/prices.py", "handlers/shop/rules.py"]),
        ("from handlers.kinds import *\n", ["handlers/kinds/red.py", "handlers/kinds/blue.py"]),
        ("from handlers.space import inner\n", ["handlers/space/inner.py"]),
    ],
)
def test_every_way_to_import_a_file_by_its_name_is_followed(root: Path, body: str, reached: list[str]) -> None:
    add(root, "handlers/kinds/__init__.py", "__all__ = ['red']\n__all__ += ['blue']\n")
    for name in (
        "handlers/kinds/red.py",
        "handlers/kinds/blue.py",
        "handlers/kinds/grey.py",
        "handlers/space/inner.py",
    ):
        add(root, name, "")
    closure = write(root, body).of(SELL)
    assert {*reached} <= {*closure.files}
    assert closure.computed == ()
    assert "handlers/kinds/grey.py" not in closure.files


@pytest.mark.parametrize(
    "body",
    [
        "import importlib\n\nimportlib.import_module(name)\n",
        "from importlib import import_module\n\nimport_module(f'handlers.{x}')\n",
        "x = 1\n\n__import__(x)\n",
        "import importlib\n\nimportlib.import_module('.a', package)\n",
        "x = 1\n\nfrom handlers.computed import *\n",
    ],
)
def test_an_import_that_is_only_known_at_run_time_is_told(root: Path, body: str) -> None:
    add(root, "handlers/computed/__init__.py", "__all__ = sorted(globals())\n")
    assert write(root, body).of(SELL).computed == (f"{SELL}:3",)


def test_a_namespace_of_several_distributions_needs_them_all(root: Path) -> None:
    closure = write(root, "from google.auth import jwt\n").of(SELL)
    assert closure.requirements == ("google-auth", "googleapis-common-protos")


def test_the_standard_library_is_that_of_the_runtime(root: Path) -> None:
    closures(root, "3.11").of("handlers/shop/sell.py")
    write(root, "import cgi, imp, distutils\n")
    closures(root, "3.11").of(SELL)
    with pytest.raises(BuildError, match=r"'cgi', which Python 3\.13 has removed .*; the function runs on 3\.13"):
        closures(root, "3.13").of(SELL)
    write(root, "import annotationlib\n")
    closures(root, "3.14").of(SELL)
    with pytest.raises(BuildError, match="'annotationlib'"):
        closures(root, "3.13").of(SELL)


def test_a_row_may_name_more_files(root: Path) -> None:
    add(root, "handlers/shop/plugins/one.py", "import jwt\n")
    add(root, "handlers/shop/plugins/deep/rates.csv", "1")
    add(root, "handlers/shop/plugins/deep/note.md", "1")
    both = write(root, "")
    assert "handlers/shop/plugins/one.py" not in both.of(SELL).files
    closure = both.of(SELL, ["handlers/shop/plugins/*.py", "handlers/shop/**/*.csv"])
    assert {"handlers/shop/plugins/one.py", "handlers/shop/plugins/deep/rates.csv"} <= {*closure.files}
    assert "handlers/shop/plugins/deep/note.md" not in closure.files
    assert closure.requirements == ("pyjwt",), "what such a module imports counts"
    assert "handlers/shop/plugins/deep/note.md" in both.of(SELL, ["handlers/shop/plugins"]).files
    with pytest.raises(BuildError, match=r"include of handlers/shop/sell\.py: 'handlers/nowhere/\*' matches no file"):
        both.of(SELL, ["handlers/nowhere/*"])
