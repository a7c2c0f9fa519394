"""A deployment with the AWS CDK works on stage local, bootstrap included.

It needs packages of npm, 200 MB and a minute, and runs only when it is asked for: ``pytest -m cdk``.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import urllib.request
from pathlib import Path

import pytest

from pkgops.local.urls import reachable
from tests.bench.peers.versions import CDK
from tests.e2e.clients.conftest import Run

pytestmark = [pytest.mark.e2e, pytest.mark.cdk]
APP = """
const { App, Stack, CfnOutput, RemovalPolicy } = require("aws-cdk-lib");
const { Function, Runtime, Code } = require("aws-cdk-lib/aws-lambda");
const { Table, AttributeType } = require("aws-cdk-lib/aws-dynamodb");
const { LambdaRestApi } = require("aws-cdk-lib/aws-apigateway");
const stack = new Stack(new App(), "Counter", { env: { account: "000000000000", region: "us-east-1" } });
const table = new Table(stack, "Table", {
  partitionKey: { name: "id", type: AttributeType.STRING }, removalPolicy: RemovalPolicy.DESTROY,
});
const handler = new Function(stack, "Handler", {
  runtime: Runtime.PYTHON_3_12, handler: "index.handler", code: Code.fromAsset("code"),
  environment: { TABLE: table.tableName },
});
table.grantReadWriteData(handler);
new CfnOutput(stack, "Url", { value: new LambdaRestApi(stack, "Api", { handler }).url });
"""
HANDLER = """
import os, boto3
def handler(event, context):
    table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
    table.put_item(Item={"id": context.aws_request_id})
    return {"statusCode": 200, "body": str(len(table.scan()["Items"]))}
"""


@pytest.fixture(scope="module")
def cdk(request: pytest.FixtureRequest, run: Run, workplace: Path) -> str:
    """The path of the program; its packages are kept in pytest's cache."""
    if "cdk" not in str(request.config.option.markexpr):
        pytest.skip("the CDK is tried only when asked for: pytest -m cdk")
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed, which the CDK comes with")
    packages = request.config.cache.mkdir("cdk")  # type: ignore[union-attr]
    program = packages / "node_modules" / ".bin" / "cdk"
    if not program.exists():
        (packages / "package.json").write_text('{"private": true}')
        command = ["npm", "install", "--silent", "--no-audit", "--no-fund", *CDK]
        done = subprocess.run(command, cwd=packages, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"npm cannot install the CDK: {done.stderr[-300:]}")
    (workplace / "code").mkdir()
    (workplace / "code" / "index.py").write_text(HANDLER)
    (workplace / "app.js").write_text(APP)
    run(f'NODE_PATH={packages / "node_modules"} {program} --app "node app.js" synth --quiet')
    return f"{program} --app cdk.out --ci"


def test_a_bootstrapped_deployment(cdk: str, run: Run, workplace: Path) -> None:
    run(f"{cdk} bootstrap aws://000000000000/us-east-1")
    run(f"{cdk} deploy --require-approval never --outputs-file outputs.json")
    endpoint = run("echo $AWS_ENDPOINT_URL").strip()
    url = reachable(json.loads((workplace / "outputs.json").read_text())["Counter"]["Url"], endpoint)
    with urllib.request.urlopen(url, timeout=30) as answer:
        assert answer.read() == b"1"
    run(f"{cdk} destroy --force")
