"""Temporary credentials are cached for the next command, and shared with the AWS CLI."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pkgops.aws.connection.client import Clients, translated
from pkgops.errors import AccessError
from pkgops.local.client.emulator import Emulator
from pkgops.model import Stage
from tests.emulator import ACCOUNT, REGION, client
from tests.pkgops.deploy.faults.proxy import Proxy, proxied
from tests.repository import ROOT

pytestmark = pytest.mark.emulator

STAGE = Stage("dev", region=REGION, profile="deployer")
CONFIG = f"""
[profile deployer]
role_arn = arn:aws:iam::{ACCOUNT}:role/deployer
source_profile = base
[profile base]
aws_access_key_id = {ACCOUNT}
aws_secret_access_key = {{secret}}
"""


@pytest.fixture(scope="module")
def proxy(emulator: Emulator) -> Iterator[Proxy]:
    anyone = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [anyone]})
    client(emulator, "iam").create_role(RoleName="deployer", AssumeRolePolicyDocument=trust)
    with proxied(emulator.port) as running:
        yield running


@pytest.fixture
def home(proxy: Proxy, emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a profile whose role is assumed with another one's keys."""
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.endpoint)
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text(CONFIG.format(secret=emulator.credentials().secret))
    proxy.calls.clear()
    return tmp_path


def asked() -> None:
    """One command: clients of its own, and a call."""
    Clients(STAGE).get("sts").get_caller_identity()


def test_a_role_is_assumed_once_for_many_commands(proxy: Proxy, home: Path) -> None:
    asked()
    asked()
    assert proxy.calls["AssumeRole"] == 1
    (kept,) = (home / ".aws" / "cli" / "cache").glob("*.json")
    assert set(json.loads(kept.read_text())["Credentials"]) >= {"AccessKeyId", "SessionToken", "Expiration"}
    assert kept.stat().st_mode & 0o077 == 0


def test_expired_credentials_are_requested_again(proxy: Proxy, home: Path) -> None:
    asked()
    (kept,) = (home / ".aws" / "cli" / "cache").glob("*.json")
    old = json.loads(kept.read_text())
    old["Credentials"]["Expiration"] = "2020-01-01T00:00:00+00:00"
    kept.write_text(json.dumps(old))
    asked()
    assert proxy.calls["AssumeRole"] == 2


def test_a_required_code_without_a_terminal_is_an_error(home: Path) -> None:
    """A process without a terminal, as CI has it."""
    config = home / ".aws" / "config"
    config.write_text(config.read_text().replace("source_profile", "mfa_serial = x\nsource_profile"))
    command = [sys.executable, "-c", "from tests.pkgops.aws.connection.test_credentials import say; say()"]
    ended = subprocess.run(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, start_new_session=True, check=False
    )
    assert "requires an MFA code, and there is no terminal" in ended.stdout, ended.stderr
    assert "on a terminal first" in ended.stdout


def say() -> None:
    """What a command says that cannot have its code."""
    try:
        with translated("sts:GetCallerIdentity"):
            asked()
    except AccessError as error:
        sys.stdout.write(f"{error.message} {error.hint}\n")


@pytest.mark.parametrize(
    ("process", "said"),
    [
        ("sh -c \"echo 'token has expired' >&2; exit 3\"", "credential_process: token has expired"),
        ("echo x", "credential_process: it does not print credentials as JSON"),
        ("echo []", "credential_process: it prints JSON without credentials"),
        ("/no/such/program", r"/no/such/program cannot be started \(No such file or directory\)"),
    ],
)
def test_a_profiles_program_that_fails_is_told_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, process: str, said: str
) -> None:
    forget(monkeypatch)
    config = tmp_path / "config"
    config.write_text(f"[profile work]\nregion = us-east-1\ncredential_process = {process}\n", encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    with pytest.raises(AccessError, match=said):
        Clients(Stage("dev", profile="work")).get("sts")


def test_an_ended_sso_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forget(monkeypatch)
    config = tmp_path / "config"
    rows = ("sso_start_url = https://a.example", "sso_region = us-east-1", "sso_account_id = 123456789012")
    config.write_text("\n".join(("[profile work]", *rows, "sso_role_name = dev", "")), encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    with pytest.raises(AccessError, match="sign-in session is missing or has expired") as caught:
        Clients(Stage("dev", profile="work")).get("sts")
    assert "aws sso login" in caught.value.hint


@pytest.mark.parametrize(
    ("given", "missing"),
    [("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), ("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID")],
)
def test_half_a_key_pair(monkeypatch: pytest.MonkeyPatch, given: str, missing: str) -> None:
    forget(monkeypatch)
    monkeypatch.setenv(given, "half")
    with pytest.raises(AccessError, match=f"{missing} is missing"):
        Clients(Stage("dev")).get("sts")


def test_an_empty_profile_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    forget(monkeypatch)
    monkeypatch.setenv("AWS_PROFILE", "")
    with pytest.raises(AccessError, match="No AWS credentials found"):
        Clients(Stage("dev")).get("sts")


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of this machine's own credentials is seen."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
