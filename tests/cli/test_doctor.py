"""pkgops doctor."""

from __future__ import annotations

import json


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
    (project / "stages.toml").write_text('[local]\nregoin = "x"\n')
    result = run("doctor", "-o", "json")
    assert result.exit_code == 1
    assert any(check["state"] == "fail" and "regoin" in check["found"] for check in json.loads(result.stdout))


def test_outside_a_project(run, project, monkeypatch, tmp_path_factory):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    result = run("doctor")
    assert result.exit_code == 1
    assert "Traceback" not in result.output
