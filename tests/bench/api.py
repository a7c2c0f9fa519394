"""How long does the API take to answer, compared with an empty function on the same route?

Both are asked over one kept connection to the same emulator; the floor is an API made with bare boto3 whose handler
returns an empty object at once. A second comparison tells what is ours to change from what the emulator and the SDK
take: a handler that makes the four calls an authenticated answer needs, with bare boto3, and nothing else.
"""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from tests.bench.measure import BenchmarkError, Contest, Sample
from tests.bench.workplace import Workplace
from tests.emulator import ACCOUNT, REGION, client

PATH = "/packages/npm/lodash"
DEMO_RUNS = 15  # a caller without a key has 20 an hour
PACE = 0.025  # seconds from one request to the next: the stage lets 50 a second through

EMPTY = """
def handler(event, context):
    return {"statusCode": 200, "headers": {}, "body": "{}"}
"""
BARE = """
import hashlib
import json
import os

import boto3

client = boto3.client("dynamodb")
PACKAGE = {"pk": {"S": "npm#lodash"}, "sk": {"S": "LATEST"}}
KEYS = os.environ["API_KEYS_TABLE"]


def handler(event, context):
    client.get_item(TableName=os.environ["PACKAGES_TABLE"], Key=PACKAGE)
    digest = hashlib.sha256(event["headers"]["x-api-key"].encode()).hexdigest()
    found = client.query(
        TableName=KEYS,
        IndexName="key-hash-index",
        KeyConditionExpression="key_hash = :v",
        ExpressionAttributeValues={":v": {"S": digest}},
    )
    for key in ("USER_META", digest):
        client.update_item(
            TableName=KEYS,
            Key={"pk": found["Items"][0]["pk"], "sk": {"S": key}},
            UpdateExpression="ADD requests_this_month :n",
            ExpressionAttributeValues={":n": {"N": "1"}},
        )
    return {"statusCode": 200, "headers": {}, "body": json.dumps({})}
"""


def contests(place: Workplace) -> Iterator[Contest]:
    """Needs a deployment; seeds it."""
    place.pkgops("deploy", "--yes", "--output", "json")()
    deployed = place.pkgops("deploy", "--yes", "--output", "json")
    deployed()
    ours = json.loads(deployed.said)["pkgwatch"]["outputs"]["api.ApiUrl"].rstrip("/") + PATH
    seeded = place.pkgops("seed-dev", "--output", "json")
    seeded()
    shown = json.loads(seeded.said)["pkgwatch"]["revealed"]
    key = next(row["value"] for row in shown if row["label"] == "user business@example.com")
    floors = _Floors(place)
    empty = asking(place, floors.api("floor-empty", EMPTY) + PATH, key, "{}")
    bare = asking(place, floors.api("floor-bare", BARE) + PATH, key, "{}")
    known, demo = asking(place, ours, key, "lodash"), asking(place, ours, "", "lodash")
    what = "GET /packages with an API key, warm"
    # The bound is on the second of the two: docs/adr/0008 says why.
    yield Contest(f"{what}, beside an empty handler", empty, known, None, 150, before_ours=pace, warm_up=20)
    yield Contest(f"{what}, beside its calls in boto3", bare, known, 1.3, 150, before_ours=pace, warm_up=20)
    yield Contest("GET /packages in demo mode, warm", empty, demo, None, DEMO_RUNS, warm_up=2)


def pace() -> None:
    """Stays below the rate the API allows."""
    time.sleep(PACE)


def asking(place: Workplace, url: str, key: str, expected: str) -> Callable[[], Sample]:
    """One request, whose answer must be 200 and hold ``expected``."""
    connection = HTTPConnection("127.0.0.1", place.port)
    headers = {"Accept": "application/json", **({"x-api-key": key} if key else {})}
    path = urlsplit(url).path

    def ask() -> Sample:
        began = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        seconds = time.perf_counter() - began
        if answer.status != 200 or expected.encode() not in body:
            raise BenchmarkError(f"{path} answered {answer.status}: {body.decode()[:500]}")
        return Sample(seconds)

    return ask


class _Floors:
    """APIs with one route of three segments, each in front of one function."""

    def __init__(self, place: Workplace) -> None:
        self._endpoint = place.emulator.endpoint
        self._api, self._lambda, self._iam = (client(place.emulator, name) for name in ("apigateway", "lambda", "iam"))
        self._role = self._made_role()

    def api(self, name: str, code: str) -> str:
        """Makes one; returns its URL."""
        made = self._api.create_rest_api(name=name)["id"]
        parent = self._api.get_resources(restApiId=made)["items"][0]["id"]
        for part in ("packages", "{ecosystem}", "{name}"):
            parent = self._api.create_resource(restApiId=made, parentId=parent, pathPart=part)["id"]
        route = {"restApiId": made, "resourceId": parent, "httpMethod": "GET"}
        self._api.put_method(**route, authorizationType="NONE")
        function = self._function(name, code)
        uri = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function}/invocations"
        self._api.put_integration(**route, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
        self._api.create_deployment(restApiId=made, stageName="v1")
        self._lambda.add_permission(
            FunctionName=function,
            StatementId="floor",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{made}/*",
        )
        return f"{self._endpoint}/_aws/execute-api/{made}/v1"

    def _function(self, name: str, code: str) -> str:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("app.py", code)
        tables = {"PACKAGES_TABLE": "pkgwatch-packages-local", "API_KEYS_TABLE": "pkgwatch-api-keys-local"}
        made = self._lambda.create_function(
            FunctionName=name,
            Runtime="python3.12",
            Handler="app.handler",
            Role=self._role,
            MemorySize=512,
            Timeout=30,
            Environment={"Variables": tables},
            Code={"ZipFile": buffer.getvalue()},
        )
        return str(made["FunctionArn"])

    def _made_role(self) -> str:
        trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        tables = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}
        made = self._iam.create_role(RoleName="floor", AssumeRolePolicyDocument=_policy(trust))
        self._iam.put_role_policy(RoleName="floor", PolicyName="tables", PolicyDocument=_policy(tables))
        return str(made["Role"]["Arn"])


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
