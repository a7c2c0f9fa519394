"""Contract: functions from templates."""

from __future__ import annotations

import pytest

from tests.emulator import archive

pytestmark = pytest.mark.emulator


def function(role, code, **more):
    properties = {"Runtime": "python3.12", "Handler": "app.handler", "Role": role, "Code": code, **more}
    return {"Type": "AWS::Lambda::Function", "Properties": properties}


@pytest.fixture
def code(aws, unique):
    bucket = unique("code")
    aws("s3").create_bucket(Bucket=bucket)
    aws("s3").put_object(Bucket=bucket, Key="a.zip", Body=archive({"app.py": "def handler(e, c): return 1"}))
    return {"S3Bucket": bucket, "S3Key": "a.zip"}


def test_code_that_is_not_there_fails_the_stack(deploy, role, code):
    missing = {**code, "S3Key": "missing.zip"}
    stack = deploy({"Function": function(role, missing)})
    assert stack.status == "ROLLBACK_COMPLETE"
    assert any("NoSuchKey" in reason and "missing.zip" in reason for reason in stack.reasons)


def test_an_update_to_code_that_is_not_there_rolls_back(deploy, role, code):
    stack = deploy({"Function": function(role, code)})
    missing = {**code, "S3Key": "missing.zip"}
    assert stack.update({"Resources": {"Function": function(role, missing)}}).status == "UPDATE_ROLLBACK_COMPLETE"


def test_reserved_concurrency_is_set_and_lifted(deploy, role, code, aws):
    stack = deploy({"Function": function(role, code, ReservedConcurrentExecutions=0)})
    name = stack.physical("Function")
    with pytest.raises(aws("lambda").exceptions.TooManyRequestsException):
        aws("lambda").invoke(FunctionName=name)
    stack.update({"Resources": {"Function": function(role, code)}})
    assert aws("lambda").invoke(FunctionName=name)["Payload"].read() == b"1"


@pytest.mark.parametrize("runtime", ["java21", "ruby3.3", "dotnet8"])
def test_a_runtime_the_emulator_cannot_run_is_refused(deploy, role, code, runtime):
    stack = deploy(
        {"Function": function(role, code) | {"Properties": function(role, code)["Properties"] | {"Runtime": runtime}}}
    )
    assert stack.status == "ROLLBACK_COMPLETE"
    assert any(f"does not run {runtime}" in reason for reason in stack.reasons)


def test_the_processes_of_a_deleted_function_end(deploy, role, aws, emulator):
    import os

    code = {"ZipFile": "import os\ndef handler(event, context): return os.getpid()"}
    resource = function(role, code)
    resource["Properties"]["Handler"] = "index.handler"
    stack = deploy({"Function": resource})
    pid = int(aws("lambda").invoke(FunctionName=stack.physical("Function"))["Payload"].read())
    os.kill(pid, 0)
    stack.delete()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_part_of_the_concurrency_stays_unreserved(deploy, role, code):
    stack = deploy({"Function": function(role, code, ReservedConcurrentExecutions=901)})
    assert stack.status == "ROLLBACK_COMPLETE"
    assert any("below its minimum value of [100]" in reason for reason in stack.reasons)
