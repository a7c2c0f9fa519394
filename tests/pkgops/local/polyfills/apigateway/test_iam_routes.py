"""Contract: a route of an HTTP API with AWS_IAM is for who has signed the request, whatever its header says."""

from __future__ import annotations

import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from pkgops.local.urls import reachable
from tests.emulator import REGION
from tests.pkgops.local.polyfills.apigateway import http_template

pytestmark = pytest.mark.emulator


def test_only_a_signature_opens_a_route_with_iam(deploy, role, emulator):
    template = http_template.template(role)
    template["Resources"]["EchoRoute"]["Properties"]["AuthorizationType"] = "AWS_IAM"
    stack = deploy(template).expected()
    address = reachable(stack.outputs["ApiUrl"], emulator.endpoint) + "/echo/plain"
    claimed = "Credential=000000000000/20260101/us-east-1/execute-api/aws4_request"
    for header in ("x", "Bearer x", f"x {claimed}", f"aws4-hmac-sha256 {claimed}", f"AWS4-HMAC-SHA256 {claimed}"):
        assert httpx.get(address, headers={"Authorization": header}).status_code == 403
    assert httpx.get(address).status_code == 403
    request = AWSRequest("GET", address)
    root = emulator.credentials()
    SigV4Auth(Credentials(root.key, root.secret), "execute-api", REGION).add_auth(request)
    assert httpx.get(address, headers=dict(request.headers)).status_code == 200
