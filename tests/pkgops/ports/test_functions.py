"""The contract of the `Functions` port, for the fake and for the emulator."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from pkgops.aws.functions import LIMIT, LambdaFunctions
from pkgops.aws.logs import CloudWatchLogs
from pkgops.errors import DeployError, FunctionChangedError, UsageError
from pkgops.ports.functions import LATEST, Functions
from tests.pkgops.fakes.functions import FakeFunctions

pytestmark = pytest.mark.emulator

CODE = """
def handler(event, context):
    print("heard", event["word"])
    if event["word"] == "bad":
        raise ValueError("no bad words")
    return {"echo": event["word"]}
"""


@dataclass
class Service:
    port: Functions
    name: str


@pytest.fixture(scope="module")
def deployed(aws: Callable[[str], Any]) -> str:
    """A function on the emulator that answers, prints and fails."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
    role = aws("iam").create_role(RoleName="contract-echo", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as zipped:
        zipped.writestr("app.py", CODE)
    aws("lambda").create_function(
        FunctionName="contract-echo",
        Runtime="python3.12",
        Handler="app.handler",
        Role=role,
        Code={"ZipFile": content.getvalue()},
    )
    return "contract-echo"


def _echo(event: dict[str, Any]) -> dict[str, Any]:
    print("heard", event["word"])  # noqa: T201 - its log
    if event["word"] == "bad":
        raise ValueError("no bad words")
    return {"echo": event["word"]}


@pytest.fixture(params=["fake", "emulator"])
def service(request: pytest.FixtureRequest) -> Service:
    if request.param == "fake":
        return Service(FakeFunctions({"echo": _echo}), "echo")
    return Service(LambdaFunctions(request.getfixturevalue("clients")), request.getfixturevalue("deployed"))


def test_an_answer_has_payload_and_log(service: Service) -> None:
    answer = service.port.invoke(service.name, b'{"word": "hi"}')
    assert (answer.status, json.loads(answer.payload), answer.error) == (200, {"echo": "hi"}, "")
    assert "heard hi" in answer.log


def test_an_error_is_returned(service: Service) -> None:
    answer = service.port.invoke(service.name, b'{"word": "bad"}')
    said = json.loads(answer.payload)
    assert (answer.status, answer.error) == (200, "Unhandled")
    assert (said["errorType"], said["errorMessage"]) == ("ValueError", "no bad words")


def test_a_function_that_is_not_there(service: Service) -> None:
    with pytest.raises(UsageError, match="absent is not deployed"):
        service.port.invoke("absent", b"{}")


def test_a_payload_over_the_quota_is_not_sent(service: Service) -> None:
    with pytest.raises(UsageError, match="payload"):
        service.port.invoke(service.name, b'"' + b"x" * LIMIT + b'"')


def test_lines_of_a_function_have_ids_of_their_own(aws: Callable[[str], Any], clients: Any, deployed: str) -> None:
    """The emulator gives them none."""
    for _ in range(3):
        aws("lambda").invoke(FunctionName=deployed, Payload=b'{"word": "id"}')
    logs = CloudWatchLogs(clients)
    first, second = (list(logs.fetch(f"/aws/lambda/{deployed}", 0)) for _ in range(2))
    assert len([event for event in first if event.message == "heard id"]) == 3
    assert len({event.id for event in first}) == len(first)
    assert first == second


def test_the_concurrency_of_the_account(service: Service) -> None:
    found = service.port.concurrency()
    assert 0 <= found.unreserved <= found.limit == 1000


def test_code_is_replaced_only_at_the_revision_that_was_seen(service: Service, request: pytest.FixtureRequest) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as zipped:
        zipped.writestr("app.py", CODE + "# changed\n")
    digest = hashlib.sha256(content.getvalue()).digest()
    key = f"demo/{digest.hex()}.zip"
    if isinstance(service.port, FakeFunctions):
        service.port.run(service.name, "before")
    else:
        s3 = request.getfixturevalue("aws")("s3")
        s3.create_bucket(Bucket="contract-code")
        s3.put_object(Bucket="contract-code", Key=key, Body=content.getvalue())
    before = service.port.code(service.name)
    after = service.port.replace_code(service.name, "contract-code", key, before.revision)
    assert after.sha256 == base64.b64encode(digest).decode() != before.sha256
    assert service.port.code(service.name).revision == after.revision != before.revision
    with pytest.raises(FunctionChangedError):
        service.port.replace_code(service.name, "contract-code", key, before.revision)
    with pytest.raises(DeployError):
        service.port.replace_code(service.name, "contract-code", "demo/absent.zip", after.revision)
    assert service.port.code(service.name).sha256 == after.sha256


def test_the_code_of_a_function_that_is_not_there(service: Service) -> None:
    with pytest.raises(UsageError, match="absent is not deployed"):
        service.port.code("absent")
    with pytest.raises(UsageError, match="absent is not deployed"):
        service.port.replace_code("absent", "contract-code", "demo/absent.zip", "1")


def test_a_dry_run_runs_nothing(service: Service) -> None:
    service.port.try_out(service.name)
    with pytest.raises(UsageError, match="absent is not deployed"):
        service.port.try_out("absent")


def test_an_alias_moves_only_at_the_revision_that_was_seen(service: Service, request: pytest.FixtureRequest) -> None:
    if isinstance(service.port, FakeFunctions):
        service.port.lead(service.name, "live", "1")
    else:
        client = request.getfixturevalue("aws")("lambda")
        version = client.publish_version(FunctionName=service.name)["Version"]
        client.create_alias(FunctionName=service.name, Name="live", FunctionVersion=version)
    before = service.port.alias(service.name, "live")
    assert before.version == "1"
    assert not before.shifting
    service.port.move_alias(service.name, "live", LATEST, before.revision)
    assert service.port.alias(service.name, "live").version == LATEST
    with pytest.raises(FunctionChangedError, match="live has changed meanwhile"):
        service.port.move_alias(service.name, "live", "1", before.revision)
    with pytest.raises(UsageError, match="absent is not deployed"):
        service.port.alias(service.name, "absent")
