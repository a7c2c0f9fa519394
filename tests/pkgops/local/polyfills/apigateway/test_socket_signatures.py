"""Contract: whoever may manage connections does so at the API's own port, and nobody else."""

from __future__ import annotations

import boto3
import pytest
from botocore.exceptions import ClientError

from pkgops.local.client.distributions import own_hosts
from tests.emulator import REGION
from tests.pkgops.local.polyfills.callers import Caller, statement

pytestmark = pytest.mark.emulator


def test_a_user_manages_connections_at_the_apis_port_with_the_permission_alone(aws, emulator, unique):
    api = aws("apigatewayv2")
    made = api.create_api(Name=unique("api"), ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action")
    api.create_stage(ApiId=made["ApiId"], StageName="live", AutoDeploy=True)
    user = Caller(emulator, unique("user"))

    def post(secret: str) -> str:
        gateway = boto3.client(
            "apigatewaymanagementapi",
            endpoint_url=f"http://{own_hosts(emulator.endpoint)[made['ApiId']]}/live",
            region_name=REGION,
            aws_access_key_id=user.key["AccessKeyId"],
            aws_secret_access_key=secret,
        )
        with pytest.raises(ClientError) as refused:
            gateway.post_to_connection(ConnectionId="nobody", Data=b"text")
        return str(refused.value.response["Error"]["Code"])

    right = user.key["SecretAccessKey"]
    assert post(right) == "AccessDeniedException"
    user.may(statement("execute-api:ManageConnections"))
    assert post(right) == "GoneException"
    assert post("x" * 40) == "InvalidSignatureException"
    api.delete_api(ApiId=made["ApiId"])
