"""What stands beside our API: others, made with bare boto3 on the same emulator, with a handler of a few lines."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from tests.bench.workplace import Workplace
from tests.emulator import ACCOUNT, REGION, client

EMPTY = """
def handler(event, context):
    return {"statusCode": 200, "headers": {}, "body": "{}"}
"""
_ACTIONS = ["dynamodb:*", "sqs:*", "execute-api:ManageConnections"]
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


class BareApis:
    """APIs with one route of three segments that takes every method, each in front of one function."""

    def __init__(self, place: Workplace, role: str = "floor") -> None:
        self._endpoint = place.emulator.endpoint
        self._api, self._lambda, self._iam = (client(place.emulator, name) for name in ("apigateway", "lambda", "iam"))
        self._role = self._made_role(role)

    def api(self, name: str, code: str) -> str:
        """Makes one; returns its URL."""
        made = self._api.create_rest_api(name=name)["id"]
        parent = self._api.get_resources(restApiId=made)["items"][0]["id"]
        for part in ("packages", "{ecosystem}", "{name}"):
            parent = self._api.create_resource(restApiId=made, parentId=parent, pathPart=part)["id"]
        route = {"restApiId": made, "resourceId": parent, "httpMethod": "ANY"}
        self._api.put_method(**route, authorizationType="NONE")
        function = self.function(name, code)
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

    def function(self, name: str, code: str) -> str:
        """Makes a function with the tables' names in its environment; returns its ARN."""
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

    def _made_role(self, name: str) -> str:
        trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        tables = {"Effect": "Allow", "Action": _ACTIONS, "Resource": "*"}
        made = self._iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(trust))
        self._iam.put_role_policy(RoleName=name, PolicyName="tables", PolicyDocument=_policy(tables))
        return str(made["Role"]["Arn"])


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
