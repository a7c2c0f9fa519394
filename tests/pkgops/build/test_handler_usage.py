"""Is a handler's code read again only when a file it reaches has changed?"""

from __future__ import annotations

from pathlib import Path

import pytest

from pkgops.build.handler_usage import HandlerUsage
from pkgops.checks.code import reader

HANDLER = "handlers/shop/read.py"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = {
        HANDLER: "from handlers.shop import store\ndef handler(event, context):\n    return store.get(event)\n",
        "handlers/shop/store.py": (
            "import os, boto3\ntable = boto3.resource('dynamodb').Table(os.environ['TABLE'])\n"
            "def get(event):\n    return table.get_item(Key=event)\n"
        ),
        "handlers/shop/other.py": "X = 1\n",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    return tmp_path


def actions(root: Path, tool: str = "1") -> tuple[list[str], bool]:
    """What the handler calls, and whether its code was read for it."""
    usage = HandlerUsage(root, root / "usage.json", tool)
    found = sorted(action for use in usage.of(HANDLER).uses for action in use.actions)
    usage.save()
    return found, usage.changed


def test_what_was_read_comes_back_as_it_was(root: Path) -> None:
    usage = HandlerUsage(root, root / "usage.json", "1")
    first = usage.of(HANDLER)
    usage.save()
    assert HandlerUsage(root, root / "usage.json", "1").of(HANDLER) == first == reader.read_handler(root, HANDLER)


def test_nothing_is_read_twice(root: Path) -> None:
    assert actions(root) == (["dynamodb:GetItem"], True)
    assert actions(root) == (["dynamodb:GetItem"], False)


def test_a_change_of_a_file_that_is_reached(root: Path) -> None:
    actions(root)
    path = root / "handlers/shop/store.py"
    path.write_text(path.read_text(encoding="utf-8").replace("get_item", "delete_item"), encoding="utf-8")
    assert actions(root) == (["dynamodb:DeleteItem"], True)


def test_a_file_that_was_looked_for_and_is_there_now(root: Path) -> None:
    (root / HANDLER).write_text("from handlers.shop import late\ndef handler(e, c):\n    late.go()\n", encoding="utf-8")
    assert actions(root) == ([], True)
    (root / "handlers/shop/late.py").write_text("import boto3\ndef go():\n    boto3.client('sqs').send_message()\n")
    assert actions(root) == (["sqs:SendMessage"], True)


def test_a_change_of_a_file_that_is_not_reached(root: Path) -> None:
    actions(root)
    (root / "handlers/shop/other.py").write_text("X = 2\n", encoding="utf-8")
    assert actions(root)[1] is False


def test_another_reader_reads_again(root: Path) -> None:
    actions(root)
    assert actions(root, tool="2")[1] is True


def test_a_broken_file_is_not_trusted(root: Path) -> None:
    actions(root)
    (root / "usage.json").write_text("half a fi", encoding="utf-8")
    assert actions(root) == (["dynamodb:GetItem"], True)
