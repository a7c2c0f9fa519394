"""Which artifacts does a deployment upload?"""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path
from typing import Any

import pytest

from pkgops.build.artifacts import Asset, PackagedSystem
from pkgops.config import Project
from pkgops.deploy.deploy import deploy
from pkgops.deploy.uploads import Uploads
from pkgops.deploy.watcher import Stopped
from pkgops.errors import AccessError
from pkgops.events import Event, StackChanged
from pkgops.plan.prepare import prepare
from tests.pkgops.conftest import stack
from tests.pkgops.fakes.artifacts import FakeArtifacts
from tests.pkgops.fakes.ports import FakePorts


def run(project: Project, packaged: PackagedSystem, ports: FakePorts) -> None:
    deploy(prepare(project, packaged, ports), ports)


def test_artifacts_are_uploaded_once_and_only_those_needed(project: Project, ports: FakePorts, tmp_path: Path) -> None:
    zipped = tmp_path / f"{hashlib.sha256(b'zip').hexdigest()}.zip"
    zipped.write_bytes(b"zip")
    key = f"demo/{zipped.name}"
    function = {"F": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Key": key}}}}
    assets = (Asset(key, zipped, 3, "handlers/a.py"), Asset("demo/b.zip", zipped, 3, "handlers/b.py"))
    packaged = PackagedSystem((stack("alone", project.stage, **function),), assets)
    run(project, packaged, ports)
    assert ports.artifacts.objects == {key: b"zip"}
    zipped.write_bytes(b"another upload would bring this")
    ports.stacks.deployed("DemoAlone-local", "ROLLBACK_COMPLETE")
    run(project, packaged, ports)
    assert ports.artifacts.objects == {key: b"zip"}


def test_only_code_of_changed_resources_is_asked_for(project: Project, ports: FakePorts, tmp_path: Path) -> None:
    def artifact(content: bytes) -> Asset:
        path = tmp_path / f"{hashlib.sha256(content).hexdigest()}.zip"
        path.write_bytes(content)
        return Asset(f"demo/{path.name}", path, len(content), "handlers/a.py")

    def packaged(*assets: Asset) -> PackagedSystem:
        functions: dict[str, Any] = {
            f"F{number}": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Key": asset.key}}}
            for number, asset in enumerate(assets)
        }
        return PackagedSystem((stack("alone", project.stage, **functions),), assets)

    first, second, third = artifact(b"first"), artifact(b"second"), artifact(b"third")
    run(project, packaged(first, second), ports)
    asked: list[str] = []
    ports.artifacts.asked = asked
    run(project, packaged(first, third), ports)
    assert asked == [third.key]
    assert ports.artifacts.objects[third.key] == b"third"


def test_an_artifact_with_wrong_bytes_is_replaced(project: Project, ports: FakePorts, tmp_path: Path) -> None:
    zipped = tmp_path / f"{hashlib.sha256(b'zip').hexdigest()}.zip"
    zipped.write_bytes(b"zip")
    key = f"demo/{zipped.name}"
    ports.artifacts.objects[key] = b"half of it"
    function = {"F": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Key": key}}}}
    packaged = PackagedSystem((stack("alone", project.stage, **function),), (Asset(key, zipped, 3, "handlers/a.py"),))
    run(project, packaged, ports)
    assert ports.artifacts.objects == {key: b"zip"}


class Held(FakeArtifacts):
    """Takes nothing in before it is let go; ``error`` is what it answers then."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__()
        self.let_go = threading.Event()
        self.error = error

    def put(self, key: str, path: Path) -> None:
        assert self.let_go.wait(20)
        if self.error is not None:
            raise self.error
        super().put(key, path)


@pytest.mark.parametrize("error", [None, AccessError("The network is gone.")])
def test_only_what_needs_artifacts_waits_for_them(project: Project, tmp_path: Path, error: Exception | None) -> None:
    zipped = tmp_path / f"{hashlib.sha256(b'zip').hexdigest()}.zip"
    zipped.write_bytes(b"zip")
    key = f"demo/{zipped.name}"
    function = {"F": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Key": key}}}}
    stacks = (stack("store", project.stage), stack("web", project.stage, {"StoreName": "store.Name"}, **function))
    held = Held(error)
    ports = FakePorts(artifacts=held)
    made = prepare(project, PackagedSystem(stacks, (Asset(key, zipped, 3, "handlers/a.py"),)), ports)

    def emit(event: Event) -> None:
        if isinstance(event, StackChanged) and (event.stack, event.status) == ("DemoStore-local", "CREATE_COMPLETE"):
            held.let_go.set()

    if error is None:
        assert deploy(made, ports, emit).ok
    else:
        with pytest.raises(AccessError, match="The network is gone"):
            deploy(made, ports, emit)
    there = {state.name for state in ports.stacks.describe()}
    assert there - {"PkgopsBootstrap-local"} == {"DemoStore-local"} | ({"DemoWeb-local"} if error is None else set())


def test_who_detaches_waits_for_no_further_artifact(project: Project, ports: FakePorts, tmp_path: Path) -> None:
    files = [tmp_path / f"{hashlib.sha256(bytes([number])).hexdigest()}.zip" for number in range(30)]
    for number, path in enumerate(files):
        path.write_bytes(bytes([number]))
    assets = tuple(Asset(f"demo/{path.name}", path, 1, "handlers/a.py") for path in files)
    code = {
        f"F{number}": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Key": asset.key}}}
        for number, asset in enumerate(assets)
    }
    made = prepare(project, PackagedSystem((stack("alone", project.stage, **code),), assets), ports)
    with pytest.raises(Stopped):
        Uploads(made, ports, stopped=lambda: len(ports.artifacts.objects) >= 5).send()
    assert 5 <= len(ports.artifacts.objects) < 20  # those under way are finished
