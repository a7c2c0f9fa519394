"""The message formats in the pages of systems are those of the models."""

from __future__ import annotations

from pkgops.cli.messages_reference import END, START, format_lines, system_pages
from pkgops.declarations import MessageFormat
from tests.repository import ROOT


def test_the_pages_have_the_formats_of_the_models():
    made = system_pages(ROOT)
    assert [path.name for path in made] == ["keyvex.md"]
    for path, text in made.items():
        assert text == path.read_text(encoding="utf-8"), "Run: make docs"


def test_every_format_is_between_the_markers():
    (text,) = system_pages(ROOT).values()
    formats = text.split(START)[1].split(END)[0]
    assert formats.count("\n### ") == 3
    assert "| `userId` | text of 1 to 256 characters | required | User who is told of the progress. |" in formats
    assert "`process` says what it is: `magicSpark` (MagicSparkMessage)," in formats


def test_a_schema_in_words():
    properties = {
        "id": {"type": "string", "minLength": 1},
        "count": {"anyOf": [{"type": "integer", "minimum": 0, "maximum": 9}, {"type": "null"}], "default": None},
        "tags": {"type": "array", "items": {"$ref": "#/$defs/Tag"}, "description": "What it is about."},
        "size": {"enum": ["s", "l"], "default": "s"},
        "code": {"type": "string", "pattern": "^(a|b)$"},
        "more": {},
    }
    model = {"description": "An order.", "properties": properties, "required": ["id"]}
    lines = list(format_lines(MessageFormat("shop-orders-{stage}", "x"), {"$defs": {"Order": model}}))
    assert lines[:4] == ["### `shop-orders-{stage}`", "", "#### Order", ""]
    assert lines[8:] == [
        "| `id` | text, not empty | required |  |",
        "| `count` | whole number from 0 to 9 |  |  |",
        "| `tags` | list of Tag |  | What it is about. |",
        '| `size` | `s`, `l` | `"s"` |  |',
        "| `code` | text like `^(a\\|b)$` |  |  |",
        "| `more` | anything |  |  |",
        "",
    ]
