"""Are the rules' files executed once in a process, and their data read when a rule asks for it?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cfnlint import helpers
from cfnlint.api import lint
from cfnlint.config import ManualArgs

from pkgops.build.linting import loading
from pkgops.build.linting.changed import linted
from pkgops.build.linting.runner import configured
from pkgops.build.linting.shortcuts import shortcuts

QUEUE = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}
ACTIONS = ["s3:GetObject", "s3:Nothing", "nowhere:Go", "dynamodb:Get*", "dynamodb:X*"]
STATEMENTS = [{"Effect": "Allow", "Action": ACTIONS, "Resource": "*"}]
POLICY = {
    "Type": "AWS::IAM::ManagedPolicy",
    "Properties": {"PolicyDocument": {"Version": "2012-10-17", "Statement": STATEMENTS}},
}
RULE = """
from cfnlint.rules import CloudFormationLintRule, RuleMatch


class Mine(CloudFormationLintRule):
    id = "E9001"
    shortdesc = description = "mine"

    def __init__(self):
        super().__init__()
        self.resource_property_types = ["AWS::SQS::Queue"]

    def match_resource_properties(self, properties, kind, path, cfn):
        return [RuleMatch(path, "WORD")]
"""


def _files_read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    read: list[str] = []
    original = loading._original

    def counted(package: Any, filename: str) -> Any:
        read.append(filename)
        return original(package, filename)

    monkeypatch.setattr(loading, "_original", counted)
    return read


def test_data_of_rules_that_have_no_say_is_not_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    read = _files_read(monkeypatch)
    with shortcuts():
        configured("us-east-1", tmp_path)
    assert 0 < len(read) < 20
    assert "Policies.json" not in read


def test_actions_are_read_once_and_judged_as_cfn_lint_judges_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    loading._actions.cache_clear()
    read = _files_read(monkeypatch)
    text = json.dumps({"Resources": {"Policy": POLICY, "Other": POLICY}})
    found = [(one.rule.id, one.message) for one in linted(text, "us-east-1", None, tmp_path)[0]]
    assert found == [(one.rule.id, one.message) for one in lint(text, config=ManualArgs(regions=["us-east-1"]))]
    assert {rule for rule, _ in found} >= {"W3037"}
    assert read.count("Policies.json") == 1


def test_the_rules_are_new_for_each_template_and_their_files_are_not(tmp_path: Path) -> None:
    with shortcuts():
        one, other = (configured("us-east-1", tmp_path)[1].rules for _ in range(2))
    assert list(one) == list(other)
    assert list(one) == list(configured("us-east-1", tmp_path)[1].rules)
    assert not {id(rule) for rule in one.values()} & {id(rule) for rule in other.values()}
    assert {name for name in one if type(one[name]) is not type(other[name])} == set()


def test_rules_of_the_project_are_read_each_time(tmp_path: Path) -> None:
    (tmp_path / ".cfnlintrc").write_text("append_rules: [mine]\n")
    (tmp_path / "mine").mkdir()
    text = json.dumps({"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {}}}})
    for word in ("first", "other one"):
        (tmp_path / "mine" / "Mine.py").write_text(RULE.replace("WORD", word))
        matches, _ = linted(text, "us-east-1", None, tmp_path)
        assert [one.message for one in matches if one.rule.id == "E9001"] == [word]


def test_cfn_lint_loads_as_ever_afterwards() -> None:
    before = helpers.import_filename, helpers.load_resource
    linted(json.dumps(QUEUE), "us-east-1", None)
    assert (helpers.import_filename, helpers.load_resource) == before
