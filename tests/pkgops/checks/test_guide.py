"""The rule that docs/reference/checks.md shows is one, and finds what it says."""

from __future__ import annotations

import re
from pathlib import Path

from pkgops.checks.registry import all_rules
from pkgops.checks.run import run
from tests.pkgops.checks.project import LOCAL, subject_of
from tests.repository import ROOT

PAGE = (ROOT / "docs/reference/checks.md").read_text(encoding="utf-8")


def test_the_rule_of_the_guide(tmp_path: Path) -> None:
    path, text = re.findall(r"```python\n# (checks/\w+\.py)\n(.*?)```", PAGE, re.DOTALL)[0]
    (tmp_path / path).parent.mkdir()
    (tmp_path / path).write_text(text, encoding="utf-8")
    rule = all_rules(tmp_path)["Q001"]
    bad, good = (subject_of(tmp_path, LOCAL, main=example.template) for example in (rule.bad, rule.good))
    assert [one.message for one in run([rule], bad)] == ["News is a topic, but messages go through queues."]
    assert run([rule], good) == []
