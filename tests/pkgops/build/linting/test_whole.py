"""Do the rules over a whole template find what cfn-lint's own find, where there is something to find?"""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from cfnlint.api import lint
from cfnlint.config import ManualArgs
from cfnlint.graph import Graph

from pkgops.build.linting.changed import linted
from tests.pkgops.build.linting.conditional import CONDITIONAL, CYCLIC

REF = {"Ref": "AWS::StackName"}
NAMES: dict[str, list[Any]] = {
    "alike": ["a", "a", "b"],
    "functions": [REF, {"Fn::Sub": "${AWS::StackName}-a"}, {"Fn::Sub": "${AWS::StackName}-a"}, {"Fn::Sub": "a"}],
    "a function and its text": [REF, str(REF)],
    "numbers": [1, "1", 1.0, True],
    "truths": ["true", "True"],
    "truths as words": ["false", False],
    "lists": [{"Fn::Join": ["-", ["a", "b"]]}, {"Fn::Join": ["-", ["a", "b"]]}, {"Fn::Join": ["-", ["a", "c"]]}],
    "a list and its text": [["a"], "['a']"],
    "two keys": [{"a": "1", "b": "2"}, {"b": "2", "a": "1"}],
    "left out": [{"Ref": "AWS::NoValue"}, {"Ref": "AWS::NoValue"}, None, None],
    "left out inside": [{"Fn::Join": ["", ["a"]]}, {"Fn::Join": ["", ["a", {"Ref": "AWS::NoValue"}]]}],
    "either": [{"Fn::If": ["Region", "a", "b"]}, "a"],
    "either or none": [{"Fn::If": ["Region", "a", {"Ref": "AWS::NoValue"}]}, "a"],
}


def _rows(matches: list[Any]) -> list[str]:
    return sorted(f"{one.rule.id} {list(map(str, getattr(one, 'path', None) or ()))} {one.message}" for one in matches)


def _compared(template: dict[str, Any]) -> list[str]:
    text = json.dumps(template, separators=(",", ":"))
    found = _rows(linted(text, "us-east-1", None)[0])
    assert found == _rows(lint(text, config=ManualArgs(regions=["us-east-1"])))
    return found


def _named(names: list[Any]) -> dict[str, Any]:
    groups = {
        f"Group{n}": {"Type": "AWS::Logs::LogGroup", "Properties": {} if name is None else {"LogGroupName": name}}
        for n, name in enumerate(names)
    }
    region = {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]}
    return {"Conditions": {"Region": region}, "Resources": copy.deepcopy(groups)}


@pytest.mark.parametrize("names", NAMES.values(), ids=NAMES)
def test_resources_with_the_same_name_are_found(names: list[Any]) -> None:
    _compared(_named(names))


def test_some_of_these_have_the_same_name() -> None:
    assert any(row.startswith("E3019") for row in _compared(_named(["a", "a"])))
    assert not any(row.startswith("E3019") for row in _compared(_named(["a", "b"])))


def test_names_in_either_case_of_a_condition_are_found() -> None:
    either = {"Fn::If": ["Region", {"LogGroupName": "a"}, {"LogGroupName": "b"}]}
    template = _named(["a", "b"])
    template["Resources"]["Either"] = {"Type": "AWS::Logs::LogGroup", "Properties": either}
    _compared(template)


def test_circles_are_found() -> None:
    assert any(row.startswith("E3004") for row in _compared(CYCLIC))


def test_a_circle_is_looked_for_only_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    original = Graph.get_cycles
    monkeypatch.setattr(Graph, "get_cycles", lambda graph, cfn: asked.append(cfn) or original(graph, cfn))
    line = {name: row for name, row in CYCLIC["Resources"].items() if name in ("Three", "Fine")}
    linted(json.dumps({"Resources": line}), "us-east-1", None)
    assert not asked
    linted(json.dumps(CYCLIC), "us-east-1", None)
    assert asked


def test_conditions_and_rules_that_look_at_a_type_are_followed() -> None:
    found = _compared(CONDITIONAL)
    assert any(row.startswith("E3039") for row in found)


FORMS: list[Any] = [[], ["x"], {}, {"A": 1}, {"A": {"Type": "AWS::SQS::Queue", "Properties": []}}, {"A": {"Type": 1}}]


@pytest.mark.parametrize("resources", FORMS, ids=str)
def test_resources_of_another_form_are_judged_as_ever(resources: Any) -> None:
    _compared({"Resources": resources})
