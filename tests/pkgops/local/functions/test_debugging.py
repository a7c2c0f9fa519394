"""A debugger attaches to one function by its protocol, and stops at a line that a real request reached."""

from __future__ import annotations

import json
import os
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from pkgops.aws.connection.client import Clients
from pkgops.aws.functions import LambdaFunctions
from pkgops.local.inspection import Inspection, code_folder, inspected, port_of
from pkgops.local.urls import reachable
from pkgops.model import Stage
from tests.debugger import Debugger
from tests.waiting import eventually

pytestmark = pytest.mark.emulator

CODE = """\
import os
def handler(event, context):
    word = event["rawPath"].strip("/")
    answer = word.upper()
    return {"statusCode": 200, "body": answer + " " + str(os.getpid()) + " " + str("debugpy" in str(os.environ))}
"""


@pytest.fixture
def functions(emulator):
    return LambdaFunctions(Clients(Stage("local"), emulator.endpoint, root_secret=emulator.credentials().secret))


def test_it_stops_where_a_request_comes_by_and_goes_on(function, aws, emulator, functions, tmp_path):
    shouting = function(CODE, Timeout=1)
    made = aws("lambda").create_function_url_config(FunctionName=shouting.name, AuthType="NONE")
    address = reachable(made["FunctionUrl"], emulator.endpoint)
    source = tmp_path / "app.py"
    source.write_text(CODE)
    port = port_of(shouting.name)
    wanted = Inspection(shouting.name, os.getpid(), port)
    with inspected(emulator.home, wanted), ThreadPoolExecutor(1) as threads:
        functions.try_out(shouting.name)  # its process is there before anybody calls it
        roots = (str(tmp_path), str(code_folder(emulator.home, shouting.name)))
        with Debugger(port, roots) as debugger:
            debugger.stop_at(str(source), 4)
            request = threads.submit(lambda: urllib.request.urlopen(f"{address}hello", timeout=60).read().decode())
            frame = debugger.stopped()
            assert (frame["source"]["path"], frame["line"], frame["name"]) == (str(source), 4, "handler")
            assert debugger.value(frame, "word") == "'hello'"
            assert debugger.value(frame, "__import__('time').sleep(1.2)") == "None", "its timeout is a second"
            assert not request.done()
            debugger.ask("continue", threadId=frame["thread"])
            assert request.result(60).startswith("HELLO ")
    word, pid, _ = urllib.request.urlopen(f"{address}bye", timeout=60).read().decode().split()
    assert word == "BYE"
    assert int(pid) != request.result()
    assert " ".join(request.result().split()[1:2]) != pid, "an ordinary process has taken its place"


def test_it_waits_for_the_debugger_if_that_is_wanted(function, emulator, functions, tmp_path):
    patient = function('def handler(event, context):\n    return {"heard": event}\n', Timeout=1)
    (tmp_path / "app.py").write_text('def handler(event, context):\n    return {"heard": event}\n')
    wanted = Inspection(patient.name, os.getpid(), port_of(patient.name), wait=True)
    with inspected(emulator.home, wanted), ThreadPoolExecutor(1) as threads:
        answer = threads.submit(functions.invoke, patient.name, b'"you"')
        with Debugger(wanted.port, (str(tmp_path), str(code_folder(emulator.home, patient.name)))) as debugger:
            assert not answer.done()
            debugger.stop_at(str(tmp_path / "app.py"), 2)
            frame = debugger.stopped()
            assert debugger.value(frame, "event") == "'you'"
            debugger.ask("continue", threadId=frame["thread"])
            assert answer.result(60).payload == b'{"heard": "you"}'


def test_nothing_is_left_of_a_command_that_has_ended(function, emulator, functions):
    """A file whose process is gone counts for nothing."""
    plain = function('def handler(event, context):\n    return "plain"\n')
    gone = 2**22 + 1  # above the highest pid
    with inspected(emulator.home, Inspection(plain.name, gone, port_of(plain.name), wait=True)):
        assert functions.invoke(plain.name, b"{}").payload == b'"plain"'


def test_a_profile_tells_starts_imports_and_calls(function, aws, emulator, functions, tmp_path):
    code = "import boto3\ndef handler(event, context):\n    boto3.client('sts').get_caller_identity()\n    return 1\n"
    measured = function(code)
    wanted = Inspection(measured.name, os.getpid(), profile=str(tmp_path / "rows"))
    with inspected(emulator.home, wanted):
        for _ in range(2):
            assert functions.invoke(measured.name, b"{}").payload == b"1"
    start, cold, warm = [json.loads(line) for line in (tmp_path / "rows").read_text().splitlines()]
    assert [row["cold"] for row in (start, cold, warm)] == [True, False, False]
    assert start["imports"]["botocore"] > 0
    assert "botocore" not in warm["imports"]
    assert [(service, operation) for service, operation, _ in warm["calls"]] == [("STS", "GetCallerIdentity")]
    assert sum(start["imports"].values()) <= start["seconds"]
    assert sum(seconds for *_, seconds in cold["calls"]) <= cold["seconds"]


def test_a_message_stays_hidden_while_its_function_is_stopped(function, aws, emulator, functions, tmp_path, unique):
    """Its queue would deliver it again after a second."""
    code = "def handler(event, context):\n    print('took', event['Records'][0]['attributes'])\n    return {}\n"
    worker, sqs = function(code, Timeout=1), aws("sqs")
    (tmp_path / "app.py").write_text(code)
    url = sqs.create_queue(QueueName=unique("queue"), Attributes={"VisibilityTimeout": "1"})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    aws("logs").create_log_group(logGroupName=f"/aws/lambda/{worker.name}")
    wanted = Inspection(worker.name, os.getpid(), port_of(worker.name))
    with inspected(emulator.home, wanted):
        functions.try_out(worker.name)
        with Debugger(wanted.port, (str(tmp_path), str(code_folder(emulator.home, worker.name)))) as debugger:
            debugger.stop_at(str(tmp_path / "app.py"), 2)
            aws("lambda").create_event_source_mapping(EventSourceArn=arn, FunctionName=worker.name, BatchSize=1)
            sqs.send_message(QueueUrl=url, MessageBody="{}")
            frame = debugger.stopped()
            debugger.value(frame, "__import__('time').sleep(2.5)")
            debugger.ask("continue", threadId=frame["thread"])
            eventually(lambda: [line for line in worker.log() if line.startswith("took")])
    named = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    eventually(
        lambda: set(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=named)["Attributes"].values()) == {"0"}
    )
    (took,) = [line for line in worker.log() if line.startswith("took")]
    assert "'ApproximateReceiveCount': '1'" in took
