"""P005."""

from __future__ import annotations

from pathlib import Path

from pkgops.checks.kit.rule import Example
from tests.pkgops.checks.project import LOCAL, PRODUCTION, check, found

LOG = 'log = scope.add(logs.LogGroup("Log"))\n'


def test_an_acceptance_takes_the_finding_out_and_keeps_its_reason(tmp_path: Path) -> None:
    result = check(tmp_path, Example(LOG + 'scope.accept("P202", log, reason="auditors want everything")'))
    ((finding, by),) = result.accepted
    assert (finding.rule, finding.resource) == ("P202", "Log")
    assert by.reason == "auditors want everything"
    assert by.source.startswith("templates/shop/main.py:")
    assert not [one for one in result.findings if one.rule in ("P202", "P005")]


def test_of_another_resource(tmp_path: Path) -> None:
    (one,) = found("P005", tmp_path, LOG + 'scope.accept("P202", "Logs", reason="a spelling mistake")')
    assert one.message == "The acceptance of P202 for Logs matches no finding."
    assert one.line > 0


def test_of_a_rule_that_does_not_exist(tmp_path: Path) -> None:
    assert found("P005", tmp_path, 'scope.accept("P999", reason="no such rule")')


def test_for_the_whole_stack(tmp_path: Path) -> None:
    assert found("P005", tmp_path, LOG + 'scope.accept("P202", reason="all of them")') == []


def test_by_subject(tmp_path: Path) -> None:
    route = 'scope.add(sns.Topic("A", TopicName="a"))\n'
    right = route + 'scope.accept("P004", "A", subject="*", reason="known")'
    assert found("P005", tmp_path, right, LOCAL) == []
    wrong = route + 'scope.accept("P004", "A", subject="b*", reason="known")'
    assert found("P005", tmp_path, wrong, LOCAL)


def test_a_rule_that_is_not_held_on_the_stage_is_not_judged(tmp_path: Path) -> None:
    """P404 holds in production; what is accepted there need not be taken back elsewhere."""
    body = 'b = scope.add(s3.Bucket("B"))\nscope.accept("P404", b, reason="caches only")'
    assert found("P005", tmp_path, body, PRODUCTION) == []
    assert found("P005", tmp_path, body, LOCAL) == []
