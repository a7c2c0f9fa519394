"""P206."""

from __future__ import annotations

from pathlib import Path

from tests.pkgops.checks.project import found
from tests.pkgops.checks.reader_function import reader
from tests.pkgops.checks.rules.functions.test_missing_variable import SETTINGS


def unread(tmp_path: Path, code: str, variables: str) -> list[str]:
    return [one.subject for one in found("P206", tmp_path, reader("grants.traces()", variables=variables), read=code)]


def test_a_variable_that_settings_hold_counts_where_it_is_used(tmp_path: Path) -> None:
    given = '"TABLE": "t", "COLOR": "c", "SIZE": "1"'
    assert unread(tmp_path, SETTINGS.format(used="settings().color"), given) == ["SIZE", "TABLE"]
    assert unread(tmp_path, SETTINGS.format(used="(settings().size, settings().table)"), given) == ["COLOR"]


def test_a_variable_that_is_looked_for(tmp_path: Path) -> None:
    code = "import os\ndef handler(event, context):\n    return 'XX' in os.environ\n"
    assert unread(tmp_path, code, '"XX": "1"') == []


def test_all_variables_at_once(tmp_path: Path) -> None:
    code = "import os\ndef handler(event, context):\n    return dict(os.environ)\n"
    assert unread(tmp_path, code, '"XX": "1"') == []


def test_variables_of_libraries(tmp_path: Path) -> None:
    code = "def handler(event, context):\n    return 1\n"
    assert unread(tmp_path, code, '"POWERTOOLS_SERVICE_NAME": "x", "LOG_LEVEL": "INFO", "XX": "1"') == ["XX"]


def test_a_name_that_is_partly_computed(tmp_path: Path) -> None:
    code = "import os\ndef handler(event, context):\n    return os.environ[f'TIER{event}_MAX']\n"
    assert unread(tmp_path, code, '"TIER1_MAX": "1", "TIER1_MIN": "1"') == ["TIER1_MIN"]


def test_a_name_that_is_not_in_the_code(tmp_path: Path) -> None:
    code = "import os\ndef handler(event, context):\n    return os.environ[event['name']]\n"
    assert unread(tmp_path, code, '"XX": "1"') == []


def test_code_that_could_not_be_read(tmp_path: Path) -> None:
    assert unread(tmp_path, "def handler(event,\n", '"XX": "1"') == []
    assert unread(tmp_path, "def handle(event, context):\n    return 1\n", '"XX": "1"') == []
