"""What API Gateway answers itself, lines of a graph that are sums, and objects that move to cheaper storage."""

from __future__ import annotations

import json

import pytest

from pkgops.kit.bucket import Bucket, bucket
from pkgops.kit.dashboard import Graph, dashboard
from pkgops.kit.metrics import Metric
from pkgops.kit.web.cors import Cors
from pkgops.kit.web.rest_api import RestApi, rest_api
from pkgops.kit.web.rest_routes import FixedRoute
from pkgops.kit.web.websocket_api import WebSocketApi, websocket_api

HEALTH = FixedRoute("GET /health", {"status": "ok"})
HEADERS = "method.response.header.Access-Control-"


def resources(scope, kind):
    found = scope.template.to_dict()["Resources"]
    return {name: row["Properties"] for name, row in found.items() if row["Type"] == f"AWS::{kind}"}


def integration(method):
    (answer,) = method["Integration"]["IntegrationResponses"]
    return answer


def test_a_fixed_route_needs_no_function(scope, findings):
    cors = Cors("*", ("GET",), ("Content-Type",), credentials=False)
    row = RestApi("shop", "prod", cors, rate=0, description="Shop", fixed=(HEALTH,), logged=False, traced=False)
    rest_api(scope, row, [])
    assert findings(scope) == []
    methods = resources(scope, "ApiGateway::Method")
    assert sorted(methods) == ["ApiHealthGet", "ApiHealthOptions", "ApiOptions"]
    answer = integration(methods["ApiHealthGet"])
    assert json.loads(answer["ResponseTemplates"]["application/json"]) == {"status": "ok"}
    assert answer["ResponseParameters"][f"{HEADERS}Allow-Origin"] == "'*'"


def test_a_fixed_route_answers_pages_of_each_origin(scope):
    cors = Cors("https://a.example", ("GET",), (), ("https://b.example",), credentials=False)
    rest_api(scope, RestApi("shop", "prod", cors, fixed=(HEALTH,)), [])
    methods = resources(scope, "ApiGateway::Method")
    template = integration(methods["ApiHealthGet"])["ResponseTemplates"]["application/json"]
    swap = integration(methods["ApiHealthOptions"])["ResponseTemplates"]["application/json"]
    assert template == swap + '{"status":"ok"}'
    assert '$origin == "https://b.example"' in swap


def test_pages_of_any_origin_send_no_cookies_and_vary_in_nothing(scope):
    rest_api(scope, RestApi("shop", "prod", Cors("*", ("GET",), (), credentials=False), fixed=(HEALTH,)), [])
    given = integration(resources(scope, "ApiGateway::Method")["ApiOptions"])["ResponseParameters"]
    assert f"{HEADERS}Allow-Credentials" not in given
    assert "method.response.header.Vary" not in given


def test_an_api_that_logs_nothing_leaves_the_role_of_the_account_alone(scope):
    rest_api(scope, RestApi("shop", rate=0, fixed=(HEALTH,), logged=False), [])
    assert resources(scope, "ApiGateway::Account") == resources(scope, "IAM::Role") == {}
    (stage,) = resources(scope, "ApiGateway::Stage").values()
    (settings,) = stage["MethodSettings"]
    assert settings["LoggingLevel"] == "OFF"
    assert "ThrottlingRateLimit" not in settings


def test_a_websocket_api_may_be_described(scope, findings):
    websocket_api(scope, WebSocketApi("shop", "dev", description="Sockets of the shop"), [])
    assert findings(scope) == []
    (api,) = resources(scope, "ApiGatewayV2::Api").values()
    assert api["Description"] == "Sockets of the shop"


@pytest.mark.parametrize("labels", [("all", "errors"), ()])
def test_metrics_in_a_tuple_are_one_line(scope, findings, labels):
    parts = tuple(Metric("Shop", "Orders", {"Kind": kind}) for kind in ("book", "pen"))
    dashboard(scope, "shop-board", [[Graph("Orders", [parts, Metric("Shop", "Errors", {})], labels)]])
    assert findings(scope) == []
    (board,) = resources(scope, "CloudWatch::Dashboard").values()
    (widget,) = json.loads(board["DashboardBody"]["Fn::Sub"])["widgets"]
    first, second, total, errors = widget["properties"]["metrics"]
    assert first == ["Shop", "Orders", "Kind", "book", {"stat": "Sum", "period": 300, "id": "m0x0", "visible": False}]
    assert second[-1]["id"] == "m0x1"
    assert total[0]["expression"] == "FILL(m0x0,0)+FILL(m0x1,0)"
    assert (total[0].get("label"), errors[-1].get("label")) == (labels or (None, None))


def test_objects_move_and_old_versions_go(scope, findings):
    moves = ((30, "STANDARD_IA"), (90, "GLACIER"))
    row = Bucket("shop-photos", True, expire_noncurrent=7, noncurrent_rule="Clean", moves=moves, move_rule="Cool")
    bucket(scope, row)
    assert findings(scope) == []
    (made,) = resources(scope, "S3::Bucket").values()
    rules = {rule["Id"]: rule for rule in made["LifecycleConfiguration"]["Rules"]}
    assert rules["Clean"]["NoncurrentVersionExpiration"] == {"NoncurrentDays": 7}
    assert [(one["TransitionInDays"], one["StorageClass"]) for one in rules["Cool"]["Transitions"]] == list(moves)
