"""pkgops env for a client with a file of its own: kept values, placeholders, secrets, headings."""

from __future__ import annotations

import io
import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from dotenv import dotenv_values

from tests.canary import canary
from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.fakes.stacks import FakeStacks
from tests.pkgops.web_project import FILES, write

SECRET = canary("payment", "sk_")
SYSTEM = '''
"""Pages: a website and the app that uses it."""
from dataclasses import dataclass
from pkgops.declarations import Variable as V
from pkgops.model import Stack, System

@dataclass(frozen=True)
class Settings:
    pass

SYSTEM = System(
    key="pages",
    title="Pages",
    stacks=(Stack("site", "Pages-{stage}"),),
    settings=Settings,
    environments={"dev": "development", "prod": "production"},
    check=lambda stage, settings: [],
    tags=lambda stage: {},
    variables=(
        V("AWS_REGION", value="{region}", group="AWS"),
        V("AWS_ACCESS_KEY_ID", value="AKIA...", kept=True, group="AWS"),
        V("TABLE", "site.Table", group="Data"),
        V("TABLE_ENDPOINT", value="https://dynamodb.{region}.amazonaws.com", group="Data"),
        V("CACHE", "site.Cache", optional=True, group="Data"),
        V("SOCKET", "site.Socket", ending="/{environment}", group="Data"),
        V("SAME_SOCKET", "site.Staged", ending="/{environment}", group="Data"),
        V("PAYMENT_KEY", kept=True, secret="pages/keys/{environment}#payment_key", group="Keys"),
        V("DEBUG", value="true", in_production=False, group="Keys"),
        V("OLD_NAME", "site.Table", compat=True),
    ),
)
'''
OUTPUTS = {"Table": "t", "Socket": "wss://x/", "Staged": "wss://x/development"}
PLAIN = """\
# AWS
AWS_REGION=us-east-1
AWS_ACCESS_KEY_ID=AKIA...

# Data
TABLE=t
TABLE_ENDPOINT=https://dynamodb.us-east-1.amazonaws.com
CACHE=
SOCKET=wss://x/development
SAME_SOCKET=wss://x/development

# Keys
PAYMENT_KEY=
DEBUG=true
"""


class Env:
    """The project, deployed in memory on stage dev, and the program run in it."""

    def __init__(self, root: Path, call: Callable[..., Result]) -> None:
        self.root = write(root, FILES | {"templates/pages/__init__.py": SYSTEM})
        self.stacks = FakeStacks()
        self.stacks.deployed("Pages-dev", "UPDATE_COMPLETE", outputs=OUTPUTS)
        self.stacks.deployed("Pages-prod", "UPDATE_COMPLETE", outputs=OUTPUTS)
        self.ports = FakePorts(stacks=self.stacks, endpoint=None)
        self.ports.secrets.values["pages/keys/development"] = json.dumps({"payment_key": SECRET, "other": ""})
        self._call = call

    def __call__(self, *arguments: str, stage: str = "dev") -> Result:
        return self._call("env", *arguments, "--stage", stage, ports=self.ports)


@pytest.fixture
def env(project: Path, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> Env:
    made = Env(project / "own", run)
    monkeypatch.chdir(made.root)
    return made


def test_order_headings_and_placeholders_are_as_declared(env: Env) -> None:
    done = env()
    assert done.stdout == PLAIN
    assert "To fill in: AWS_ACCESS_KEY_ID, PAYMENT_KEY." in done.stderr


def test_production_leaves_out_what_is_for_development(env: Env) -> None:
    found = json.loads(env("--output", "json", stage="prod").stdout)
    assert "DEBUG" not in found
    assert found["SOCKET"] == "wss://x/production"
    assert found["SAME_SOCKET"] == "wss://x/development/production"


def test_names_the_documents_omit_are_asked_for(env: Env) -> None:
    assert "OLD_NAME" not in env().stdout
    assert env("--app-compat").stdout == PLAIN + "OLD_NAME=t\n"


def test_values_of_the_users_file_are_kept(env: Env) -> None:
    existing = env.root / ".env.local"
    existing.write_text("AWS_ACCESS_KEY_ID=AKIAREAL\nPAYMENT_KEY='it is $mine'\nTABLE=old\nMINE=1\n")
    done = env("--existing", ".env.local")
    assert "AWS_ACCESS_KEY_ID=AKIAREAL" in done.stdout
    assert "TABLE=t\n" in done.stdout
    assert dotenv_values(stream=io.StringIO(done.stdout))["PAYMENT_KEY"] == "it is $mine"
    assert "Not taken over from the existing file: MINE." in done.stderr
    assert "Check these: readers of .env files differ on quotes, $ and line breaks: PAYMENT_KEY." in done.stderr
    assert "To fill in" not in done.stderr
    missing = env("--existing", "nowhere")
    assert missing.exit_code == 2
    assert "There is no file nowhere." in missing.stderr


def test_secrets_are_read_when_that_is_asked_for(env: Env) -> None:
    assert SECRET not in env().stdout
    target = env.root / "client.env"
    done = env("--with-secrets", "--file", "client.env")
    assert done.exit_code == 0
    assert SECRET not in done.output
    assert f"PAYMENT_KEY={SECRET}" in target.read_text()
    env.ports.secrets.values["pages/keys/development"] = "no json"
    assert "To fill in: AWS_ACCESS_KEY_ID, PAYMENT_KEY." in env("--with-secrets").stderr
    del env.ports.secrets.values["pages/keys/development"]
    assert env("--with-secrets").stdout == PLAIN


def test_a_file_is_its_owners_and_is_not_replaced_by_chance(env: Env) -> None:
    target = env.root / "client.env"
    assert env("--file", "client.env").stdout == "Wrote 9 variables to client.env.\n"
    assert target.read_text() == PLAIN
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    target.write_text("mine")
    target.chmod(0o644)
    refused = env("--file", "client.env")
    assert refused.exit_code == 6
    assert "client.env exists" in refused.stderr
    assert target.read_text() == "mine"
    assert env("--file", "client.env", "--force").exit_code == 0
    assert (target.read_text(), stat.S_IMODE(target.stat().st_mode)) == (PLAIN, 0o600)
    assert [path.name for path in env.root.iterdir() if path.name.startswith(".client")] == []
    nowhere = env("--file", "nowhere/x.env")
    assert nowhere.exit_code == 2
    assert "cannot be written" in nowhere.stderr
    assert "--force goes with --file" in env("--force").stderr


def test_everything_that_is_missing_is_named_at_once(env: Env) -> None:
    env.stacks.deployed("Pages-dev", "UPDATE_COMPLETE", outputs={"Staged": "wss://x/development"})
    done = env()
    assert done.exit_code == 2
    assert "site.Table, site.Socket" in done.stderr
    blank = env("--allow-missing")
    assert "\nTABLE=\n" in blank.stdout
    assert "\nSOCKET=\n" in blank.stdout
    assert "Left empty, as not deployed: SOCKET, TABLE." in blank.stderr


def test_nothing_deployed_may_be_missing_too(env: Env) -> None:
    env.ports.stacks = FakeStacks()
    done = env()
    assert done.exit_code == 2
    assert "No stack of pages is deployed on stage dev." in done.stderr
    assert "AWS_REGION=us-east-1" in env("--allow-missing").stdout
