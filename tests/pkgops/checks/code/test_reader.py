"""Is it told from the code which calls of AWS a handler makes, and on what, however it is written?

The ways to write it are in idioms.md.
"""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

import pytest

from pkgops.checks.code.reader import read_handler
from pkgops.checks.code.uses import Usage

HANDLER = "handlers/shop/read.py"


def read(root: Path, code: str, **others: str) -> Usage:
    for path, text in {HANDLER: code, **{f"handlers/{name}.py": text for name, text in others.items()}}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(dedent(text), encoding="utf-8")
    return read_handler(root, HANDLER)


def told(usage: Usage) -> set[str]:
    return {
        " ".join([*use.actions, *(f"${target.variable}" if target.variable else target.name for target in use.targets)])
        for use in usage.uses
    }


_SECTION = re.compile(r"^## (.+?)\n\n```python\n(.*?)```\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
IDIOMS = {
    name: (code, set(re.findall(r"^- `(.+)`$", calls, re.MULTILINE)))
    for name, code, calls in _SECTION.findall(Path(__file__).with_name("idioms.md").read_text(encoding="utf-8"))
}


def test_every_idiom_is_found() -> None:
    assert len(IDIOMS) == Path(__file__).with_name("idioms.md").read_text(encoding="utf-8").count("\n## ")


@pytest.mark.parametrize("idiom", IDIOMS)
def test_an_idiom(tmp_path: Path, idiom: str) -> None:
    code, expected = IDIOMS[idiom]
    usage = read(tmp_path, code)
    assert told(usage) == expected
    assert usage.unresolved == set()


def test_modules_of_the_project_are_followed(tmp_path: Path) -> None:
    usage = read(
        tmp_path,
        "from handlers.shop import store\nfrom handlers.common.aws import client as make\n"
        "def handler(event, context):\n    store.save(make('dynamodb'), event)\n",
        **{
            "common/aws": "import boto3\ndef client(service):\n    return boto3.client(service)\n",
            "shop/store": "from . import names\ndef save(client, item):\n    client.put_item(TableName=names.TABLE)\n",
            "shop/names": "TABLE = 'notes'\n",
            "shop/other": "import boto3\nboto3.client('s3').get_object(Bucket='b')\n",
        },
    )
    assert told(usage) == {"dynamodb:PutItem notes"}
    assert {file for file in usage.files if (tmp_path / file).is_file()} == {
        HANDLER,
        "handlers/common/aws.py",
        "handlers/shop/store.py",
        "handlers/shop/names.py",
    }


def test_modules_that_import_each_other(tmp_path: Path) -> None:
    usage = read(
        tmp_path,
        "from handlers.shop import one\ndef handler(event, context):\n    one.first(3)\n",
        **{
            "shop/one": "from handlers.shop import two\ndef first(n):\n    return two.second(n)\n",
            "shop/two": (
                "import boto3\nfrom handlers.shop.one import first\n"
                "def second(n):\n    boto3.client('s3').get_object(Bucket='b')\n    return first(n - 1)\n"
            ),
        },
    )
    assert told(usage) == {"s3:GetObject b"}


def test_the_line_is_the_systems_own(tmp_path: Path) -> None:
    """Not that of the helper which makes the call for everybody."""
    usage = read(
        tmp_path,
        "from handlers.common.db import get\ndef handler(event, context):\n    a = 1\n    return get('t')\n",
        **{"common/db": "import boto3\ndef get(name):\n    return boto3.client('dynamodb').get_item(TableName=name)\n"},
    )
    (use,) = usage.uses
    assert (use.place.file, use.place.line) == (HANDLER, 4)


def test_code_that_is_no_python_is_a_doubt(tmp_path: Path) -> None:
    usage = read(tmp_path, "def handler(:\n")
    assert [one.why for one in usage.unresolved] == ["cannot be read"]


def test_a_module_that_cannot_be_read_is_unresolved(tmp_path: Path) -> None:
    code = "from handlers.shop import store\nfrom handlers.shop.late import go\ndef handler(event, context): ...\n"
    usage = read(tmp_path, code, **{"shop/store": "def (:\n"})
    assert [one.why for one in sorted(usage.unresolved)] == [
        "imports handlers.shop.store, which cannot be read",
        "imports handlers.shop.late, which cannot be read",
    ]
    usage = read(tmp_path, "from handlers.shop.store import x\ndef handler(event, context): ...\n")
    assert [one.why for one in usage.unresolved] == ["imports handlers.shop.store, which cannot be read"]


def test_a_file_without_a_handler_is_unresolved(tmp_path: Path) -> None:
    assert [one.why for one in read(tmp_path, "X = 1\n").unresolved] == ["does not define handler"]


def test_nothing_is_run(tmp_path: Path) -> None:
    read(tmp_path, f"open({str(tmp_path / 'made')!r}, 'w')\ndef handler(event, context): ...\n")
    assert not (tmp_path / "made").exists()


def test_code_that_calls_itself_with_ever_more_comes_to_an_end(tmp_path: Path) -> None:
    code = """
    import boto3
    def grow(client, items):
        client.get_object(Bucket="b")
        return grow(client, [*items, lambda: grow(client, items), {"x": items}])
    def handler(event, context):
        grow(boto3.client("s3"), [])
    """
    assert told(read(tmp_path, code)) == {"s3:GetObject b"}
