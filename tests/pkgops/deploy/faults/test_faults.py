"""After any sequence over a bad network, does one deployment over a good one put everything right?"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

import pytest

from pkgops.aws.ports import AwsPorts
from pkgops.deploy.deploy import deploy
from pkgops.deploy.uploads import Uploads
from pkgops.errors import AccessError, DeployError
from pkgops.operate.gc import delete_garbage, find_garbage
from pkgops.plan.plan import discard_change_sets
from pkgops.plan.prepare import prepare
from tests.pkgops.deploy.faults.proxy import Faults, calm
from tests.pkgops.deploy.faults.system import HURRIED, LARGE, packaged, stick
from tests.pkgops.deploy.faults.world import Tally, World, attempt, destroyed, killed, put_right, run, world

pytestmark = pytest.mark.emulator

RUNS = int(os.environ.get("PKGOPS_FAULT_RUNS", "30"))
BATCHES = 6
KILLS = int(os.environ.get("PKGOPS_KILLS", "12"))
LATENESS = (0.0, 0.02, 0.1, 0.4)  # seconds; a run takes about 0.3


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("faults")) as made:
        yield made


@pytest.mark.parametrize("batch", range(BATCHES))
def test_any_sequence_ends_deployed_or_explained(bad: World, batch: int) -> None:
    tally = Tally()
    for seed in range(batch, RUNS, BATCHES):
        run(bad, seed, tally)
    assert sum(tally.faults.values()) > 0


@pytest.mark.parametrize("seed", range(KILLS))
def test_a_killed_deployment_is_taken_up(bad: World, seed: int) -> None:
    """kill -9 while a call is on its way, which arrives all the same: before the next run, during it, or after. In
    the last two cases the next run may end with an error that says why; the one after it puts everything right."""
    chance = random.Random(seed)
    if seed % 2:
        destroyed(bad)  # so that the bootstrap and the uploads are among the moments
    killing = killed(bad, "deploy", seed % 4, chance.randint(1, 30), chance.choice(LATENESS))
    attempt(bad, (seed + 1) % 4)
    killing.over()
    put_right(bad, (seed + 1) % 4, 0)
    assert not bad.proxy.twice


@pytest.mark.parametrize("seed", range(KILLS // 3))
def test_a_killed_destruction_is_taken_up(bad: World, seed: int) -> None:
    """By the next destruction, or by a deployment; neither begins before what was sent has arrived."""
    put_right(bad, seed % 4, LARGE)
    killed(bad, "destroy", seed % 4, random.Random(seed).randint(8, 20)).over()
    if seed % 2:
        destroyed(bad)
    put_right(bad, (seed + 1) % 4, 0)


def test_interrupted_uploads_go_on_where_they_stopped(bad: World) -> None:
    put_right(bad, 0, 0)
    bad.ports.artifacts.remove([item.key for item in bad.direct.artifacts.list_objects()])
    bad.proxy.calls.clear()
    made = prepare(bad.project, packaged(bad.project.root, 1, LARGE), bad.ports)  # uploads the large template
    (large,) = [item.key for item in bad.direct.artifacts.list_objects()]
    assert large.startswith("templates/")
    for refused in (1, 0):
        bad.proxy.weather = Faults(
            1, rate=1.0, most=HURRIED.attempts * refused, kinds=("reset before",), only=("PutObject",)
        )
        try:
            Uploads(made, bad.ports).send()
        except AccessError:
            assert refused
    bad.proxy.weather = calm
    assert bad.proxy.calls["PutObject"] == 1 + HURRIED.attempts + 2
    assert not bad.proxy.twice
    assert deploy(made, bad.ports).ok
    assert not bad.proxy.twice


def test_what_lies_under_the_right_key_with_wrong_bytes_is_replaced(bad: World) -> None:
    put_right(bad, 2, LARGE)
    bad.ports.artifacts.remove([item.key for item in bad.direct.artifacts.list_objects()])
    bucket = bad.direct.artifacts.bucket
    wanted = packaged(bad.project.root, 3, LARGE)
    key = wanted.assets[0].key
    s3 = bad.direct.clients.get("s3")
    s3.put_object(Bucket=bucket, Key=key, Body=b"something else")
    s3.put_object(Bucket=bucket, Key=wanted.assets[1].key, Body=wanted.assets[1].path.read_bytes())  # no checksum
    put_right(bad, 3, LARGE)
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == wanted.assets[0].path.read_bytes()


def test_garbage_is_what_no_template_and_no_change_set_names(bad: World) -> None:
    put_right(bad, 0, LARGE)
    put_right(bad, 3, LARGE)
    now, before, next_ = ({asset.key for asset in packaged(bad.project.root, version).assets} for version in (3, 0, 1))
    made = prepare(bad.project, packaged(bad.project.root, 1), bad.ports)
    Uploads(made, bad.ports).send()
    garbage = find_garbage(bad.project, bad.ports, min_age=0.0)
    unused = {item.key for item in garbage.unused}
    assert (before - now - next_) <= unused
    assert not unused & (now | next_)
    discard_change_sets(made, bad.ports)
    gone = {item.key for item in delete_garbage(garbage, bad.project, bad.ports).unused}
    assert gone == unused
    assert next_ - now <= {item.key for item in find_garbage(bad.project, bad.ports, min_age=0.0).unused}
    put_right(bad, 0, LARGE)  # what has gone is uploaded again


@pytest.mark.parametrize("kind", ["reset after", "truncate", "reset before", "throttle"])
def test_a_rollback_is_gone_on_with_once_though_its_answer_is_lost(bad: World, kind: str) -> None:
    put_right(bad, 0, 0)
    skip = stick(bad.direct)
    bad.proxy.weather = Faults(0, rate=1.0, most=1, kinds=(kind,), only=("ContinueUpdateRollback",))
    bad.ports.stacks.resume_rollback("FaultyAlone-local", [skip])
    bad.proxy.weather = calm
    with pytest.raises(DeployError, match="FaultyAlone-local"):
        bad.ports.stacks.resume_rollback("FaultyAlone-local", [skip])
    put_right(bad, 1, 0)


def test_a_refused_look_at_an_object_says_why(bad: World) -> None:
    put_right(bad, 0, 0)
    expired = b"<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>"
    bad.proxy.weather = Faults(0, rate=1.0, most=10, kinds=("refused",), only=("HeadObject", "GetObject"))
    bad.proxy.refusal = (400, expired)
    with pytest.raises(AccessError, match="have expired"):
        bad.ports.artifacts.missing(["a/b.zip"])
    bad.proxy.weather = calm


def test_a_service_that_goes_on_failing_is_said_as_that(bad: World) -> None:
    for kind, said in (("throttle", "throttles"), ("unavailable", "internal error"), ("reset before", "Cannot reach")):
        bad.proxy.weather = Faults(0, rate=1.0, most=10, kinds=(kind,))
        bad.proxy.calls.clear()
        with pytest.raises(AccessError, match=said) as caught:
            AwsPorts(bad.project.stage, bad.proxy.endpoint, HURRIED).stacks.describe()
        assert caught.value.hint
        assert bad.proxy.calls["DescribeStacks"] == (HURRIED.throttled if kind == "throttle" else HURRIED.attempts)
    bad.proxy.weather = calm
