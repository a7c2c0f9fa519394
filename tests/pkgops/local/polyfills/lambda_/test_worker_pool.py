"""Contract: functions share a limited number of processes."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from pkgops.local.client.emulator import Emulator
from pkgops.local.urls import reachable
from tests.emulator import archive, client, free_port
from tests.pkgops.local.conftest import create_function
from tests.waiting import eventually

pytestmark = pytest.mark.emulator
OUTER = """
import json, boto3
def handler(event, context):
    answer = boto3.client("lambda").invoke(FunctionName="contract-pool-inner")
    return json.loads(answer["Payload"].read())
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """An emulator that keeps two processes of functions."""
    one = Emulator(tmp_path_factory.mktemp("small") / "local", free_port(), workers=2)
    one.up()
    yield one
    one.down()


def test_a_burst_is_served_by_as_many_processes_as_there_may_be(small):
    create_function(small, "burst", "import os, time\ndef handler(e, c): time.sleep(0.01); return os.getpid()")
    made = client(small, "lambda").create_function_url_config(FunctionName="burst", AuthType="NONE")
    address = reachable(made["FunctionUrl"], small.endpoint)
    with httpx.Client(limits=httpx.Limits(max_connections=200), timeout=60) as http, ThreadPoolExecutor(200) as threads:
        answers = list(threads.map(lambda _: http.get(address), range(200)))
    assert {answer.status_code for answer in answers} == {200}
    assert 1 <= len({answer.text for answer in answers}) <= 2


def test_functions_that_wait_for_other_functions_get_their_answers(small):
    create_function(small, "contract-pool-inner", "def handler(e, c): return 42")
    create_function(small, "contract-pool-outer", OUTER)
    iam, functions = client(small, "iam"), client(small, "lambda")
    allowed = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "lambda:*", "Resource": "*"}]}
    iam.put_role_policy(RoleName="contract-pool-outer", PolicyName="it", PolicyDocument=json.dumps(allowed))
    functions.update_function_configuration(FunctionName="contract-pool-outer", Timeout=30)

    def call(_):
        return functions.invoke(FunctionName="contract-pool-outer")["Payload"].read()

    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(call, range(4))) == {b"42"}


def test_what_is_reserved_for_a_function_holds_for_its_versions(function, aws):
    stopped, functions = function("def handler(e, c): return 1"), aws("lambda")
    version = functions.publish_version(FunctionName=stopped.name)["Version"]
    functions.put_function_concurrency(FunctionName=stopped.name, ReservedConcurrentExecutions=0)
    with pytest.raises(functions.exceptions.TooManyRequestsException):
        functions.invoke(FunctionName=stopped.name, Qualifier=version)


def test_an_asynchronous_event_waits_for_its_functions_concurrency(function, aws):
    busy, functions = function("import time\ndef handler(e, c): time.sleep(0.1); print('took', e)"), aws("lambda")
    functions.put_function_concurrency(FunctionName=busy.name, ReservedConcurrentExecutions=1)
    aws("logs").create_log_group(logGroupName=f"/aws/lambda/{busy.name}")
    for number in range(4):
        functions.invoke(FunctionName=busy.name, InvocationType="Event", Payload=json.dumps(number))
    wanted = {f"took {number}" for number in range(4)}
    eventually(lambda: wanted <= set(busy.log()), 30)


def test_new_code_lets_an_invocation_under_way_finish(function, aws, tmp_path):
    """As on AWS: who called before a swap gets an answer, of the code that was called."""
    there, go = tmp_path / "there", tmp_path / "go"
    wait = f"import os, pathlib, time\ndef handler(e, c):\n    pathlib.Path({str(there)!r}).touch()\n"
    wait += f"    while not os.path.exists({str(go)!r}): time.sleep(0.01)\n    return 'old'\n"
    busy, functions = function(wait), aws("lambda")
    with ThreadPoolExecutor(1) as threads:
        early = threads.submit(lambda: json.loads(functions.invoke(FunctionName=busy.name)["Payload"].read()))
        eventually(there.exists)
        fresh = archive({"app.py": "def handler(e, c): return 'new'"})
        functions.update_function_code(FunctionName=busy.name, ZipFile=fresh)
        assert json.loads(functions.invoke(FunctionName=busy.name)["Payload"].read()) == "new"
        go.touch()
        assert early.result(30) == "old"
    assert json.loads(functions.invoke(FunctionName=busy.name)["Payload"].read()) == "new"
