"""Contract: RDS's PostgreSQL is a server with the template's user and database, and lives as long as its resource."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pg8000.native
import psutil
import pytest

from pkgops.errors import NotFoundError
from pkgops.local.client.emulator import Emulator
from pkgops.local.client.pauses import Pause, pause
from pkgops.local.databases.postgres_programs import programs, reachable
from pkgops.local.databases.server_process import NotStartedError
from tests.emulator import client, start_emulator
from tests.pkgops.local.conftest import Function, Stack
from tests.processes import ended, gone, servers
from tests.waiting import eventually

pytestmark = [
    pytest.mark.emulator,
    pytest.mark.skipif(programs() is None, reason="there is no PostgreSQL for this machine"),
]
PASSWORD = 'a\'password\\with @:/?#% "signs"'
ENDS = ("Address", "Port")


def database(name: str, password: str = PASSWORD, least: float = 1) -> dict[str, Any]:
    """A stack with a cluster, its writer, and a secret that is its master user's and is told where it is."""
    text = json.dumps({"username": "dbadmin", "password": password, "engine": "postgres", "dbname": "streams"})
    secret = {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": f"{name}/db", "SecretString": text}}
    login = {key: {"Fn::Sub": f"{{{{resolve:secretsmanager:${{Secret}}:SecretString:{key}}}}}"} for key in LOGIN}
    cluster = {
        "DBClusterIdentifier": name,
        "Engine": "aurora-postgresql",
        "DatabaseName": "streams",
        "MasterUsername": login["username"],
        "MasterUserPassword": login["password"],
        "ServerlessV2ScalingConfiguration": {"MinCapacity": least, "MaxCapacity": 4},
    }
    writer = {
        "DBClusterIdentifier": {"Ref": "Cluster"},
        "DBInstanceClass": "db.serverless",
        "Engine": "aurora-postgresql",
    }
    target = {"SecretId": {"Ref": "Secret"}, "TargetId": {"Ref": "Cluster"}, "TargetType": "AWS::RDS::DBCluster"}
    return {
        "Resources": {
            "Secret": secret,
            "Cluster": {"Type": "AWS::RDS::DBCluster", "DeletionPolicy": "Delete", "Properties": cluster},
            "Writer": {"Type": "AWS::RDS::DBInstance", "Properties": writer},
            "Attachment": {"Type": "AWS::SecretsManager::SecretTargetAttachment", "Properties": target},
        },
        "Outputs": {
            **{end: {"Value": {"Fn::GetAtt": ["Cluster", f"Endpoint.{end}"]}} for end in ENDS},
            "Reader": {"Value": {"Fn::GetAtt": ["Cluster", "ReadEndpoint.Address"]}},
            "WriterPort": {"Value": {"Fn::GetAtt": ["Writer", "Endpoint.Port"]}},
        },
    }


LOGIN = ("username", "password")


def connected(stack: Stack, password: str = PASSWORD, user: str = "dbadmin") -> pg8000.native.Connection:
    place = stack.outputs["Address"], int(stack.outputs["Port"])
    return pg8000.native.Connection(user, place[0], "streams", place[1], password, timeout=10)


def test_a_cluster_serves_its_master_user_and_its_secret_says_where(
    deploy: Callable[..., Stack], unique: Callable[[str], str], aws: Callable[[str], Any]
) -> None:
    name = unique("cluster")
    stack = deploy(database(name))
    assert stack.status == "CREATE_COMPLETE", stack.reasons
    port = int(stack.outputs["Port"])
    assert (stack.outputs["Address"], stack.outputs["Reader"], stack.outputs["WriterPort"]) == (
        *("127.0.0.1",) * 2,
        str(port),
    )
    secret = json.loads(aws("secretsmanager").get_secret_value(SecretId=f"{name}/db")["SecretString"])
    assert secret == {
        "username": "dbadmin",
        "password": PASSWORD,
        "engine": "postgres",
        "host": "127.0.0.1",
        "port": port,
        "dbname": "streams",
        "dbClusterIdentifier": name,
    }
    with connected(stack) as open_:
        assert open_.run("SELECT current_user, rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user") == [
            ["dbadmin", False, True]
        ]
        open_.run("CREATE TABLE users (name TEXT PRIMARY KEY)")
        open_.run("INSERT INTO users VALUES ('Ünï')")
        assert open_.run("SELECT upper(name) FROM users") == [["ÜNÏ"]]
    for user, password in (("dbadmin", "wrong"), ("dbadmin", ""), ("rdsadmin", ""), ("nobody", PASSWORD)):
        with pytest.raises(pg8000.native.DatabaseError, match="password authentication failed"):
            connected(stack, password, user)
    assert stack.delete().status == "DELETE_COMPLETE"
    with pytest.raises(pg8000.native.InterfaceError):
        pg8000.native.Connection("dbadmin", "127.0.0.1", "streams", port, PASSWORD, timeout=10)


def test_a_new_password_is_told_to_the_server_and_the_data_stay(
    deploy: Callable[..., Stack], unique: Callable[[str], str]
) -> None:
    name = unique("cluster")
    template = database(name)
    properties = template["Resources"]["Cluster"]["Properties"]
    properties |= {"MasterUsername": "dbadmin", "MasterUserPassword": "first-password"}
    stack = deploy(template)
    with connected(stack, "first-password") as early:
        early.run("CREATE TABLE kept AS SELECT 1 AS one")
        properties["MasterUserPassword"] = "second-password"
        assert stack.update(template).status == "UPDATE_COMPLETE", stack.reasons
        assert early.run("SELECT one FROM kept") == [[1]]
    with connected(stack, "second-password") as late:
        assert late.run("SELECT one FROM kept") == [[1]]
    with pytest.raises(pg8000.native.DatabaseError):
        connected(stack, "first-password")


def test_a_cluster_that_pauses_holds_its_next_connection(own: Emulator) -> None:
    aws = client(own, "cloudformation")
    template = database("late-cluster")
    aws.create_stack(StackName="late", TemplateBody=json.dumps(template))
    stack = Stack(lambda _: aws, "late").expected()
    with pytest.raises(NotFoundError, match="No cluster pauses"):
        pause(own)
    with connected(stack) as open_:
        open_.run("CREATE TABLE kept AS SELECT 1 AS one")
    scaling = {"MinCapacity": 0, "MaxCapacity": 4, "SecondsUntilAutoPause": 600}
    template["Resources"]["Cluster"]["Properties"]["ServerlessV2ScalingConfiguration"] = scaling
    assert stack.update(template).status == "UPDATE_COMPLETE", stack.reasons
    (told,) = client(own, "rds").describe_db_clusters(DBClusterIdentifier="late-cluster")["DBClusters"]
    assert told["ServerlessV2ScalingConfiguration"] == scaling
    own.down()
    own.up()
    with connected(stack) as open_:
        assert open_.run("SELECT one FROM kept") == [[1]]
        with pytest.raises(NotFoundError, match="No cluster called 'other'"):
            pause(own, "other")
        assert pause(own, "late-cluster") == [Pause("late-cluster", False, 1)]
    assert eventually(lambda: pause(own)[0].paused)
    assert [one.state for one in own.status().postgres] == ["paused"]
    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(connected, stack)
        assert eventually(lambda: own.status().postgres[0].state == "resuming")
        with late.result() as open_:
            assert open_.run("SELECT one FROM kept") == [[1]]
    assert [one.state for one in own.status().postgres] == ["awake"]
    scaling["MinCapacity"] = 1
    assert stack.update(template).status == "UPDATE_COMPLETE", stack.reasons
    with pytest.raises(NotFoundError):
        pause(own)
    with connected(stack) as open_:
        assert open_.run("SELECT one FROM kept") == [[1]]


def test_functions_reach_an_instance_without_a_cluster(
    deploy: Callable[..., Stack], unique: Callable[[str], str], function: Callable[..., Function]
) -> None:
    properties = {
        "Engine": "postgres",
        "DBInstanceClass": "db.t4g.micro",
        "AllocatedStorage": "20",
        "DBName": "streams",
    }
    login = {"MasterUsername": "dbadmin", "MasterUserPassword": PASSWORD, "DBInstanceIdentifier": unique("instance")}
    outputs = {end: {"Value": {"Fn::GetAtt": ["Instance", f"Endpoint.{end}"]}} for end in ENDS}
    instance = {"Type": "AWS::RDS::DBInstance", "DeletionPolicy": "Delete", "Properties": properties | login}
    stack = deploy({"Resources": {"Instance": instance}, "Outputs": outputs})
    assert stack.status == "CREATE_COMPLETE", stack.reasons
    with connected(stack) as open_:
        assert open_.run("SELECT current_database()") == [["streams"]]
    # What every driver says first: the length of the request for TLS and its code. N is: there is none.
    code = (
        "import socket, struct\n"
        "def handler(event, context):\n"
        "    with socket.create_connection(('127.0.0.1', event['port']), 10) as server:\n"
        "        server.sendall(struct.pack('!ii', 8, 80877103))\n"
        "        return server.recv(1).decode()\n"
    )
    assert function(code)({"port": int(stack.outputs["Port"])}) == "N"


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Emulator]:
    """An emulator to be stopped and started again."""
    emulator = start_emulator(tmp_path, resume=2)
    yield emulator
    emulator.down(force=True)


