"""A site of one's own on stage local: pages in a private bucket, a gate at the edge, an API below the same address."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from pkgops.local.client.emulator import Emulator
from pkgops.testing.deployed import Deployed, deployment
from tests.emulator import client
from tests.pkgops.local.edge.site import (
    associated,
    behavior,
    bucket_origin,
    distribution,
    edge_function,
    edge_role,
    readable,
)
from tests.pkgops.web_project import write

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.e2e

SYSTEM = '''
"""Shop: pages behind a gate, and an API."""
from dataclasses import dataclass
from pkgops.model import Stack, System

@dataclass(frozen=True)
class Settings:
    pass

SYSTEM = System(
    key="shop",
    title="Shop",
    stacks=(Stack("site", "Shop-{stage}", template="site.json"),),
    settings=Settings,
    environments={},
    check=lambda stage, settings: [],
    tags=lambda stage: {},
)
'''
GATE = """
def handler(event, context):
    request = event["Records"][0]["cf"]["request"]
    cookies = "; ".join(line["value"] for line in request["headers"].get("cookie", []))
    if request["uri"] == "/login.html" or "visitor=known" in cookies:
        return request
    host = request["headers"]["host"][0]["value"]
    return {"status": "302", "headers": {"location": [{"key": "Location", "value": f"https://{host}/login.html"}]}}
"""
GREET = """
import json
def handler(event, context):
    found = {"path": event["rawPath"], "proto": event["headers"]["x-forwarded-proto"]}
    return {"statusCode": 200, "body": json.dumps(found)}
"""
PAGE = """<!DOCTYPE html><title>Shop</title><script>
async function ask(address, options) {
  try { const answer = await fetch(address, options); return [answer.status, await answer.text()]; }
  catch (error) { return [0, String(error)]; }
}
</script>"""
LOGIN = "<!DOCTYPE html><title>Login</title><script>document.cookie = 'visitor=known; Secure; Path=/';</script>"
BUCKET = "shop-pages-of-a-test"


def template() -> dict[str, Any]:
    """The stack as CloudFormation has it, without a kit piece."""
    url = {"Fn::Select": [2, {"Fn::Split": ["/", {"Fn::GetAtt": ["Url", "FunctionUrl"]}]}]}
    api = {"Id": "api", "DomainName": url, "CustomOriginConfig": {"OriginProtocolPolicy": "https-only"}}
    gate = behavior(
        BUCKET, ViewerProtocolPolicy="redirect-to-https", LambdaFunctionAssociations=associated(viewer_request="Gate")
    )
    site = distribution(
        [bucket_origin(BUCKET), api],
        gate,
        DefaultRootObject="index.html",
        CacheBehaviors=[behavior("api", PathPattern="/api/*", ViewerProtocolPolicy="redirect-to-https")],
        CustomErrorResponses=[{"ErrorCode": 403, "ResponsePagePath": "/index.html", "ResponseCode": 200}],
    )
    resources = {
        "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": BUCKET}},
        **readable(BUCKET),
        "Role": edge_role(),
        **edge_function("Gate", GATE),
        **edge_function("Greet", GREET),
        "Url": {
            "Type": "AWS::Lambda::Url",
            "Properties": {"AuthType": "NONE", "TargetFunctionArn": {"Fn::GetAtt": ["Greet", "Arn"]}},
        },
        "MayCall": _allowed("lambda:InvokeFunctionUrl", FunctionUrlAuthType="NONE"),
        "MayInvoke": _allowed("lambda:InvokeFunction", InvokedViaFunctionUrl=True),
        "Site": site,
    }
    resources["IdentityPolicy"]["DependsOn"] = "Bucket"
    outputs = {
        "SiteUrl": {"Value": {"Fn::Sub": "https://${Site.DomainName}"}},
        "Domain": {"Value": {"Fn::GetAtt": ["Site", "DomainName"]}},
    }
    return {"Resources": resources, "Outputs": outputs}


def _allowed(action: str, **more: Any) -> dict[str, Any]:
    """Anyone's permission, of which a function URL needs two."""
    given = {"Action": action, "FunctionName": {"Fn::GetAtt": ["Greet", "Arn"]}, "Principal": "*", **more}
    return {"Type": "AWS::Lambda::Permission", "Properties": given}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    files = {
        "stages.toml": "[local]\n",
        "templates/shop/__init__.py": SYSTEM,
        "templates/shop/site.json": json.dumps(template()),
    }
    root = write(tmp_path_factory.mktemp("shop"), files)
    with deployment(root, tmp_path_factory.mktemp("deployed")) as system:
        pages = {"index.html": PAGE, "login.html": LOGIN}
        for key, text in pages.items():
            emulator(system, "s3").put_object(Bucket=BUCKET, Key=key, Body=text.encode(), ContentType="text/html")
        yield system


def emulator(shop: Deployed, service: str) -> Any:
    return client(Emulator.of(shop.root, shop.rows("local", "status")["port"]), service)


def trusting(shop: Deployed) -> httpx.Client:
    """A client as the documentation says: it is given the certificate."""
    return httpx.Client(verify=ssl.create_default_context(cafile=certificate(shop)))


def certificate(shop: Deployed) -> str:
    return str(Path(shop.rows("local", "status")["certificate"]))


def test_outputs_lead_to_the_site(shop: Deployed) -> None:
    address = shop.output("SiteUrl")
    assert address.startswith("https://127.0.0.1:")
    assert shop.output("Domain") == address.removeprefix("https://")
    assert address in shop.pkgops("local", "status")
    with trusting(shop) as http:
        plain = http.get(address.replace("https", "http") + "/x?y=1")
        assert (plain.status_code, plain.headers["location"]) == (301, f"{address}/x?y=1")
        assert http.get(address).headers["location"] == f"{address}/login.html"
        page = http.get(address, headers={"Cookie": "visitor=known"})
        assert (page.status_code, page.text) == (200, PAGE)
        deep = http.get(f"{address}/orders/1", headers={"Cookie": "visitor=known"})
        assert (deep.status_code, deep.text) == (200, PAGE)
        greeting = http.get(f"{address}/api/greet").json()
        assert greeting == {"path": "/api/greet", "proto": "https"}


@pytest.mark.browser
def test_a_browser_logs_in_uses_the_api_and_reaches_nothing_else(shop: Deployed, chromium: Browser) -> None:
    address = shop.output("SiteUrl")
    control = f"http://127.0.0.1:{shop.rows('local', 'status')['port']}"
    with chromium.new_context(ignore_https_errors=True) as context:
        page = context.new_page()
        page.goto(address)
        assert (page.title(), page.url) == ("Login", f"{address}/login.html")
        page.goto(address)
        assert (page.title(), page.url.rstrip("/")) == ("Shop", address)
        status, text = page.evaluate("ask('/api/greet')")
        assert (status, json.loads(text)["path"]) == (200, "/api/greet")
        for path in ("/_pkgops/identity", "/_ministack/reset", "/?Action=ListUsers"):
            assert "tool" not in page.evaluate("path => ask(path)", path)[1]
        for method in ("GET", "POST"):
            refused = page.evaluate("([url, method]) => ask(url, {method})", [f"{control}/_ministack/reset", method])
            assert refused[0] in (0, 403)
    assert shop.rows("outputs")  # nothing was reset
