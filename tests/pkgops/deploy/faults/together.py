"""Several first deployments of one system at once: what becomes of each of them?"""

from __future__ import annotations

import hashlib
import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pkgops.aws.ports import AwsPorts
from pkgops.build.artifacts import Asset, PackagedSystem
from pkgops.build.synth import SynthesizedStack
from pkgops.config import Project
from pkgops.deploy.deploy import Report, deploy
from pkgops.deploy.destroy import destroy, plan_destroy
from pkgops.events import Event
from pkgops.plan.digest import DIGEST_OUTPUT, digest
from pkgops.plan.prepare import prepare
from tests.emulator import TRUSTED, archive, start_emulator
from tests.pkgops.deploy.faults.proxy import Faults, Proxy, calm, proxied
from tests.pkgops.deploy.faults.system import TAGS, project

FUNCTIONS = 8  # enough to be looked for in a list
LATEST = 0.9  # seconds between the first and the last to begin; one deployment takes about one


@dataclass(frozen=True)
class Place:
    """A project whose emulator nobody has deployed to."""

    project: Project
    proxy: Proxy
    packaged: PackagedSystem
    secret: str

    def ports(self) -> AwsPorts:
        """The ports of one deployer."""
        return AwsPorts(self.project.stage, self.proxy.endpoint, root_secret=self.secret)


@contextmanager
def place(home: Path) -> Iterator[Place]:
    """A running place, its state below ``home``."""
    emulator = start_emulator(home)
    try:
        made = project(home / "project", emulator.port)
        with proxied(emulator.port) as proxy:
            yield Place(made, proxy, named_system(made), emulator.credentials().secret)
    finally:
        emulator.down()


def round_of(here: Place, deployers: int, seed: int) -> list[Report]:
    """First deployments by so many deployers, begun within `LATEST` seconds, on a network that is slow here and there.
    Each must end with everything deployed, whether it did the work or watched it; then all is removed, for the next
    round."""
    chance = random.Random(f"{deployers} {seed}")
    here.proxy.weather = Faults(chance.getrandbits(32), chance.choice((0.0, 0.1, 0.4)), most=1000, kinds=("delay",))
    delays = [0.0, *(chance.uniform(0.0, LATEST) for _ in range(deployers - 1))]
    start = threading.Barrier(deployers)

    def one(delay: float) -> Report:
        ports, heard = here.ports(), list[Event]()
        start.wait(30)
        time.sleep(delay)
        return deploy(prepare(here.project, here.packaged, ports, heard.append), ports, heard.append)

    with ThreadPoolExecutor(deployers) as pool:
        reports = list(pool.map(one, delays))
    here.proxy.weather = calm
    _require_whole(here, reports)
    removed(here)
    return reports


def _require_whole(here: Place, reports: list[Report]) -> None:
    ports = here.ports()
    states = {state.name: state for state in ports.stacks.describe()}
    for report in reports:
        assert report.ok, [(result.stack, result.status, result.reason) for result in report.results]
    for stack in here.packaged.stacks:
        parameters = states[stack.name].parameters
        assert states[stack.name].outputs[DIGEST_OUTPUT] == digest(stack, parameters)
        rows = ports.stacks.resources(stack.name)
        assert {row.logical_id for row in rows} == set(stack.template["Resources"])
    assert not prepare(here.project, here.packaged, ports).changed


def removed(here: Place) -> None:
    """Nothing is left."""
    ports = here.ports()
    report = destroy(plan_destroy(here.project, here.packaged.stacks, ports), ports)
    assert all(result.status == "DELETE_COMPLETE" for result in report.results), report
    ports.clients.get("dynamodb").delete_table(TableName="together-kept")
    assert ports.stacks.describe() == []


def named_system(made: Project) -> PackagedSystem:
    """Stacks whose resources have the names that a deployment looks for before it begins; one of them is retained."""
    asset = _artifact(made.root, archive({"app.py": "def handler(event, context):\n    return 1\n"}))
    store = {"Resources": _data(), "Outputs": {"TableName": {"Value": {"Ref": "Table"}}}}
    bucket = f"pkgops-artifacts-local-{made.stage.account}-{made.stage.region}"
    web = {
        "Parameters": {"StoreTableName": {"Type": "String"}},
        "Resources": _code({"S3Bucket": bucket, "S3Key": asset.key}),
        "Outputs": {"Table": {"Value": {"Ref": "StoreTableName"}}},
    }
    used = {"StoreTableName": "store.TableName"}
    stacks = (
        SynthesizedStack("faulty", "store", "TogetherStore-local", store, {}, TAGS),
        SynthesizedStack("faulty", "web", "TogetherWeb-local", web, used, TAGS),
    )
    return PackagedSystem(stacks, (asset,))


def _data() -> dict[str, Any]:
    return {
        "Table": _table("together-orders"),
        "Kept": {**_table("together-kept"), "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"},
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "together-queue"}},
        "Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": "together/secret"}},
        "Files": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "together-files"}},
    }


def _code(location: dict[str, str]) -> dict[str, Any]:
    trust = {"Version": "2012-10-17", "Statement": [{**TRUSTED, "Action": "sts:AssumeRole"}]}
    role = {"RoleName": "together-role", "AssumeRolePolicyDocument": trust}
    made: dict[str, Any] = {"Role": {"Type": "AWS::IAM::Role", "Properties": role}}
    for number in range(FUNCTIONS):
        log = {"LogGroupName": f"/aws/lambda/together-{number}"}
        function = {"FunctionName": f"together-{number}", "Runtime": "python3.12", "Handler": "app.handler"}
        function |= {"Role": {"Fn::GetAtt": ["Role", "Arn"]}, "Code": location}
        made[f"Log{number}"] = {"Type": "AWS::Logs::LogGroup", "Properties": log}
        made[f"Function{number}"] = {
            "Type": "AWS::Lambda::Function",
            "DependsOn": f"Log{number}",
            "Properties": function,
        }
    return made


def _artifact(root: Path, body: bytes) -> Asset:
    digest_ = hashlib.sha256(body).hexdigest()
    path = root / f"{digest_}.zip"
    path.write_bytes(body)
    return Asset(f"faulty/{digest_}.zip", path, len(body), "together")


def _table(name: str) -> dict[str, Any]:
    key = [{"AttributeName": "id", "KeyType": "HASH"}]
    attributes = [{"AttributeName": "id", "AttributeType": "S"}]
    properties = {"TableName": name, "AttributeDefinitions": attributes, "KeySchema": key}
    return {"Type": "AWS::DynamoDB::Table", "Properties": properties | {"BillingMode": "PAY_PER_REQUEST"}}
