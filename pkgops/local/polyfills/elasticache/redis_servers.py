"""Cache clusters and replication groups of Redis and Valkey are real servers, if there is a program for them.

A group has one server for each of its shards: replicas have the address of their primary. Without TLS; an AUTH token is
asked for as on AWS. The servers of a restarted emulator have the ports they had before, and no data; so has one that
has ended, which is started again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pkgops.local.databases.redis import RedisServer, program, start_redis
from pkgops.local.databases.server_process import HOST, NotStartedError, Servers
from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types

# Account, region and the cluster's or group's name, for a group with the shard's.
_Key = tuple[str, str, str, str]


def _again(key: tuple[str, ...], server: RedisServer) -> RedisServer:
    executable = program()
    if executable is None:
        raise NotStartedError(f"There is no program for the Redis server of {server.name} any more")
    account, region, name, shard = key
    record = _record((account, region, name, shard)) or {}
    return start_redis(executable, server.name, _tokens(record), server.port)


SERVERS: Servers[RedisServer] = Servers(_again)


def install(_: Types) -> None:
    """Starts a server where the emulator would start a container, and ends it with its record."""
    from ministack.services import elasticache

    require(elasticache, "_clusters", "_replication_groups", "_ensure_live_containers", "_p")
    require(elasticache, "get_account_id", "get_region")
    wrap(elasticache, "_spawn_redis_container", _spawning)
    wrap(elasticache, "_delete_cache_cluster", lambda original: _deleting(original, "CacheClusterId"))
    wrap(elasticache, "_delete_replication_group", lambda original: _deleting(original, "ReplicationGroupId"))
    wrap(elasticache, "_update_auth_token", _changing_tokens)
    wrap(elasticache, "_increase_replica_count", _adding_replicas)
    wrap(elasticache, "load_persisted_state", _restoring)
    wrap(elasticache, "reset", _resetting)


def _spawning(original: Any) -> Any:
    def spawn(**given: Any) -> Any:
        executable = program() if given["engine"] in ("redis", "valkey") else None
        if executable is None:
            return original(**given)
        key, token = _key(given["labels"]), given.get("auth_token")
        record = _record(key)
        tokens = _tokens(record) if record else [token] if token else []
        try:
            server = start_redis(executable, _title(key), tokens, _port(record, key))
        except NotStartedError as error:
            raise ValueError(str(error)) from None
        SERVERS.put(key, server)
        return HOST, server.port, f"redis-{server.process.pid}"

    return spawn


def _deleting(original: Any, parameter: str) -> Any:
    def delete(parameters: Any) -> Any:
        from ministack.services import elasticache

        answer = original(parameters)
        if answer[0] < 300:
            SERVERS.stop(_place(elasticache._p(parameters, parameter)))
        return answer

    return delete


def _changing_tokens(original: Any) -> Any:
    def change(group: Any, *given: Any) -> None:
        original(group, *given)
        for server in SERVERS.of(_place(group["ReplicationGroupId"])):
            server.allow(_tokens(group))

    return change


def _adding_replicas(original: Any) -> Any:
    def add(parameters: Any) -> Any:
        from ministack.services import elasticache

        answer = original(parameters)
        group = elasticache._replication_groups.get(elasticache._p(parameters, "ReplicationGroupId")) or {}
        for shard in group.get("NodeGroups") or []:
            for member in shard["NodeGroupMembers"]:
                member["ReadEndpoint"] = dict(shard["PrimaryEndpoint"])
        return answer

    return add


def _restoring(original: Any) -> Any:
    """The emulator waits for the first request to ElastiCache; functions reach the servers without one."""

    def restore(data: Any) -> Any:
        from ministack.services import elasticache

        restored = original(data)
        elasticache._ensure_live_containers()
        return restored

    return restore


def _resetting(original: Any) -> Any:
    def reset() -> Any:
        SERVERS.stop()
        return original()

    return reset


def _key(labels: Mapping[str, str]) -> _Key:
    name = labels.get("rg_id") or labels["cluster_id"]
    return labels["account_id"], labels["region"], name, labels.get("node_group", "")


def _title(key: _Key) -> str:
    """The name of a cluster or group; of a group's later shards with their number."""
    return key[2] if key[3] in ("", "0001") else f"{key[2]}/{key[3]}"


def _record(key: _Key) -> Any:
    """What the emulator knows already of the cluster or group, when it is restored."""
    from ministack.services import elasticache

    known = elasticache._replication_groups if key[3] else elasticache._clusters
    return known.get_scoped(*key[:3])


def _port(record: Any, key: _Key) -> int:
    """The port a server had before; 0 if it has none yet."""
    shards = {shard["NodeGroupId"]: shard["PrimaryEndpoint"] for shard in (record or {}).get("NodeGroups") or []}
    endpoint = shards.get(key[3]) or (record or {}).get("_endpoint") or {}
    return int(endpoint.get("Port", 0)) if endpoint.get("Address") == HOST else 0


def _tokens(record: Any) -> list[str]:
    """The passwords that clients may give; none if they need none."""
    return [] if record.get("_auth_optional") else list(record.get("_auth_tokens") or [])


def _place(name: str) -> tuple[str, str, str]:
    """Where the servers of a cluster or group are."""
    from ministack.services import elasticache

    return elasticache.get_account_id(), elasticache.get_region(), name
