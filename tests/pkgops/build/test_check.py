"""Are templates that must not be deployed refused, with rule and path; and is everything else reported?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pkgops.build.check import check, report
from pkgops.build.lint import verdict_file
from pkgops.build.synth import SynthesizedStack
from pkgops.checks.rules.templates.approaching_limits import MANY
from pkgops.config import Project
from pkgops.errors import BuildError
from pkgops.events import Event, Note
from pkgops.own_files import keep_document
from tests.pkgops.conftest import stack

KEY = "sk_live_" + "abcdefghijklmnop1234"  # in two parts, so that no scanner takes it for a real one


def unlinted(project: Project, *stacks: SynthesizedStack) -> None:
    """What cfn-lint says does not matter, and takes seconds."""
    for one in stacks:
        keep_document(verdict_file(project.home, project.stage.region, one.template), [])


def many(count: int) -> dict[str, dict[str, str]]:
    return {f"Q{number}": {"Type": "AWS::SQS::Queue"} for number in range(count)}


def test_a_parameter_nothing_fills(project: Project) -> None:
    lonely = stack("alone", project.stage)
    lonely.template["Parameters"] = {"Lonely": {"Type": "String"}}
    unlinted(project, lonely)
    with pytest.raises(
        BuildError, match="P003 DemoAlone-local Parameters/Lonely: Parameter Lonely of DemoAlone-local has no value"
    ):
        check(project, [lonely])


def test_cloudformations_limit_is_watched(project: Project) -> None:
    warned, refused = (stack("alone", project.stage, **many(count)) for count in (MANY + 1, 501))
    unlinted(project, warned, refused)
    events: list[Event] = []
    check(project, [warned], events.append)
    assert [event.level for event in events if isinstance(event, Note)] == ["warning"]
    with pytest.raises(BuildError, match="501 resources; CloudFormation accepts 500"):
        check(project, [refused])


def test_a_secret_stops_the_deployment_and_is_not_repeated(project: Project) -> None:
    shown = stack("alone", project.stage)
    shown.template["Outputs"]["Shown"] = {"Value": KEY}
    unlinted(project, shown)
    with pytest.raises(BuildError, match=r"P407 DemoAlone-local Outputs/Shown/Value: This looks like a Str") as error:
        check(project, [shown])
    assert error.value.code == 3
    assert KEY not in str(error.value)
    assert "pkgops check --explain" in error.value.hint


def test_a_queue_is_compared_with_the_function_of_another_stack(project: Project) -> None:
    """Lambda refuses the mapping, in the middle of the deployment; cfn-lint knows it within one template."""
    queues = stack("store", project.stage, Jobs={"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 5}})
    queues.template["Outputs"] = {"Jobs": {"Value": {"Fn::GetAtt": ["Jobs", "Arn"]}}}
    mapped = {"EventSourceArn": {"Ref": "Jobs"}, "FunctionName": {"Ref": "Work"}}
    mapping = {"Type": "AWS::Lambda::EventSourceMapping", "Properties": mapped}
    work = {"Type": "AWS::Lambda::Function", "Properties": {"Timeout": 10}}
    reading = replace(stack("web", project.stage, Work=work, Map=mapping), inputs={"Jobs": "store.Jobs"})
    reading.template["Parameters"] = {"Jobs": {"Type": "String"}}
    unlinted(project, queues, reading)
    found = [{"rule": "E3505", "path": "Resources/Jobs/Properties/VisibilityTimeout", "message": "5 < 10"}]
    keep_document(verdict_file(project.home, project.stage.region, queues.template), found)
    with pytest.raises(BuildError, match=r"^1 problem in .*\n  P302 DemoStore-local Resources/Jobs.*: Jobs has a vis"):
        check(project, [queues, reading])


def test_what_is_accepted_does_not_stop_it(project: Project) -> None:
    shown = stack("alone", project.stage)
    shown.template["Outputs"]["Shown"] = {"Value": KEY}
    unlinted(project, shown)
    row = {"rule": "P407", "resource": "", "subject": "*", "reason": "a key of the documentation", "source": "x:1"}
    check(project, [replace(shown, accepted=[row])])


def test_what_only_a_report_finds_does_not_stop_it(project: Project) -> None:
    endless = stack("alone", project.stage, Log={"Type": "AWS::Logs::LogGroup"})
    unlinted(project, endless)
    check(project, [endless])
    assert "P202" in {one.rule for one in report(project, [endless]).findings}


def test_the_linter_can_be_left_out_of_a_report(project: Project) -> None:
    """Then nothing is said about what is accepted of it either."""
    row = {"rule": "W2001", "resource": "", "subject": "*", "reason": "it is used by hand", "source": "x:1"}
    plain = replace(stack("alone", project.stage), accepted=[row])
    assert not {"W2001", "P005"} & {one.rule for one in report(project, [plain], linted=False).findings}
    unlinted(project, plain)
    assert "P005" in {one.rule for one in report(project, [plain]).findings}


OWN_RULE = """
from pkgops.checks.kit.rule import Example, Rule

def _find(subject):
    for topic in subject.resources("AWS::SNS::Topic"):
        yield topic.found("is a topic, and we use queues.")

RULE = Rule(id="{id}", title="Topic", reason="We use queues.", remedy="Use a queue.", find=_find,
            bad=Example('scope.add(sns.Topic("News"))'), good=Example('scope.add(sqs.Queue("News"))'))
"""


def with_rule(project: Project, text: str) -> SynthesizedStack:
    (project.root / "checks").mkdir()
    (project.root / "checks" / "no_topics.py").write_text(text, encoding="utf-8")
    topic: dict[str, Any] = {"Type": "AWS::SNS::Topic"}
    return stack("alone", project.stage, News=topic)


def test_a_projects_own_rule_is_run_with_the_others(project: Project) -> None:
    made = with_rule(project, OWN_RULE.format(id="Q001"))
    (one,) = [one for one in report(project, [made], linted=False).findings if one.rule == "Q001"]
    assert (one.message, one.remedy, one.severity) == ("News is a topic, and we use queues.", "Use a queue.", "warning")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (OWN_RULE.format(id="P202"), "checks/no_topics.py uses the id P202, which is reserved or taken"),
        (OWN_RULE.format(id="E999"), "uses the id E999"),
        ("X = 1\n", "checks/no_topics.py defines no rule"),
        ("X = (\n", r"^checks/no_topics.py:1: '\(' was never closed"),
        ("X = {}['key']\n", "^checks/no_topics.py:1: KeyError: 'key'"),
    ],
)
def test_a_rule_that_cannot_be_one(project: Project, text: str, message: str) -> None:
    made = with_rule(project, text)
    with pytest.raises(BuildError, match=message):
        report(project, [made], linted=False)
