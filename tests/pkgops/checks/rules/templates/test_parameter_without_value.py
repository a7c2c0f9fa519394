"""P003."""

from __future__ import annotations

from pathlib import Path

from tests.pkgops.checks.project import found, judged, subject_of


def test_a_parameter_that_another_stack_fills(tmp_path: Path) -> None:
    subject = subject_of(
        tmp_path,
        store='scope.output("Name", "notes")',
        web='scope.add(sns.Topic("News", DisplayName=scope.use("store.Name")))',
    )
    assert [one for one in judged(subject).findings if one.rule == "P003"] == []


def test_the_parameter_is_named(tmp_path: Path) -> None:
    (one,) = found("P003", tmp_path, 'scope.template.add_parameter(Parameter("Color", Type="String"))')
    assert (one.path, one.subject, one.stack) == ("Parameters/Color", "Color", "main")
