"""Temporary credentials are cached for the next command, and shared with the AWS CLI."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pkgops.aws.client import Clients, translated
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
aws_secret_access_key = local
"""


@pytest.fixture(scope="module")
def proxy(emulator: Emulator) -> Iterator[Proxy]:
    anyone = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [anyone]})
    client(emulator, "iam").create_role(RoleName="deployer", AssumeRolePolicyDocument=trust)
    with proxied(emulator.port) as running:
        yield running


@pytest.fixture
def home(proxy: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a profile whose role is assumed with another one's keys."""
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.endpoint)
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text(CONFIG)
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
    (home / ".aws" / "config").write_text(CONFIG.replace("source_profile", "mfa_serial = x\nsource_profile"))
    command = [sys.executable, "-c", "from tests.pkgops.aws.test_credentials import say; say()"]
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
