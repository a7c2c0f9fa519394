"""Is a name looked for that a replaced resource gets?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pkgops.build.artifacts import PackagedSystem
from pkgops.config import Project
from pkgops.deploy.deploy import deploy
from pkgops.errors import RefusedError
from pkgops.plan.prepare import prepare
from tests.pkgops.conftest import stack
from tests.pkgops.fakes.ports import FakePorts


def test_a_new_name_that_is_taken_is_a_conflict(
    project: Project, ports: FakePorts, system_of: Callable[..., PackagedSystem]
) -> None:
    """Also one that was kept when its resource got another name."""

    def named(name: str) -> PackagedSystem:
        table = {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": name}, "UpdateReplacePolicy": "Retain"}
        return system_of(project.stage, alone=stack("alone", project.stage, Table=table))

    assert deploy(prepare(project, named("one"), ports), ports).ok
    ports.existing.put("AWS::DynamoDB::Table", "two")
    with pytest.raises(RefusedError, match="AWS::DynamoDB::Table two already exists"):
        prepare(project, named("two"), ports)
    assert prepare(project, named("three"), ports).changed
