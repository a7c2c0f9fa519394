"""A stage's artifact bucket whose stack was left half deleted: the next deployment makes it anew around the bucket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pkgops.cli.plans import plan_text
from pkgops.deploy import deploy
from pkgops.obstacles import settled
from pkgops.others import quiet
from pkgops.plan import Action
from pkgops.ports import StackState
from pkgops.preflight import surveyed
from tests.states.conftest import World

pytestmark = pytest.mark.emulator
Aws = Callable[[str], Any]
NAME = "PkgopsBootstrap-local"


def state(world: World) -> StackState:
    (found,) = [one for one in world.ports.stacks.describe() if one.name == NAME]
    return found


@pytest.mark.parametrize("looked", [False, True])
def test_what_somebody_has_put_there_meanwhile_stays(world: World, aws: Aws, looked: bool) -> None:
    """Somebody destroys the last other system of the stage, while another one's deployment uploads."""
    world.deploy(1)
    bucket = world.ports.artifacts.bucket
    aws("s3").put_object(Bucket=bucket, Key="other/code.zip", Body=b"code")
    before = state(world)
    world.ports.stacks.delete(before.id)
    quiet([NAME], world.ports)
    assert state(world).status == "DELETE_FAILED"
    made = world.plan(2)
    assert made.bootstrap is not None
    assert made.bootstrap.action is Action.RECREATE
    if looked:  # as the command line does before it asks
        made = settled(surveyed(made, world.ports))
        assert f"{NAME}  recreate  the stage's artifact bucket, which stays with all that is in it" in plan_text(
            made, full=False
        )
    report = deploy(made, world.ports, world.events.append)
    assert report.ok, report
    after = state(world)
    assert (after.status, after.outputs["ArtifactBucket"]) == ("UPDATE_COMPLETE", bucket)
    assert after.id != before.id
    assert aws("s3").get_object(Bucket=bucket, Key="other/code.zip")["Body"].read() == b"code"
    assert {row.physical_id for row in world.ports.stacks.resources(NAME) if row.type == "AWS::S3::Bucket"} == {bucket}
    aws("s3").delete_object(Bucket=bucket, Key="other/code.zip")
    assert world.deploy(1).ok
    assert world.deploy(1).results[0].status == "UNCHANGED"
