"""Do the building blocks keep what they promise, whichever system uses them?"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from troposphere import GetAtt, Ref, Sub

from pkgops import bootstrap
from pkgops.kit import grants
from pkgops.kit.alarms import Alarm, alarms
from pkgops.kit.contract import Body, Contract
from pkgops.kit.function import Function, FunctionDefaults, functions
from pkgops.kit.metrics import Metric
from pkgops.kit.naming import logical_id, pascal_case, placeholder
from pkgops.kit.queue import Queue, queues, work_queue
from pkgops.kit.triggers import QueueTrigger, Route, Schedule
from pkgops.kit.web.cors import Cors
from pkgops.kit.web.rest_api import RestApi, rest_api
from pkgops.model import Stage
from pkgops.scope import ASSET_BUCKET, Scope

SETTINGS = bootstrap.Settings()
DEFAULTS = FunctionDefaults("handlers/shop/api", "shop-", {"TABLE": "orders"}, retention=7)
API = RestApi(
    name="Shop",
    stage="v1",
    cors=Cors("https://shop.example", ("GET", "POST"), ("Content-Type",)),
    rate=5,
    burst=10,
    compress_over=1024,
    invalid_body='{"error":"$context.error.validationErrorString"}',
)
ORDER = Body("Order", {"item": {"type": "string"}}, ("item",))
ADDED = Contract("Add an order", {}, body=ORDER)
ROWS = (
    Function("list_orders", (Route("GET /orders"),)),
    Function("add_order", (Route("POST /orders", ADDED),)),
)


def scope(stage: str = "dev") -> Scope:
    return Scope(replace(bootstrap.SYSTEM, key="web_shop"), Stage(stage), SETTINGS)


def synth(
    api: RestApi = API, rows: tuple[Function, ...] = ROWS, defaults: FunctionDefaults = DEFAULTS
) -> dict[str, Any]:
    made = scope()
    rest_api(made, api, functions(made, defaults, rows).values())
    template: dict[str, Any] = made.template.to_dict()
    return template


def deployment(template: dict[str, Any]) -> str:
    (title,) = [t for t, r in template["Resources"].items() if r["Type"] == "AWS::ApiGateway::Deployment"]
    return title


def with_order(body: Body) -> tuple[Function, ...]:
    return ROWS[0], Function("add_order", (Route("POST /orders", replace(ADDED, body=body)),))


CHANGES: dict[str, Callable[[], dict[str, Any]]] = {
    "a route is added": lambda: synth(rows=(*ROWS, Function("health", (Route("GET /health"),)))),
    "a route is removed": lambda: synth(rows=ROWS[:1]),
    "a path changes": lambda: synth(rows=(Function("list_orders", (Route("GET /order"),)), ROWS[1])),
    "a method changes": lambda: synth(rows=(ROWS[0], Function("add_order", (Route("PUT /orders", ADDED),)))),
    "a route leads elsewhere": lambda: synth(rows=(Function("all_orders", (Route("GET /orders"),)), ROWS[1])),
    "a model's field changes": lambda: synth(rows=with_order(replace(ORDER, properties={"item": {"type": "integer"}}))),
    "a model requires less": lambda: synth(rows=with_order(replace(ORDER, required=()))),
    "a body is no longer checked": lambda: synth(
        rows=(ROWS[0], Function("add_order", (Route("POST /orders", replace(ADDED, body=ORDER.properties["item"])),)))
    ),
    "a cache key appears": lambda: synth(
        rows=(Function("list_orders", (Route("GET /orders", cache_keys=("header.Origin",)),)), ROWS[1])
    ),
    "a gateway response's body changes": lambda: synth(replace(API, invalid_body='{"error":"no"}')),
    "the origin changes": lambda: synth(replace(API, cors=replace(API.cors, origin="https://other.example"))),
    "a preflight's headers change": lambda: synth(replace(API, cors=replace(API.cors, headers=()))),
    "a further origin is allowed": lambda: synth(
        replace(API, cors=replace(API.cors, extra_origins=("http://localhost:1",)))
    ),
    "compression changes": lambda: synth(replace(API, compress_over=2048)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_api_is_deployed_again(change: str) -> None:
    assert deployment(CHANGES[change]()) != deployment(synth())


def test_an_unchanged_api_is_not_deployed_again() -> None:
    assert deployment(synth()) == deployment(synth())
    assert deployment(synth(defaults=replace(DEFAULTS, memory=1024))) == deployment(synth())
    assert deployment(synth(replace(API, rate=1, burst=1))) == deployment(synth())


def test_the_deployment_waits_for_everything_it_takes_a_snapshot_of() -> None:
    template = synth()
    kinds = ("Resource", "Method", "Model", "RequestValidator", "GatewayResponse")
    parts = {t for t, r in template["Resources"].items() if r["Type"] in {f"AWS::ApiGateway::{k}" for k in kinds}}
    assert set(template["Resources"][deployment(template)]["DependsOn"]) == parts


def test_two_routes_share_their_path_and_a_body_its_model() -> None:
    rows = (*ROWS, Function("replace_order", (Route("PUT /orders/{id}", ADDED), Route("PATCH /orders/{id}", ADDED))))
    kinds = [resource["Type"] for resource in synth(rows=rows)["Resources"].values()]
    assert kinds.count("AWS::ApiGateway::Resource") == 2
    assert kinds.count("AWS::ApiGateway::Model") == 1
    assert kinds.count("AWS::ApiGateway::RequestValidator") == 1
    assert kinds.count("AWS::ApiGateway::Method") == 4 + 3  # routes, and a preflight for /, /orders, /orders/{id}


def test_two_bodies_of_one_name_are_a_mistake() -> None:
    other = replace(ADDED, body=replace(ORDER, required=()))
    with pytest.raises(ValueError, match="Order"):
        synth(rows=(*ROWS, Function("replace_order", (Route("PUT /orders", other),))))


def test_everything_about_a_function_follows_from_its_file() -> None:
    template = synth()
    function = template["Resources"]["AddOrderFunction"]["Properties"]
    assert function["FunctionName"] == "shop-add-order-dev"
    assert function["Handler"] == "handlers.shop.api.add_order.handler"
    assert function["Code"] == {"S3Bucket": ASSET_BUCKET, "S3Key": "asset://handlers/shop/api/add_order.py"}
    group = template["Resources"]["AddOrderLogGroup"]["Properties"]
    assert group == {"LogGroupName": "/aws/lambda/shop-add-order-dev", "RetentionInDays": 7}


def test_a_function_may_write_its_own_log_and_trace_and_nothing_else() -> None:
    (policy,) = synth()["Resources"]["AddOrderRole"]["Properties"]["Policies"]
    assert policy["PolicyDocument"]["Statement"] == [
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": [{"Fn::GetAtt": ["AddOrderLogGroup", "Arn"]}],
        },
        {
            "Effect": "Allow",
            "Action": ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
            "Resource": ["*"],
        },
    ]


def test_a_queue_starts_a_function() -> None:
    made = scope()
    functions(made, DEFAULTS, [Function("ship", (QueueTrigger(Ref("OrdersArn"), 10, window=30, concurrency=5),))])
    assert made.template.to_dict()["Resources"]["ShipQueue"]["Properties"] == {
        "BatchSize": 10,
        "EventSourceArn": {"Ref": "OrdersArn"},
        "FunctionName": {"Fn::GetAtt": ["ShipFunction", "Arn"]},
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "MaximumBatchingWindowInSeconds": 30,
        "ScalingConfig": {"MaximumConcurrency": 5},
    }


def test_a_schedule_starts_a_function_and_may() -> None:
    made = scope()
    nightly = Schedule("web-shop-nightly", "cron(0 2 * * ? *)", {"tier": 1}, enabled=False)
    functions(made, DEFAULTS, [Function("ship", (nightly,))])
    resources = made.template.to_dict()["Resources"]
    rule = resources["NightlyRule"]["Properties"]
    assert (rule["Name"], rule["ScheduleExpression"], rule["State"]) == (
        "web-shop-nightly-dev",
        "cron(0 2 * * ? *)",
        "DISABLED",
    )
    (target,) = rule["Targets"]
    assert (target["Arn"], json.loads(target["Input"])) == ({"Fn::GetAtt": ["ShipFunction", "Arn"]}, {"tier": 1})
    permission = resources["NightlyRulePermission"]["Properties"]
    assert permission["Principal"] == "events.amazonaws.com"
    assert permission["SourceArn"] == {"Fn::GetAtt": ["NightlyRule", "Arn"]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("get_package", "GetPackage"), ("/packages/{name}", "PackagesName"), ("streams-dlq", "StreamsDlq"), ("/", "")],
)
def test_camel(text: str, expected: str) -> None:
    assert pascal_case(text) == expected


def test_logical_ids_hold_neither_system_nor_stage() -> None:
    assert logical_id(scope("prod"), "web-shop-orders", "Table") == "OrdersTable"
    assert logical_id(scope("dev"), "web-shop-order-queue", "Queue") == "OrderQueue"


def test_placeholders() -> None:
    assert placeholder("x") == "x"
    assert placeholder(Ref("Table")) == "${Table}"
    assert placeholder(GetAtt("Queue", "QueueName")) == "${Queue.QueueName}"
    with pytest.raises(TypeError):
        placeholder(Sub("${x}"))


def test_metrics_are_granted_for_one_namespace_and_secrets_by_one_name() -> None:
    made = scope()
    functions(made, DEFAULTS, [Function("ship", grants=(grants.metrics("Shop"), grants.secret_read("shop/key")))])
    (policy,) = made.template.to_dict()["Resources"]["ShipRole"]["Properties"]["Policies"]
    metrics, secret = policy["PolicyDocument"]["Statement"][2:]
    assert metrics["Condition"] == {"StringEquals": {"cloudwatch:namespace": "Shop"}}
    assert secret["Resource"][0]["Fn::Sub"].endswith(":secret:shop/key-??????")


def test_an_alarm_may_be_silent_when_it_is_over_and_breach_on_missing_data() -> None:
    made = scope()
    row = Alarm("web-shop-idle", Metric("Shop", "Orders", {}), "< 1", ok=False, missing="breaching")
    alarms(made, Ref("Topic"), [row])
    alarm = made.template.to_dict()["Resources"]["IdleAlarm"]["Properties"]
    assert alarm["AlarmActions"] == [{"Ref": "Topic"}]
    assert "OKActions" not in alarm
    assert (alarm["ComparisonOperator"], alarm["TreatMissingData"]) == ("LessThanThreshold", "breaching")


def test_a_queue_knows_where_its_dead_letters_are() -> None:
    made = scope()
    jobs = work_queue(made, "web-shop-jobs", visibility=60)
    made.output("DeadLettersName", jobs.dead_letters)
    template = made.template.to_dict()
    assert template["Outputs"]["DeadLettersName"]["Value"] == {"Fn::GetAtt": ["JobsDlqQueue", "QueueName"]}
    assert template["Resources"]["JobsDlqQueue"]["Properties"]["QueueName"] == "web-shop-jobs-dlq-dev"
    alone = queues(made, [Queue("web-shop-alone", retention=60)])["web-shop-alone"]
    with pytest.raises(ValueError, match="AloneQueue"):
        _ = alone.dead_letters
