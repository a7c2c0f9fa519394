"""Which artifacts does a deployment upload?"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from pkgops.build.artifacts import Asset, PackagedSystem
from pkgops.config import Project
from pkgops.deploy.deploy import deploy
from pkgops.plan.prepare import prepare
from tests.pkgops.conftest import stack
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
