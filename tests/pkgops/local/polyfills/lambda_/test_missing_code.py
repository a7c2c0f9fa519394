"""Contract: a function that cannot run is an error."""

from __future__ import annotations

import httpx
import pytest

from pkgops.local.urls import reachable

pytestmark = pytest.mark.emulator


@pytest.fixture
def incomplete(function, aws, unique):
    """A function whose code was not in the bucket, which only the API allows."""
    bucket = unique("code")
    aws("s3").create_bucket(Bucket=bucket)
    return function("", Code={"S3Bucket": bucket, "S3Key": "missing.zip"})


def test_an_invocation_is_refused(incomplete, aws):
    client = aws("lambda")
    with pytest.raises(client.exceptions.ResourceNotReadyException) as refused:
        incomplete()
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 502
    assert f"The code of function {incomplete.name} is not there. Deploy it again" in str(refused.value)


def test_a_url_answers_an_error(incomplete, aws, emulator):
    made = aws("lambda").create_function_url_config(FunctionName=incomplete.name, AuthType="NONE")
    answer = httpx.get(reachable(made["FunctionUrl"], emulator.endpoint))
    assert (answer.status_code, answer.text) == (502, "Internal Server Error")


def test_a_runtime_that_the_emulator_does_not_run_is_named(function, aws):
    java = function("", Runtime="java21", Handler="app.Handler")
    with pytest.raises(aws("lambda").exceptions.ResourceNotReadyException) as refused:
        java()
    assert "does not run java21" in str(refused.value)
