"""pkgops env."""

from __future__ import annotations

import json

import pytest

from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.fakes.stacks import FakeStacks

URL = "https://abc123.execute-api.us-east-1.amazonaws.com"
OUTPUTS = {"ApiUrl": URL, "UserPoolId": "us-east-1_it's", "UserPoolClientId": "client", "Region": "us-east-1"}
WANTED = {
    "EXPO_PUBLIC_USE_MOCK_API": "false",
    "EXPO_PUBLIC_USE_LOCAL_BACKEND": "false",
    "EXPO_PUBLIC_API_URL": URL,
    "EXPO_PUBLIC_AWS_USER_POOL_ID": "us-east-1_it's",
    "EXPO_PUBLIC_AWS_USER_POOL_WEB_CLIENT_ID": "client",
    "EXPO_PUBLIC_AWS_REGION": "us-east-1",
}


@pytest.fixture
def ports():
    stacks = FakeStacks()
    stacks.deployed("kefir-app-dev", "UPDATE_COMPLETE", outputs=OUTPUTS)
    stacks.deployed("PkgWatchApi-dev", "UPDATE_COMPLETE", outputs={"ApiUrl": URL})
    return FakePorts(stacks=stacks, endpoint=None)


def test_a_file_a_frontend_reads(run, ports):
    lines = run("env", "kefir", "--stage", "dev", ports=ports).stdout.splitlines()
    assert [line.partition("=")[0] for line in lines] == list(WANTED)
    assert f"EXPO_PUBLIC_API_URL={URL}" in lines
    assert 'EXPO_PUBLIC_AWS_USER_POOL_ID="us-east-1_it\'s"' in lines


def test_lines_for_a_shell(run, ports):
    lines = run("env", "kefir", "--stage", "dev", "--format", "shell", ports=ports).stdout.splitlines()
    assert """export EXPO_PUBLIC_AWS_USER_POOL_ID='us-east-1_it'"'"'s'""" in lines


@pytest.mark.parametrize("asked", [("--format", "json"), ("--output", "json")])
def test_data(run, ports, asked):
    assert json.loads(run("env", "kefir", "--stage", "dev", *asked, ports=ports).stdout) == WANTED


def test_a_system_without_variables_says_where_to_look(run, ports):
    done = run("env", "pkgwatch", "--stage", "dev", ports=ports)
    assert done.exit_code == 2
    assert "pkgops outputs --system pkgwatch" in done.stderr


def test_an_output_that_is_not_there_is_named(run, ports):
    ports.stacks.deployed("kefir-app-dev", "UPDATE_COMPLETE", outputs={"ApiUrl": URL})
    done = run("env", "kefir", "--stage", "dev", ports=ports)
    assert done.exit_code == 2
    assert "UserPoolId" in done.stderr


def test_the_address_of_a_database_and_secrets_that_are_no_json_on_request_alone(run, ports):
    stacks, values = ports.stacks, ports.secrets.values
    stacks.deployed("StreamSalesStack-staging", "UPDATE_COMPLETE", outputs={"ImagesBucketName": "images"})
    login = {"username": "dbadmin", "password": "p@ss", "host": "db.example.com", "port": 5432, "dbname": "streams"}
    values["stream-sales/staging/database/credentials"] = json.dumps(login)
    values["stream-sales/staging/jwt/secret"] = "plain-text"
    asked = ("env", "stream_sales", "--stage", "staging", "--output", "json")
    shown = json.loads(run(*asked, ports=ports).stdout)
    assert shown["DATABASE_URL"] == "postgresql://dbadmin:password@127.0.0.1:5432/streams"
    assert (shown["IMAGES_BUCKET_NAME"], shown["IMAGES_BUCKET_REGION"]) == ("images", "us-east-1")
    shown = json.loads(run(*asked, "--with-secrets", ports=ports).stdout)
    assert shown["DATABASE_URL"] == "postgresql://dbadmin:p%40ss@db.example.com:5432/streams?sslmode=require"
    assert shown["JWT_SECRET"] == "plain-text"
    assert shown["ENCRYPTION_KEY"] == "64-hexadecimal-digits", "it is not there yet"
    values.clear()
    shown = json.loads(run(*asked, "--with-secrets", ports=ports).stdout)
    assert shown["DATABASE_URL"] == "postgresql://dbadmin:password@127.0.0.1:5432/streams"
