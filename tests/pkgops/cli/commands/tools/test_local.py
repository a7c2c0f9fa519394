"""pkgops local, on an emulator of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import pairwise

import boto3
import pytest
from botocore.config import Config

from pkgops.testing.deployed import free_port
from tests.emulator import ACCOUNT, REGION
from tests.processes import KNOWN

LINK = "https://example.com/verify?token=a-b_c"
HOSTILE = "\x1b]52;c;YQ==\x07\x9b1m\u202e"
SHOP = {
    "CallerReference": "shop",
    "Comment": "The shop",
    "Enabled": True,
    "Origins": {"Quantity": 1, "Items": [{"Id": "a", "DomainName": "a.s3.amazonaws.com"}]},
    "DefaultCacheBehavior": {"TargetOriginId": "a", "ViewerProtocolPolicy": "allow-all"},
}
TEXT = f"Good day. Follow {LINK}. Or type 482913."


@pytest.fixture
def port(project):
    """The project's emulator listens on a port of its own and is gone after the test."""
    number = free_port()
    file = project / "stages.toml"
    file.write_text(file.read_text().replace("port = 4566", f"port = {number}"))
    return number


@pytest.fixture
def up(run, port):
    yield run("local", "up")
    run("local", "down")


def test_down_and_never_started(run, port):
    assert run("local", "status").stdout == "The emulator is not running.\n"
    assert run("local", "down").stdout == "The emulator was not running.\n"
    assert json.loads(run("local", "status", "-o", "json").stdout)["running"] is False
    for command in ("mail", "pause"):
        result = run("local", command)
        assert result.exit_code == 4
        assert "pkgops local up" in result.stderr


def test_up_says_where_and_down_stops(run, up, port):
    assert f"http://127.0.0.1:{port}" in up.stdout
    assert ("MB" if KNOWN else "memory unknown") in up.stdout
    assert up.exit_code == 0
    status = json.loads(run("local", "status", "--output", "json").stdout)
    assert (status["running"], status["port"]) == (True, port)
    assert run("local", "up").exit_code == 0
    nothing = run("local", "pause", f"shop{HOSTILE}")
    assert "pauses on stage local" in nothing.stderr
    assert not set(HOSTILE) & set("\x1b\x07\x9b\u202e") & set(nothing.stderr)
    assert run("local", "down").stdout == "The emulator has stopped.\n"


def test_status_says_where_distributions_answer(run, up, port):
    given = json.loads(run("local", "env", "-o", "json").stdout)
    made = boto3.client(
        "cloudfront",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name=REGION,
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key=given["AWS_SECRET_ACCESS_KEY"],
    ).create_distribution(DistributionConfig=SHOP)["Distribution"]
    text = run("local", "status").stdout
    row = json.loads(run("local", "status", "-o", "json").stdout)
    shown = row["distributions"][0]
    assert shown["domain"] == made["DomainName"]
    assert shown["address"].startswith("https://127.0.0.1:")
    assert f"{shown['address']}  {made['DomainName']} (The shop)" in text
    assert row["certificate"] in text


def test_mail_logs_and_reset(run, up, port):
    assert run("local", "mail").stderr == "No mail has been sent.\n"
    given = json.loads(run("local", "env", "-o", "json").stdout)
    ses = boto3.client(
        "ses",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name=REGION,
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key=given["AWS_SECRET_ACCESS_KEY"],
        config=Config(retries={"total_max_attempts": 1}),
    )
    ses.verify_email_identity(EmailAddress="shop@example.com")
    ses.send_email(
        Source="shop@example.com",
        Destination={"ToAddresses": ["ada@example.com"]},
        Message={"Subject": {"Data": "Welcome"}, "Body": {"Text": {"Data": TEXT}}},
    )
    (mail,) = json.loads(run("local", "mail", "-o", "json").stdout)
    assert "Welcome" in run("local", "mail").stdout
    shown = run("local", "mail", mail["id"][:12]).stdout
    assert shown.startswith("From: shop@example.com\nTo: ada@example.com\n")
    assert shown.endswith(f"Subject: Welcome\n\n{TEXT}\n\nLinks:\n{LINK}\n")
    assert run("local", "mail", "nothing").exit_code == 2
    for option, answer in (("--link", LINK), ("--code", "482913")):
        assert run("local", "mail", "--to", "ADA@example.com", option).stdout == f"{answer}\n"
        assert run("local", "mail", mail["id"], option).stdout == f"{answer}\n"
        absent = run("local", "mail", "--to", "da@example.com", option)
        assert (absent.exit_code, absent.stdout) == (2, "")

    lines = json.loads(run("local", "logs", "--lines", "2", "-o", "json").stdout)
    assert isinstance(lines, list)
    assert len(lines) <= 2

    refused = run("local", "reset")
    assert refused.exit_code == 6
    assert "--yes" in refused.stderr
    assert json.loads(run("local", "mail", "-o", "json").stdout) == [mail]
    hostile_mail_is_harmless(run, ses)
    assert run("local", "reset", "--yes").exit_code == 0
    assert json.loads(run("local", "mail", "-o", "json").stdout) == []


def hostile_mail_is_harmless(run, ses):
    ses.send_email(
        Source="shop@example.com",
        Destination={"ToAddresses": ["ada@example.com"]},
        Message={"Subject": {"Data": HOSTILE}, "Body": {"Text": {"Data": f"{HOSTILE} {LINK}{HOSTILE}"}}},
    )
    newest = json.loads(run("local", "mail", "-o", "json").stdout)[1]
    assert newest["text"].startswith("\x1b]52;c;YQ==\x07")
    for arguments in (("--color",), (newest["id"],), ("--link",), ("-o", "json"), (newest["id"], "-o", "json")):
        shown = run("local", "mail", *arguments).output
        assert "52;c;YQ==" in shown
        assert not {"\x1b]", "\x07", "\x9b", "\u202e"} & {*shown, *map("".join, pairwise(shown))}


def test_only_stage_local(run, monkeypatch):
    assert run("local", "status", "--stage", "dev").exit_code == 2
    monkeypatch.setenv("PKGOPS_STAGE", "dev")
    assert run("local", "status").exit_code == 0


def test_other_clients_are_given_what_they_need(run, up, port):
    given = json.loads(run("local", "env", "-o", "json").stdout)
    assert given["AWS_ENDPOINT_URL"] == f"http://127.0.0.1:{port}"
    script = f"""
set -eu
export AWS_PROFILE=mine AWS_SESSION_TOKEN=old AWS_ACCESS_KEY_ID=AKIAOTHER
eval "$(cat)"
{sys.executable} -c 'import boto3; print(boto3.client("sts").get_caller_identity()["Arn"])'
"""
    told = run("local", "env").stdout
    done = subprocess.run(["sh", "-c", script], input=told, capture_output=True, text=True, check=False)
    assert done.stdout == f"arn:aws:iam::{ACCOUNT}:root\n", done.stderr
    for other in (("local", "status"), ("local", "logs"), ("local", "status", "-o", "json", "--debug")):
        result = run(*other)
        assert given["AWS_SECRET_ACCESS_KEY"] not in result.stdout + result.stderr


def test_variables_are_there_before_the_emulator_is(run):
    told = run("local", "env")
    assert told.exit_code == 0
    assert "export AWS_SECRET_ACCESS_KEY='" in told.stdout
    assert "not running" in told.stderr
