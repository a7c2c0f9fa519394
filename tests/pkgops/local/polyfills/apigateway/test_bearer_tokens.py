"""Contract: APIs take the tokens of a user pool that are meant for them."""

from __future__ import annotations

import httpx
import pytest

from pkgops.local.urls import reachable
from tests.pkgops.local.polyfills.apigateway import http_template, rest_template
from tests.pkgops.local.polyfills.apigateway.rest_template import echo, method, ref, resource

pytestmark = pytest.mark.emulator
REGION = "us-east-1"


@pytest.fixture(scope="module")
def pool(aws):
    """A pool's id, its two clients, and the tokens of a user of the first."""
    cognito = aws("cognito-idp")
    pool = cognito.create_user_pool(PoolName="contract-tokens")["UserPool"]["Id"]
    flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    clients = [
        cognito.create_user_pool_client(UserPoolId=pool, ClientName=name, ExplicitAuthFlows=flows)["UserPoolClient"][
            "ClientId"
        ]
        for name in ("own", "other")
    ]
    cognito.admin_create_user(UserPoolId=pool, Username="ada", MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=pool, Username="ada", Password="Analytical-1", Permanent=True)

    def tokens(client):
        entered = cognito.initiate_auth(
            ClientId=client,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": "ada", "PASSWORD": "Analytical-1"},
        )["AuthenticationResult"]
        return {"id": entered["IdToken"], "access": entered["AccessToken"], "refresh": entered["RefreshToken"]}

    yield pool, clients[0], tokens(clients[0]), tokens(clients[1])
    cognito.delete_user_pool(UserPoolId=pool)


def status(stack, emulator, path, token):
    address = reachable(stack.outputs["ApiUrl"], emulator.endpoint) + path
    return httpx.get(address, headers={"Authorization": f"Bearer {token}"}).status_code


def test_an_http_api_takes_id_and_access_tokens_of_its_client(deploy, role, emulator, pool):
    identity, client, own, other = pool
    template = http_template.template(role)
    issuer = f"https://cognito-idp.{REGION}.amazonaws.com/{identity}"
    template["Resources"]["Authorizer"] = http_template.typed(
        "Authorizer",
        Name="users",
        AuthorizerType="JWT",
        IdentitySource=["$request.header.Authorization"],
        JwtConfiguration={"Issuer": issuer, "Audience": [client]},
    )
    guarded = template["Resources"]["EchoRoute"]["Properties"]
    guarded |= {"AuthorizationType": "JWT", "AuthorizerId": ref("Authorizer")}
    stack = deploy(template)
    answers = {kind: status(stack, emulator, "/echo/plain", token) for kind, token in own.items()}
    assert answers == {"id": 200, "access": 200, "refresh": 401}
    assert status(stack, emulator, "/echo/plain", other["id"]) == 401


def test_a_rest_api_takes_id_tokens_and_access_tokens_where_it_names_scopes(deploy, role, emulator, pool):
    identity, _, own, _ = pool
    users = {"AuthorizationType": "COGNITO_USER_POOLS", "AuthorizerId": ref("Authorizer")}
    resources = echo(role) | {
        "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "contract-tokens"}},
        "Authorizer": rest_template.typed(
            "Authorizer",
            Name="users",
            Type="COGNITO_USER_POOLS",
            IdentitySource="method.request.header.Authorization",
            ProviderARNs=[f"arn:aws:cognito-idp:{REGION}:000000000000:userpool/{identity}"],
        ),
        "Packages": resource({"Fn::GetAtt": ["Api", "RootResourceId"]}, "packages"),
        "Open": resource(ref("Packages"), "open"),
        "Scoped": resource(ref("Packages"), "scoped"),
        "GetOpen": method(ref("Open"), "GET", **users),
        "GetScoped": method(ref("Scoped"), "GET", AuthorizationScopes=["aws.cognito.signin.user.admin"], **users),
        "Deployment": rest_template.typed("Deployment") | {"DependsOn": ["GetOpen", "GetScoped"]},
        "Stage": rest_template.typed("Stage", StageName="v1", DeploymentId=ref("Deployment")),
    }
    address = {"Fn::Sub": "https://${Api}.execute-api.${AWS::Region}.amazonaws.com/v1"}
    stack = deploy({"Resources": resources, "Outputs": {"ApiUrl": {"Value": address}}})
    answers = {kind: status(stack, emulator, "/packages/open", token) for kind, token in own.items()}
    assert answers == {"id": 200, "access": 401, "refresh": 401}
    answers = {kind: status(stack, emulator, "/packages/scoped", token) for kind, token in own.items()}
    assert answers == {"id": 401, "access": 200, "refresh": 401}
