"""How long does the API take to answer, compared with an empty function on the same route?

Both are asked over one kept connection to the same emulator; the floor is an API made with bare boto3 whose handler
returns an empty object at once.
"""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from urllib.parse import urlsplit

from tests.bench.measure import BenchmarkError, Contest, Sample
from tests.bench.workplace import Workplace
from tests.emulator import ACCOUNT, REGION, client

PATH = "/packages/npm/lodash"
EMPTY = 'def handler(event, context):\n    return {"statusCode": 200, "headers": {}, "body": "{}"}\n'
DEMO_RUNS = 15  # a caller without a key has 20 an hour


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
    floor = asking(place, _empty_api(place) + PATH, key)
    yield Contest("GET /packages with an API key, warm", floor, asking(place, ours, key), 1.3, 200, warm_up=20)
    yield Contest("GET /packages in demo mode, warm", floor, asking(place, ours, ""), None, DEMO_RUNS, warm_up=2)


def asking(place: Workplace, url: str, key: str) -> Callable[[], Sample]:
    """One request, whose answer must be 200."""
    connection = HTTPConnection("127.0.0.1", place.port)
    headers = {"Accept": "application/json", **({"x-api-key": key} if key else {})}
    path = urlsplit(url).path

    def ask() -> Sample:
        began = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        seconds = time.perf_counter() - began
        if answer.status != 200:
            raise BenchmarkError(f"{path} answered {answer.status}: {body.decode()[:500]}")
        return Sample(seconds)

    return ask


def _empty_api(place: Workplace) -> str:
    """An API with one route of three segments; returns its URL."""
    api = client(place.emulator, "apigateway")
    made = api.create_rest_api(name="floor")["id"]
    parent = api.get_resources(restApiId=made)["items"][0]["id"]
    for part in ("packages", "{ecosystem}", "{name}"):
        parent = api.create_resource(restApiId=made, parentId=parent, pathPart=part)["id"]
    api.put_method(restApiId=made, resourceId=parent, httpMethod="GET", authorizationType="NONE")
    function = _empty_function(place)
    api.put_integration(
        restApiId=made,
        resourceId=parent,
        httpMethod="GET",
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function}/invocations",
    )
    api.create_deployment(restApiId=made, stageName="v1")
    client(place.emulator, "lambda").add_permission(
        FunctionName=function,
        StatementId="floor",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{made}/*",
    )
    return f"{place.emulator.endpoint}/_aws/execute-api/{made}/v1"


def _empty_function(place: Workplace) -> str:
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
    role = client(place.emulator, "iam").create_role(RoleName="floor", AssumeRolePolicyDocument=json.dumps(trust))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", EMPTY)
    made = client(place.emulator, "lambda").create_function(
        FunctionName="floor",
        Runtime="python3.12",
        Handler="app.handler",
        Role=role["Role"]["Arn"],
        MemorySize=512,
        Code={"ZipFile": buffer.getvalue()},
    )
    return str(made["FunctionArn"])
