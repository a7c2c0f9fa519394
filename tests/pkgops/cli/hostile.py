"""Ports whose every text was written by an enemy, and the command lines that show it."""

from __future__ import annotations

import json
import time
from typing import Any

from pkgops.errors import AccessError
from pkgops.ports.databases import ClusterState
from tests.pkgops.fakes.artifacts import FakeArtifacts
from tests.pkgops.fakes.databases import FakeDatabases
from tests.pkgops.fakes.functions import FakeFunctions
from tests.pkgops.fakes.logs import FakeLogs
from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.fakes.queues import FakeQueues
from tests.pkgops.fakes.stacks import FakeStacks
from tests.pkgops.fakes.tables import FakeTables

FORGED = "FORGED"
"""What begins a line that should look like one of the program."""

HOSTILE = f"\x1b]0;title\x07\x1b]8;;http://a.example\x1b\\link\x1b[2J\x9b1m\u202e\u200b[red]x[/red]\x00\r\n{FORGED} é"

ARGUMENT = HOSTILE.replace("\x00", "")
"""What can stand on a command line and in the environment."""

STACKS = ("Storage", "Budgets", "Pipeline", "Api", "Audit")
QUEUES = ("package-queue", "package-dlq", "streams-dlq")


class HostileStacks(FakeStacks):
    """Every stack of the system is there; nothing about it but its name can be trusted."""

    def __init__(self) -> None:
        super().__init__()
        template = {
            "Description": HOSTILE,
            "Resources": {
                "PackagesTable": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": HOSTILE, HOSTILE: 1}},
                HOSTILE: {"Type": HOSTILE, "DeletionPolicy": "Retain", "Properties": {"A": [HOSTILE]}},
            },
        }
        outputs = {"ApiUrl": HOSTILE, "PackagesTableName": HOSTILE, "PackageQueueUrl": HOSTILE, HOSTILE: HOSTILE}
        for name in STACKS:
            more: dict[str, Any] = {"outputs": outputs, "exports": dict.fromkeys(outputs, HOSTILE), "reason": HOSTILE}
            self.deployed(f"PkgWatch{name}-dev", "UPDATE_ROLLBACK_COMPLETE", template, **more)
            made = self._stacks[f"PkgWatch{name}-dev"]
            made.state = _with(made.state, parameters={HOSTILE: HOSTILE}, tags={HOSTILE: HOSTILE})
            self._event(made, HOSTILE, HOSTILE, f"{HOSTILE}_FAILED", HOSTILE)
        self.broken = dict.fromkeys(("PackagesTable", "MonthlyBudget", HOSTILE), HOSTILE)
        self.drifts = {"PackagesTable": {HOSTILE: (HOSTILE, HOSTILE)}, HOSTILE: None}


def hostile_ports() -> FakePorts:
    """All ports."""
    ports = FakePorts(stacks=HostileStacks(), logs=FakeLogs(), functions=FakeFunctions(), artifacts=FakeArtifacts())
    ports.artifacts.objects = {f"pkgwatch/{HOSTILE}.zip": b"1"}
    lines = [HOSTILE, f"[ERROR] {HOSTILE}", json.dumps({"level": HOSTILE, "message": HOSTILE, HOSTILE: HOSTILE})]
    at = int(time.time() * 1000) - 5000
    ports.logs.write("/aws/lambda/pkgwatch-api-health-dev", "s", [(at, line) for line in lines])
    ports.functions.deployed = {"pkgwatch-api-health-dev": _answer, "pkgwatch-api-scan-dev": _fail}
    ports.secrets.values = {
        "pkgwatch/stripe-secret-dev": json.dumps({HOSTILE: HOSTILE}),
        "pkgwatch/session-secret-dev": HOSTILE,
    }
    ports.functions.deployed["stream-sales-dev-migrate"] = _database
    login = {"host": "127.0.0.1", "port": 1, "username": ARGUMENT, "password": ARGUMENT, "dbname": ARGUMENT}
    ports.secrets.values["stream-sales/dev/database/credentials"] = json.dumps(login)
    cluster = ClusterState("stream-sales-dev-cluster", HOSTILE, HOSTILE, HOSTILE, 0, 4)
    ports.databases = FakeDatabases(cluster)
    ports.queues = FakeQueues(**{f"pkgwatch_{name.replace('-', '_')}_dev": [HOSTILE] for name in QUEUES})
    ports.tables = FakeTables()
    return ports


class Failing:
    """Ports where every call fails with what the other side says."""

    endpoint = None

    def __getattr__(self, _name: str) -> Any:
        return Failing()

    def __call__(self, *_arguments: Any, **_options: Any) -> Any:
        raise AccessError(f"AWS says {HOSTILE}", f"Try {HOSTILE}")


def _answer(event: Any) -> Any:
    print(HOSTILE)  # noqa: T201 - into the function's log
    return {"text": HOSTILE, HOSTILE: [HOSTILE]}


def _database(event: Any) -> Any:
    """The migration function's answer to everything."""
    failed = {"name": HOSTILE, "error": HOSTILE}
    return {
        "migrations": [{"name": HOSTILE, "state": HOSTILE, "detail": HOSTILE}],
        "known": [HOSTILE],
        "applied": [HOSTILE],
        "skipped": 1,
        "pending": [HOSTILE],
        "failed": failed,
        "warnings": [HOSTILE],
        "seeds": [
            {
                "name": HOSTILE,
                "rows": {HOSTILE: 1},
                "revealed": [{"label": HOSTILE, "name": HOSTILE, "value": HOSTILE}],
                "note": HOSTILE,
            }
        ],
        "checks": [{"name": HOSTILE, "ok": False, "found": HOSTILE, "seconds": 1.0}],
        "reset": HOSTILE,
    }


def _fail(event: Any) -> Any:
    raise ValueError(HOSTILE)


def _with(state: Any, **changes: Any) -> Any:
    from dataclasses import replace

    return replace(state, **changes)
