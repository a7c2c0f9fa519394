"""A system that is deployed, changed and destroyed over a bad network, and what must hold afterwards."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pkgops.aws.ports import AwsPorts
from pkgops.build.artifacts import PackagedSystem
from pkgops.build.synth import SynthesizedStack
from pkgops.config import Project
from pkgops.deploy.deploy import Report, deploy
from pkgops.deploy.destroy import destroy, plan_destroy
from pkgops.errors import DeployError, PkgopsError
from pkgops.plan.digest import DIGEST_OUTPUT, digest
from pkgops.plan.options import PlanOptions
from pkgops.plan.plan import Plan
from pkgops.plan.prepare import prepare
from pkgops.plan.step import READY
from pkgops.ports.stacks import StackState
from tests.emulator import start_emulator
from tests.pkgops.deploy.faults.proxy import Faults, Killing, Proxy, calm, proxied
from tests.pkgops.deploy.faults.system import BROKEN, EXPLAINED, HURRIED, LARGE, ROOT, TAGS, packaged, project, stick

STEPS = {"deploy": 5, "destroy": 3, "fail": 2, "resume": 2, "kill": 2}  # and how often each
# Where the faults of a step fall: anywhere, or all on calls that a random choice would rarely hit.
AIMS: tuple[tuple[str, ...], ...] = (
    (),
    (),
    ("PutObject", "HeadObject"),
    ("CreateChangeSet", "DescribeChangeSet", "DeleteChangeSet"),
    ("ExecuteChangeSet", "DescribeStackEvents", "DescribeEvents"),
    ("DeleteStack", "DeleteObjects", "ContinueUpdateRollback"),
)


@dataclass
class Tally:
    """What a set of runs met and how its steps ended: faults by (kind, call), ends by (step, end)."""

    runs: int = 0
    faults: Counter[tuple[str, str]] = field(default_factory=Counter)
    ends: Counter[tuple[str, str]] = field(default_factory=Counter)
    puts: int = 0

    @property
    def steps(self) -> int:
        return sum(self.ends.values())


@dataclass(frozen=True)
class World:
    """A project on an emulator of its own: ``ports`` lead there through ``proxy``, ``direct`` do not."""

    project: Project
    proxy: Proxy
    ports: AwsPorts
    direct: AwsPorts


@contextmanager
def world(home: Path) -> Iterator[World]:
    """A running world, its state below ``home``."""
    emulator = start_emulator(home)
    try:
        made = project(home / "project", emulator.port)
        with proxied(emulator.port) as proxy:
            secret = emulator.credentials().secret
            direct = AwsPorts(made.stage, emulator.endpoint, root_secret=secret)
            yield World(made, proxy, AwsPorts(made.stage, proxy.endpoint, HURRIED, root_secret=secret), direct)
    finally:
        emulator.down()


def run(world: World, seed: int, tally: Tally) -> None:
    """One seeded sequence over the bad network, then a quiet deployment that must put everything right.

    Every step ends well or with an error that says what is wrong: anything else is raised here. Whatever was
    uploaded once is not uploaded again, however often a deployment stopped in between."""
    chance = random.Random(seed)
    tally.runs += 1
    world.proxy.met.clear()
    world.proxy.calls.clear()
    if chance.random() < 0.25:
        destroyed(world)
    for _ in range(chance.randint(1, 2)):
        tally.ends[step(world, chance)] += 1
    put_right(world, chance.randint(0, 3), chance.choice((0, LARGE)))
    assert not world.proxy.twice
    tally.faults.update(world.proxy.met)
    tally.puts += world.proxy.calls["PutObject"]


def step(world: World, chance: random.Random) -> tuple[str, str]:
    """A deployment of some version, one that must fail, one that continues a stuck rollback, a destruction, or a
    command that is killed; which it was and how it ended."""
    (kind,) = chance.choices(list(STEPS), list(STEPS.values()))
    version, size = chance.randint(0, 3), chance.choice((0, LARGE))
    options = PlanOptions()
    if kind == "kill":
        killing = killed(world, chance.choice(("deploy", "destroy")), version, chance.randint(1, 30))
        killing.over()
        return kind, "killed" if killing.killed else "ended"
    if kind == "resume":
        put_right(world, version, size)
        options = PlanOptions(resume=True, skip=(stick(world.direct),))
    only = chance.choice(AIMS)
    rate = chance.uniform(0.4, 0.9) if only else chance.uniform(0.05, 0.3)
    world.proxy.weather = Faults(chance.getrandbits(32), rate, chance.randint(1, 8), only=only)
    try:
        if kind == "destroy":
            found = plan_destroy(world.project, packaged(world.project.root, version).stacks, world.ports)
            return kind, explained(destroy(found, world.ports))
        wanted = packaged(world.project.root, version, size, broken=kind == "fail")
        return kind, explained(deploy(prepare(world.project, wanted, world.ports, options=options), world.ports))
    except PkgopsError as error:
        return kind, _named(error)
    finally:
        world.proxy.weather = calm


def killed(world: World, verb: str, version: int, at: int, lateness: float = 0.0) -> Killing:
    """A command in a process of its own, killed at its ``at``-th call if it makes so many."""
    command = [
        sys.executable,
        "-m",
        "tests.pkgops.deploy.faults.victim",
        verb,
        str(world.project.root),
        world.proxy.endpoint,
    ]
    secret = {"AWS_SECRET_ACCESS_KEY": world.direct.clients.root_secret}
    victim = subprocess.Popen([*command, str(version)], cwd=ROOT, env={**os.environ, **secret})
    world.proxy.weather = killing = Killing(victim.pid, at, lateness)
    ended = victim.wait()
    world.proxy.weather = calm
    assert ended in ({-signal.SIGKILL} if killing.killed else {0, EXPLAINED})
    return killing


def attempt(world: World, version: int) -> str:
    """A deployment over a good network, though not everything sent before may have arrived: how it ended, well or
    with an error that says what is wrong."""
    try:
        return explained(deploy(_planned(world, packaged(world.project.root, version)), world.ports))
    except PkgopsError as error:
        return _named(error)


def _named(error: PkgopsError) -> str:
    assert error.message
    assert error.hint
    return type(error).__name__


def explained(report: Report) -> str:
    """How a report ended. Whatever did not end well says why, and the resource that cannot be made is named."""
    for result in report.results:
        assert result.ok or result.status == "DELETE_COMPLETE" or result.reason, result
        if "ROLLBACK" in result.status:
            assert result.cause is not None
            assert result.cause.logical_id == BROKEN, result
    return "done" if all(result.ok or result.status == "DELETE_COMPLETE" for result in report.results) else "reported"


def destroyed(world: World) -> None:
    """Nothing is left, the bucket included: the next deployment is a first one."""
    report = destroy(plan_destroy(world.project, packaged(world.project.root, 0).stacks, world.ports), world.ports)
    assert all(result.status == "DELETE_COMPLETE" for result in report.results), report
    assert world.direct.stacks.describe() == []


def put_right(world: World, version: int, size: int) -> None:
    """Over a good network, one deployment brings everything to its template, and a second finds nothing to do."""
    wanted, ports = packaged(world.project.root, version, size), world.ports
    report = deploy(_planned(world, wanted), ports)
    assert report.ok, report
    states = {state.name: state for state in world.direct.stacks.describe()}
    for stack in wanted.stacks:
        equal(stack, states[stack.name], world.direct)
    assert states["FaultyWeb-local"].outputs["Heard"] == f"word-{version // 2}"
    assert world.direct.artifacts.missing([asset.key for asset in wanted.assets]) == set()
    assert not prepare(world.project, wanted, ports).changed


def _planned(world: World, wanted: PackagedSystem) -> Plan:
    """The plan; where a rollback is stuck, the one with the choice that the refusal names."""
    stuck = [state.name for state in world.direct.stacks.describe() if state.status == "UPDATE_ROLLBACK_FAILED"]
    if not stuck:
        return prepare(world.project, wanted, world.ports)
    with pytest.raises(DeployError, match=f"{stuck[0]} is UPDATE_ROLLBACK_FAILED") as caught:
        prepare(world.project, wanted, world.ports)
    assert "--resume" in caught.value.hint
    return prepare(world.project, wanted, world.ports, options=PlanOptions(resume=True, skip=("Pool",)))


def equal(stack: SynthesizedStack, state: StackState, ports: AwsPorts) -> None:
    """The stack is what its template says, in CloudFormation's records and in the service itself."""
    parameters: Mapping[str, str] = {"StoreWord": state.outputs["Heard"]} if stack.inputs else {}
    assert state.status in READY
    assert (state.parameters, state.tags) == (parameters, TAGS)
    assert state.outputs[DIGEST_OUTPUT] == digest(stack, parameters)
    deployed = json.loads(ports.stacks.template(stack.name))
    del deployed["Outputs"][DIGEST_OUTPUT]
    assert deployed == {"Outputs": {}, **stack.template}
    sqs = ports.clients.get("sqs")
    for resource in stack.template["Resources"].values():
        url = sqs.get_queue_url(QueueName=resource["Properties"]["QueueName"])["QueueUrl"]
        wanted = resource["Properties"].get("VisibilityTimeout")
        if wanted:
            found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
            assert int(found["VisibilityTimeout"]) == wanted
    assert {row.logical_id for row in ports.stacks.resources(stack.name)} == set(stack.template["Resources"])
