"""P006."""

from __future__ import annotations

from pathlib import Path

from tests.pkgops.checks.project import found, judged, subject_of


def test_in_two_stacks(tmp_path: Path) -> None:
    topic = 'scope.add(sns.Topic("News", TopicName="news"))'
    findings = [one for one in judged(subject_of(tmp_path, one=topic, two=topic)).findings if one.rule == "P006"]
    assert [one.message for one in findings] == ["News is named news, like News of stack one."]


def test_names_of_other_kinds_do_not_collide(tmp_path: Path) -> None:
    body = 'scope.add(sns.Topic("News", TopicName="news"))\nscope.add(sqs.Queue("Jobs", QueueName="news"))'
    assert found("P006", tmp_path, body) == []
