"""pkgops users."""

from __future__ import annotations

import json

import pytest

from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.fakes.stacks import ACCOUNT

DEV = ("--stage", "dev")
POOL = "kefir-app-dev-appuserpool"


@pytest.fixture
def ports():
    made = FakePorts()
    template = {"Resources": {"AppUserPool": {"Type": "AWS::Cognito::UserPool"}}}
    made.stacks.deployed("kefir-app-dev", "CREATE_COMPLETE", template)
    made.users.enrolled = {(POOL, "a"), (POOL, "b"), ("another", "c")}
    made.users.invited = {(POOL, "d")}
    return made


def test_passwords_and_sessions_are_taken_back(run, ports):
    result = run("users", "reset-passwords", "kefir", *DEV, "--yes", ports=ports)
    assert result.exit_code == 0, result.stderr
    assert result.stdout == f"{POOL}: 2 passwords reset, sessions of 3 users ended\n"
    assert ports.users.renewed == [(POOL, "a"), (POOL, "b")]
    assert ports.users.signed_out == [(POOL, "a"), (POOL, "b"), (POOL, "d")]


@pytest.mark.parametrize("words", [("users", "ls", "kefir"), ("users", "ls", "--all"), ("users", "--all")])
def test_users_are_counted(run, ports, words):
    assert [line.split() for line in run(*words, *DEV, ports=ports).stdout.splitlines()] == [
        ["User", "pool", "Users", "With", "a", "password"],
        [POOL, "3", "2"],
    ]


def test_a_system_without_pools_has_none_to_count(run, ports):
    result = run("users", "ls", "pkgwatch", *DEV, ports=ports)
    assert (result.exit_code, result.stdout + result.stderr) == (0, "There are no user pools.\n")


def test_a_dry_run_counts(run, ports):
    result = run("users", "reset-passwords", "kefir", *DEV, "--dry-run", ports=ports)
    assert result.stdout == f"{POOL} has 3 users, 2 of them with a password.\n"
    rows = json.loads(run("users", "reset-passwords", "kefir", *DEV, "--dry-run", "-o", "json", ports=ports).stdout)
    assert [(row["pool"], len(row["users"])) for row in rows] == [(POOL, 3)]
    assert not ports.users.renewed + ports.users.signed_out


def test_nothing_happens_without_a_confirmation(run, ports):
    result = run("users", "reset-passwords", "kefir", *DEV, ports=ports)
    assert (result.exit_code, ports.users.renewed) == (6, [])
    assert "Add --yes" in result.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("reset-passwords", "pkgwatch", "--yes"), "System pkgwatch has no user pool."),
        (("reset-passwords", "kefir", "--yes"), "User pool AppUserPool is not deployed."),
        (("reset-passwords", "kefir", "--yes"), "pkgops deploy kefir --stage dev. If"),
        (("create", "kefir", "a@example.com", "--generate"), "pkgops deploy kefir --stage dev --revert-drift"),
    ],
)
def test_a_system_without_users(run, words, message):
    result = run("users", *words, *DEV, ports=FakePorts())
    assert result.exit_code == 2
    assert message in result.stderr


EMAIL = "dev@example.com"


def test_each_user_is_listed(run, ports):
    lines = run("users", "ls", "kefir", *DEV, "--each", ports=ports).stdout.splitlines()
    assert [line.split() for line in lines[1:]] == [
        [POOL, "a", "-", "CONFIRMED"],
        [POOL, "b", "-", "CONFIRMED"],
        [POOL, "d", "-", "FORCE_CHANGE_PASSWORD"],
    ]


def test_a_user_is_created_with_a_password_from_a_file(run, ports, tmp_path):
    (tmp_path / "password").write_text("Correct-horse-7\n", encoding="utf-8")
    how = ("--from", str(tmp_path / "password"), "--attribute", "name=Ann=x")
    result = run("users", "create", "kefir", EMAIL, *how, *DEV, ports=ports)
    assert (result.exit_code, result.stdout) == (0, ""), result.stderr
    assert result.stderr == f"Created {EMAIL} in {POOL}.\n"
    ((pool, user),) = ports.users.created
    assert (pool, user.name, user.password, user.temporary) == (POOL, EMAIL, "Correct-horse-7", False)
    assert user.attributes == {"email": EMAIL, "email_verified": "true", "name": "Ann=x"}


