"""A small system in several versions, and how one of its stacks gets into a state that no deployment leaves."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pkgops.aws.connection.retry_policy import RetryPolicy
from pkgops.aws.ports import AwsPorts
from pkgops.build.artifacts import Asset, PackagedSystem
from pkgops.build.synth import SynthesizedStack
from pkgops.config import Project
from pkgops.model import LOCAL_ACCOUNT, Stack, Stage, System
from tests.repository import ROOT

TAGS = {"Project": "Faulty"}
BROKEN = "Broken"  # the resource that cannot be made
LARGE = 60_000  # bytes of padding: more than CloudFormation takes in a request, so that S3 has to hold the template

# Fewer tries than on AWS, so that some steps do fail; and short waits: what a fault does does not depend on them.
HURRIED = RetryPolicy(attempts=3, throttled=4, first=0.02)
EXPLAINED = 3  # the exit code of a victim that ends with an error that says why


@dataclass(frozen=True)
class NoSettings:
    """A system without settings."""


SYSTEM = System(
    key="faulty",
    title="Faulty",
    stacks=(Stack("store", "FaultyStore"), Stack("web", "FaultyWeb"), Stack("alone", "FaultyAlone")),
    settings=NoSettings,
    environments={},
    check=lambda stage, settings: [],
    tags=lambda stage: TAGS,
)


def project(root: Path, port: int) -> Project:
    """A project whose templates are the repository's, for the bootstrap stack."""
    root.mkdir(exist_ok=True)
    if not (root / "templates").exists():
        (root / "templates").symlink_to(ROOT / "templates")
    return Project(root, Stage("local", account=LOCAL_ACCOUNT, port=port), SYSTEM, NoSettings())


def packaged(root: Path, version: int, size: int = 0, broken: bool = False) -> PackagedSystem:
    """The system in one of its versions: queues and artifacts that change, an output that changes, a template that
    needs S3, and if asked for a resource that cannot be made."""
    assets = tuple(_artifact(root, f"{name} {version // turns}") for name, turns in (("code", 1), ("layer", 2)))
    store = _queue("store", version, Metadata={"Padding": "x" * size})
    named = [{"Key": f"Artifact{number}", "Value": asset.key} for number, asset in enumerate(assets)]
    store["Resources"]["Queue"]["Properties"]["Tags"] = named
    store["Outputs"] = {"Word": {"Value": f"word-{version // 2}"}}
    web = _queue("web", version)
    web["Parameters"] = {"StoreWord": {"Type": "String"}}
    web["Outputs"] = {"Heard": {"Value": {"Ref": "StoreWord"}}}
    alone = _queue("alone", version)
    if broken:
        name = {"Fn::GetAtt": ["Queue", "Nonsense"]}
        alone["Resources"][BROKEN] = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name}}
    stacks = (
        SynthesizedStack("faulty", "store", "FaultyStore-local", store, {}, TAGS),
        SynthesizedStack("faulty", "web", "FaultyWeb-local", web, {"StoreWord": "store.Word"}, TAGS),
        SynthesizedStack("faulty", "alone", "FaultyAlone-local", alone, {}, TAGS),
    )
    return PackagedSystem(stacks, assets)


def stick(ports: AwsPorts) -> str:
    """Brings FaultyAlone, which must be there, to UPDATE_ROLLBACK_FAILED; the resource that cannot be rolled back:
    a pool that is deleted behind the stack's back while its update waits for a signal, which then says no."""
    stack, client = "FaultyAlone-local", ports.clients.get("cloudformation")
    gate = {"Type": "AWS::CloudFormation::WaitCondition", "DependsOn": "Pool"}
    gate["CreationPolicy"] = {"ResourceSignal": {"Timeout": "PT5M"}}  # type: ignore[assignment]
    pool = {"Type": "AWS::Cognito::IdentityPool", "Properties": {"AllowUnauthenticatedIdentities": False}}
    client.update_stack(StackName=stack, TemplateBody=json.dumps({"Resources": {"Pool": pool}}))
    _until(ports, stack, "UPDATE_COMPLETE")
    changed = {**pool, "Properties": {"AllowUnauthenticatedIdentities": True}}
    client.update_stack(StackName=stack, TemplateBody=json.dumps({"Resources": {"Pool": changed, "Gate": gate}}))
    while not any(event.logical_id == "Gate" for event in ports.stacks.events(stack)):
        time.sleep(0.005)
    (there,) = (row.physical_id for row in ports.stacks.resources(stack) if row.logical_id == "Pool")
    ports.clients.get("cognito-identity").delete_identity_pool(IdentityPoolId=there)
    client.signal_resource(StackName=stack, LogicalResourceId="Gate", UniqueId="1", Status="FAILURE")
    _until(ports, stack, "UPDATE_ROLLBACK_FAILED")
    return "Pool"


def _until(ports: AwsPorts, stack: str, status: str) -> None:
    while True:
        (state,) = (state for state in ports.stacks.describe() if state.name == stack)
        if not state.in_progress:
            assert state.status == status, state
            return
        time.sleep(0.005)


def _artifact(root: Path, words: str) -> Asset:
    body = f"artifact {words}".encode()
    key = f"faulty/{hashlib.sha256(body).hexdigest()}.zip"
    path = root / key.rpartition("/")[2]
    path.write_bytes(body)
    return Asset(key, path, len(body), "faulty")


def _queue(name: str, version: int, **more: Any) -> dict[str, Any]:
    properties = {"QueueName": f"faulty-{name}", "VisibilityTimeout": 30 + version}
    resources = {"Queue": {"Type": "AWS::SQS::Queue", "Properties": properties}}
    if version % 2:
        resources["Extra"] = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": f"faulty-{name}-extra"}}
    return {"Resources": resources, **more}
