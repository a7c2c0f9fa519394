"""The contract of change sets, for the fake and for the emulator."""

from __future__ import annotations

import json

import pytest

from pkgops.deploy.watcher import Watcher
from pkgops.errors import DeployError
from pkgops.plan.change_set import wait_until_ready
from pkgops.ports.ports import Ports
from tests.pkgops.ports.stacks import found, request_for, template


def test_what_is_proposed_is_known_until_it_is_carried_out(ports: Ports, name: str) -> None:
    assert ports.stacks.change_set_templates(name) == []
    made = wait_until_ready(ports, ports.stacks.create_change_set(request_for(name, template("A"))))
    assert [set(json.loads(text)["Resources"]) for text in ports.stacks.change_set_templates(name)] == [{"A"}]
    ports.stacks.execute(made.id)
    with Watcher(ports.stacks, lambda event: None, fast=True) as watcher:
        watcher.wait(name)
    assert ports.stacks.change_set_templates(name) == []
    other = wait_until_ready(ports, ports.stacks.create_change_set(request_for(name, template("B"), create=False)))
    same = wait_until_ready(ports, ports.stacks.create_change_set(request_for(name, template("A"), create=False)))
    assert same.empty
    assert [set(json.loads(text)["Resources"]) for text in ports.stacks.change_set_templates(name)] == [{"B"}]
    ports.stacks.delete_change_set(other.id)
    assert ports.stacks.change_set_templates(name) == []


def test_discarding_the_first_change_set_leaves_no_stack(ports: Ports, name: str) -> None:
    made = wait_until_ready(ports, ports.stacks.create_change_set(request_for(name, template("A"))))
    state = found(ports, name)
    assert state is not None
    assert state.status == "REVIEW_IN_PROGRESS"
    assert not state.in_progress
    ports.stacks.delete_change_set(made.id)
    assert found(ports, name) is None
    ports.stacks.delete_change_set(made.id)  # again: nothing to do


def test_a_first_change_set_leaves_the_stack_to_another_one(ports: Ports, name: str) -> None:
    mine = ports.stacks.create_change_set(request_for(name, template("A")))
    state = found(ports, name)
    theirs = ports.stacks.create_change_set(request_for(name, template("A")))
    ports.stacks.delete_change_set(mine)
    with pytest.raises(DeployError):
        ports.stacks.change_set(mine)
    ports.stacks.execute(theirs)
    with Watcher(ports.stacks, lambda event: None, fast=True) as watcher:
        made = watcher.wait(name)
    assert state is not None
    assert made is not None
    assert (made.id, made.status) == (state.id, "CREATE_COMPLETE")


def test_a_change_set_goes_when_another_one_is_carried_out(ports: Ports, name: str) -> None:
    mine, theirs = (ports.stacks.create_change_set(request_for(name, template("A"))) for _ in range(2))
    ports.stacks.execute(theirs)
    with pytest.raises(DeployError) as gone:
        ports.stacks.change_set(mine)
    assert gone.value.hint
    ports.stacks.delete_change_set(mine)
    with Watcher(ports.stacks, lambda event: None, fast=True) as watcher:
        state = watcher.wait(name)
    assert state is not None
    assert state.status == "CREATE_COMPLETE"


def test_a_change_set_that_is_gone_is_not_carried_out(ports: Ports, name: str) -> None:
    made = wait_until_ready(ports, ports.stacks.create_change_set(request_for(name, template("A"))))
    ports.stacks.delete_change_set(made.id)
    with pytest.raises(DeployError):
        ports.stacks.execute(made.id)
