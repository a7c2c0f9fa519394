"""What does a deployment do with the artifact bucket's stack?"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from pkgops.build.artifacts import Asset, PackagedSystem
from pkgops.config import Project
from pkgops.deploy.deploy import deploy
from pkgops.errors import BucketGoneError
from pkgops.plan.conflicts import ConflictKind
from pkgops.plan.prepare import prepare
from pkgops.plan.step import Action
from tests.pkgops.fakes.artifacts import FakeArtifacts
from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.fakes.stacks import FakeStacks
from tests.repository import ROOT

Make = Callable[..., PackagedSystem]
NAME = "PkgopsBootstrap-local"
KEY = f"demo/{sha256(b'code').hexdigest()}.zip"
LEFT = "The following resource(s) failed to delete: [Bucket]."
TEMPLATE = {"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}, "Other": {"Type": "AWS::SNS::Topic"}}}


class Unmoved(FakeStacks):
    """A deletion that fails again leaves the stack as it was, but for its events."""

    def _begin(self, stack: Any, kind: str, target: Any) -> None:
        before = stack.state
        super()._begin(stack, kind, target)
        if (before.status, target.status) == ("DELETE_FAILED", "DELETE_FAILED"):
            stack.state, stack.target = before, None


@pytest.fixture(autouse=True)
def templates(project: Project) -> None:
    """The bucket's template is the repository's own."""
    (project.root / "templates").symlink_to(ROOT / "templates")


def ports(stacks: FakeStacks) -> FakePorts:
    stacks.deployed(NAME, "DELETE_FAILED", TEMPLATE, reason=LEFT)
    return FakePorts(stacks=stacks)


def test_a_bucket_that_could_not_be_deleted_is_kept_in_a_new_stack(project: Project, system_of: Make) -> None:
    fakes = ports(FakeStacks(rounds=0))
    made = prepare(project, system_of(project.stage), fakes)
    assert made.bootstrap is not None
    assert (made.bootstrap.action, made.bootstrap.retain) == (Action.RECREATE, ("Bucket",))
    (taken,) = made.conflicts
    assert (taken.logical_id, taken.kind, taken.resolution, taken.blocking) == (
        "Bucket",
        ConflictKind.EXISTS,
        "import",
        False,
    )


def test_if_something_else_holds_it_up_now_that_is_said(project: Project, system_of: Make) -> None:
    stacks = Unmoved(rounds=0)
    stacks.broken = {"Other": "It is used."}
    fakes = ports(stacks)
    made = replace(prepare(project, system_of(project.stage), fakes), conflicts=())
    with ThreadPoolExecutor(1) as pool:
        (result,) = pool.submit(deploy, made, fakes).result(30).results
    assert result.status == "REFUSED"
    assert f"The failed stack {NAME} cannot be deleted: DELETE_FAILED" in result.reason


def with_code(project: Project, system_of: Make) -> PackagedSystem:
    path = project.root / PurePosixPath(KEY).name
    path.write_bytes(b"code")
    packaged = system_of(project.stage)
    packaged.stacks[0].template["Resources"]["Queue"]["Metadata"] = {"Code": KEY}
    return replace(packaged, assets=(Asset(KEY, path, 4, "demo"),))


class Deleted(FakeArtifacts):
    """A bucket that is there again after the first try."""

    def put(self, key: str, path: Path) -> None:
        if not self.gone:
            self.gone = True
            raise BucketGoneError("The bucket artifacts does not exist.", "pkgops deploy creates it again.")
        self.objects[key] = path.read_bytes()


def test_a_deleted_bucket_of_a_protected_stage_is_made_again(production: Project, system_of: Make) -> None:
    """Its stack is protected like any other, and not worth protecting without the bucket."""
    stacks = FakeStacks(rounds=0)
    stacks.deployed("PkgopsBootstrap", "CREATE_COMPLETE", TEMPLATE, termination_protection=True)
    fakes = FakePorts(stacks=stacks, artifacts=Deleted())
    packaged = with_code(production, system_of)
    report = deploy(prepare(production, packaged, fakes), fakes)
    assert report.ok, report
    assert fakes.artifacts.objects == {KEY: b"code"}
    (bootstrap,) = [one for one in stacks.describe() if one.name == "PkgopsBootstrap"]
    assert bootstrap.termination_protection
    assert stacks.calls.count("delete") == 1


def test_a_bucket_just_made_is_not_made_again(project: Project, system_of: Make) -> None:
    """What a service says at once about what it has just made is no reason to delete it."""
    fakes = FakePorts(stacks=FakeStacks(rounds=0), artifacts=Deleted())
    with pytest.raises(BucketGoneError) as error:
        deploy(prepare(project, with_code(project, system_of), fakes), fakes)
    assert error.value.hint
    assert "delete" not in fakes.stacks.calls
