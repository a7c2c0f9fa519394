"""Clusters of Aurora PostgreSQL and instances of PostgreSQL are real servers, if the programs are there.

Each has the master user, its password and the database of the template. The members of a cluster have its address:
there is no reader of its own. The servers of a restarted emulator have the ports and the data they had before, and so
has one that has ended, which is started again. A cluster whose least capacity is 0 pauses as on AWS
(`pkgops.local.databases.pause_gate`).
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

from pkgops.local.databases.pause_gate import PauseGate
from pkgops.local.databases.postgres import (
    ADMIN_FILE,
    Account,
    PostgresServer,
    create,
    start_again,
    start_postgres,
)
from pkgops.local.databases.postgres_programs import programs, reachable
from pkgops.local.databases.server_process import HOST, NotStartedError, Servers
from pkgops.local.home import HOME_VARIABLE, RESUME_VARIABLE, Home
from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Properties, Types

_CLUSTER, _INSTANCE = "AWS::RDS::DBCluster", "AWS::RDS::DBInstance"
_PASSWORD = "MasterUserPassword"  # noqa: S105 - the name of a property
_PAUSE_SECONDS = 300.0  # of a cluster whose template gives no SecondsUntilAutoPause
# Account, region, what it is, and its name.
_Key = tuple[str, str, str, str]
SERVERS: Servers[PostgresServer] = Servers(lambda _, server: start_again(server))


def install(types: Types) -> None:
    """Starts a server with its record, and ends it with that."""
    from ministack.services import rds
    from ministack.services.cloudformation import provisioners

    require(rds, "_clusters", "_instances", "get_account_id", "get_region")
    for kind, name in ((_CLUSTER, "_rds_db_cluster_delete"), (_INSTANCE, "_rds_db_instance_delete")):
        # An update that replaces a resource deletes the old one by the function's name.
        deleting = _deleting(kind)
        wrap(provisioners, name, deleting)
        handler = types.handler(kind)
        handler["delete"] = deleting(handler["delete"])
    types.after(_CLUSTER, _serve_cluster)
    types.after(_INSTANCE, _serve_instance)
    wrap(rds, "load_persisted_state", _restoring)
    wrap(rds, "reset", _resetting)


def _serve_cluster(name: str, _: Properties, old: Properties) -> dict[str, Any] | None:
    from ministack.services import rds

    record = rds._clusters[name]
    if record["Engine"] != "aurora-postgresql" or (found := programs()) is None:
        return None
    port = _served(found, _key(_CLUSTER, name), _account(record), old.get(_PASSWORD), _pauses_after(record))
    record |= {"Endpoint": HOST, "ReaderEndpoint": HOST, "Port": port}
    return {"Endpoint.Address": HOST, "Endpoint.Port": str(port), "ReadEndpoint.Address": HOST}


def _serve_instance(name: str, _: Properties, old: Properties) -> dict[str, Any] | None:
    from ministack.services import rds

    record = rds._instances[name]
    cluster = rds._clusters.get(record.get("DBClusterIdentifier") or "")
    if cluster is not None:
        if cluster["Endpoint"] != HOST:
            return None
        port = cluster["Port"]
    elif record["Engine"] == "postgres" and (found := programs()):
        port = _served(found, _key(_INSTANCE, name), _account(record), old.get(_PASSWORD))
    else:
        return None
    record["Endpoint"] |= {"Address": HOST, "Port": port}
    return {"Endpoint.Address": HOST, "Endpoint.Port": str(port)}


def _served(
    found: Path, key: _Key, account: Account, old_password: str | None, pauses_after: float | None = None
) -> int:
    """The port of the resource's server. It is started if it is new, and told the account's password if that is no more
    ``old_password``, and when it pauses."""
    server = next(iter(SERVERS.of(key)), None)
    try:
        if server is None:
            remove(key)  # of a resource that an emulator which crashed has forgotten
            return _started(found, key, account, pauses_after=pauses_after).public_port
        if server.gate:
            server.gate.after = pauses_after
        elif pauses_after is not None:  # its port becomes that of a gate
            SERVERS.stop(key)
            server = _started(found, key, account, server.port, pauses_after)
        if old_password != account.password:
            server.change_password(account)
    except NotStartedError as error:
        raise ValueError(f"{key[3]}: {error}") from None
    return server.public_port


def _started(
    found: Path, key: _Key, account: Account, port: int = 0, pauses_after: float | None = None
) -> PostgresServer:
    executables, data = reachable(found), _data(key)
    if not (data / ADMIN_FILE).exists():
        remove(key)
        create(executables, data, account)
    gate = None if pauses_after is None else PauseGate(pauses_after, _resume())
    server = start_postgres(executables, data, key[3], port, gate)
    SERVERS.put(key, server)
    return server


def _deleting(kind: str) -> Any:
    def deleting(original: Any) -> Any:
        def delete(name: str, properties: Properties, *rest: Any) -> None:
            original(name, properties, *rest)
            key = _key(kind, name)
            if SERVERS.stop(key):
                remove(key)

        return delete

    return deleting


def _restoring(original: Any) -> Any:
    """A server that does not start again is said in the log, and keeps nothing else from being restored."""

    def restore(data: Any) -> Any:
        from ministack.services import rds

        restored = original(data)
        found = programs()
        for kind, records in ((_CLUSTER, rds._clusters), (_INSTANCE, rds._instances)):
            for (account, region, name), record in records.all_items():
                port = _port(record)
                made = (_data((account, region, kind, name)) / ADMIN_FILE).exists()
                if found is None or not made or not port or (kind == _INSTANCE and record.get("DBClusterIdentifier")):
                    continue
                try:
                    _started(found, (account, region, kind, name), _account(record), port, _pauses_after(record))
                except NotStartedError as error:
                    sys.stderr.write(f"{error}\n")
        return restored

    return restore


def _resetting(original: Any) -> Any:
    def reset() -> Any:
        SERVERS.stop()
        folder = _home().postgresql
        for data in folder.glob("*") if folder.is_dir() else ():
            if not data.name.startswith("initialised-"):
                shutil.rmtree(data, ignore_errors=True)
        return original()

    return reset


def remove(key: _Key) -> None:
    """Removes the data of a server that has ended."""
    shutil.rmtree(_data(key), ignore_errors=True)


def _key(kind: str, name: str) -> _Key:
    from ministack.services import rds

    return rds.get_account_id(), rds.get_region(), kind, name


def _data(key: _Key) -> Path:
    account, region, kind, name = key
    return _home().postgresql / "-".join((account, region, kind.rpartition(":")[2].lower(), name))


def _home() -> Home:
    return Home(Path(os.environ[HOME_VARIABLE]).resolve())


def _account(record: Any) -> Account:
    database = record.get("DatabaseName") or record.get("DBName") or ""
    return Account(record["MasterUsername"], record["_MasterUserPassword"], database)


def _pauses_after(record: Any) -> float | None:
    """After how many idle seconds a cluster pauses; None if it does not, and where none does."""
    scaling = record.get("ServerlessV2ScalingConfiguration") or {}
    if not _resume() or float(scaling.get("MinCapacity", 1)):
        return None
    return float(scaling.get("SecondsUntilAutoPause") or _PAUSE_SECONDS)


def _resume() -> float:
    return float(os.environ.get(RESUME_VARIABLE) or 0)


def _port(record: Any) -> int:
    """The port a server had before; 0 if it has none."""
    endpoint = record.get("Endpoint")
    if isinstance(endpoint, dict):
        return int(endpoint["Port"]) if endpoint.get("Address") == HOST else 0
    return int(record["Port"]) if endpoint == HOST else 0
