"""Functions that start from snapshots: which ones, and what calls them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pkgops.kit.alarms import Alarm, alarms
from pkgops.kit.function import Function, FunctionDefaults, functions
from pkgops.kit.metrics import function_metric
from pkgops.kit.triggers import FunctionUrl, HttpRoute, QueueTrigger, Route, Schedule
from pkgops.kit.web.http_api import HttpApi, http_api
from pkgops.kit.web.rest_api import RestApi, rest_api
from pkgops.model import Stage

DEFAULTS = FunctionDefaults("handlers/shop", "shop-")
ALIAS = {"Ref": "OrderAlias"}


@pytest.fixture
def scope(scope):
    scope.stage = Stage("dev", snap_start=True)
    return scope


def resources(scope, kind):
    return {k: r["Properties"] for k, r in scope.template.to_dict()["Resources"].items() if r["Type"] == kind}


def snapped(scope):
    found = resources(scope, "AWS::Lambda::Function").items()
    assert all(
        row.get("SnapStart", {"ApplyOn": "PublishedVersions"})["ApplyOn"] == "PublishedVersions" for _, row in found
    )
    return [name for name, row in found if "SnapStart" in row]


def test_functions_behind_apis_have_snapshots_and_their_alias_is_called(scope, findings):
    rows = [Function("order", (HttpRoute("GET /"),)), Function("clean", (Schedule("shop-clean", "rate(1 day)"),))]
    http_api(scope, HttpApi("shop"), functions(scope, DEFAULTS, rows).values())
    assert findings(scope) == []
    assert snapped(scope) == ["OrderFunction"]
    assert resources(scope, "AWS::Lambda::Alias")["OrderAlias"]["FunctionVersion"] == {
        "Fn::GetAtt": ["OrderVersion", "Version"]
    }
    assert resources(scope, "AWS::ApiGatewayV2::Integration")["OrderIntegration"]["IntegrationUri"] == ALIAS
    assert resources(scope, "AWS::Lambda::Permission")["OrderHttpPermission"]["FunctionName"] == ALIAS


def test_a_rest_api_calls_the_alias(scope, findings):
    rest_api(scope, RestApi("shop"), functions(scope, DEFAULTS, [Function("order", (Route("GET /order"),))]).values())
    assert findings(scope) == []
    (method,) = resources(scope, "AWS::ApiGateway::Method").values()
    assert "functions/${OrderAlias}/invocations" in method["Integration"]["Uri"]["Fn::Sub"]


def test_a_queue_invokes_the_alias_of_a_worker_that_asks_for_snapshots(scope):
    trigger = QueueTrigger("arn:aws:sqs:us-east-1:123456789012:shop-orders")
    functions(scope, DEFAULTS, [Function("order", (trigger,), snap_start=True)])
    assert snapped(scope) == ["OrderFunction"]
    (source,) = resources(scope, "AWS::Lambda::EventSourceMapping").values()
    assert source["FunctionName"] == ALIAS


def test_a_function_that_declines_has_none(scope):
    functions(scope, DEFAULTS, [Function("order", (HttpRoute("GET /"),), snap_start=False)])
    assert snapped(scope) == []
    assert resources(scope, "AWS::Lambda::Version") == {}


@pytest.mark.parametrize("stage", [Stage("dev"), Stage("local", snap_start=True)])
def test_other_stages_have_none(scope, stage):
    scope.stage = stage
    functions(scope, DEFAULTS, [Function("order", (HttpRoute("GET /"),), snap_start=True)])
    assert snapped(scope) == []
    assert resources(scope, "AWS::Lambda::Alias") == {}


def test_a_canary_moves_the_alias_to_versions_with_snapshots(scope):
    made = functions(scope, DEFAULTS, [Function("order", (HttpRoute("GET /"),), canary="shop-errors")])
    alarms(
        scope,
        "arn:aws:sns:us-east-1:123456789012:alerts",
        [Alarm("shop-errors", function_metric(made["order"].name, "Errors"), ">= 1")],
    )
    assert snapped(scope) == ["OrderFunction"]
    assert list(resources(scope, "AWS::Lambda::Alias")) == ["OrderAlias"]
    assert len(resources(scope, "AWS::CodeDeploy::DeploymentGroup")) == 1


@pytest.mark.parametrize(
    ("defaults", "triggers", "why"),
    [
        (replace(DEFAULTS, runtime="python3.11"), (HttpRoute("GET /"),), "Python 3.12 or newer"),
        (replace(DEFAULTS, runtime="nodejs22.x"), (HttpRoute("GET /"),), "its runtime is nodejs22.x"),
        (DEFAULTS, (HttpRoute("GET /"), FunctionUrl()), "its URL reaches the newest code"),
    ],
)
def test_a_function_that_cannot_have_snapshots_is_refused_if_it_asks(scope, defaults, triggers, why):
    with pytest.raises(ValueError, match=why):
        functions(scope, defaults, [Function("order", triggers, snap_start=True)])
    functions(scope, defaults, [Function("ask", triggers)])
    assert snapped(scope) == []
