"""Building blocks that no shipped system uses, in one project on one emulator: do they work when they are called?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pkgops.testing.deployed import Deployed, deployment

pytestmark = pytest.mark.e2e

FILES = {
    "stages.toml": "[local]\n",
    "templates/orders/__init__.py": '''
"""Orders: a system that takes over resources of others."""
from dataclasses import dataclass
from pkgops.model import Stack, System

@dataclass(frozen=True)
class Settings:
    pass

SYSTEM = System(
    key="orders",
    title="Orders",
    stacks=(
        Stack("network", "OrdersNetwork", template="network.yaml"),
        Stack("data", "OrdersData", template="data.json", inputs={"Network": "network.VpcId"}),
        Stack("app", "Orders"),
        Stack("login", "OrdersLogin"),
        Stack("site", "OrdersSite"),
    ),
    settings=Settings,
    environments={},
    check=lambda stage, settings: [],
    tags=lambda stage: {},
)
''',
    "templates/orders/network.yaml": """
Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties: {CidrBlock: 10.0.0.0/16}
  Subnet:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Vpc, CidrBlock: !Select [0, !Cidr [10.0.0.0/16, 1, 8]]}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties: {VpcId: !Ref Vpc, GroupDescription: !Sub "Functions of ${AWS::StackName}"}
Outputs:
  VpcId: {Value: !Ref Vpc}
  SubnetId: {Value: !Ref Subnet}
  GroupId: {Value: !GetAtt Group.GroupId}
""",
    "templates/orders/data.json": """
{
  "Parameters": {"Network": {"Type": "String"}},
  "Resources": {
    "Orders": {
      "Type": "AWS::DynamoDB::Table",
      "Properties": {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "Tags": [{"Key": "network", "Value": {"Ref": "Network"}}]
      }
    }
  },
  "Outputs": {"TableName": {"Value": {"Ref": "Orders"}}}
}
""",
    "templates/orders/app.py": """
from troposphere import GetAtt, sqs
from pkgops.kit.function import Function, FunctionDefaults, Vpc, functions
from pkgops.kit.web.http_api import HttpApi, http_api
from pkgops.kit.links import ExistingQueue, ExistingTable
from pkgops.kit.web.rest_api import RestApi, rest_api
from pkgops.kit.triggers import FunctionUrl, HttpRoute, Route

def build(scope):
    table = ExistingTable(scope.use("data.TableName"), "TABLE")
    own = scope.add(sqs.Queue("Audit", QueueName=scope.named("orders-audit")))  # of troposphere, next to the kit's
    audit = ExistingQueue(own.ref(), GetAtt(own, "Arn"), "AUDIT_URL")
    vpc = Vpc((scope.use("network.SubnetId"),), (scope.use("network.GroupId"),))
    made = functions(scope, FunctionDefaults("handlers/orders", "orders-"), (
        Function("put_order", (FunctionUrl("NONE", origins=("https://shop.example",)),),
                 links=(table.only("PutItem"), audit.send()), vpc=vpc),
        Function("sign_order", (FunctionUrl(),)),
        Function("get_order", (HttpRoute("GET /orders/{id}"), Route("GET /orders/{id}")),
                 links=(table.only("GetItem"),)),
    ))
    scope.output("PutUrl", GetAtt("PutOrderUrl", "FunctionUrl"))
    scope.output("SignUrl", GetAtt("SignOrderUrl", "FunctionUrl"))
    scope.output("HttpUrl", http_api(scope, HttpApi("orders"), made.values()).url)
    scope.output("RestUrl", rest_api(scope, RestApi("orders"), made.values()).url)
""",
    "templates/orders/login.py": """
from troposphere import Ref, ssm

def build(scope):
    scope.add(ssm.Parameter("Realm", Name=scope.named("orders-realm"), Type="String", Value="orders",
                            Description=scope.use_later("site.Domain")))
    scope.output("Realm", Ref("Realm"))
""",
    "templates/orders/site.py": """
from pkgops.kit.cdn.distribution import Behavior, Distribution, distribution
from pkgops.kit.cdn.edge_function import EdgeFunction, edge_function
from pkgops.kit.cdn.origins import HttpOrigin

