"""Contract: IAM and the namespace of metrics."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.emulator


@pytest.fixture
def session(aws, unique):
    """What may publish metrics of the namespace Ours."""
    iam, user = aws("iam"), unique("user")
    iam.create_user(UserName=user)
    statement = {
        "Effect": "Allow",
        "Action": "cloudwatch:PutMetricData",
        "Resource": "*",
        "Condition": {"StringEquals": {"cloudwatch:namespace": "Ours"}},
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    iam.put_user_policy(UserName=user, PolicyName="metrics", PolicyDocument=json.dumps(document))
    key = iam.create_access_key(UserName=user)["AccessKey"]
    return boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name="us-east-1")


def put(session, emulator, namespace, count=1):
    data = [{"MetricName": f"Made{number}", "Value": 1.0} for number in range(count)]
    session.client("cloudwatch", endpoint_url=emulator.endpoint).put_metric_data(Namespace=namespace, MetricData=data)


@pytest.mark.parametrize("count", [1, 1000])
def test_metrics_of_the_namespace_are_taken(session, emulator, aws, count):
    """A thousand of them are sent compressed."""
    put(session, emulator, "Ours", count)
    names = {row["MetricName"] for row in aws("cloudwatch").list_metrics(Namespace="Ours")["Metrics"]}
    assert "Made0" in names


def test_those_of_another_are_refused(session, emulator):
    with pytest.raises(ClientError, match="cloudwatch:PutMetricData"):
        put(session, emulator, "Theirs")


@pytest.mark.parametrize(("namespace", "status"), [("Ours", 200), ("Theirs", 403)])
@pytest.mark.parametrize("kind", ["form", "json"])
def test_older_protocols_are_understood(session, emulator, kind, namespace, status):
    assert _sent(session, emulator, kind, namespace) == status


def _sent(session, emulator, kind, namespace):
    if kind == "form":
        body = f"Namespace={namespace}&MetricData.member.1.MetricName=Made&Action=PutMetricData&Version=2010-08-01"
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
    else:
        body = json.dumps({"Namespace": namespace, "MetricData": [{"MetricName": "Made", "Value": 1}]})
        target = "GraniteServiceVersion20100801.PutMetricData"
        headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": target}
    request = AWSRequest("POST", emulator.endpoint + "/", headers=headers, data=body.encode())
    SigV4Auth(session.get_credentials(), "monitoring", "us-east-1").add_auth(request)
    prepared = request.prepare()
    sent = urllib.request.Request(prepared.url, prepared.body, dict(prepared.headers), method="POST")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(sent, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code
