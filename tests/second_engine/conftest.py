"""Other programs that read what we write; they have an environment of their own, which ``make second-engine`` makes."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pkgops.testing.deployed import free_port
from tests.repository import ROOT, SYSTEMS
from tests.second_engine.reduction import Known, attributes
from tests.templates.conftest import VARIANTS, Case, built
from tests.waiting import eventually

LOCALHOST = "127.0.0.1"
# Asked in the engine's own environment: which types it has, and which of the attributes.
_ASK = """
import json, sys
from moto.cloudformation.parsing import get_model_map
asked, known = json.load(sys.stdin), get_model_map()
def has(kind, name):
    try:
        return known[kind].has_cfn_attr(name)
    except NotImplementedError:
        return False
here = {kind: names for kind, names in asked.items() if kind in known}
json.dump({kind: [name for name in names if has(kind, name)] for kind, names in here.items()}, sys.stdout)
"""


# What can be deployed together: the systems in production and their variants there, as `tests.templates.conftest.built`
# names them.
GROUPS = [(system, "prod") for system in ("bootstrap", *SYSTEMS)]
GROUPS += [key for key, (stage, _) in VARIANTS.items() if stage == "prod"]


def production() -> list[Case]:
    """Every template of production."""
    return [case for group in GROUPS for case in built(*group)]


@pytest.fixture(scope="session")
def programs(request: pytest.FixtureRequest) -> Path:
    """The folder of the programs."""
    if "second_engine" not in str(request.config.option.markexpr):
        pytest.skip("the second engine is tried only when asked for: make second-engine")
    return ROOT / ".venv" / "second-engine" / "bin"


@pytest.fixture(scope="session")
def known(programs: Path) -> Known:
    """What the engine's CloudFormation knows of the types in use: type -> attributes."""
    asked: dict[str, set[str]] = {}
    for case in production():
        types = {name: str(one["Type"]) for name, one in case.template["Resources"].items()}
        for kind, name in [*((kind, "") for kind in types.values()), *attributes(case.template, types)]:
            asked.setdefault(kind, set()).update({name} - {""})
    question = json.dumps({kind: sorted(names) for kind, names in asked.items()})
    command = [str(programs / "python"), "-c", _ASK]
    said = subprocess.run(command, input=question, capture_output=True, text=True, check=True).stdout
    return {kind: frozenset(names) for kind, names in json.loads(said).items()}


class Engine:
    """The engine's server: its address, and how to forget everything."""

    def __init__(self, port: int) -> None:
        self.endpoint = f"http://{LOCALHOST}:{port}"

    def reset(self) -> bool:
        """False while it does not answer yet."""
        request = urllib.request.Request(f"{self.endpoint}/moto-api/reset", method="POST")
        try:
            return bool(urllib.request.urlopen(request, timeout=5).status == 200)
        except OSError:
            return False

    def client(self, service: str) -> Any:
        import boto3

        keys = {"aws_access_key_id": "any", "aws_secret_access_key": "any"}
        return boto3.client(service, endpoint_url=self.endpoint, region_name="us-east-1", **keys)


@pytest.fixture(scope="session")
def engine(programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """moto, empty; what it prints is in ``moto.log``."""
    port = free_port()
    with (tmp_path_factory.mktemp("moto") / "moto.log").open("w") as log:
        command = [str(programs / "moto_server"), "-H", LOCALHOST, "-p", str(port)]
        server = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            running = Engine(port)
            assert eventually(running.reset, 30)
            yield running
        finally:
            server.terminate()
            server.wait()
