"""A small system that is deployed, changed and destroyed over a bad network, and what must hold afterwards."""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pkgops.aws import AwsPorts
from pkgops.config import Project
from pkgops.deploy import Report, deploy
from pkgops.destroy import destroy, survey
from pkgops.errors import PkgopsError
from pkgops.package import Asset, Packaged
from pkgops.plan import READY, plan
from pkgops.ports import StackState
from pkgops.synth import Synthesized
from templates.model import LOCAL_ACCOUNT, Stack, Stage, System
from tests.faults.proxy import proxied

ROOT = Path(__file__).parents[2]
ATTEMPTS = 6  # the tool's ten on AWS; fewer here, so that some runs do fail


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
    tags=lambda stage: {"Project": "Faulty"},
)


def project(root: Path, port: int) -> Project:
    """A project whose templates are the repository's, for the bootstrap stack."""
    root.mkdir(exist_ok=True)
    if not (root / "templates").exists():
        (root / "templates").symlink_to(ROOT / "templates")
    return Project(root, Stage("local", account=LOCAL_ACCOUNT, port=port), SYSTEM, NoSettings())


def packaged(root: Path, version: int, size: int = 0) -> Packaged:
    """The system in one of its versions: queues that change, an output that changes, a template that needs S3."""
    body = f"artifact of version {version}".encode()
    key = f"faulty/{hashlib.sha256(body).hexdigest()}.zip"
    path = root / key.rpartition("/")[2]
    path.write_bytes(body)
    store = _queue("store", version, Metadata={"Artifact": key, "Padding": "x" * size})
    store["Outputs"] = {"Word": {"Value": f"word-{version // 2}"}}
    web = _queue("web", version)
    web["Parameters"] = {"StoreWord": {"Type": "String"}}
    web["Outputs"] = {"Heard": {"Value": {"Ref": "StoreWord"}}}
    stacks = (
        Synthesized("faulty", "store", "FaultyStore-local", store, {}, {"Project": "Faulty"}),
        Synthesized("faulty", "web", "FaultyWeb-local", web, {"StoreWord": "store.Word"}, {"Project": "Faulty"}),
        Synthesized("faulty", "alone", "FaultyAlone-local", _queue("alone", version), {}, {"Project": "Faulty"}),
    )
    return Packaged(stacks, (Asset(key, path, len(body), "faulty"),))


def _queue(name: str, version: int, **more: Any) -> dict[str, Any]:
    properties = {"QueueName": f"faulty-{name}", "VisibilityTimeout": 30 + version}
    resources = {"Queue": {"Type": "AWS::SQS::Queue", "Properties": properties}}
    if version % 2:
        resources["Extra"] = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": f"faulty-{name}-extra"}}
    return {"Resources": resources, **more}


@dataclass
class Tally:
    """What a set of runs met and how its steps ended."""

    runs: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)


def run(project: Project, seed: int, tally: Tally) -> None:
    """One seeded sequence over the bad network, then a quiet deployment that must put everything right.

    Every step ends well or with an error that says what is wrong: anything else is raised here."""
    chance = random.Random(seed)
    tally.runs += 1
    for turn in range(chance.randint(1, 2)):
        with proxied(project.stage.port, seed * 10 + turn) as proxy:
            tally.ends[step(project, connected(project, proxy.endpoint), chance)] += 1
            tally.faults.update(proxy.met)
    put_right(project, chance.randint(0, 3), chance.choice((0, 60_000)))


def connected(project: Project, endpoint: str) -> AwsPorts:
    """Ports over the proxy, as patient as on AWS."""
    ports = AwsPorts(project.stage, endpoint)
    ports.clients.attempts = ATTEMPTS
    return ports


def step(project: Project, ports: AwsPorts, chance: random.Random) -> str:
    """A deployment of some version, or a destruction; how it ended."""
    destroying = chance.random() < 0.3
    version, size = chance.randint(0, 3), chance.choice((0, 60_000))
    try:
        if destroying:
            report = destroy(survey(project, packaged(project.root, version).stacks, ports), ports)
            good = all(result.status == "DELETE_COMPLETE" for result in report.results)
        else:
            report = deploy(plan(project, packaged(project.root, version, size), ports), ports)
            good = report.ok
    except PkgopsError as error:
        if not error.message:
            raise
        return type(error).__name__
    explained(report)
    return "done" if good else "reported"


def explained(report: Report) -> None:
    """Whatever did not end well says why."""
    for result in report.results:
        assert result.ok or result.status == "DELETE_COMPLETE" or result.reason, result


def put_right(project: Project, version: int, size: int) -> None:
    """Over a good network, one deployment brings everything to its template, and a second finds nothing to do."""
    ports = AwsPorts(project.stage, f"http://127.0.0.1:{project.stage.port}")
    wanted = packaged(project.root, version, size)
    report = deploy(plan(project, wanted, ports), ports)
    assert report.ok, report
    states = {state.name: state for state in ports.stacks.describe()}
    for stack in wanted.stacks:
        equal(stack, states[stack.name], ports)
    assert states["FaultyWeb-local"].outputs["Heard"] == f"word-{version // 2}"
    assert not plan(project, wanted, ports).changed


def equal(stack: Synthesized, state: StackState, ports: AwsPorts) -> None:
    """The stack is what its template says, in CloudFormation's records and in the service itself."""
    assert state.status in READY
    deployed = json.loads(ports.stacks.template(stack.name))
    assert deployed["Resources"] == stack.template["Resources"]
    sqs = ports.clients.get("sqs")
    for resource in stack.template["Resources"].values():
        url = sqs.get_queue_url(QueueName=resource["Properties"]["QueueName"])["QueueUrl"]
        wanted = resource["Properties"].get("VisibilityTimeout")
        if wanted:
            found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
            assert int(found["VisibilityTimeout"]) == wanted
    assert {row.logical_id for row in ports.stacks.resources(stack.name)} == set(stack.template["Resources"])
