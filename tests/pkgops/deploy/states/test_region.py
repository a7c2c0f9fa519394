"""Deployments are made in the stage's region, whatever environment and profile name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pkgops.aws.ports import AwsPorts
from pkgops.deploy.deploy import deploy
from pkgops.errors import AccessError
from pkgops.model import LOCAL_ACCOUNT, Stage
from pkgops.plan.prepare import prepare
from tests.pkgops.deploy.states.conftest import World

pytestmark = pytest.mark.emulator


@pytest.fixture
def abroad(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> World:
    """A stage in eu-west-1, while everything else says otherwise; AWS is the emulator."""
    config = tmp_path / "config"
    config.write_text("[profile abroad]\nregion = sa-east-1\n")
    credentials = tmp_path / "credentials"
    secret = world.ports.clients.root_secret
    credentials.write_text(f"[abroad]\naws_access_key_id = {LOCAL_ACCOUNT}\naws_secret_access_key = {secret}\n")
    settings = {"AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": str(credentials)}
    settings |= {"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1", "AWS_PROFILE": "abroad"}
    for name, value in {**settings, "AWS_ENDPOINT_URL": str(world.ports.endpoint)}.items():
        monkeypatch.setenv(name, value)
    stage = Stage("dev", region="eu-west-1", account=LOCAL_ACCOUNT)
    ports = AwsPorts(stage)
    return replace(world, project=replace(world.project, stage=stage), ports=ports)


def test_it_ends_where_the_stage_is(world: World, abroad: World) -> None:
    queue = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": world.name}}}}
    report = deploy(prepare(abroad.project, abroad.packaged(queue), abroad.ports), abroad.ports)
    assert report.ok, report
    assert abroad.state is not None
    assert (abroad.state.region, abroad.state.account) == ("eu-west-1", LOCAL_ACCOUNT)
    assert world.state is None  # nothing in us-east-1
    assert not world.ports.clients.get("sqs").list_queues(QueueNamePrefix=world.name).get("QueueUrls")
    assert abroad.ports.clients.get("sqs").list_queues(QueueNamePrefix=world.name)["QueueUrls"]


def test_stacks_that_are_elsewhere_are_refused(world: World) -> None:
    """As if an address led to another region: the stacks that answer are of us-east-1."""
    world.deploy(1)
    stage = Stage("dev", region="eu-west-1", account=LOCAL_ACCOUNT)
    elsewhere = replace(world, project=replace(world.project, stage=stage))
    with pytest.raises(AccessError, match="are in us-east-1, stage dev is in eu-west-1"):
        elsewhere.plan(2)
    with pytest.raises(AccessError, match="are in us-east-1, stage dev is in eu-west-1"):
        elsewhere.destroy()
    assert world.status == "CREATE_COMPLETE"
