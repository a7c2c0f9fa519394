"""Stacks as the contract suites need them: queues, a parameter, and outputs."""

from __future__ import annotations

import json
from typing import Any

from pkgops.deploy.watcher import Watcher
from pkgops.plan.change_set import wait_until_ready
from pkgops.ports.ports import Ports
from pkgops.ports.stacks import ChangeSetRequest, StackState


def template(*queues: str, **outputs: Any) -> str:
    return json.dumps(
        {
            "Parameters": {"Word": {"Type": "String"}},
            "Resources": {queue: {"Type": "AWS::SQS::Queue", "Properties": {}} for queue in queues},
            "Outputs": {"Word": {"Value": {"Ref": "Word"}}, **outputs},
        }
    )


def request_for(name: str, body: str, word: str = "one", create: bool = True) -> ChangeSetRequest:
    return ChangeSetRequest(name, create, {"Word": word}, {"Project": "Demo"}, body=body)


def carried_out(ports: Ports, request: ChangeSetRequest) -> StackState | None:
    before = found(ports, request.stack)
    made = wait_until_ready(ports, ports.stacks.create_change_set(request))
    assert made.status == "CREATE_COMPLETE", made.reason
    ports.stacks.execute(made.id)
    with Watcher(ports.stacks, lambda event: None, fast=True) as watcher:
        return watcher.wait(request.stack, before)


def found(ports: Ports, name: str) -> StackState | None:
    return next((state for state in ports.stacks.describe() if state.name == name), None)
