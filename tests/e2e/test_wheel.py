"""The built wheel in an empty environment, as a user has it: a project is created, deployed, edited and tested."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from pkgops.testing.deployed import free_port
from pkgops.testing.owner import owner
from tests.repository import ROOT
from tests.wheel import UV, build, copy_sources

pytestmark = pytest.mark.e2e

# Tested versions, which the cache of uv holds since this repository was installed.
PINS = ROOT / "requirements" / "dev.txt"

_OTHERS = ("AWS_", "MAKE", "MFLAGS", "PKGOPS_", "PYTEST_", "PYTHON", "VIRTUAL_ENV")  # variables


@dataclass(frozen=True)
class User:
    """A person with ``environment``, a virtual environment into which ``wheel`` is installed, in ``directory``."""

    wheel: Path
    environment: Path
    directory: Path

    def run(self, command: str, inside: str = ".", code: int = 0) -> subprocess.CompletedProcess[str]:
        """Runs a line of shell in a directory below the user's; of this repository's environment only uv is found."""
        kept = {name: os.environ[name] for name in os.environ if not name.startswith(_OTHERS)}
        path = f"{self.environment / 'bin'}:{self.directory / 'tools'}:/usr/local/bin:/usr/bin:/bin"
        variables = {**kept, **owner(), "PATH": path, "UV_CONSTRAINT": str(PINS), "PYTHON": sys.executable}
        directory = self.directory / inside
        done = subprocess.run(
            ["sh", "-c", command], cwd=directory, env=variables, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def install(self, python: Path) -> None:
        """Makes the environment, with pkgops and pytest in it."""
        self.run(f"uv venv --quiet --python {python} {self.environment}")
        self.run(f"uv pip install --quiet --python {self.environment}/bin/python '{self.wheel}[local]' pytest")

    def init(self, arguments: str) -> None:
        """Creates a project, and gives its emulator a port of its own: those of other tests run, too."""
        name = arguments.split(maxsplit=1)[0]
        self.run(f"pkgops init {arguments}")
        stages = self.directory / name / "stages.toml"
        stages.write_text(stages.read_text().replace("port = 4566", f"port = {free_port()}"))


def interpreter(version: str) -> Path:
    """A Python of that version which uv or pyenv has. Nothing is downloaded: skips if neither has one."""
    command = [str(UV), "python", "find", "--no-python-downloads", version]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return Path(done.stdout.strip())
    versions = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
    for found in sorted(versions.glob(f"{version}.*/bin/python{version}")):
        return found
    pytest.skip(f"There is no Python {version} on this machine. To run this test: uv python install {version}")


@pytest.fixture(scope="module")
def user(tmp_path_factory: pytest.TempPathFactory) -> User:
    home = tmp_path_factory.mktemp("user")
    wheel = build(copy_sources(tmp_path_factory.mktemp("sources")), tmp_path_factory.mktemp("wheel"), "--wheel")
    (home / "tools").mkdir()
    (home / "tools" / "uv").symlink_to(UV)
    one = User(wheel, home / "environment", home)
    one.install(Path(sys.executable))
    return one


def test_the_environment_has_one_package_of_this_repository(user: User) -> None:
    found = user.run("python -c 'import pkgops; print(pkgops.__file__)'").stdout
    assert Path(found.strip()).is_relative_to(user.environment)
    for name in ("templates", "handlers", "companions", "tests", "setup"):
        assert "ModuleNotFoundError" in user.run(f"python -c 'import {name}'", code=1).stderr


def test_outside_a_project_a_command_names_init(user: User) -> None:
    for command in ("deploy", "status", "outputs", "local up"):
        refused = user.run(f"pkgops {command}", code=2).stderr
        assert "not a pkgops project" in refused
        assert "pkgops init NAME" in refused


def test_a_new_project_lives_from_the_first_deployment_to_the_last(user: User) -> None:
    user.init("shop")
    user.run("pkgops deploy", "shop")
    seeded = user.run("pkgops seed-dev", "shop").stdout
    (curl,) = re.findall(r"^ *(curl .*)$", seeded, re.MULTILINE)
    assert len(json.loads(user.run(curl, "shop").stdout)["notes"]) == 2
    assert "list-notes" in user.run("pkgops tail-logs", "shop").stdout

    handler = user.directory / "shop" / "handlers" / "shop" / "list_notes.py"
    edited = handler.read_text().replace('{"notes": found["Items"]}', '{"notes": found["Items"], "page": PAGE}')
    handler.write_text(edited)
    user.run("pkgops deploy", "shop")
    assert json.loads(user.run(curl, "shop").stdout)["page"] == 50

    assert " passed" in user.run("python -m pytest -q", "shop").stdout
    user.run("pkgops destroy --yes", "shop")
    assert "No stack of shop is deployed" in user.run("pkgops outputs", "shop", code=2).stderr
    user.run("pkgops local down", "shop")


def test_a_project_made_from_a_shipped_system_is_deployed_and_seeded(user: User) -> None:
    user.init("tracker --from kefir")
    user.run("pkgops deploy && pkgops seed-dev", "tracker")
    assert user.run("pkgops outputs TableName", "tracker").stdout.strip() == "tracker-app-local-table"
    user.run("pkgops local down", "tracker")


@pytest.mark.parametrize("version", ["3.12", "3.13"])
def test_other_versions_of_python_run_the_tool_and_the_emulator(user: User, version: str) -> None:
    """This repository's environment has the oldest one."""
    other, name = replace(user, environment=user.directory / version), f"on_{version.replace('.', '_')}"
    other.install(interpreter(version))
    assert f"Python {version}." in other.run("python --version").stdout
    assert "seed-dev" in other.run("pkgops --help").stdout
    other.init(name)
    assert "AWS::ApiGatewayV2::Api" in other.run("pkgops synth --stage dev", name).stdout
    assert "No findings" in other.run("pkgops check --strict", name).stderr
    assert "Endpoint" in other.run("pkgops local up && pkgops local down", name).stdout


def test_the_makefile_installs_deploys_and_tests(user: User) -> None:
    """Its own environment, made with the uv on the path; CI runs the same two lines."""
    user.init("books")
    user.run(f"make up PKGOPS='{user.wheel}[local]'", "books")
    assert "passed" in user.run("make test", "books").stdout
    assert "No findings" in user.run("make check", "books").stderr
    user.run("make goldens pins down", "books")
    assert user.run("make help", "books").stdout.count("make ") == 7
