"""Another deployer executes a change while the plan is being made: the plan is made all the same."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pkgops.deploy.deploy import deploy
from pkgops.deploy.wait_for_idle import wait_until_idle
from pkgops.plan.change_set import create_change_set
from pkgops.plan.step import Action
from tests.pkgops.deploy.states.conftest import World

pytestmark = pytest.mark.emulator


@pytest.mark.parametrize("call", ["create_change_set", "change_set"])
@pytest.mark.parametrize("ended", [False, True])
def test_what_begins_while_the_plan_is_made_is_taken_up(
    world: World, monkeypatch: pytest.MonkeyPatch, call: str, ended: bool
) -> None:
    """Theirs is carried out just before our change set is asked for, or just before it is looked at."""
    world.deploy(1)
    world.instruct(**({} if ended else {"Update": "wait 2"}))
    theirs = create_change_set(
        world.project, world.packaged(world.template(2)).stacks[0], {}, world.ports, create=False
    )
    original = getattr(world.ports.stacks, call)

    def late(request: Any) -> Any:
        monkeypatch.setattr(world.ports.stacks, call, original)
        world.ports.stacks.execute(theirs.id)
        if ended:
            wait_until_idle([world.name], world.ports)
        return original(request)

    monkeypatch.setattr(world.ports.stacks, call, late)
    made = world.plan(3)
    if call == "change_set" or not ended:  # ours went with the execution of theirs, or was refused during it
        assert made.steps[0].change_set == ""
        assert made.steps[0].action is (Action.UPDATE if ended else Action.ATTACH)
    with ThreadPoolExecutor(1) as pool:
        deployment = pool.submit(deploy, made, world.ports, world.events.append)
        world.instruct()
        (result,) = deployment.result(30).results
    assert (result.status, result.outputs["Version"]) == ("UPDATE_COMPLETE", "3")
