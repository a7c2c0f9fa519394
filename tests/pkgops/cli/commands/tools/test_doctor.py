"""pkgops doctor."""

from __future__ import annotations

import json

from pkgops.errors import AccessError
from tests.pkgops.fakes.identity import FakeIdentity
from tests.pkgops.fakes.ports import FakePorts
from tests.repository import link_project


def test_each_line_says_how_it_stands_and_what_to_do(run, project):
    result = run("doctor")
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["State", "Check", "Found", "Remedy"]
    assert {line.split()[0] for line in lines[1:]} <= {"ok", "warn", "fail"}
    assert any("Python" in line for line in lines)


def test_json_and_the_exit_code(run, project):
    result = run("doctor", "--output", "json")
    checks = json.loads(result.stdout)
    assert {"name", "state", "found", "remedy"} == set(checks[0])
    assert result.exit_code == (1 if any(check["state"] == "fail" for check in checks) else 0)
    assert all(check["remedy"] for check in checks if check["state"] != "ok")


def test_a_broken_stages_file_is_a_line_not_an_error(run, project):
    link_project(project, '[local]\nregoin = "x"\n')
    result = run("doctor", "-o", "json")
    assert result.exit_code == 1
    assert any(check["state"] == "fail" and "regoin" in check["found"] for check in json.loads(result.stdout))


def test_outside_a_project(run, project, monkeypatch, tmp_path_factory):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    result = run("doctor")
    assert result.exit_code == 1
    assert "Traceback" not in result.output


def test_the_policies_are_printed_as_iam_takes_them(run, project):
    result = run("doctor", "kefir", "--policy", "--stage", "local")
    printed = json.loads(result.stdout)
    assert [one["Name"] for one in printed] == ["pkgops-kefir-local-1", "pkgops-kefir-local-2"]
    assert {one["Document"]["Version"] for one in printed} == {"2012-10-17"}
    assert "Statements wider than a single name, and why:" in result.stderr
    assert "the ids of user pools are random" in result.stderr
    assert json.loads(run("doctor", "--policy", "--system", "kefir", "-o", "json").stdout) == printed


def test_the_account_comes_from_the_stage_or_else_from_the_credentials(run, project):
    ports = FakePorts(identity=FakeIdentity("999999999999"))
    asked = run("doctor", "--policy", "--system", "kefir", "--stage", "dev", ports=ports).stdout
    assert ":999999999999:table/" in asked
    link_project(project, '[local]\n[dev]\naccount = "111111111111"\n')
    pinned = run("doctor", "--policy", "--system", "kefir", "--stage", "dev", ports=ports)
    assert ":111111111111:table/" in pinned.stdout
    assert ports.identity.asked == 1


def test_without_account_and_credentials_it_says_where_to_name_one(run, project):
    class NoIdentity:
        def account(self):
            raise AccessError("No AWS credentials found.", "Sign in.")

    result = run("doctor", "--policy", "--stage", "dev", ports=FakePorts(identity=NoIdentity()))
    assert result.exit_code == 4
    assert 'account = "<12 digits>" under [dev]' in result.stderr


def test_production_in_a_shared_account_is_told_what_that_costs(run, project, monkeypatch):
    for name in ("ALERT_EMAIL", "STRIPE_PRICE_STARTER", "STRIPE_PRICE_PRO", "STRIPE_PRICE_BUSINESS"):
        monkeypatch.setenv(name, "one@example.com")
    ports = FakePorts(identity=FakeIdentity("999999999999"))
    shared = run("doctor", "--policy", "--stage", "prod", ports=ports)
    assert "Pin every stage to an account of its own" in shared.stderr
    pinned = '[local]\n[dev]\naccount = "111111111111"\n[prod]\naccount = "222222222222"\n'
    link_project(project, pinned)
    alone = run("doctor", "--policy", "--stage", "prod", ports=ports)
    assert "Pin every stage" not in alone.stderr
    assert len(json.loads(alone.stdout)) < len(json.loads(shared.stdout))