def test_a_generated_password_is_shown_once(run, ports):
    result = run("users", "create", "kefir", EMAIL, "--generate", "--temporary", *DEV, ports=ports)
    ((_, user),) = ports.users.created
    assert (result.stdout, user.temporary) == (f"{user.password}\n", True)
    assert user.password not in result.stderr
    assert len(user.password) == 24
    found = json.loads(
        run("users", "create", "kefir", "b@x.example", "--generate", *DEV, "-o", "json", ports=ports).stdout
    )
    assert found == {
        "pool": POOL, "name": "b@x.example", "email": "b@x.example", "status": "CONFIRMED",
        "password": ports.users.created[1][1].password,
    }  # fmt: skip


def test_a_password_from_stdin_is_not_shown(run, ports):
    result = run(
        "users", "create", "kefir", "ann", "--from", "-", *DEV, "-o", "json", ports=ports, input="Secret-word-1\n"
    )
    assert json.loads(result.stdout) == {"pool": POOL, "name": "ann", "email": "", "status": "CONFIRMED"}
    assert ports.users.created[0][1].password == "Secret-word-1"


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("create", "kefir", EMAIL), 6, "There is no terminal to prompt for the password."),
        (("create", "kefir", EMAIL, "--generate", "--from", "-"), 2, "generated or read, not both"),
        (("create", "kefir", EMAIL, "--generate", "--attribute", "name"), 2, "Write --attribute NAME=VALUE."),
        (("create", "kefir", EMAIL, "--generate", "--pool", "Other"), 2, "Unknown user pool 'Other'."),
        (("create", "kefir", "a", "--generate"), 1, "User a cannot be created: User account already exists"),
        (("create", "a", "b", "c"), 2, "Name one user"),
        (("create", "pkgwatch", EMAIL, "--generate"), 2, "System pkgwatch has no user pool."),
        (("create", "kefir", EMAIL, "--from", "/dev/null"), 2, "The password is empty."),
        (("delete", "kefir", "", "--yes"), 2, f"User pool {POOL} has no user"),
        (("delete", "kefir", "a"), 6, "Add --yes"),
        (("delete", "kefir", "nobody", "--yes"), 2, f"User pool {POOL} has no user nobody."),
    ],
)
def test_what_is_refused_changes_nothing(run, ports, words, code, message):
    before = set(ports.users.enrolled)
    result = run("users", *words, *DEV, ports=ports)
    assert (result.exit_code, message in " ".join(result.stderr.split())) == (code, True), result.stderr
    assert (ports.users.enrolled, ports.users.created) == (before, [])


def test_a_user_is_deleted(run, ports):
    result = run("users", "delete", "kefir", "a", "--yes", *DEV, ports=ports)
    assert (result.exit_code, result.stderr) == (0, f"Deleted a from {POOL}.\n")
    assert (POOL, "a") not in ports.users.enrolled


@pytest.mark.parametrize("words", [("create", "kefir", EMAIL, "--generate"), ("delete", "kefir", "a")])
def test_a_protected_stage_is_named_in_full(run, ports, project, monkeypatch, words):
    stages = project / "stages.toml"
    stages.write_text(stages.read_text().replace("[dev]", f'[dev]\nprotected = true\naccount = "{ACCOUNT}"'))
    before = set(ports.users.enrolled)
    result = run("users", *words, "--yes", *DEV, ports=ports)
    assert (result.exit_code, "is protected" in result.stderr) == (6, True), result.stderr
    assert ports.users.enrolled == before
    monkeypatch.setenv("PKGOPS_CONFIRM", "dev")
    assert run("users", *words, "--yes", *DEV, ports=ports).exit_code == 0
    assert ports.users.enrolled != before
