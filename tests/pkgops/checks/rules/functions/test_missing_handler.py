"""P204."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pkgops.checks.project import found
from tests.pkgops.checks.reader_function import reader

BODY = reader("grants.traces()")


@pytest.mark.parametrize(
    "code",
    [
        "def handler(event, context): ...\n",
        "async def handler(event, context): ...\n",
        "handler = make()\n",
        "handler: object = make()\n",
        "from handlers.shop.other import handler\n",
        "from handlers.shop.other import run as handler\n",
        "class handler: ...\n",
        "try:\n    import fast\nexcept ImportError:\n    def handler(event, context): ...\n",
        "from handlers.shop.other import *\n",
    ],
)
def test_every_way_to_define_one(tmp_path: Path, code: str) -> None:
    assert found("P204", tmp_path, BODY, read=code) == []


def test_a_file_that_is_missing(tmp_path: Path) -> None:
    (one,) = found("P204", tmp_path, BODY)
    assert one.message == "Read runs handlers/shop/read.py, which does not exist."


def test_a_file_that_is_packaged_and_another_that_is_called(tmp_path: Path) -> None:
    body = BODY.replace("handlers.shop.read.handler", "handlers.shop.write.handler")
    (one,) = found("P204", tmp_path, body, read="def handler(event, context): ...\n")
    assert one.message == "Read packages handlers/shop/read.py but calls handlers.shop.write.handler."


def test_code_that_is_not_the_projects(tmp_path: Path) -> None:
    body = BODY.replace('awslambda.Code(**handler_code("handlers/shop/read.py"))', 'awslambda.Code(ZipFile="x")')
    assert found("P204", tmp_path, body.replace("handlers.shop.read.handler", "index.handler")) == []


def test_a_file_that_is_no_python(tmp_path: Path) -> None:
    (one,) = found("P204", tmp_path, BODY, read="def handler(event, context):\n    return (\n")
    assert "but handlers/shop/read.py:2 is no Python: '(' was never closed" in one.message
