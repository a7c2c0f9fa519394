"""What does a plan say of properties that are set at creation only, and of those that AWS never reads back?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from pkgops.aws.ports import AwsPorts
from pkgops.local.client.emulator import Emulator
from pkgops.model import Stage
from pkgops.plan.change_set import wait_until_ready
from pkgops.plan.review.effects import with_effects
from pkgops.ports.stacks import ChangeDetail, ChangeSetRequest, ResourceChange
from tests.pkgops.ports.stacks import carried_out
from tests.repository import GOLDEN

CHANGED = {"Ref": "Changed"}


def listed(kind: str, key: str) -> set[str]:
    """The properties, at the top, of a list of a type's schema."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    paths = [path.removeprefix("/properties/") for path in schema.get(key, [])]
    return {path for path in paths if "/" not in path}


def in_use() -> Iterator[tuple[str, str, Any]]:
    """(type, property, value) of everything that the templates of production set."""
    seen = set()
    for path in sorted(GOLDEN.glob("*/prod/*.json")):
        for one in json.loads(path.read_text(encoding="utf-8"))["Resources"].values():
            for name, value in one.get("Properties", {}).items():
                if (one["Type"], name) not in seen:
                    seen.add((one["Type"], name))
                    yield one["Type"], name, value


def judged(kind: str, name: str, value: Any, recreation: str) -> ResourceChange:
    """A change of one property as CloudFormation lists it, and as the plan shows it."""
    detail = ChangeDetail("Properties", name, recreation, source="DirectModification")
    way = "False" if recreation == "Never" else "Conditional"
    row = ResourceChange("One", kind, "Modify", way, properties=(name,), details=(detail,))
    before, after = ({"Resources": {"One": {"Type": kind, "Properties": {name: side}}}} for side in (value, CHANGED))
    (found,) = with_effects((row,), lambda: before, after)
    return found


def test_whatever_is_set_at_creation_only_is_announced_as_a_replacement() -> None:
    rows = [(kind, name, value) for kind, name, value in in_use() if name in listed(kind, "createOnlyProperties")]
    assert len(rows) > 40
    for kind, name, value in rows:
        assert judged(kind, name, value, "Always").replacement == "True", (kind, name)
        assert judged(kind, name, value, "Conditionally").replacement == "Conditional", (kind, name)


def test_whatever_is_never_read_back_is_announced_as_a_change() -> None:
    rows = [(kind, name, value) for kind, name, value in in_use() if name in listed(kind, "writeOnlyProperties")]
    assert len(rows) > 5
    for kind, name, value in rows:
        row = judged(kind, name, value, "Never")
        assert (row.properties, row.replacement, row.unchanged_by) == ((name,), "False", ()), (kind, name)


@pytest.mark.emulator
@pytest.mark.parametrize("revert_drift", [False, True])
@pytest.mark.parametrize(
    ("changed", "replacement"), [({"SecretString": "two"}, "False"), ({"Name": "write-only-renamed"}, "True")]
)
def test_a_change_set_says_so_too(
    emulator: Emulator, unique: Any, changed: dict[str, str], replacement: str, revert_drift: bool
) -> None:
    ports = AwsPorts(Stage("local"), emulator.endpoint, root_secret=emulator.credentials().secret)
    name = unique("write-only")

    def body(**more: str) -> str:
        properties = {"Name": name, "SecretString": "one", **more}
        return json.dumps({"Resources": {"Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": properties}}})

    carried_out(ports, ChangeSetRequest(name, True, {}, {}, body=body()))
    request = ChangeSetRequest(name, False, {}, {}, body=body(**changed), revert_drift=revert_drift)
    made = wait_until_ready(ports, ports.stacks.create_change_set(request))
    (row,) = with_effects(made.changes, lambda: json.loads(ports.stacks.template(name)), json.loads(body(**changed)))
    assert (row.action, row.replacement) == ("Modify", replacement)
    assert {path.partition("/")[0] for path in row.properties} == set(changed)
    ports.stacks.delete(name)
