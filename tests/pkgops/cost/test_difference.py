"""What a change costs, and which property moves it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pkgops.cost.book import shipped
from pkgops.cost.difference import deployed, difference, planned
from pkgops.cost.usage import NONE, Usage
from pkgops.plan.plan import Plan
from pkgops.plan.step import Action, Step
from pkgops.ports.stacks import ResourceChange
from tests.pkgops.cost.systems import one, resource
from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.graph.systems import PROJECT, stack

D = Decimal
BOOK = shipped()
USAGE = Usage("x", {"function.invocations": D(1_000_000), "function.milliseconds": D(100)})
SMALL, LARGE = (resource("Lambda::Function", MemorySize=size, FunctionName="f") for size in (512, 1024))
GATEWAY = resource("EC2::NatGateway")
TEMPLATE = {"Resources": {"F": SMALL}}


def test_the_largest_move_first_with_its_cause():
    found = difference(one(F=SMALL, A=resource("CloudWatch::Alarm")), one(F=LARGE, N=GATEWAY), BOOK, USAGE)
    assert [(move.resource, move.price, move.cause) for move in found.moves] == [
        ("N", "nat.hours", "added"),
        ("F", "lambda.x86.gb_seconds", "MemorySize"),
        ("A", "cloudwatch.alarm", "removed"),
        ("N", "nat.gigabytes", "added"),
    ]
    assert found.fixed == D("32.85") - D("0.10")
    assert found.used == D("0.0000166667") * 50_000


def test_without_an_assumption_what_moves_is_still_told():
    found = difference(one(F=SMALL), one(F=LARGE), BOOK, NONE)
    assert [(move.resource, move.before, move.after, move.cause) for move in found.moves] == [
        ("F", None, None, "MemorySize")
    ]


def test_nothing_changes():
    assert not difference(one(F=SMALL), one(F=SMALL), BOOK, USAGE).moves


def step(change: ResourceChange | None, action: Action = Action.UPDATE) -> Step:
    after = stack({"F": LARGE, "N": GATEWAY})
    return Step(after, action, changes=(change,) if change else ())


@pytest.mark.parametrize(
    ("change", "read"),
    [
        (ResourceChange("F", "AWS::Lambda::Function", "Modify", properties=("Code", "Environment")), False),
        (ResourceChange("F", "AWS::Lambda::Function", "Modify", properties=("Code.S3Key", "MemorySize")), True),
        (ResourceChange("F", "AWS::Lambda::Function", "Modify", properties=("X",), unchanged_by=("Y",)), False),
        (ResourceChange("N", "AWS::EC2::NatGateway", "Add"), True),
        (ResourceChange("N", "AWS::EC2::NatGateway", "Remove"), True),
        (None, True),
    ],
)
def test_a_deployed_template_is_read_only_if_something_may_cost(change, read):
    ports = FakePorts()
    ports.stacks.deployed("kefir-app-dev", "UPDATE_COMPLETE", TEMPLATE)
    found = planned(Plan(PROJECT, (step(change),), (), {}), ports, BOOK, USAGE)
    assert bool(found.moves) is read


def test_a_new_stack_is_compared_with_nothing():
    found = planned(Plan(PROJECT, (step(None, Action.CREATE),), (), {}), FakePorts(), BOOK, USAGE)
    assert {move.cause for move in found.moves} == {"added"}
    assert not planned(Plan(PROJECT, (step(None, Action.UNCHANGED),), (), {}), FakePorts(), BOOK, USAGE).moves


def test_only_stacks_that_are_there_are_deployed():
    ports = FakePorts()
    ports.stacks.deployed("kefir-app-dev", "UPDATE_COMPLETE", TEMPLATE)
    found = deployed([stack({"F": LARGE}), stack({"F": LARGE}, "other")], ports)
    assert [(key, template["Resources"]) for key, template in found] == [("app", TEMPLATE["Resources"])]
