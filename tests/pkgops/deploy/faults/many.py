"""Fifty stacks deployed at once in an account that throttles: the rate of calls, and the result.

The stacks stay in progress until a signal comes, as stacks on AWS do for longer than one likes.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from pkgops.aws.connection.retry_policy import FOR_AWS, RetryPolicy
from pkgops.aws.ports import AwsPorts
from pkgops.build.artifacts import PackagedSystem
from pkgops.build.synth import SynthesizedStack
from pkgops.deploy.deploy import Report, deploy
from pkgops.plan.prepare import prepare
from pkgops.rate_limiter import RateLimiter
from tests.pkgops.deploy.faults.proxy import Proxy, Weather, calm
from tests.pkgops.deploy.faults.system import TAGS
from tests.pkgops.deploy.faults.world import World

COUNT = 50
WHOLE = 500  # stacks of an account; AWS allows 2,000 in a region
GATE = {
    "Type": "AWS::CloudFormation::WaitCondition",
    "CreationPolicy": {"ResourceSignal": {"Timeout": "PT5M"}},
}
# Calls a second. AWS does not publish its own; these are on the low side of what its users report.
LIMITS = {"DescribeStacks": 5.0, "DescribeStackEvents": 5.0, "": 8.0}
SHORTER = RetryPolicy(first=0.25, longest=2.0)  # the waits of a test; the numbers of tries are those on AWS


@dataclass(frozen=True)
class Count:
    """What the poller was answered while all stacks were in progress for ``seconds``, and what was refused in all."""

    report: Report
    seconds: float
    answered: Mapping[str, int]
    refused: int


def limits(rates: Mapping[str, float]) -> Weather:
    """Refuses what goes beyond a call's rate; a second's worth may come at once."""
    buckets: dict[str, RateLimiter] = {}

    def weather(call: str) -> str:
        rate = rates.get(call, rates[""])
        return "" if buckets.setdefault(call, RateLimiter(rate, int(rate))).try_acquire() else "throttle"

    return weather


def deployed(world: World, hold: float, count: int = COUNT) -> Count:
    """Deploys all at once as on AWS; they go on for ``hold`` seconds after the last has begun."""
    packaged = PackagedSystem(tuple(_stack(number) for number in range(count)), ())
    ports = _ports(world, SHORTER)
    made = prepare(world.project, packaged, ports)
    counted: list[tuple[float, Counter[str]]] = []
    opener = threading.Thread(target=_open, args=(world, count, hold, counted))
    world.proxy.met.clear()
    world.proxy.weather = limits(LIMITS)
    opener.start()
    try:
        report = deploy(made, ports, concurrency=count)
    finally:
        world.proxy.weather = calm
        opener.join()
    (seconds, answered) = counted[0]
    return Count(report, seconds, answered, sum(world.proxy.met.values()))


@dataclass(frozen=True)
class Account:
    """An account with many stacks: how deploying them ended and how long it took, what was asked and refused of it, and
    how often AWS was asked to find that there is nothing to do."""

    report: Report
    seconds: float
    asked: int
    refused: int
    again: int


def account(world: World, count: int = WHOLE, concurrency: int = COUNT) -> Account:
    """Deploys a system of so many small stacks under the limits, and once more when it is there."""
    packaged = PackagedSystem(tuple(_small(number) for number in range(count)), ())
    ports = _ports(world, FOR_AWS)  # so many calls need the pauses of AWS, too
    world.proxy.met.clear()
    world.proxy.calls.clear()
    world.proxy.weather = limits(LIMITS)
    began = time.monotonic()
    try:
        report = deploy(prepare(world.project, packaged, ports), ports, concurrency=concurrency)
        seconds, asked, refused = time.monotonic() - began, world.proxy.calls.total(), sum(world.proxy.met.values())
        world.proxy.calls.clear()
        assert not prepare(world.project, packaged, ports).changed
    finally:
        world.proxy.weather = calm
    return Account(report, seconds, asked, refused, world.proxy.calls.total())


def removed(world: World, count: int = COUNT) -> None:
    """Deletes them again."""
    for number in range(count):
        world.direct.stacks.delete(_stack(number).name)
    while any(state.name.startswith("FaultyMany") for state in world.direct.stacks.describe()):
        time.sleep(0.02)


def _ports(world: World, retries: RetryPolicy) -> AwsPorts:
    """What the emulator is spared is not: the pauses and the pace are those on AWS."""
    ports = AwsPorts(world.project.stage, world.proxy.endpoint, retries, root_secret=world.direct.clients.root_secret)
    ports.endpoint = None
    return ports


def _open(world: World, count: int, hold: float, counted: list[tuple[float, Counter[str]]]) -> None:
    names = [_stack(number).name for number in range(count)]
    while sum(state.name in names and state.in_progress for state in world.direct.stacks.describe()) < count:
        time.sleep(0.05)
    began, before = time.monotonic(), _calls(world.proxy)
    time.sleep(hold)
    counted.append((time.monotonic() - began, _calls(world.proxy) - before))
    client = world.direct.clients.get("cloudformation")
    with ThreadPoolExecutor(8) as pool:
        for name in names:
            pool.submit(
                client.signal_resource, StackName=name, LogicalResourceId="Gate", UniqueId="1", Status="SUCCESS"
            )


def _calls(proxy: Proxy) -> Counter[str]:
    names = ("DescribeStacks", "DescribeStackEvents")
    return Counter({name: proxy.calls[name] - proxy.met["throttle", name] for name in names})


def _stack(number: int) -> SynthesizedStack:
    template = {"Resources": {"Gate": GATE}}
    return SynthesizedStack("faulty", f"many{number}", f"FaultyMany{number}-local", template, {}, TAGS)


def _small(number: int) -> SynthesizedStack:
    template = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": f"faulty-{number}"}}}}
    return SynthesizedStack("faulty", f"small{number}", f"FaultySmall{number}-local", template, {}, TAGS)
