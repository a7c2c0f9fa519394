"""pkgops secrets."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys

import pytest

from tests.canary import canary
from tests.pkgops.fakes.ports import FakePorts
from tests.repository import ROOT, link_project

DEV = ("--stage", "dev")
CANARY = canary()


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


@pytest.mark.parametrize(
    ("fields", "state"),
    [({}, "empty"), ({"placeholder": "Xy7"}, "empty"), ({"openai_api_key": "sk-1"}, "set"), ({"other": False}, "set")],
)
def test_a_secret_of_empty_fields_is_empty(run, ports, fields, state):
    ports.secrets.values["keyvex/ai/development"] = json.dumps({"anthropic_api_key": "", **fields})
    done = run("secrets", "show", "keyvex/ai", "-o", "json", *DEV, ports=ports)
    assert json.loads(done.stdout)["state"] == state


def test_a_value_is_shown_only_on_request(run, ports):
    assert CANARY not in run("secrets", "show", "stripe-secret", *DEV, ports=ports).stdout
    assert CANARY in run("secrets", "show", "stripe-secret", "--reveal", *DEV, ports=ports).stdout
    missing = run("secrets", "show", "github-token", "--reveal", *DEV, ports=ports)
    assert missing.exit_code == 2
    assert "pkgops secrets set" in missing.stderr


def test_without_a_subcommand_they_are_listed(run, ports):
    assert run("secrets", *DEV, ports=ports).stdout == run("secrets", "ls", *DEV, ports=ports).stdout != ""


@pytest.mark.parametrize("words", [("ls",), ("show", "stripe-secret", "--reveal")])
def test_another_accounts_secrets_are_not_looked_at(run, ports, project, words):
    link_project(project, '[local]\n[dev]\naccount = "210987654321"\n')
    refused = run("secrets", *words, *DEV, ports=ports)
    assert refused.exit_code == 4
    assert "210987654321" in refused.stderr
    assert CANARY not in refused.stdout


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


def given(path, value) -> tuple[str, str]:
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return "--from", str(path)


def test_an_object_is_merged_field_by_field(run, ports, tmp_path):
    source = given(tmp_path / "value", {"other": canary("new")})
    assert run("secrets", "set", "stripe-secret", *source, *DEV, ports=ports).exit_code == 0
    stored = json.loads(ports.secrets.values["pkgwatch/stripe-secret-dev"])
    assert stored == {"key": CANARY, "other": canary("new")}
    assert run("secrets", "set", "stripe-secret", "--replace", *source, *DEV, ports=ports).exit_code == 0
    assert json.loads(ports.secrets.values["pkgwatch/stripe-secret-dev"]) == {"other": canary("new")}


def test_text_does_not_replace_fields_by_mistake(run, ports, tmp_path):
    source = given(tmp_path / "value", canary("text"))
    refused = run("secrets", "set", "stripe-secret", *source, *DEV, ports=ports)
    assert refused.exit_code == 2
    assert "key, other" in refused.stderr
    assert "--replace" in refused.stderr
    assert run("secrets", "set", "stripe-secret", "--replace", *source, *DEV, ports=ports).exit_code == 0
    assert ports.secrets.values["pkgwatch/stripe-secret-dev"] == canary("text")


@pytest.mark.parametrize(
    "words",
    [
        ("key", canary("extra")),
        (f"{canary('equals')}==",),
        ("key=" + canary("pair"),),
        ("sk_live_" + "abcdefghijklmnop1234",),
        ("--value", canary("option")),
    ],
)
def test_a_value_on_the_command_line_is_refused_and_not_repeated(run, ports, words):
    before = dict(ports.secrets.values)
    refused = run("secrets", "set", "stripe-secret", *words, *DEV, ports=ports)
    assert refused.exit_code == 2
    assert "never given on the command line" in refused.stderr
    assert words[-1] not in refused.stdout + refused.stderr
    assert ports.secrets.values == before


def test_a_value_comes_from_stdin(run, ports):
    done = run("secrets", "set", "session-secret", "--from", "-", *DEV, ports=ports, input=CANARY + "\r\n")
    assert done.exit_code == 0, done.stderr
    assert ports.secrets.values["pkgwatch/session-secret-dev"] == CANARY


def test_what_is_not_text_is_refused(run, ports, tmp_path):
    path = tmp_path / "value"
    path.write_bytes(b"\xff\xfe" + CANARY.encode())
    refused = run("secrets", "set", "session-secret", "--from", str(path), "--debug", *DEV, ports=ports)
    assert refused.exit_code == 2
    assert "UTF-8" in refused.stderr


def test_init_fills_what_is_empty_field_by_field(run, ports, tmp_path):
    values = {"stripe-secret": {"key": "replaced?", "other": canary("other")}, "session-secret": canary("session")}
    done = run("secrets", "init", *given(tmp_path / "secrets.json", values), *DEV, ports=ports)
    assert done.stdout.split() == ["stripe-secret", "session-secret"]
    stored = ports.secrets.values
    assert json.loads(stored["pkgwatch/stripe-secret-dev"]) == {"key": CANARY, "other": canary("other")}
    assert stored["pkgwatch/session-secret-dev"] == canary("session")
    again = run("secrets", "init", *given(tmp_path / "secrets.json", values), *DEV, ports=ports)
    assert again.stdout == ""


@pytest.mark.parametrize("value", ["", None, {}])
def test_init_stores_nothing_that_is_empty(run, ports, tmp_path, value):
    values = {"pkgwatch/github-token": CANARY, "pkgwatch/session-secret": value}
    refused = run("secrets", "init", *given(tmp_path / "secrets.json", values), *DEV, ports=ports)
    assert refused.exit_code == 2
    assert "pkgwatch/github-token-dev" not in ports.secrets.values


def test_a_service_that_refuses_shows_no_value(run, ports, tmp_path):
    ports.secrets.refused = {"pkgwatch/github-token-dev"}
    source = given(tmp_path / "value", CANARY)
    refused = run("secrets", "set", "github-token", *source, "--debug", *DEV, ports=ports)
    assert refused.exit_code == 1
    assert "Traceback" in refused.stderr


def test_what_is_typed_at_the_prompt_is_not_shown(project):
    """A real terminal: the question appears on it, the answer does not."""
    script = (
        "import os, sys\nos.open(sys.argv.pop(1), os.O_RDWR)\n"  # the controlling terminal from here on
        "from pkgops.cli.main import root\nfrom pkgops.cli.session import Session\n"
        "from tests.pkgops.fakes.ports import FakePorts\nports = FakePorts()\n"
        "root(['secrets', 'set', 'session-secret', '--stage', 'dev'],"
        " obj=Session(connect=lambda *_: ports), standalone_mode=False)\n"
        "assert ports.secrets.values == {'pkgwatch/session-secret-dev': os.environ['EXPECTED']}\n"
    )
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", script, os.ttyname(follower)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "EXPECTED": CANARY},
        stdin=follower,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    ) as asking:
        shown = b""
        while not shown.endswith(b": "):  # printed once the terminal does not echo
            shown += os.read(leader, 100)
        os.write(leader, CANARY.encode() + b"\n")
        _, err = asking.communicate(timeout=120)
        shown += os.read(leader, 65536)
    os.close(leader)
    os.close(follower)
    assert asking.returncode == 0, err
    assert shown.decode().split() == ["Value", "of", "pkgwatch/session-secret:"]
