"""pkgops users access-key."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.pkgops.fakes.ports import FakePorts

DEV = ("--stage", "dev")
USER = "keyvex-app-development"
POLICY = "arn:aws:iam::123456789012:policy/keyvex-app-access-development"


@pytest.fixture
def ports() -> FakePorts:
    """With the security stack deployed."""
    made = FakePorts()
    outputs = {"AppAccessPolicyArn": POLICY}
    made.stacks.deployed("Keyvex-development-Security", "CREATE_COMPLETE", outputs=outputs)
    return made


def test_a_key_is_shown_once_and_its_user_has_the_policy_alone(run: Any, ports: FakePorts) -> None:
    done = run("users", "access-key", "keyvex", "--yes", *DEV, ports=ports)
    (key,) = ports.access_keys.users[USER]
    assert done.stdout.splitlines() == [f"AWS_ACCESS_KEY_ID={key}", f"AWS_SECRET_ACCESS_KEY=secret of {key}"]
    assert ports.access_keys.policies[USER] == {POLICY}
    again = run("users", "access-key", "keyvex", "--yes", *DEV, ports=ports)
    assert (again.exit_code, again.stdout) == (6, "")
    assert f"has an access key already: {key}" in again.stderr
    assert "secret of" not in again.stderr


def test_a_new_key_replaces_all_there_are(run: Any, ports: FakePorts) -> None:
    ports.access_keys.users[USER] = ["AKIAOLD", "AKIAOLDER"]
    done = run("users", "access-key", "keyvex", "--replace", "--yes", "-o", "json", *DEV, ports=ports)
    made = json.loads(done.stdout)
    assert ports.access_keys.users[USER] == [made["AWS_ACCESS_KEY_ID"]]


def test_the_user_is_deleted_with_its_keys(run: Any, ports: FakePorts) -> None:
    ports.access_keys.users[USER] = ["AKIAOLD"]
    assert "Deleted" in run("users", "access-key", "keyvex", "--delete", "--yes", *DEV, ports=ports).stderr
    assert ports.access_keys.users == {}
    assert "There was no" in run("users", "access-key", "keyvex", "--delete", "--yes", *DEV, ports=ports).stderr


def test_without_the_stack_nobody_is_made(run: Any) -> None:
    ports = FakePorts()
    assert run("users", "access-key", "keyvex", "--yes", *DEV, ports=ports).exit_code == 2
    assert ports.access_keys.users == {}


def test_without_an_answer_nobody_is_made(run: Any, ports: FakePorts) -> None:
    refused = run("users", "access-key", "keyvex", *DEV, ports=ports)
    assert (refused.exit_code, ports.access_keys.users) == (6, {})


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("kefir",), "declares no policy for an application"),
        (("keyvex", "--replace", "--delete"), "not both"),
        (("keyvex", "--force"), "goes with --file"),
    ],
)
def test_what_cannot_be_is_refused(run: Any, ports: FakePorts, words: tuple[str, ...], said: str) -> None:
    refused = run("users", "access-key", *words, "--yes", *DEV, ports=ports)
    assert refused.exit_code == 2
    assert said in refused.stderr


def test_a_file_with_the_key_is_for_its_owner_alone(run: Any, ports: FakePorts, tmp_path: Path) -> None:
    file = tmp_path / "app.env"
    done = run("users", "access-key", "keyvex", "--file", str(file), "--yes", *DEV, ports=ports)
    (key,) = ports.access_keys.users[USER]
    assert file.read_text() == f"AWS_ACCESS_KEY_ID={key}\nAWS_SECRET_ACCESS_KEY=secret of {key}\n"
    assert file.stat().st_mode & 0o777 == 0o600
    assert "secret of" not in done.stdout + done.stderr
    words = ("--replace", "--file", str(file), "--force")
    assert run("users", "access-key", "keyvex", *words, "--yes", *DEV, ports=ports).exit_code == 0
    assert ports.access_keys.users[USER] != [key]
    assert ports.access_keys.users[USER][0] in file.read_text()


def test_without_its_file_no_key_is_made_and_without_its_key_no_file(
    run: Any, ports: FakePorts, tmp_path: Path
) -> None:
    taken, fresh = tmp_path / "taken.env", tmp_path / "app.env"
    taken.write_text("A=1\n")
    refused = run("users", "access-key", "keyvex", "--file", str(taken), "--yes", *DEV, ports=ports)
    assert (refused.exit_code, ports.access_keys.users, taken.read_text()) == (6, {}, "A=1\n")
    ports.access_keys.users[USER] = ["AKIAOLD"]
    assert run("users", "access-key", "keyvex", "--file", str(fresh), "--yes", *DEV, ports=ports).exit_code == 6
    assert not fresh.exists()
