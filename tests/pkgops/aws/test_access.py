"""What keeps the tool from AWS is reported as what it is, and at once."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from botocore import exceptions as botocore

from pkgops.aws.connection.client import Clients, translated
from pkgops.aws.stacks import CloudFormationStacks
from pkgops.errors import AccessError
from pkgops.model import LOCAL_ACCOUNT, Stage


def refusal(code: str, message: str = "text") -> botocore.ClientError:
    return botocore.ClientError({"Error": {"Code": code, "Message": message}}, "DescribeStacks")


@pytest.mark.parametrize(
    ("error", "said", "remedy"),
    [
        (refusal("ExpiredToken"), "have expired", "aws sso login"),
        (refusal("RequestExpired"), "have expired", "aws sso login"),
        (refusal("InvalidClientTokenId"), "does not accept the credentials", "AWS_PROFILE"),
        (refusal("AccessDenied", "no policy allows"), "Access denied .*: no policy allows", "permission"),
        (botocore.NoCredentialsError(), "No AWS credentials found", "--stage local"),
        (botocore.ProfileNotFound(profile="mine"), "mine", "AWS_PROFILE"),
        (botocore.UnauthorizedSSOTokenError(), "has expired", "aws sso login"),
        (botocore.EndpointConnectionError(endpoint_url="https://x"), "Cannot reach AWS", "network"),
        (botocore.ConnectTimeoutError(endpoint_url="https://x"), "Cannot reach AWS", "network"),
    ],
)
def test_each_cause_has_its_sentence_and_remedy(error: Exception, said: str, remedy: str) -> None:
    with pytest.raises(AccessError, match=said) as caught, translated("cloudformation:DescribeStacks"):
        raise error
    assert remedy in caught.value.hint


def test_what_the_service_says_about_the_request_passes_through() -> None:
    with pytest.raises(botocore.ClientError), translated("anything"):
        raise refusal("ValidationError")


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "AKIAIOSFODNN7EXAMPLE")
    for name in ("AWS_PROFILE", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


def test_a_name_that_does_not_resolve_is_said_at_once(keys: None) -> None:
    began = time.monotonic()
    with pytest.raises(AccessError, match="Cannot reach AWS"):
        CloudFormationStacks(Clients(Stage("dev", region="nowhere-east-1"))).describe()
    assert time.monotonic() - began < 20  # the SDK alone tries for a minute


def test_an_emulator_that_is_gone_is_an_access_error() -> None:
    with pytest.raises(AccessError, match="Cannot reach AWS"):
        CloudFormationStacks(Clients(Stage("local"), "http://127.0.0.1:9")).describe()


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A profile of the AWS configuration, with other keys in the environment."""
    (tmp_path / "credentials").write_text("[mine]\naws_access_key_id = AKIAMINE\naws_secret_access_key = secret\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    return "mine"


def key(stage: Stage) -> str:
    """The access key a client of stage local signs with."""
    client = Clients(stage, "http://127.0.0.1:1").get("sts")
    return str(client._request_signer._credentials.access_key)


def test_on_stage_local_it_is_root_whatever_keys_lie_around(keys: None, profile: str) -> None:
    assert key(Stage("local")) == LOCAL_ACCOUNT


def test_on_stage_local_a_profile_for_aws_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "there-is-no-such-profile")
    assert key(Stage("local")) == LOCAL_ACCOUNT


def test_on_stage_local_it_is_whom_the_stages_profile_names(keys: None, profile: str) -> None:
    assert key(Stage("local", profile=profile)) == "AKIAMINE"
    with pytest.raises(AccessError, match="other"):
        key(Stage("local", profile="other"))
