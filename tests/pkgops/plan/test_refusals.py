"""Is it said before anything is changed what AWS would refuse?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pkgops.build.artifacts import PackagedSystem
from pkgops.config import Project
from pkgops.deploy.deploy import deploy
from pkgops.errors import AccessError, RefusedError
from pkgops.events import Event, Note
from pkgops.plan.options import PlanOptions
from pkgops.plan.prepare import prepare, preview, require_possible
from pkgops.ports.functions import Concurrency
from tests.pkgops.conftest import stack
from tests.pkgops.fakes.functions import FakeFunctions
from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.plan.test_table_indexes import table

Make = Callable[..., PackagedSystem]


def function(reserved: int | None = None, **more: Any) -> dict[str, Any]:
    reservation = {} if reserved is None else {"ReservedConcurrentExecutions": reserved}
    return {"Type": "AWS::Lambda::Function", "Properties": {"Handler": "h", **reservation, **more}}


class Alone:
    """A system whose stack ``alone`` is deployed and then written anew."""

    def __init__(self, project: Project, ports: FakePorts, system_of: Make) -> None:
        self.project, self.ports, self._system_of = project, ports, system_of

    def packaged(self, resource: dict[str, Any]) -> PackagedSystem:
        stage = self.project.stage
        return self._system_of(stage, alone=stack("alone", stage, Thing=resource))

    def deployed(self, resource: dict[str, Any]) -> None:
        assert deploy(prepare(self.project, self.packaged(resource), self.ports), self.ports).ok

    def refused(self, resource: dict[str, Any]) -> RefusedError:
        with pytest.raises(RefusedError) as refused:
            prepare(self.project, self.packaged(resource), self.ports)
        assert self.ports.stacks.change_set_templates("DemoAlone-local") == []
        return refused.value


@pytest.fixture
def alone(project: Project, ports: FakePorts, system_of: Make) -> Alone:
    return Alone(project, ports, system_of)


def test_two_index_changes_of_a_table_are_refused_or_made_in_steps(alone: Alone) -> None:
    alone.deployed(table("a"))
    wanted = table("b", "c")
    error = alone.refused(wanted)
    assert "Thing: DynamoDB changes one index in an update: + b, + c, - a" in error.message
    assert "--in-steps" in error.hint
    assert str(preview(alone.project, alone.packaged(wanted), alone.ports).refusals[0]) in error.message
    plan = prepare(alone.project, alone.packaged(wanted), alone.ports, options=PlanOptions(in_steps=True))
    assert [len(step.first) for step in plan.steps if step.stack.key == "alone"] == [2]
    executed = alone.ports.stacks.calls.count("execute")
    assert deploy(plan, alone.ports).ok
    assert alone.ports.stacks.calls.count("execute") == executed + 3
    again = prepare(alone.project, alone.packaged(wanted), alone.ports, options=PlanOptions(in_steps=True))
    assert not again.changed


def test_an_interrupted_row_of_updates_is_not_taken_for_done(alone: Alone) -> None:
    before = table()
    alone.deployed(before)
    wanted = alone.packaged(table("a", "b"))
    plan = prepare(alone.project, wanted, alone.ports, options=PlanOptions(in_steps=True))
    alone.ports.stacks.broken["Thing"] = "the table is busy"
    assert not deploy(plan, alone.ports).ok
    alone.ports.stacks.broken.clear()
    plan = prepare(alone.project, wanted, alone.ports, options=PlanOptions(in_steps=True))
    assert deploy(plan, alone.ports).ok
    assert not prepare(alone.project, wanted, alone.ports).changed


def test_an_index_keeps_its_keys(alone: Alone) -> None:
    alone.deployed(table("a"))
    assert "keeps its keys and projection: a" in alone.refused(table("a", keys={"a": "other"})).message


def test_what_keeps_its_name_is_not_replaced(alone: Alone) -> None:
    def named(kind: str, key: str = "pk") -> dict[str, Any]:
        made = {**table(), "Type": "AWS::DynamoDB::Table"}
        keys = [{"AttributeName": key, "KeyType": kind}]
        return {**made, "Properties": {**made["Properties"], "TableName": "items", "KeySchema": keys}}

    alone.ports.stacks.replaces = {"KeySchema"}
    alone.deployed(named("HASH"))
    error = alone.refused(named("HASH", "other"))
    assert "Thing: it would be replaced (KeySchema), and CloudFormation replaces nothing that keeps its name" in str(
        error
    )
    assert "Change its TableName as well" in error.hint


def test_a_logical_id_keeps_its_type(alone: Alone) -> None:
    alone.ports.stacks.replaces = {"Type"}
    alone.deployed({"Type": "AWS::SQS::Queue", "Properties": {}})
    error = alone.refused({"Type": "AWS::SNS::Topic", "Properties": {}})
    assert "its type would change from AWS::SQS::Queue to AWS::SNS::Topic" in error.message


@pytest.mark.parametrize(
    ("limit", "unreserved", "reserved", "refused"),
    [
        (10, 10, 1, True),
        (1000, 1000, 900, False),
        (1000, 1000, 901, True),
        (1000, 150, 50, False),
        (1000, 150, 51, True),
    ],
)
def test_a_part_of_the_accounts_concurrency_stays_unreserved(
    alone: Alone, limit: int, unreserved: int, reserved: int, refused: bool
) -> None:
    alone.ports.functions.limit, alone.ports.functions.unreserved = limit, unreserved
    plan = preview(alone.project, alone.packaged(function(reserved)), alone.ports)
    assert bool(plan.refusals) is refused
    if refused:
        with pytest.raises(RefusedError, match=f"of the account's {limit}, {unreserved} are not reserved"):
            require_possible(alone.project, alone.packaged(function(reserved)).stacks, alone.ports)
        assert "create_change_set" not in alone.ports.stacks.calls
        kept = min(limit, 100)
        assert f"{unreserved} are not reserved, and {kept} have to stay so" in alone.refused(function(reserved)).message


def test_before_the_build_the_deployed_template_tells_what_is_reserved_already(alone: Alone) -> None:
    alone.deployed(function(60))
    alone.ports.functions.unreserved = 150
    require_possible(alone.project, alone.packaged(function(110)).stacks, alone.ports)
    with pytest.raises(RefusedError, match="reserves 111 concurrent executions, this deployment 51 more"):
        require_possible(alone.project, alone.packaged(function(111)).stacks, alone.ports)


class Unasked(FakeFunctions):
    def concurrency(self) -> Concurrency:
        raise AssertionError("nobody has to know")


class Denied(FakeFunctions):
    def concurrency(self) -> Concurrency:
        raise AccessError("Not allowed: lambda:GetAccountSettings.")


def test_only_a_reservation_that_grows_is_asked_about(alone: Alone) -> None:
    alone.deployed(function(5))
    alone.ports.functions = Unasked()
    for same in (function(5, Timeout=9), function(3), function()):
        prepare(alone.project, alone.packaged(same), alone.ports)
        require_possible(alone.project, alone.packaged(same).stacks, alone.ports)


def test_who_may_not_ask_is_told_and_deploys(alone: Alone) -> None:
    alone.ports.functions = Denied()
    said: list[Event] = []
    plan = prepare(alone.project, alone.packaged(function(5)), alone.ports, said.append)
    assert plan.refusals == ()
    assert [event.level for event in said if isinstance(event, Note)] == ["warning"]


def mapping(most: int, **more: Any) -> dict[str, Any]:
    properties = {"FunctionName": "f", "ScalingConfig": {"MaximumConcurrency": most}, **more}
    return {"Type": "AWS::Lambda::EventSourceMapping", "Properties": properties}


@pytest.mark.parametrize(("limit", "most", "warned"), [(10, 10, True), (10, 9, False), (1000, 10, False)])
def test_queues_that_may_take_the_whole_account_are_a_warning(
    alone: Alone, limit: int, most: int, warned: bool
) -> None:
    alone.ports.functions.limit = alone.ports.functions.unreserved = limit
    said: list[Event] = []
    plan = prepare(alone.project, alone.packaged(mapping(most)), alone.ports, said.append)
    assert plan.refusals == ()
    notes = [event.text for event in said if isinstance(event, Note) and event.level == "warning"]
    assert [text.partition(":")[0] for text in notes] == (
        [f"Queues may have {most} invocations at once, and the account allows {limit} in all"] if warned else []
    )


def test_only_a_maximum_that_grows_is_asked_about(alone: Alone) -> None:
    alone.deployed(mapping(10))
    alone.ports.functions = Unasked()
    for same in (mapping(10, BatchSize=2), mapping(5)):
        prepare(alone.project, alone.packaged(same), alone.ports)
    alone.ports.functions = Denied()
    said: list[Event] = []
    prepare(alone.project, alone.packaged(mapping(11)), alone.ports, said.append)
    assert [event.level for event in said if isinstance(event, Note)] == ["warning"]
