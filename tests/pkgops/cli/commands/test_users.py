"""pkgops users."""

from __future__ import annotations

import json

import pytest

from tests.pkgops.fakes.ports import FakePorts

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
    [(("pkgwatch",), "System pkgwatch has no user pool."), (("kefir",), "User pool AppUserPool is not deployed.")],
)
def test_a_system_without_users(run, words, message):
    result = run("users", "reset-passwords", *words, *DEV, "--yes", ports=FakePorts())
    assert result.exit_code == 2
    assert message in result.stderr
