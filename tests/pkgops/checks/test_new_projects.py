"""A new project has nothing that a check finds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pkgops.build.build import synthesized
from pkgops.build.check import report
from pkgops.checks.kit.finding import Finding
from pkgops.config import load
from pkgops.init.create import DEFAULT, create
from pkgops.project import use_templates
from tests.repository import ROOT


@pytest.fixture(autouse=True)
def _repository_templates() -> Iterator[None]:
    """Other tests find the repository's templates again."""
    yield
    use_templates(ROOT)


def findings(root: Path, system: str, stage: str) -> list[Finding]:
    project = load(stage, system, root, environ={})
    return list(report(project, synthesized(project), linted=False).findings)


@pytest.mark.parametrize("stage", ["local", "dev", "prod"])
def test_of_the_small_example(tmp_path: Path, stage: str) -> None:
    made = create("shop", tmp_path, example=DEFAULT)
    assert [one.message for one in findings(made.root, made.system, stage) if not other_stage(one, stage)] == []


def test_but_what_a_function_needs_and_lacks(tmp_path: Path) -> None:
    """As a newcomer removes it: a link, and a variable of a setting."""
    made = create("shop", tmp_path, example=DEFAULT)
    stack = made.root / "templates/shop/app.py"
    text = stack.read_text().replace("notes.write(), jobs.send()", "notes.write()")
    stack.write_text(text.replace("environment=keep,", ""))
    use_templates(ROOT)  # forgets the templates that `create` has imported
    found = {(one.rule, one.subject) for one in findings(made.root, made.system, "local")}
    assert {("P205", "KEEP_DAYS"), ("P205", "JOBS_QUEUE_URL")} <= found
    assert "P102" in {rule for rule, _ in found}


def test_of_a_shipped_system(tmp_path: Path) -> None:
    """Its settings are documented on a page that stays in the repository."""
    made = create("diary", tmp_path, example="kefir")
    assert {one.rule for one in findings(made.root, made.system, "local")} == {"P904"}


def other_stage(finding: Finding, stage: str) -> bool:
    """The goldens of a new project are of one stage."""
    return finding.rule == "P901" and stage != "local"
