"""Is cfn-lint asked once about each template, and is its verdict remembered without loading it?"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pkgops.build import lint
from pkgops.build.check import check, report
from pkgops.build.lint import described
from pkgops.config import Project
from pkgops.errors import BuildError, ConfigError
from pkgops.events import Event, Started
from pkgops.own_files import read_document
from tests.pkgops.conftest import stack


def test_a_template_is_linted_once(project: Project) -> None:
    events: list[Event] = []
    good = stack("alone", project.stage)
    check(project, [good], events.append)
    assert Started("Checking templates") in events
    events.clear()
    check(project, [good], events.append)
    assert events == []


def test_a_verdict_is_not_believed_by_another_version_of_the_shortcuts(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, events = stack("alone", project.stage), list[Event]()
    check(project, [good])
    (tmp_path / "shortcuts.py").write_text("# mended\n")
    monkeypatch.setattr(lint, "LINTING", tmp_path)
    check(project, [good], events.append)
    assert Started("Checking templates") in events


def test_an_error_names_rule_and_path_and_is_remembered(project: Project) -> None:
    queue = {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": "soon"}}}
    bad = stack("alone", project.stage, **queue)
    events: list[Event] = []
    for _ in range(2):
        with pytest.raises(BuildError, match=r"E3012 DemoAlone-local Resources/Queue/Properties/VisibilityTimeout"):
            check(project, [bad], events.append)
    assert events.count(Started("Checking templates")) == 1


def test_an_unresolved_reference_is_found(project: Project) -> None:
    queue = {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "Nowhere"}}}}
    with pytest.raises(BuildError, match=r"E1020 .*Nowhere"):
        check(project, [stack("alone", project.stage, **queue)])


def test_a_warning_is_reported_and_stops_nothing(project: Project) -> None:
    unused = stack("alone", project.stage)
    unused.template["Parameters"] = {"Unused": {"Type": "String", "Default": "x"}}
    check(project, [unused])
    (one,) = [one for one in report(project, [unused]).findings if one.rule == "W2001"]
    assert (one.severity, one.stack, one.path) == ("warning", "alone", "Parameters/Unused")


def test_a_remembered_verdict_needs_no_linter(project: Project) -> None:
    import subprocess

    check(project, [stack("alone", project.stage)])
    program = (
        "import sys; from pathlib import Path; from dataclasses import replace\n"
        "from tests.pkgops.conftest import SYSTEM, NoSettings, stack\n"
        "from pkgops.config import Project; from pkgops.build.check import check; from pkgops.model import Stage\n"
        f"check(Project(Path({str(project.root)!r}), Stage('local'), SYSTEM, NoSettings()), "
        "[stack('alone', Stage('local'))])\n"
        "assert 'cfnlint' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_projects_configuration_of_the_linter_counts(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / ".cfnlintrc").write_text("ignore_checks: [W2001, E9001]\n")
    monkeypatch.chdir(elsewhere)
    unused = stack("alone", project.stage, Topic={"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "x"}})
    unused.template["Parameters"] = {"Unused": {"Type": "String", "Default": "x"}}

    def found() -> set[str]:
        return {one.rule for one in report(project, [unused]).findings if one.rule[0] in "EW"}

    assert "W2001" in found()
    (project.root / ".cfnlintrc").write_text("ignore_checks: [W2001]\n")
    assert "W2001" not in found()
    rule = project.root / "own_rules.txt"
    (project.root / ".cfnlintrc").write_text("custom_rules: own_rules.txt\n")
    rule.write_text("AWS::SNS::Topic TopicName EQUALS y ERROR\n")
    assert {"W2001", "E9001"} <= found()
    rule.write_text("")
    assert "E9001" not in found()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("ignore_check: [W2001]\n", "ignore_check"),
        ("ignore_checks: [W2001\n", "expected"),
        ("append_rules: [no.such.rules]\n", "no"),
        ("\0", "control characters"),
    ],
)
def test_a_configuration_that_the_linter_cannot_use_is_named(project: Project, text: str, why: str) -> None:
    (project.root / ".cfnlintrc").write_text(text)
    with pytest.raises(ConfigError, match=f"configuration: .*{why}") as caught:
        check(project, [stack("alone", project.stage)])
    assert str(project.root / ".cfnlintrc") in caught.value.hint


def test_templates_that_a_configuration_names_are_no_matter(project: Project) -> None:
    (project.root / ".cfnlintrc").write_text("templates: [infrastructure/*.yaml]\n")
    check(project, [stack("alone", project.stage)])


def test_what_the_last_run_kept_is_used_and_never_believed_when_damaged(project: Project) -> None:
    def checked(topic: str) -> None:
        check(
            project,
            [stack("alone", project.stage, Topic={"Type": "AWS::SNS::Topic"}, **{topic: {"Type": "AWS::SNS::Topic"}})],
        )

    checked("One")
    (kept,) = (project.home / "cache" / "lint").glob("*.last.json")
    assert set(read_document(kept)["clean"]) == {"Topic", "One"}
    checked("Two")
    assert set(read_document(kept)["clean"]) == {"Topic", "Two"}
    kept.write_text("nonsense")
    checked("Three")
    assert set(read_document(kept)["clean"]) == {"Topic", "Three"}


def test_a_rule_of_the_linter_can_be_looked_up() -> None:
    found = described("E3012")
    assert found is not None
    assert "resource" in found[0].lower()
    assert found[2].startswith("https://")
    assert described("E9999") is None
