"""pkgops secrets."""

from __future__ import annotations

import json

import pytest

from tests.fakes.ports import FakePorts

DEV = ("--stage", "dev")
CANARY = "canary-" + "value"


@pytest.fixture
def ports():
    made = FakePorts()
    made.secrets.values["pkgwatch/stripe-secret-dev"] = json.dumps({"key": CANARY, "other": ""})
    made.secrets.values["pkgwatch/session-secret-dev"] = ""
    return made


def test_names_states_and_fields_are_listed_and_no_value(run, ports):
    done = run("secrets", "ls", *DEV, ports=ports)
    lines = {line.split()[0]: line for line in done.stdout.splitlines()}
    assert "set" in lines["pkgwatch/stripe-secret"]
    assert "key, other (empty)" in lines["pkgwatch/stripe-secret"]
    assert "empty" in lines["pkgwatch/session-secret"]
    assert "missing" in lines["pkgwatch/github-token"]
    assert CANARY not in done.stdout + done.stderr + run("secrets", "ls", *DEV, "-o", "json", ports=ports).stdout


def test_a_value_is_shown_only_on_request(run, ports):
    assert CANARY not in run("secrets", "show", "stripe-secret", *DEV, ports=ports).stdout
    assert CANARY in run("secrets", "show", "stripe-secret", "--reveal", *DEV, ports=ports).stdout
    missing = run("secrets", "show", "github-token", "--reveal", *DEV, ports=ports)
    assert missing.exit_code == 2
    assert "pkgops secrets set" in missing.stderr


def test_a_field_is_set_beside_the_others(run, ports, tmp_path):
    path = tmp_path / "value"
    path.write_text("new\n", encoding="utf-8")
    done = run("secrets", "set", "stripe-secret", "other", "--from", str(path), *DEV, ports=ports)
    assert done.exit_code == 0, done.stderr
    assert json.loads(ports.secrets.values["pkgwatch/stripe-secret-dev"]) == {"key": CANARY, "other": "new"}


def test_text_has_no_fields(run, ports, tmp_path):
    ports.secrets.values["pkgwatch/stripe-webhook-dev"] = "whsec"
    path = tmp_path / "value"
    path.write_text("x", encoding="utf-8")
    refused = run("secrets", "set", "stripe-webhook", "secret", "--from", str(path), *DEV, ports=ports)
    assert refused.exit_code == 2
    assert ports.secrets.values["pkgwatch/stripe-webhook-dev"] == "whsec"


def test_without_a_terminal_a_source_must_be_named(run, ports):
    refused = run("secrets", "set", "session-secret", *DEV, ports=ports)
    assert refused.exit_code == 6
    assert "--from" in refused.stderr


def test_unknown_names_get_the_nearest(run, ports):
    refused = run("secrets", "show", "stripe-secrt", *DEV, ports=ports)
    assert refused.exit_code == 2
    assert "pkgwatch/stripe-secret" in refused.stderr


def test_init_stores_what_is_missing_and_leaves_the_rest(run, ports, tmp_path):
    path = tmp_path / "secrets.json"
    values = {"pkgwatch/stripe-secret": "replaced?", "pkgwatch/github-token": {"token": CANARY}}
    path.write_text(json.dumps(values), encoding="utf-8")
    done = run("secrets", "init", "--from", str(path), *DEV, ports=ports)
    assert done.stdout.split() == ["pkgwatch/github-token"]
    assert json.loads(ports.secrets.values["pkgwatch/github-token-dev"]) == {"token": CANARY}
    assert "replaced" not in ports.secrets.values["pkgwatch/stripe-secret-dev"]
    assert CANARY not in done.stdout + done.stderr


@pytest.mark.parametrize("text", ["{", "[]"])
def test_init_refuses_what_is_no_object(run, ports, tmp_path, text):
    path = tmp_path / "secrets.json"
    path.write_text(text, encoding="utf-8")
    assert run("secrets", "init", "--from", str(path), *DEV, ports=ports).exit_code == 2
