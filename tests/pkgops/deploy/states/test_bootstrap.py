"""A damaged bootstrap stack, or a deleted artifact bucket, is repaired by the next deployment."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pkgops.build.artifacts import Asset
from pkgops.cli.output.plan_text import plan_text
from pkgops.deploy.deploy import deploy
from pkgops.deploy.wait_for_idle import wait_until_idle
from pkgops.events import Note
from pkgops.plan.prepare import prepare, preview
from pkgops.plan.step import Action
from pkgops.ports.stacks import StackState
from tests.pkgops.deploy.states.conftest import World

pytestmark = pytest.mark.emulator
Aws = Callable[[str], Any]
NAME = "PkgopsBootstrap-local"


def state(world: World) -> StackState:
    (found,) = [one for one in world.ports.stacks.describe() if one.name == NAME]
    return found


@pytest.mark.parametrize("looked", [False, True])
def test_what_another_deployer_has_uploaded_meanwhile_is_kept(world: World, aws: Aws, looked: bool) -> None:
    """Somebody destroys the last other system of the stage, while another one's deployment uploads."""
    world.deploy(1)
    bucket = world.ports.artifacts.bucket
    aws("s3").put_object(Bucket=bucket, Key="other/code.zip", Body=b"code")
    before = state(world)
    world.ports.stacks.delete(before.id)
    wait_until_idle([NAME], world.ports)
    assert state(world).status == "DELETE_FAILED"
    packaged = world.packaged(world.template(2))
    made = preview(world.project, packaged, world.ports, conflicts=looked)
    assert made.bootstrap is not None
    assert made.bootstrap.action is Action.RECREATE
    if looked:
        assert f"{NAME}  recreate  the stage's artifact bucket, which is kept with its content" in plan_text(
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


@pytest.mark.parametrize("size", [0, 60_000])
def test_a_deleted_bucket_is_created_again(world: World, aws: Aws, size: int) -> None:
    """A large template is to go there before the plan is made, an artifact when it is carried out."""
    world.deploy(1)
    bucket, before = world.ports.artifacts.bucket, state(world)
    world.ports.artifacts.empty(bucket)
    aws("s3").delete_bucket(Bucket=bucket)
    template = world.template(2)
    template["Resources"]["Queue"]["Metadata"] = {"Padding": "x" * size, "Code": asset(world).key}
    packaged = replace(world.packaged(template), assets=(asset(world),))
    made = prepare(world.project, packaged, world.ports)
    if size:
        assert made.bootstrap is not None
        assert made.bootstrap.action is Action.RECREATE
    report = deploy(made, world.ports, world.events.append)
    assert [result.status for result in report.results] == ["UPDATE_COMPLETE"], report
    warned = any(isinstance(event, Note) and "does not exist" in event.text for event in world.events)
    assert warned == (size == 0)  # otherwise the plan says it
    assert (state(world).status, state(world).id == before.id) == ("CREATE_COMPLETE", False)
    assert world.ports.artifacts.missing([asset(world).key]) == set()
    versioning = aws("s3").get_bucket_versioning(Bucket=bucket)
    assert versioning["Status"] == "Enabled"


def asset(world: World) -> Asset:
    path = world.switch.with_name(f"{hashlib.sha256(b'code').hexdigest()}.zip")
    path.write_bytes(b"code")
    return Asset(f"stately/{path.name}", path, 4, "stately")