def test_a_database_outlives_its_emulator_and_its_server_does_not(own: Emulator) -> None:
    aws = client(own, "cloudformation")
    aws.create_stack(StackName="kept", TemplateBody=json.dumps(database("kept-cluster")))
    stack = Stack(lambda _: aws, "kept").expected()
    assert stack.status == "CREATE_COMPLETE", stack.reasons
    with connected(stack) as open_:
        open_.run("CREATE TABLE kept AS SELECT 1 AS one")
    (shown,) = own.status().postgres
    assert (shown.name, shown.address, shown.running) == ("kept-cluster", f"127.0.0.1:{stack.outputs['Port']}", True)
    first = servers(own.status().pid, "postgres")
    assert {one.user for one in first} != {"root"}
    itself = [one.pid for one in first if one.name == "postgres"]
    own.down()
    assert itself
    assert all(map(gone, itself)), "the server ends before the emulator"
    assert all(ended(one.pid) for one in first)  # what watched the emulator for the server may end a moment later
    own.up()
    with connected(stack) as open_:
        open_.run("INSERT INTO kept VALUES (2)")
        second = servers(own.status().pid, "postgres")
        psutil.Process(own.status().pid).send_signal(signal.SIGKILL)
        assert all(ended(one.pid) for one in second)
    own.up()
    with connected(stack) as open_:
        assert open_.run("SELECT one FROM kept ORDER BY one") == [[1], [2]]
    own.reset()
    assert own.status().postgres == ()
    assert not servers(own.status().pid, "postgres")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's programs are copied")
def test_programs_that_the_unprivileged_user_cannot_reach_are_copied_once(tmp_path: Path) -> None:
    place, copies = tmp_path / "private" / "wheel" / "pginstall" / "bin", tmp_path / "copies"
    place.mkdir(parents=True)
    copies.mkdir()
    (place / "postgres").write_text("program")
    (tmp_path / "private").chmod(0o700)
    found = reachable(place, copies)
    assert (found / "postgres").read_text() == "program"
    (found / "postgres").write_text("kept")
    assert (reachable(place, copies) / "postgres").read_text() == "kept"
    os.chown(found.parents[2], 1, 1)
    with pytest.raises(NotStartedError, match="another user"):
        reachable(place, copies)
