"""What does a call take of the emulator's processor?

The calls of functions to services, signed once by a role's session and sent again and again over one kept connection,
so that nothing of a client is counted. Wall time says little on a busy machine: this is the time of the process.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator, Mapping
from statistics import median
from typing import Any

from tests.bench.measure import BenchmarkError, Row
from tests.bench.workplace import Workplace
from tests.emulator import ACCOUNT, REGION, client

CALL = "call: "
NAME = "bench-calls"
_CALLS, _RUNS = 300, 5
_OLD = "application/x-amz-json-1.0"
_ITEM = {
    "pk": {"S": "npm#lodash"},
    "sk": {"S": "LATEST"},
    "scores": {"M": {f"part_{number}": {"N": str(number)} for number in range(10)}},
    **{f"field_{number}": {"S": "x" * 30} for number in range(25)},
}
_KEY = {"TableName": NAME, "Key": {name: _ITEM[name] for name in ("pk", "sk")}}
_CHANGE = {
    "UpdateExpression": "SET #f = :f REMOVE gone",
    "ConditionExpression": "attribute_exists(pk)",
    "ExpressionAttributeNames": {"#f": "field_1"},
    "ExpressionAttributeValues": {":f": {"S": "y"}},
}
# What a function of the pipeline may do, as a role's policy says it.
_ALLOWED = {
    f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/*": ["logs:CreateLogStream", "logs:PutLogEvents"],
    f"arn:aws:sqs:{REGION}:{ACCOUNT}:{NAME}": ["sqs:SendMessage", "sqs:ReceiveMessage"],
    f"arn:aws:s3:::{NAME}/*": ["s3:GetObject", "s3:PutObject"],
    f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{NAME}": [f"dynamodb:{verb}Item" for verb in ("Get", "Put", "Update")],
}


def measured(place: Workplace, only: str) -> Iterator[Row]:
    """A row for each call; its time is the processor's, of the server alone."""
    names = ("GetItem", "PutItem", "UpdateItem", "SendMessage", "ReceiveMessage", "PutObject", "GetObject")
    if not any(only in CALL + name for name in names):
        return
    for name, request in _requests(place).items():
        if only in CALL + name:
            yield _row(place, name, request)


def _row(place: Workplace, name: str, request: bytes) -> Row:
    with socket.create_connection(("127.0.0.1", place.port)) as connection:
        _send(connection, request, 20)
        times = []
        for _ in range(_RUNS):
            before = _processor(place)
            _send(connection, request, _CALLS)
            times.append((_processor(place) - before) / _CALLS)
    return Row(CALL + name, median(times), runs=_RUNS)


def _processor(place: Workplace) -> float:
    import psutil

    times = psutil.Process(place.emulator.status().pid).cpu_times()
    return float(times.user + times.system)


def _send(connection: socket.socket, request: bytes, count: int) -> None:
    for _ in range(count):
        connection.sendall(request)
        head, _, body = connection.recv(65536).partition(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        if b" 200 " not in lines[0]:
            raise BenchmarkError(f"The emulator answered {(head + body)[:500]!r}.")
        left = next(int(line[15:]) for line in lines if line.startswith(b"content-length:")) - len(body)
        while left > 0:
            left -= len(connection.recv(65536))


def _requests(place: Workplace) -> Mapping[str, bytes]:
    url = _made(place)
    keys = _session(place)
    items = {
        "GetItem": _KEY,
        "PutItem": {"TableName": NAME, "Item": _ITEM},
        "UpdateItem": {**_KEY, **_CHANGE},
    }
    messages = {
        "SendMessage": {"QueueUrl": url, "MessageBody": json.dumps({"ecosystem": "npm", "name": "lodash"})},
        "ReceiveMessage": {"QueueUrl": url, "VisibilityTimeout": 3600},
    }
    target = {
        **{name: ("dynamodb", f"DynamoDB_20120810.{name}", given) for name, given in items.items()},
        **{name: ("sqs", f"AmazonSQS.{name}", given) for name, given in messages.items()},
    }
    path = f"/{NAME}/collected/lodash.json"
    return {
        **{
            name: _signed(
                place,
                keys,
                service,
                "POST",
                "/",
                json.dumps(given).encode(),
                {"X-Amz-Target": at, "Content-Type": _OLD},
            )
            for name, (service, at, given) in target.items()
        },
        "PutObject": _signed(place, keys, "s3", "PUT", path, os.urandom(4096), {"Content-Type": "application/json"}),
        "GetObject": _signed(place, keys, "s3", "GET", path, b"", {}),
    }


def _made(place: Workplace) -> str:
    """A table, a bucket and a queue, whose URL is given."""
    keys = [("pk", "HASH"), ("sk", "RANGE")]
    client(place.emulator, "dynamodb").create_table(
        TableName=NAME,
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
        BillingMode="PAY_PER_REQUEST",
    )
    client(place.emulator, "s3").create_bucket(Bucket=NAME)
    return str(client(place.emulator, "sqs").create_queue(QueueName=NAME)["QueueUrl"])


def _session(place: Workplace) -> Any:
    """Keys of a role that may do what is measured."""
    from botocore.credentials import Credentials

    iam, sts = client(place.emulator, "iam"), client(place.emulator, "sts")
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}]}
    arn = iam.create_role(RoleName=NAME, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    statements = [{"Effect": "Allow", "Action": actions, "Resource": on} for on, actions in _ALLOWED.items()]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_role_policy(RoleName=NAME, PolicyName="own", PolicyDocument=policy)
    found = sts.assume_role(RoleArn=arn, RoleSessionName=NAME)["Credentials"]
    return Credentials(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])


def _signed(
    place: Workplace, keys: Any, service: str, method: str, path: str, body: bytes, headers: Mapping[str, str]
) -> bytes:
    """The request as the SDK sends it."""
    from botocore.auth import S3SigV4Auth, SigV4Auth
    from botocore.awsrequest import AWSRequest

    host = f"127.0.0.1:{place.port}"
    request = AWSRequest(method, f"http://{host}{path}", data=body, headers={"Host": host, **headers})
    (S3SigV4Auth if service == "s3" else SigV4Auth)(keys, service, REGION).add_auth(request)
    said = {**request.headers, "User-Agent": "Boto3/1.43.106 md/Botocore", "Content-Length": str(len(body))}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in said.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
