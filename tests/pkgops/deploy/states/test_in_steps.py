"""Do several index changes of a table become several updates, each of which the emulator accepts?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pkgops.deploy.deploy import deploy
from pkgops.errors import RefusedError
from pkgops.events import Note
from pkgops.plan.options import PlanOptions
from pkgops.plan.prepare import prepare
from tests.pkgops.deploy.states.conftest import World
from tests.pkgops.plan.test_table_indexes import table

pytestmark = pytest.mark.emulator


def written(world: World, version: int, *indexes: str) -> dict[str, Any]:
    made = table(*indexes)
    made["Properties"]["BillingMode"] = "PAY_PER_REQUEST"
    for index in made["Properties"].get("GlobalSecondaryIndexes", []):
        index["Projection"] = {"ProjectionType": "ALL"}
    template = world.template(version, Table=made)
    template["Outputs"]["Table"] = {"Value": {"Ref": "Table"}}
    return template


def test_each_index_has_its_update(world: World, aws: Callable[[str], Any]) -> None:
    assert world.deploy_template(written(world, 1, "old")).ok
    wanted = world.packaged(written(world, 2, "a", "b"))
    with pytest.raises(RefusedError, match=r"one index in an update: \+ a, \+ b, - old"):
        prepare(world.project, wanted, world.ports)
    plan = prepare(world.project, wanted, world.ports, options=PlanOptions(in_steps=True))
    world.events.clear()
    assert deploy(plan, world.ports, world.events.append).ok
    notes = [event.text for event in world.events if isinstance(event, Note)]
    assert [note.split(": ")[1].split(";")[0] for note in notes] == ["update 1 of 3", "update 2 of 3"]
    assert world.state is not None
    assert world.state.outputs["Version"] == "2"
    found = aws("dynamodb").describe_table(TableName=world.state.outputs["Table"])["Table"]
    assert {index["IndexName"] for index in found["GlobalSecondaryIndexes"]} == {"a", "b"}
    assert not prepare(world.project, wanted, world.ports).changed
