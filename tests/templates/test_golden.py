"""Is every template what it was when somebody last looked at it?

The difference of a golden file in a review is the change of the infrastructure.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.repository import GOLDEN


def written(template: dict[str, Any]) -> str:
    return json.dumps(template, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def test_template_is_golden(case: Any, request: pytest.FixtureRequest) -> None:
    path = GOLDEN / f"{case.id}.json"
    text = written(case.template)
    if request.config.getoption("--update-golden", default=False):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert path.is_file(), "new template: pytest tests/templates --update-golden"
    assert json.loads(text) == json.loads(path.read_text()), "changed: pytest tests/templates --update-golden"
    assert text == path.read_text(), "same template, other layout: pytest tests/templates --update-golden"


def test_no_golden_without_template(system_cases: tuple[Any, ...]) -> None:
    kept = {path.stem for path in (GOLDEN / system_cases[0].id).parent.glob("*.json")}
    assert kept == {case.stack.key for case in system_cases}
