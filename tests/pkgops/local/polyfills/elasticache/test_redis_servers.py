"""Contract: ElastiCache's Redis is a server that asks for its AUTH token, and lives as long as its resource."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import redis

from pkgops.local.client.emulator import Emulator
from pkgops.local.databases.redis import program
from tests.emulator import client, start_emulator
from tests.pkgops.local.conftest import Stack
from tests.processes import ended, gone, servers
from tests.waiting import eventually

pytestmark = [
    pytest.mark.emulator,
    pytest.mark.skipif(program() is None, reason="there is no Redis server for this machine"),
]
PROGRAMS = ("valkey-server", "redis-server")
TOKEN = "a-token-of-more-than-16-characters"


def group(name: str, **properties: Any) -> dict[str, Any]:
    """A stack with a replication group, its token in a secret."""
    text = json.dumps({"redis_auth_token": TOKEN})
    secret = {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": name, "SecretString": text}}
    reference = {"Fn::Sub": "{{resolve:secretsmanager:${Secret}:SecretString:redis_auth_token}}"}
    made = {
        "ReplicationGroupId": name,
        "ReplicationGroupDescription": "contract",
        "Engine": "redis",
        "CacheNodeType": "cache.t3.micro",
        "NumCacheClusters": 2,
        "AutomaticFailoverEnabled": True,
        "TransitEncryptionEnabled": True,
        "AuthToken": reference,
        **properties,
    }
    outputs = {end: {"Value": {"Fn::GetAtt": ["Group", f"PrimaryEndPoint.{end}"]}} for end in ("Address", "Port")}
    resources = {"Secret": secret, "Group": {"Type": "AWS::ElastiCache::ReplicationGroup", "Properties": made}}
    return {"Resources": resources, "Outputs": outputs}


def connected(stack: Stack, token: str | None = TOKEN) -> redis.Redis:
    host, port = stack.outputs["Address"], int(stack.outputs["Port"])
    return redis.Redis(host, port, password=token, decode_responses=True, socket_timeout=5)


def test_a_replication_group_serves_those_who_know_its_token(
    deploy: Callable[..., Stack], unique: Callable[[str], str], aws: Callable[[str], Any]
) -> None:
    name = unique("redis")
    stack = deploy(group(name))
    assert stack.status == "CREATE_COMPLETE", stack.reasons
    assert stack.outputs["Address"] == "127.0.0.1"
    with connected(stack) as cache:
        assert cache.set("session:1", "x", ex=3600)
        assert cache.get("session:1") == "x"
        assert 0 < cache.ttl("session:1") <= 3600
        assert cache.incr("rate_limit:u:e") == 1
        for withheld in (("CONFIG", "GET", "*"), ("SHUTDOWN",), ("ACL", "LIST"), ("REPLICAOF", "NO", "ONE")):
            with pytest.raises(redis.exceptions.NoPermissionError):
                cache.execute_command(*withheld)
    for wrong in (None, "another-token-of-16-characters"):
        with connected(stack, wrong) as stranger, pytest.raises(redis.exceptions.AuthenticationError):
            stranger.get("session:1")
    found = aws("elasticache").describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"][0]
    port = int(stack.outputs["Port"])
    members = found["NodeGroups"][0]["NodeGroupMembers"]
    assert [one["ReadEndpoint"]["Port"] for one in members] == [port, port]
    assert stack.delete().status == "DELETE_COMPLETE"
    with connected(Ended(port)) as ended, pytest.raises(redis.exceptions.ConnectionError):
        ended.ping()


def test_tokens_are_rotated_while_clients_are_connected(
    deploy: Callable[..., Stack], unique: Callable[[str], str], aws: Callable[[str], Any]
) -> None:
    name, new = unique("redis"), "a-new-token-of-more-than-16-characters"
    stack = deploy(group(name))
    with connected(stack) as early:
        early.set("kept", "1")
        change = {"ReplicationGroupId": name, "ApplyImmediately": True, "AuthToken": new}
        aws("elasticache").modify_replication_group(**change, AuthTokenUpdateStrategy="ROTATE")
        for token in (TOKEN, new):
            with connected(stack, token) as cache:
                assert cache.get("kept") == "1"
        aws("elasticache").modify_replication_group(**change, AuthTokenUpdateStrategy="SET")
        with connected(stack, new) as cache:
            assert cache.get("kept") == "1"
        with connected(stack) as cache, pytest.raises(redis.exceptions.AuthenticationError):
            cache.ping()
        assert early.get("kept") == "1"


def test_a_cache_cluster_has_no_token(deploy: Callable[..., Stack], unique: Callable[[str], str]) -> None:
    properties = {"ClusterName": unique("cluster"), "Engine": "redis", "CacheNodeType": "cache.t3.micro"}
    cluster = {"Type": "AWS::ElastiCache::CacheCluster", "Properties": {**properties, "NumCacheNodes": 1}}
    outputs = {end: {"Value": {"Fn::GetAtt": ["Cluster", f"RedisEndpoint.{end}"]}} for end in ("Address", "Port")}
    stack = deploy({"Resources": {"Cluster": cluster}, "Outputs": outputs})
    assert stack.status == "CREATE_COMPLETE", stack.reasons
    with connected(stack, None) as cache:
        assert cache.ping()


class Ended(Stack):
    """Where a stack's server was."""

    def __init__(self, port: int) -> None:
        self._outputs = {"Address": "127.0.0.1", "Port": str(port)}

    @property
    def outputs(self) -> dict[str, str]:
        return self._outputs


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Emulator]:
    """An emulator to be stopped and started again."""
    emulator = start_emulator(tmp_path)
    yield emulator
    emulator.down(force=True)


def deployed(emulator: Emulator) -> Stack:
    aws = client(emulator, "cloudformation")
    aws.create_stack(StackName="cache", TemplateBody=json.dumps(group("kept-group")))
    return Stack(lambda _: aws, "cache").expected()


def test_a_restarted_emulator_has_its_servers_again_and_leaves_none_behind(own: Emulator) -> None:
    stack = deployed(own)
    with connected(stack) as cache:
        cache.set("lost", "1")
    (shown,) = own.status().redis
    assert (shown.name, shown.address, shown.running) == ("kept-group", f"127.0.0.1:{stack.outputs['Port']}", True)
    first = servers(own.status().pid, *PROGRAMS)
    (itself,) = [one.pid for one in first if one.name != "sh"]
    own.down()
    assert gone(itself), "the server ends before the emulator"
    assert all(ended(one.pid) for one in first)  # what watched the emulator for the server may end a moment later
    own.up()
    with connected(stack) as cache:
        assert cache.get("lost") is None
    second = servers(own.status().pid, *PROGRAMS)
    psutil.Process(own.status().pid).send_signal(signal.SIGKILL)
    assert all(ended(one.pid) for one in second)


def answering(stack: Stack) -> bool:
    try:
        with connected(stack) as cache:
            return bool(cache.ping())
    except redis.ConnectionError:
        return False


def test_a_server_that_died_is_there_again_and_an_emptied_emulator_has_none(own: Emulator) -> None:
    stack = deployed(own)
    for _ in range(2):
        (server,) = [one for one in servers(own.status().pid, *PROGRAMS) if one.name != "sh"]
        os.kill(server.pid, signal.SIGKILL)
        assert ended(server.pid)
        assert eventually(lambda: answering(stack))
        assert own.status().redis[0].running
    own.reset()
    assert own.status().redis == ()
    assert not servers(own.status().pid, *PROGRAMS)
