"""Functions with a URL or in a VPC, APIs with defaults, and resources of other origin in the same stack."""

from __future__ import annotations

import pytest
from troposphere import Ref, sns

from pkgops.kit.function import Function, FunctionDefaults, Vpc, functions
from pkgops.kit.links import ExistingTable
from pkgops.kit.triggers import FunctionUrl, HttpRoute, Route
from pkgops.kit.web.http_api import HttpApi, http_api
from pkgops.kit.web.rest_api import RestApi, rest_api

DEFAULTS = FunctionDefaults("handlers/shop", "shop-")
VPC = Vpc(("subnet-0123456789abcdef0",), ("sg-0123456789abcdef0",))


def resources(scope, kind):
    return {k: r["Properties"] for k, r in scope.template.to_dict()["Resources"].items() if r["Type"] == kind}


def statements(scope, role="OrderRole"):
    return resources(scope, "AWS::IAM::Role")[role]["Policies"][0]["PolicyDocument"]["Statement"]


@pytest.mark.parametrize("auth", ["AWS_IAM", "NONE"])
def test_a_function_with_a_url(scope, findings, auth):
    functions(scope, DEFAULTS, [Function("order", (FunctionUrl(auth, origins=("https://shop.example",)),))])
    assert findings(scope) == []
    (url,) = resources(scope, "AWS::Lambda::Url").values()
    assert url["AuthType"] == auth
    assert url["Cors"]["AllowOrigins"] == ["https://shop.example"]
    allowed = resources(scope, "AWS::Lambda::Permission").values()
    shown = {(row["Action"], row.get("FunctionUrlAuthType"), row.get("InvokedViaFunctionUrl")) for row in allowed}
    public = {("lambda:InvokeFunctionUrl", "NONE", None), ("lambda:InvokeFunction", None, True)}
    assert shown == (public if auth == "NONE" else set())


@pytest.mark.parametrize("of_stack", [True, False])
def test_a_function_in_an_existing_vpc(scope, findings, of_stack):
    defaults = FunctionDefaults("handlers/shop", "shop-", vpc=VPC if of_stack else None)
    functions(scope, defaults, [Function("order", vpc=None if of_stack else VPC)])
    assert findings(scope) == []
    (made,) = resources(scope, "AWS::Lambda::Function").values()
    assert made["VpcConfig"] == {"SubnetIds": list(VPC.subnets), "SecurityGroupIds": list(VPC.security_groups)}
    allowed, denied = (row for row in statements(scope) if "ec2:CreateNetworkInterface" in row["Action"])
    assert (allowed["Effect"], denied["Effect"]) == ("Allow", "Deny")
    assert allowed["Action"] == denied["Action"]
    assert "shop-order-dev" in str(denied["Condition"]["ArnEquals"]["lambda:SourceFunctionArn"])


@pytest.mark.parametrize(
    ("field", "member"),
    [
        ("triggers", HttpRoute("GET /")),
        ("links", ExistingTable("orders", "ORDERS").read()),
        ("grants", object()),
        ("include", "data/*"),
    ],
)
def test_a_member_without_a_comma_is_no_tuple(field, member):
    Function("order", **{field: (member,)})
    with pytest.raises(TypeError, match=rf"Function\('order', ...\): {field} is a tuple, .* has a comma"):
        Function("order", **{field: (member)})


def test_a_rest_api_with_defaults_alone(scope, findings):
    rest_api(scope, RestApi("shop"), functions(scope, DEFAULTS, [Function("order", (Route("GET /order"),))]).values())
    assert findings(scope) == []
    assert [row["HttpMethod"] for row in resources(scope, "AWS::ApiGateway::Method").values()] == ["GET"]
    assert "Access-Control" not in str(scope.template.to_dict())


def test_an_http_api_without_an_authorizer(scope, findings):
    http_api(scope, HttpApi("shop"), functions(scope, DEFAULTS, [Function("order", (HttpRoute("GET /"),))]).values())
    assert findings(scope) == []
    assert resources(scope, "AWS::ApiGatewayV2::Authorizer") == {}
    (route,) = resources(scope, "AWS::ApiGatewayV2::Route").values()
    assert route["AuthorizationType"] == "NONE"


def test_resources_of_troposphere_and_an_existing_table_stand_next_to_the_kits(scope, findings):
    topic = scope.add(sns.Topic("News", KmsMasterKeyId="alias/aws/sns"))
    table = ExistingTable(scope.use("storage.OrdersName"), "ORDERS")
    functions(scope, DEFAULTS, [Function("order", links=(table.read(),), environment={"NEWS": Ref(topic)})])
    assert findings(scope) == []
    (made,) = resources(scope, "AWS::Lambda::Function").values()
    assert made["Environment"]["Variables"] == {"ORDERS": {"Ref": "StorageOrdersName"}, "NEWS": {"Ref": "News"}}
    assert "table/${StorageOrdersName}" in str(statements(scope)[-1]["Resource"])
    assert scope.inputs == {"StorageOrdersName": "storage.OrdersName"}
