"""P205."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pkgops.checks.project import found
from tests.pkgops.checks.reader_function import reader

BODY = reader("grants.traces()")


def severities(tmp_path: Path, code: str) -> list[tuple[str, str]]:
    return [(one.subject, one.severity) for one in found("P205", tmp_path, BODY, read=code)]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("os.environ['XX']", "error"),
        ("os.environ['XX'] or 'a'", "error"),
        ("os.environ.get('XX')", "warning"),
        ("os.environ.get('XX', '')", "warning"),
        ("os.getenv('XX', default=None)", "warning"),
        ("os.getenv('XX', 'a')", None),
        ("os.environ.get('XX') or 'a'", None),
        ("os.environ.get('XX') == 'true'", None),
        ("int(os.environ.get('XX') or 3)", None),
        ("os.environ['TABLE']", None),
        ("os.environ['AWS_REGION']", None),  # Lambda's own
        ("os.environ[event['x']]", None),
        ("os.environ['XX'] if 'XX' in os.environ else 'a'", None),
    ],
)
def test_what_happens_without_it(tmp_path: Path, expression: str, expected: str | None) -> None:
    code = f"import os\ndef handler(event, context):\n    return {expression}\n"
    assert severities(tmp_path, code) == ([("XX", expected)] if expected else [])


SETTINGS = """
import os
from dataclasses import dataclass
from functools import cache

@dataclass(frozen=True)
class Settings:
    table: str
    color: str
    size: int

@cache
def settings():
    get = os.environ.get
    return Settings(table=get("TABLE", ""), color=get("COLOR", "").strip(), size=int(get("SIZE") or 3))

def handler(event, context):
    return {used}
"""


def test_settings_that_are_read_together_count_where_they_are_used(tmp_path: Path) -> None:
    assert severities(tmp_path, SETTINGS.format(used="settings().color")) == [("COLOR", "warning")]
    assert severities(tmp_path, SETTINGS.format(used="settings().size")) == []
    assert severities(tmp_path, SETTINGS.format(used="settings().table")) == []


def test_the_line_is_where_it_is_read(tmp_path: Path) -> None:
    code = "import os\n\ndef handler(event, context):\n    return os.environ['XX']\n"
    (one,) = found("P205", tmp_path, BODY, read=code)
    assert one.place == "handlers/shop/read.py:4"


def test_what_is_not_reached_does_not_count(tmp_path: Path) -> None:
    code = "import os\ndef other():\n    return os.environ['XX']\ndef handler(event, context):\n    return 1\n"
    assert severities(tmp_path, code) == []
