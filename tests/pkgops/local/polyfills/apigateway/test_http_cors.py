"""Contract: browsers may call an HTTP API from where its template says."""

from __future__ import annotations

import urllib.error
import urllib.request

import pytest

pytestmark = pytest.mark.emulator

HOME = "https://kefir.example"
CORS = {
    "AllowOrigins": [HOME],
    "AllowMethods": ["GET", "PATCH"],
    "AllowHeaders": ["Content-Type"],
    "ExposeHeaders": ["Content-Type"],
    "MaxAge": "300",
    "AllowCredentials": "false",
}


def template(name, **cors):
    return {
        "Resources": {
            "Api": {
                "Type": "AWS::ApiGatewayV2::Api",
                "Properties": {"Name": name, "ProtocolType": "HTTP", **({"CorsConfiguration": cors} if cors else {})},
            },
            "Stage": {
                "Type": "AWS::ApiGatewayV2::Stage",
                "Properties": {"ApiId": {"Ref": "Api"}, "StageName": "$default", "AutoDeploy": True},
            },
        }
    }


def asked(emulator, api, origin, method="OPTIONS"):
    """Status and headers of what the API answers to a page of ``origin``."""
    request = urllib.request.Request(
        f"{emulator.endpoint}/_aws/execute-api/{api}/$default/batches",
        method=method,
        headers={"Origin": origin, "Access-Control-Request-Method": "PATCH"},
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.headers


def test_preflights_are_answered_as_the_template_says(deploy, unique, emulator):
    stack = deploy(template(unique("api"), **CORS))
    status, headers = asked(emulator, stack.physical("Api"), HOME)
    assert status == 204
    assert headers["Access-Control-Allow-Origin"] == HOME
    assert headers["Access-Control-Allow-Methods"] == "GET,PATCH"
    assert headers["Access-Control-Allow-Headers"] == "Content-Type"
    assert headers["Access-Control-Max-Age"] == "300"
    assert headers["Access-Control-Allow-Credentials"] is None
    assert asked(emulator, stack.physical("Api"), "https://elsewhere.example")[0] == 403


def test_a_changed_and_a_dropped_configuration_take_effect(deploy, unique, emulator):
    name = unique("api")
    stack = deploy(template(name, **CORS))
    stack.update(template(name, **{**CORS, "AllowOrigins": ["*"]}))
    assert asked(emulator, stack.physical("Api"), "https://elsewhere.example")[0] == 204
    stack.update(template(name))
    assert asked(emulator, stack.physical("Api"), HOME)[0] == 403
