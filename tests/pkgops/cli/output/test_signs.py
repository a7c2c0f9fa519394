"""Are the signs of a plan those of docs/reference/diff.md? Its examples are what these differences print."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from pkgops.aws.ports import AwsPorts
from pkgops.build.synth import SynthesizedStack
from pkgops.cli.output.diff_text import diff_text
from pkgops.cli.output.plan_text import plan_text
from pkgops.cli.output.terminal import plain
from pkgops.config import Project
from pkgops.deploy.watcher import Watcher
from pkgops.local.client.emulator import Emulator
from pkgops.model import Stack, Stage, System
from pkgops.operate.diff import diff
from pkgops.plan.change_set import create_change_set
from pkgops.plan.changes import with_changes
from pkgops.plan.options import DEFAULT_OPTIONS
from pkgops.plan.plan import Plan, discard_change_sets
from pkgops.plan.step import decide
from pkgops.ports.ports import Ports
from pkgops.ports.stacks import StackState
from tests.pkgops.conftest import NoSettings
from tests.pkgops.local.polyfills.resources import TRUST, allow, table
from tests.repository import ROOT

pytestmark = pytest.mark.emulator

NAME = "ShopStore-local"
PAGE = ROOT / "docs" / "reference" / "diff.md"
SHOP = System(
    key="shop",
    title="Shop",
    stacks=(Stack("store", "ShopStore"),),
    settings=NoSettings,
    environments={},
    check=lambda stage, settings: [],
    tags=lambda stage: {},
)
ARN = {"Fn::GetAtt": ["Orders", "Arn"]}
TEXT = "Orders of the last day, counted by the hour, in the shop's own currency and without taxes, "


def store() -> dict[str, Any]:
    """A small stack: a table, a function with what starts it, its log group, a queue, a topic with a parameter."""
    limit = {"Amount": {"Ref": "Limit"}, "Unit": "USD"}
    policy = {"PolicyName": "may", "PolicyDocument": {"Statement": [{**allow(["s3:GetObject"], "*"), "Sid": "Read"}]}}
    return {
        "Parameters": {"Limit": {"Type": "String"}},
        "Resources": {
            "Items": table("shop-items"),
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST, "Policies": [policy]}},
            **orders(),
            "OrdersLogs": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 14}},
            "Alerts": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": TEXT + "for everybody."}},
            "Budget": {
                "Type": "AWS::Budgets::Budget",
                "Properties": {
                    "Budget": {"BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": limit},
                },
            },
        },
        "Outputs": {"Topic": {"Value": {"Ref": "Alerts"}}},
    }


def orders() -> dict[str, Any]:
    """The function, and what starts it."""
    return {
        "Orders": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Description": "Prüft Bestellungen",  # what is not ASCII is no difference
                "Handler": "index.handler",
                "Runtime": "python3.12",
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Code": {"ZipFile": "def handler(event, context): return 1"},
                "Environment": {"Variables": {"LEVEL": "info"}},
            },
        },
        "OrdersPermission": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "Action": "lambda:InvokeFunction",
                "FunctionName": ARN,
                "Principal": "events.amazonaws.com",
            },
        },
        "OrdersRule": {
            "Type": "AWS::Events::Rule",
            "Properties": {"ScheduleExpression": "rate(1 day)", "Targets": [{"Id": "Orders", "Arn": ARN}]},
        },
    }


@dataclass
class Shop:
    """The stack as it is written now; ``properties`` of a resource are changed in place."""

    template: dict[str, Any] = field(default_factory=store)
    limit: str = "100"
    tags: dict[str, str] = field(default_factory=lambda: {"Project": "Shop"})

    def properties(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.template["Resources"][name]["Properties"]
        return found

    @property
    def stack(self) -> SynthesizedStack:
        return SynthesizedStack("shop", "store", NAME, self.template, {}, self.tags)

    @property
    def parameters(self) -> dict[str, str]:
        return {"Limit": self.limit}


Change = Callable[[Shop], Any]


def index(name: str, *keys: str) -> dict[str, Any]:
    kinds = ("HASH", "RANGE")
    schema = [{"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, kinds, strict=False)]
    return {"IndexName": name, "KeySchema": schema, "Projection": {"ProjectionType": "ALL"}}


def code(shop: Shop) -> None:
    shop.properties("Orders")["Code"] = {"ZipFile": "def handler(event, context): return 2"}


def in_place(shop: Shop) -> None:
    shop.properties("Orders")["Environment"]["Variables"]["LEVEL"] = "debug"
    shop.properties("OrdersLogs")["RetentionInDays"] = 30


def with_index(shop: Shop) -> None:
    shop.properties("Items")["GlobalSecondaryIndexes"] = [index("text-index", "text", "state")]
    shop.properties("Items")["AttributeDefinitions"] += [
        {"AttributeName": name, "AttributeType": "S"} for name in ("text", "state")
    ]


def statement(shop: Shop) -> None:
    policy = shop.properties("Role")["Policies"][0]["PolicyDocument"]
    policy["Statement"][0]["Action"].append("s3:PutObject")
    policy["Statement"].append({**allow("sqs:SendMessage", "*"), "Sid": "Send"})


def renamed(shop: Shop) -> None:
    shop.properties("Items")["TableName"] = "shop-goods"


def other_resources(shop: Shop) -> None:
    del shop.template["Resources"]["OrdersRule"]
    shop.template["Resources"]["Parcels"] = {"Type": "AWS::SQS::Queue", "Properties": {}}


def long_value(shop: Shop) -> None:
    shop.properties("Alerts")["DisplayName"] = TEXT + "for the office."


def tagged(shop: Shop) -> None:
    shop.tags = {**shop.tags, "Owner": "Ada"}


def parameter(shop: Shop) -> None:
    shop.limit = "300"


def everything(shop: Shop) -> None:
    for change in (in_place, renamed, other_resources, parameter):
        change(shop)


EXAMPLES: dict[str, Change] = {
    "code": code,
    "in-place": in_place,
    "index": with_index,
    "statement": statement,
    "replaced": renamed,
    "other-resources": other_resources,
    "long-value": long_value,
    "tag": tagged,
    "parameter": parameter,
    "plan": everything,
}


@pytest.fixture(scope="module")
def ports(emulator: Emulator) -> Ports:
    secret = emulator.credentials().secret
    return AwsPorts(Stage("local", port=emulator.port), emulator.endpoint, root_secret=secret)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(tmp_path_factory.mktemp("shop"), Stage("local"), SHOP, NoSettings())


@pytest.fixture(scope="module")
def deployed(project: Project, ports: Ports) -> Iterator[StackState]:
    """The stack as it is before each example."""
    shop = Shop()
    made = create_change_set(project, shop.stack, shop.parameters, ports, create=True)
    ports.stacks.execute(made.id)
    with Watcher(ports.stacks, lambda event: None, fast=True) as watcher:
        state = watcher.wait(NAME)
    assert state is not None
    assert state.status == "CREATE_COMPLETE"
    yield state
    ports.stacks.delete(NAME)


def shown(name: str, project: Project, ports: Ports, deployed: StackState) -> str:
    """What an example prints."""
    shop = Shop()
    EXAMPLES[name](shop)
    step = decide(shop.stack, deployed, shop.parameters, DEFAULT_OPTIONS)
    plan = with_changes(Plan(project, (step,), (), {"store": deployed}), ports)
    try:
        text = plan_text(plan, full=False) if name == "plan" else diff_text(diff(plan, ports))
    finally:
        discard_change_sets(plan, ports)
    return plain(text)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_page_shows_what_is_printed(
    name: str, project: Project, ports: Ports, deployed: StackState, request: pytest.FixtureRequest
) -> None:
    block = re.compile(rf"(<!-- example: {name} -->\n```text\n)(.*?)(\n```)", re.DOTALL)
    page = PAGE.read_text(encoding="utf-8")
    found = block.search(page)
    assert found, "no such example in the page"
    text = shown(name, project, ports, deployed)
    if request.config.getoption("--update-golden"):
        PAGE.write_text(block.sub(lambda match: match[1] + text + match[3], page), encoding="utf-8")
    else:
        assert found[2] == text


def test_every_example_is_made() -> None:
    assert set(re.findall(r"<!-- example: (.+?) -->", PAGE.read_text(encoding="utf-8"))) == set(EXAMPLES)
