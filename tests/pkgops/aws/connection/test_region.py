"""The region comes from stages.toml alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from pkgops.aws.connection.client import Clients
from pkgops.aws.connection.region import check_endpoint, overridden_region
from pkgops.config import require_account
from pkgops.errors import AccessError
from pkgops.events import Event, Note
from pkgops.model import Stage

STAGE = Stage("prod", region="eu-west-1", account="123456789012", protected=True)


class Profile:
    """A session as far as its profile's region goes."""

    def __init__(self, region: str | None = None) -> None:
        self.region = region

    def get_config_variable(self, name: str) -> str | None:
        assert name == "region"
        return self.region


def test_the_stages_own_region_is_nothing_to_tell() -> None:
    assert overridden_region(STAGE, {}, Profile()) == ""
    assert overridden_region(STAGE, {"AWS_REGION": "eu-west-1"}, Profile("eu-west-1")) == ""


@pytest.mark.parametrize(
    ("environ", "profile", "setting"),
    [
        ({"AWS_REGION": "us-east-1"}, None, "AWS_REGION=us-east-1"),
        ({"AWS_DEFAULT_REGION": "us-east-1"}, "us-east-1", "AWS_DEFAULT_REGION=us-east-1"),
        ({}, "us-east-1", "the profile's region"),
    ],
)
def test_another_region_is_reported_and_ignored(environ: dict[str, str], profile: str | None, setting: str) -> None:
    text = overridden_region(STAGE, environ, Profile(profile))
    assert text == f"Stage prod is in eu-west-1; {setting} is ignored."


@pytest.mark.parametrize(
    "url",
    [
        "https://cloudformation.eu-west-1.amazonaws.com",
        "https://iam.amazonaws.com",
        "https://s3.dualstack.eu-west-1.amazonaws.com",
        "https://vpce-1-2.cloudformation.eu-west-1.vpce.amazonaws.com",
        "https://cloudformation.eu-west-1.api.aws",
    ],
)
def test_addresses_of_aws(url: str) -> None:
    assert check_endpoint(STAGE, url) == ""


@pytest.mark.parametrize(
    "url",
    [
        "https://cloudformation.us-east-1.amazonaws.com",
        "https://s3-us-west-2.amazonaws.com",
        "https://vpce-1-2.cloudformation.us-gov-west-1.vpce.amazonaws.com",
    ],
)
def test_addresses_of_another_region_are_refused(url: str) -> None:
    with pytest.raises(AccessError, match="Stage prod is in eu-west-1"):
        check_endpoint(STAGE, url)


def test_an_endpoint_outside_of_aws_is_reported() -> None:
    assert "http://127.0.0.1:4566" in check_endpoint(STAGE, "http://127.0.0.1:4566")


def test_stacks_of_another_region_are_refused() -> None:
    require_account(STAGE, "123456789012", "eu-west-1")
    require_account(STAGE, "123456789012")
    with pytest.raises(AccessError, match="are in us-east-1, stage prod is in eu-west-1"):
        require_account(STAGE, "123456789012", "us-east-1")


def test_a_client_is_of_the_stages_region_and_it_is_said_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("[default]\nregion = sa-east-1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-south-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "any")
    events: list[Event] = []
    clients = Clients(STAGE, emit=events.append)
    assert {clients.get(name).meta.region_name for name in ("cloudformation", "s3", "sts")} == {"eu-west-1"}
    region, address = [event.text for event in events if isinstance(event, Note)]
    assert "AWS_REGION=us-east-1, AWS_DEFAULT_REGION=ap-south-1 is ignored" in region
    assert "http://127.0.0.1:9" in address
