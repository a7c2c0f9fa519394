"""The web stack: what one deployment makes of it and of the user pool's client, and what runs at the edge."""

from __future__ import annotations

import json
import urllib.parse
from typing import Any

import pytest

from tests.e2e.always_coder.relay import Relay
from tests.emulator import client

pytestmark = pytest.mark.e2e

LOCAL = ["http://localhost:3000/api/auth/callback/cognito", "http://localhost:3000/auth/callback"]


def viewer_request(relay: Relay, version: str, uri: str, query: str = "", cookie: str = "") -> dict[str, Any]:
    """What a published function answers CloudFront."""
    headers: dict[str, Any] = {"host": [{"key": "Host", "value": "site.example"}]}
    if cookie:
        headers["cookie"] = [{"key": "Cookie", "value": cookie}]
    request = {"uri": uri, "querystring": query, "method": "GET", "headers": headers, "clientIp": "203.0.113.7"}
    event = {"Records": [{"cf": {"config": {"eventType": "viewer-request"}, "request": request}}]}
    functions = client(relay.project.emulator, "lambda")
    answer = functions.invoke(FunctionName=relay.outputs[version], Payload=json.dumps(event).encode())
    found = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, found
    assert isinstance(found, dict)
    return found


def test_one_deployment_gives_the_client_the_addresses_of_the_pages(relay: Relay) -> None:
    outputs = relay.outputs
    names = ("UserPoolId", "UserPoolClientId")
    pool, app = (outputs[name] for name in names)
    found = relay.users.describe_user_pool_client(UserPoolId=pool, ClientId=app)["UserPoolClient"]
    stacks = client(relay.project.emulator, "cloudformation")
    (web,) = stacks.describe_stacks(StackName="AlwaysCoder-local-Web")["Stacks"]
    urls = {row["OutputKey"]: row["OutputValue"] for row in web["Outputs"]}
    assert urls["CognitoCallbackUrl"] == f"{urls['WebUrl']}/auth/callback"
    assert found["CallbackURLs"] == [*LOCAL, urls["CognitoCallbackUrl"]]
    assert found["LogoutURLs"] == ["http://localhost:3000", urls["WebUrl"]]
    validity = {name: found[f"{name}Validity"] for name in ("AccessToken", "IdToken", "RefreshToken")}
    assert validity == {"AccessToken": 1440, "IdToken": 1440, "RefreshToken": 43200}
    assert found["TokenValidityUnits"] == dict.fromkeys(validity, "minutes")
    assert found["PreventUserExistenceErrors"] == "ENABLED"
    assert sorted(found["ExplicitAuthFlows"]) == [
        "ALLOW_REFRESH_TOKEN_AUTH",
        "ALLOW_USER_PASSWORD_AUTH",
        "ALLOW_USER_SRP_AUTH",
    ]
    assert (found["AllowedOAuthFlows"], found["SupportedIdentityProviders"]) == (["code"], ["COGNITO"])
    assert sorted(found["AllowedOAuthScopes"]) == ["email", "openid", "profile"]


def test_a_second_deployment_changes_nothing(relay: Relay) -> None:
    assert relay.project.pkgops("diff", "always_coder", "--exit-code").returncode == 0


def test_the_gate_lets_users_of_the_pool_pass(relay: Relay) -> None:
    token = relay.token("viewer@example.com", "IdToken")
    passed = viewer_request(relay, "AuthEdgeFunctionArn", "/sessions", "", f"a=b; id_token={token}")
    assert passed["uri"] == "/sessions.html"
    for cookie in ("", f"id_token={token[:-2]}"):
        refused = viewer_request(relay, "AuthEdgeFunctionArn", "/sessions", "", cookie)
        assert refused["headers"]["location"][0]["value"].startswith("https://site.example/login?state=")


def test_a_code_that_the_pool_does_not_know_is_refused(relay: Relay) -> None:
    query = urllib.parse.urlencode({"code": "unknown"})
    answer = viewer_request(relay, "CallbackEdgeFunctionArn", "/auth/callback", query)
    assert answer["status"] == "500"
    assert "the user pool answered with 400" in answer["body"]
