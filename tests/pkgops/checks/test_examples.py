"""Every rule finds its bad example and leaves its good one alone, has a page that reads well, and a test of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from pkgops.checks.kit.finding import SEVERITIES
from pkgops.checks.kit.rule import Rule
from pkgops.checks.registry import rules
from pkgops.model import Stage
from tests.pkgops.checks.project import LOCAL, PRODUCTION, check
from tests.repository import ROOT

GROUPS = {
    "templates": "P0",
    "permissions": "P1",
    "functions": "P2",
    "events": "P3",
    "data": "P4",
    "web": "P5",
    "project": "P9",
}
every_rule = pytest.mark.parametrize("rule", rules().values(), ids=rules())


def stage_of(rule: Rule) -> Stage:
    return PRODUCTION if rule.production else LOCAL


def module_of(rule: Rule) -> str:
    return rule.find.__module__.removeprefix("pkgops.checks.rules.")


@every_rule
def test_the_bad_example_is_found(rule: Rule, tmp_path: Path) -> None:
    findings = [one for one in check(tmp_path, rule.bad, stage_of(rule)).findings if one.rule == rule.id]
    assert findings
    assert all(one.file and one.message.endswith(".") and one.remedy == rule.remedy for one in findings)


@every_rule
def test_the_good_example_is_not(rule: Rule, tmp_path: Path) -> None:
    assert [one for one in check(tmp_path, rule.good, stage_of(rule)).findings if one.rule == rule.id] == []


@every_rule
def test_a_rule_says_what_it_is_and_why(rule: Rule) -> None:
    assert rule.severity in SEVERITIES
    assert not rule.title.endswith(".")
    assert rule.reason.endswith(".")
    assert rule.remedy.endswith(".")


@every_rule
def test_an_id_tells_the_group(rule: Rule) -> None:
    group = module_of(rule).split(".")[0]
    assert rule.id.startswith(GROUPS[group])
    assert len(rule.id) == 4


@every_rule
def test_a_rule_has_a_test_of_its_own(rule: Rule) -> None:
    group, name = module_of(rule).split(".")
    assert (ROOT / f"tests/pkgops/checks/rules/{group}/test_{name}.py").is_file()


def test_no_test_of_a_rule_that_is_gone() -> None:
    known = {"/".join(module_of(rule).split(".")) for rule in rules().values()}
    folder = ROOT / "tests/pkgops/checks/rules"
    tested = {f"{path.parent.name}/{path.stem.removeprefix('test_')}" for path in folder.rglob("test_*.py")}
    assert tested - known == set()


def test_no_two_rules_have_one_id() -> None:
    modules = list((ROOT / "pkgops/checks/rules").rglob("*.py"))
    assert len(rules()) == len([path for path in modules if path.stem != "__init__"])
