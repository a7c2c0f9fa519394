"""Swapped code is never a secret: the next deployment replaces it, takes it over or back, or says who changed it."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest

from pkgops.build.artifacts import PackagedSystem
from pkgops.build.synth import SynthesizedStack
from pkgops.config import Project
from pkgops.deploy.deploy import deploy
from pkgops.events import Event, Note
from pkgops.operate.diff import diff
from pkgops.operate.status import stack_status
from pkgops.plan.options import PlanOptions
from pkgops.plan.plan import Plan
from pkgops.plan.prepare import prepare, preview
from pkgops.plan.swapped_code import Found, Ledger, Outcome, Swap, code_sha256
from tests.pkgops.conftest import stack
from tests.pkgops.fakes.ports import FakePorts

NAME = "demo-get"


def key(text: str) -> str:
    return f"demo/{sha256(text.encode()).hexdigest()}.zip"


OLD, NEW, NEWER = key("old"), key("new"), key("newer")


def system(project: Project, code: str) -> PackagedSystem:
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {"FunctionName": NAME, "Code": {"S3Bucket": "artifacts", "S3Key": code}},
    }
    return PackagedSystem((stack("alone", project.stage, Get=function),), ())


def swap(project: Project, running: str = NEW) -> None:
    Ledger(project).record([Swap(NAME, "alone", OLD, running, "2026-05-01T09:30:00+00:00")])


@pytest.fixture
def deployed(project: Project, ports: FakePorts) -> FakePorts:
    """OLD is deployed and runs."""
    deploy(prepare(project, system(project, OLD), ports), ports)
    ports.functions.run(NAME, code_sha256(OLD))
    return ports


def plan(project: Project, code: str, ports: FakePorts, **options: bool) -> Plan:
    return prepare(project, system(project, code), ports, options=PlanOptions(**options))


def outcomes(made: Plan) -> list[tuple[Found, Outcome | None]]:
    return [(one.found, one.outcome) for one in made.swapped]


def test_a_stage_without_swaps_is_asked_nothing(project: Project, deployed: FakePorts) -> None:
    deployed.functions.codes.clear()  # any question would be refused
    assert not plan(project, OLD, deployed).changed


def test_swapped_code_that_is_not_in_the_project_any_more_goes_back(project: Project, deployed: FakePorts) -> None:
    swap(project)
    deployed.functions.run(NAME, code_sha256(NEW))
    made = plan(project, OLD, deployed)
    assert made.changed, "the digest alone would say that there is nothing to do"
    assert outcomes(made) == [(Found.SWAPPED, Outcome.TAKEN_BACK)]
    assert "goes back to what was deployed" in str(made.swapped[0])
    deploy(made, deployed)
    assert deployed.functions.code(NAME).sha256 == code_sha256(OLD)
    assert not Ledger(project).rows()


def test_swapped_code_that_is_deployed_is_taken_over(project: Project, deployed: FakePorts) -> None:
    swap(project)
    deployed.functions.run(NAME, code_sha256(NEW))
    made = plan(project, NEW, deployed)
    assert outcomes(made) == [(Found.SWAPPED, Outcome.RUNS_ALREADY)]
    deploy(made, deployed)
    assert not Ledger(project).rows()


def test_newer_code_replaces_it(project: Project, deployed: FakePorts) -> None:
    swap(project)
    deployed.functions.run(NAME, code_sha256(NEW))
    assert outcomes(plan(project, NEWER, deployed)) == [(Found.SWAPPED, Outcome.REPLACED)]


def test_what_somebody_else_changed_is_said_and_left(project: Project, deployed: FakePorts) -> None:
    swap(project)
    deployed.functions.run(NAME, "theirs")
    said: list[Event] = []
    made = prepare(project, system(project, OLD), deployed, said.append)
    assert outcomes(made) == [(Found.FOREIGN, Outcome.LEFT)]
    assert not made.changed
    (note,) = [one for one in said if isinstance(one, Note)]
    assert "changed by somebody else" in note.text
    assert "--revert-drift" in note.text
    deploy(made, deployed)
    assert deployed.functions.code(NAME).sha256 == "theirs"
    assert Ledger(project).rows(), "it is said again"


def test_what_somebody_else_changed_goes_back_if_that_is_asked_for(project: Project, deployed: FakePorts) -> None:
    swap(project)
    deployed.functions.run(NAME, "theirs")
    deploy(plan(project, OLD, deployed, revert_drift=True), deployed)
    assert deployed.functions.code(NAME).sha256 == code_sha256(OLD)


def test_what_changes_between_plan_and_deployment_is_left(project: Project, deployed: FakePorts) -> None:
    swap(project)
    deployed.functions.run(NAME, code_sha256(NEW))
    made = plan(project, OLD, deployed)
    deployed.functions.run(NAME, "theirs")
    said: list[Event] = []
    deploy(made, deployed, said.append)
    assert deployed.functions.code(NAME).sha256 == "theirs"
    assert any("stays as it is" in one.text for one in said if isinstance(one, Note))
    assert Ledger(project).rows()


def test_a_row_that_is_no_longer_true_is_dropped(project: Project, deployed: FakePorts) -> None:
    swap(project)  # and somebody has deployed OLD again, or the function is gone
    assert not plan(project, OLD, deployed).swapped
    assert not Ledger(project).rows()


def test_another_machine_has_deployed_the_swapped_code(project: Project, deployed: FakePorts) -> None:
    swap(project)
    deployed.functions.run(NAME, code_sha256(NEW))
    here = Ledger(project).rows()
    deploy(plan(project, NEW, deployed), deployed)
    Ledger(project).record(here)
    made = plan(project, NEW, deployed)
    assert not made.changed
    deploy(made, deployed)
    assert not Ledger(project).rows()


def test_what_cloudformation_believes_in_stays_the_first(project: Project) -> None:
    swap(project)
    Ledger(project).record([Swap(NAME, "alone", NEW, NEWER, "2026-05-01T09:31:00+00:00")])
    (row,) = Ledger(project).rows()
    assert (row.believed, row.running) == (OLD, NEWER)
    Ledger(project).record([Swap(NAME, "alone", NEWER, OLD, "2026-05-01T09:32:00+00:00")])
    assert not Ledger(project).rows(), "it runs what was deployed"


def test_status_and_diff_show_it(project: Project, deployed: FakePorts) -> None:
    swap(project)
    deployed.functions.run(NAME, code_sha256(NEW))
    stacks: list[SynthesizedStack] = list(system(project, OLD).stacks)
    (row,) = stack_status(project, stacks, deployed)
    assert [str(one) for one in row.swapped] == [f"{NAME}: swapped at 2026-05-01T09:30:00+00:00"]
    (found,) = diff(preview(project, system(project, OLD), deployed), deployed)
    assert not found.empty
    assert [one.outcome for one in found.swapped] == [Outcome.TAKEN_BACK]
    assert replace(found, swapped=()).empty


@pytest.mark.parametrize(("running", "code"), [(NEW, NEW), (NEW, OLD), (OLD, OLD), (NEW, NEWER)])
def test_an_alias_that_follows_is_named_and_goes_back(
    project: Project, deployed: FakePorts, running: str, code: str
) -> None:
    """Whatever becomes of the code, and even if that is what was deployed."""
    Ledger(project).record([Swap(NAME, "alone", OLD, running, "2026-05-01T09:30:00+00:00", {"live": "7"})])
    deployed.functions.run(NAME, code_sha256(running))
    deployed.functions.lead(NAME, "live", "$LATEST")
    (row,) = stack_status(project, system(project, OLD).stacks, deployed)
    assert "alias live follows" in str(row.swapped[0])
    made = plan(project, code, deployed)
    assert made.changed
    deploy(made, deployed)
    assert deployed.functions.alias(NAME, "live").version == "7"
    assert not Ledger(project).rows()


def test_an_alias_that_somebody_has_moved_stays(project: Project, deployed: FakePorts) -> None:
    Ledger(project).record([Swap(NAME, "alone", OLD, NEW, "2026-05-01T09:30:00+00:00", {"live": "7"})])
    deployed.functions.run(NAME, code_sha256(NEW))
    deployed.functions.lead(NAME, "live", "8")
    deploy(plan(project, NEW, deployed), deployed)
    assert deployed.functions.alias(NAME, "live").version == "8"