def build(scope):
    row = EdgeFunction("gate", "handlers/orders", "orders-gate", {"REALM": scope.use("login.Realm")})
    gate = edge_function(scope, row)
    behavior = Behavior("shop", edge={"viewer-request": gate})
    made = distribution(scope, Distribution("Orders", (HttpOrigin("shop", "shop.example"),), (behavior,)))
    scope.output("Domain", made.domain)
    scope.output("Gate", gate.version)
""",
    "handlers/orders/gate.py": """
import os

def handler(event, context):
    return {"status": "401", "statusDescription": "Unauthorized", "body": os.environ["REALM"]}
""",
    "handlers/orders/put_order.py": """
import json, os
import boto3

def handler(event, context):
    order = json.loads(event["body"])
    boto3.resource("dynamodb").Table(os.environ["TABLE"]).put_item(Item=order)
    boto3.client("sqs").send_message(QueueUrl=os.environ["AUDIT_URL"], MessageBody=order["id"])
    return {"statusCode": 201, "headers": {"x-method": event["requestContext"]["http"]["method"]}, "body": "{}"}
""",
    "handlers/orders/sign_order.py": """
def handler(event, context):
    return {"statusCode": 200, "body": "signed"}
""",
    "handlers/orders/get_order.py": """
import json, os
import boto3

def handler(event, context):
    key = {"id": event["pathParameters"]["id"]}
    found = boto3.resource("dynamodb").Table(os.environ["TABLE"]).get_item(Key=key).get("Item")
    return {"statusCode": 200 if found else 404, "body": json.dumps(found)}
""",
}


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    root = tmp_path_factory.mktemp("orders")
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    with deployment(root, tmp_path_factory.mktemp("deployed")) as system:
        yield system


def test_what_a_function_url_stores_is_read_through_both_apis(orders: Deployed) -> None:
    """The function is in a VPC from a YAML file and writes to a table from a JSON file, which knows that VPC."""
    put = orders.request("POST", "", {"id": "1001"}, output="PutUrl")
    assert (put.status, put.headers["x-method"]) == (201, "POST"), put.text
    for url in ("HttpUrl", "RestUrl"):
        found = orders.request("GET", "/orders/1001", output=url)
        assert (found.status, found.json()) == (200, {"id": "1001"}), found.text
        assert orders.request("GET", "/orders/1002", output=url).status == 404
    assert {row["queue"]: row["waiting"] for row in orders.rows("queues", "app")} == {"orders-audit-local": 1}


def test_pages_of_the_origins_named_may_call_a_function_url(orders: Deployed) -> None:
    asked = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
    allowed = orders.request("OPTIONS", "", headers=asked, output="PutUrl")
    assert allowed.headers["access-control-allow-origin"] == "https://shop.example"


def test_a_function_url_is_for_signed_requests_unless_it_is_public(orders: Deployed) -> None:
    assert orders.request("POST", "", {"id": "1003"}, output="SignUrl").status == 403


def test_template_files_are_deployed_as_they_are_and_in_the_order_of_their_inputs(orders: Deployed) -> None:
    rows = {row["name"]: row for row in orders.rows("status")}
    assert {name: row["current"] for name, row in rows.items()} == {
        "OrdersNetwork-local": True,
        "OrdersData-local": True,
        "Orders-local": True,
        "OrdersLogin-local": True,
        "OrdersSite-local": True,
    }


def test_functions_at_the_edge_outlive_their_stack_and_are_taken_back(orders: Deployed) -> None:
    """AWS deletes no function that CloudFront has copies of. The stack that the site uses learns its domain each time,
    in the same deployment."""
    first = orders.output("Gate")
    assert first.endswith(":function:orders-gate-local:1")
    kept = orders.pkgops("destroy", "orders/site", "--yes")
    assert "orders-gate-local (AWS::Lambda::Function)" in kept
    orders.pkgops("deploy", "orders", "--yes")
    assert orders.pkgops("outputs", "Gate").strip() == first.removesuffix("1") + "2"
    orders.pkgops("diff", "orders", "--exit-code")  # so the other stack has the new domain, too
