"""Is a template AWS would refuse refused here, with rule and path, and is the verdict remembered?"""

from __future__ import annotations

import sys

import pytest

from pkgops.build.archive import write_atomically
from pkgops.build.check import RESOURCE_WARNING, check, verdict_file
from pkgops.config import Project
from pkgops.errors import BuildError
from pkgops.events import Event, Note, Started
from tests.pkgops.conftest import stack


def test_a_good_template_is_linted_once(project: Project) -> None:
    events: list[Event] = []
    good = stack("alone", project.stage)
    check(project, [good], events.append)
    assert Started("Checking templates") in events
    events.clear()
    check(project, [good], events.append)
    assert events == []


def test_a_bad_one_names_rule_and_path_and_is_not_remembered(project: Project) -> None:
    queue = {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": "soon"}}}
    bad = stack("alone", project.stage, **queue)
    for _ in range(2):
        with pytest.raises(BuildError, match=r"E3012 DemoAlone-local Resources/Queue/Properties/VisibilityTimeout"):
            check(project, [bad])


def test_an_unresolved_reference_is_found(project: Project) -> None:
    queue = {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "Nowhere"}}}}
    with pytest.raises(BuildError, match=r"E1020 .*Nowhere"):
        check(project, [stack("alone", project.stage, **queue)])


def test_a_parameter_nothing_fills_is_found(project: Project) -> None:
    lonely = stack("alone", project.stage)
    lonely.template["Parameters"] = {"Lonely": {"Type": "String"}}
    with pytest.raises(BuildError, match="Parameters/Lonely: This parameter has no value"):
        check(project, [lonely])


def test_cloudformations_limit_is_watched(project: Project) -> None:
    def many(count: int) -> dict[str, dict[str, str]]:
        return {f"Q{number}": {"Type": "AWS::SQS::Queue"} for number in range(count)}

    warned, refused = (stack("alone", project.stage, **many(count)) for count in (RESOURCE_WARNING + 1, 501))
    for large in (warned, refused):  # the limit is not cfn-lint's matter, which would take seconds to read them
        write_atomically(verdict_file(project.home, project.stage.region, large), b"")
    events: list[Event] = []
    check(project, [warned], events.append)
    assert any(isinstance(event, Note) and event.level == "warning" for event in events)
    with pytest.raises(BuildError, match="501 resources; CloudFormation accepts 500"):
        check(project, [refused])


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
