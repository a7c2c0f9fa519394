"""What a page in a real browser can do to an emulator on the same machine: use what is deployed, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import pytest

from pkgops.local.client.emulator import Emulator
from tests.browser import site
from tests.emulator import TRUSTED, archive

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.emulator]

Aws = Callable[[str], Any]

PAGE = (Path(__file__).parent / "attacks.html").read_text(encoding="utf-8")
FUNCTION = """
import pathlib
def handler(event, context):
    pathlib.Path({path!r}).write_text("the page was here")
"""


def attack(path: Path) -> str:
    """The template of a stack whose function runs on this machine as soon as there is a stack."""
    trust = {"Version": "2012-10-17", "Statement": [{**TRUSTED, "Action": "sts:AssumeRole"}]}
    arn = {"Fn::GetAtt": ["Role", "Arn"]}
    code = {"ZipFile": FUNCTION.format(path=str(path))}
    function = {"Runtime": "python3.12", "Handler": "index.handler", "Code": code, "Role": arn}
    call = {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}, "ServiceTimeout": 3}
    resources = {
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}},
        "Function": {"Type": "AWS::Lambda::Function", "Properties": function},
        "Call": {"Type": "Custom::Call", "Properties": call},
    }
    return json.dumps({"Resources": resources})


def claimed(service: str, **query: str) -> str:
    """A query that says root has signed it."""
    given = {
        "X-Amz-Credential": f"000000000000/20260101/us-east-1/{service}/aws4_request",
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Signature": "0",
        "X-Amz-Date": "20260101T000000Z",
        "X-Amz-Expires": "1",
        "X-Amz-SignedHeaders": "host",
    }
    return urlencode(query | given, quote_via=quote)


@pytest.fixture(scope="module")
def served(emulator: Emulator, aws: Aws, role: str) -> dict[str, Any]:
    """What is deployed for pages, as arguments of ``fetch``: an HTTP API with CORS, an object by its link, a pool."""
    code = archive({"app.py": "def handler(event, context): return {'statusCode': 200, 'body': 'the API'}"})
    function = aws("lambda").create_function(
        FunctionName="of-a-page", Runtime="python3.12", Handler="app.handler", Role=role, Code={"ZipFile": code}
    )
    apis = aws("apigatewayv2")
    cors = {"AllowOrigins": ["*"], "AllowMethods": ["GET"], "AllowHeaders": ["x-own"]}
    api = apis.create_api(Name="of-a-page", ProtocolType="HTTP", CorsConfiguration=cors)["ApiId"]
    proxied = {"IntegrationType": "AWS_PROXY", "PayloadFormatVersion": "2.0"}
    made = apis.create_integration(ApiId=api, IntegrationUri=function["FunctionArn"], **proxied)
    apis.create_route(ApiId=api, RouteKey="$default", Target=f"integrations/{made['IntegrationId']}")
    apis.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    s3 = aws("s3")
    s3.create_bucket(Bucket="of-a-page")
    rule = {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}
    s3.put_bucket_cors(Bucket="of-a-page", CORSConfiguration={"CORSRules": [rule]})
    s3.put_object(Bucket="of-a-page", Key="text", Body=b"a presigned object")
    pool = aws("cognito-idp").create_user_pool(PoolName="of-a-page")["UserPool"]["Id"]
    app = aws("cognito-idp").create_user_pool_client(UserPoolId=pool, ClientName="page")["UserPoolClient"]["ClientId"]
    sign_up = {"ClientId": app, "Username": "reader", "Password": "Abcdef-123456"}
    target = "AWSCognitoIdentityProviderService.SignUp"
    headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}
    link = s3.generate_presigned_url("get_object", {"Bucket": "of-a-page", "Key": "text"})
    return {
        "api": [f"{emulator.endpoint}/_aws/execute-api/{api}/$default/", {"headers": {"x-own": "1"}}],
        "object": [link, {}],
        "cognito": [f"{emulator.endpoint}/", {"method": "POST", "headers": headers, "body": json.dumps(sign_up)}],
    }


def test_a_page_uses_what_is_deployed_and_nothing_else(
    emulator: Emulator, aws: Aws, served: dict[str, Any], page: Page, tmp_path: Path
) -> None:
    marker = tmp_path / "written by the page"
    aws("secretsmanager").create_secret(Name="of-the-owner", SecretString="hidden from pages")
    create = {"Action": "CreateStack", "Version": "2010-05-15", "Capabilities.member.1": "CAPABILITY_NAMED_IAM"}
    stack = claimed("cloudformation", StackName="of-a-page", TemplateBody=attack(marker), **create)
    read = claimed("secretsmanager")
    rebound = f"http://rebound.example:{emulator.port}"
    attacks = [f"{base}/?{stack}" for base in (emulator.endpoint, f"http://localhost:{emulator.port}", rebound)]
    paths = ("/loginx", "/oauth2/x", "/us-east-1_a/.well-known/x")
    attacks += [f"{emulator.endpoint}{path}?{read}" for path in paths]
    attacks += [f"{emulator.endpoint}/_ministack/reset", f"{emulator.endpoint}/_pkgops/identity"]
    given = {
        "attacks": attacks,
        "served": served,
        "secret": "of-the-owner",
        "target": "secretsmanager.GetSecretValue",
        "page": f"{emulator.endpoint}/_companions/stripe/pages/checkout/unknown",
    }
    with site(PAGE) as evil:
        page.goto(evil.origin)
        found = page.evaluate("given => attack(given)", given)
    assert found.pop("api") == "the API"
    assert found.pop("object") == "a presigned object"
    assert "UserSub" in found.pop("cognito")
    assert found.pop("page") == "shown"
    assert len(found) == len(attacks) * 20
    # A frame shows the refusal; a page is told nothing of what it may not read.
    assert {end for end in found.values() if end not in ("failed", "opaque", "shown", "sent")} == set()
    assert not marker.exists()
    names = {stack["StackName"] for stack in aws("cloudformation").describe_stacks()["Stacks"]}
    assert "of-a-page" not in names
    assert aws("secretsmanager").get_secret_value(SecretId="of-the-owner")["SecretString"] == "hidden from pages"
