"""pkgops secrets, where a system says which fields its secrets have."""

from __future__ import annotations

import base64
import json

import pytest

from tests.canary import canary
from tests.pkgops.fakes.ports import FakePorts

DEV = ("--stage", "dev")
OPENAI, MAIL = f"sk-{canary('openai')}", f"SG.{canary('mail')}"
AI, MAILS, DATABASE = (f"keyvex/{part}/development" for part in ("ai", "integrations", "database"))


@pytest.fixture
def ports():
    """As the security stack has made them."""
    made = FakePorts()
    fields = dict.fromkeys(("openai_api_key", "anthropic_api_key", "openai_organization"), "")
    made.secrets.values[AI] = json.dumps({**fields, "placeholder": "made"})
    made.secrets.values[MAILS] = json.dumps({"sendgrid_api_key": "", "placeholder": "made"})
    made.secrets.values[DATABASE] = json.dumps({"encryption_key": "", "redis_auth_token": "made"})
    made.secrets.times[AI] = "2026-01-02T03:04:05+00:00"
    return made


def stored(ports, name):
    return json.loads(ports.secrets.values[name])


def test_fields_are_read_from_files_stdin_and_the_environment(run, ports, tmp_path, monkeypatch):
    (tmp_path / "key.txt").write_text(f"{OPENAI}\n", encoding="utf-8")
    monkeypatch.setenv("ORGANIZATION", "org-1")
    words = (f"openai_api_key=@{tmp_path / 'key.txt'}", "anthropic_api_key=-", "openai_organization=env:ORGANIZATION")
    done = run("secrets", "set", "keyvex/ai", *words, *DEV, ports=ports, input="sk-ant-2\n")
    assert done.exit_code == 0, done.stderr
    assert stored(ports, AI) == {
        "openai_api_key": OPENAI,
        "anthropic_api_key": "sk-ant-2",
        "openai_organization": "org-1",
    }
    assert "openai_api_key: Functions read it again within five minutes." in done.stdout + done.stderr
    assert OPENAI not in done.stdout + done.stderr


def test_a_part_of_the_fields_keeps_the_others_and_drops_the_placeholder(run, ports, tmp_path):
    path = tmp_path / "fields.json"
    path.write_text(json.dumps({"sendgrid_api_key": MAIL}), encoding="utf-8")
    ports.secrets.values[MAILS] = json.dumps({"stripe_secret_key": "sk_1", "placeholder": "made"})
    assert run("secrets", "set", "integrations", "--from", str(path), *DEV, ports=ports).exit_code == 0
    assert stored(ports, MAILS) == {"stripe_secret_key": "sk_1", "sendgrid_api_key": MAIL}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("openai_key=-",), "Unknown field of keyvex/ai/{environment} 'openai_key'"),
        (("openai_api_key=-",), "does not begin with sk-"),
        (("openai_api_key", "--from", "env:NOT_THERE"), "no variable NOT_THERE"),
        (("openai_api_key=-", "anthropic_api_key=-"), "Stdin and --from hold one value"),
        (("openai_api_key=plain-value",), "not a field name"),
        (("--from", "-"), "is an object with the fields openai_api_key"),
    ],
)
def test_what_the_rules_do_not_allow_is_refused_and_changes_nothing(run, ports, words, said):
    before, hidden = dict(ports.secrets.values), canary("wrong")
    refused = run("secrets", "set", "keyvex/ai", *words, *DEV, ports=ports, input=hidden)
    assert (refused.exit_code, ports.secrets.values) == (2, before)
    assert said in refused.stderr
    assert hidden not in refused.stderr


def test_a_value_that_looks_different_is_taken_if_asked(run, ports):
    words = ("openai_api_key=-", "--any-value")
    assert run("secrets", "set", "keyvex/ai", *words, *DEV, ports=ports, input="proxy-key").exit_code == 0
    assert stored(ports, AI)["openai_api_key"] == "proxy-key"


def test_nothing_is_stored_before_the_stack_has_made_the_secret(run):
    refused = run("secrets", "set", "keyvex/ai", "openai_api_key=-", *DEV, ports=FakePorts(), input=OPENAI)
    assert refused.exit_code == 2
    assert "stack security makes it" in refused.stderr
    assert "pkgops deploy keyvex/security --stage dev" in refused.stderr


def test_init_makes_what_is_random_and_keeps_what_is_there(run, ports):
    done = run("secrets", "init", "keyvex", *DEV, ports=ports)
    assert done.exit_code == 0, done.stderr
    found = stored(ports, DATABASE)
    assert (len(base64.b64decode(found["encryption_key"])), found["redis_auth_token"]) == (32, "made")
    assert found["encryption_key"] not in done.stdout + done.stderr
    before = dict(ports.secrets.values)
    assert run("secrets", "init", "keyvex", *DEV, ports=ports).exit_code == 0
    assert ports.secrets.values == before


def test_init_makes_a_password_where_no_cluster_needed_one(run, ports):
    ports.secrets.values[DATABASE] = json.dumps({"encryption_key": "", "redis_auth_token": "", "placeholder": "made"})
    run("secrets", "init", "keyvex", *DEV, ports=ports)
    found = stored(ports, DATABASE)
    assert set(found) == {"encryption_key", "redis_auth_token"}
    assert found["redis_auth_token"].isalnum()
    assert len(found["redis_auth_token"]) == 32


def test_when_it_changed_is_shown(run, ports):
    shown = run("secrets", "show", "keyvex/ai", *DEV, ports=ports).stdout
    assert "2026-01-02T03:04:05+00:00" in shown
    assert "openai_api_key (empty)" in shown


SALES = {"database": "database/credentials", "jwt": "jwt/secret", "encryption": "encryption/key"}


@pytest.mark.parametrize(("short", "name"), SALES.items())
def test_a_secret_goes_by_the_part_of_its_name_that_no_other_has(run, short, name):
    made = FakePorts()
    value = "0123456789abcdef" * 4
    made.secrets.values[f"stream-sales/dev/{name}"] = value
    done = run("secrets", "show", short, "--system", "stream_sales", "--reveal", *DEV, ports=made)
    assert done.exit_code == 0, done.stderr
    assert value in done.stdout


def test_a_secret_without_fields_is_text(run):
    made = FakePorts()
    made.secrets.values["stream-sales/dev/jwt/secret"] = "old"
    arguments = ("secrets", "set", "jwt", "--system", "stream_sales", "--from", "-", *DEV)
    assert run(*arguments, ports=made, input="new-text\n").exit_code == 0
    assert made.secrets.values["stream-sales/dev/jwt/secret"] == "new-text"
    refused = run(*arguments, ports=made, input='{"key": "value"}')
    assert refused.exit_code == 2
    assert "is text; the value is an object" in refused.stderr
    assert made.secrets.values["stream-sales/dev/jwt/secret"] == "new-text"


def test_a_secret_that_is_not_found_yet_is_its_stacks(run):
    done = run("secrets", "show", "jwt", "--system", "stream_sales", "--reveal", *DEV, ports=FakePorts())
    assert done.exit_code == 2
    assert "does not exist: stack stack makes it." in done.stderr
    assert "pkgops deploy stream_sales/stack --stage dev" in done.stderr
