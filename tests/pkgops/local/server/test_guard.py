"""The requests the emulator refuses, asked for over HTTP."""

from __future__ import annotations

import gzip
import json
import socket
import threading
from collections.abc import Callable

import httpx
import pytest

from pkgops.local.client.emulator import Emulator
from pkgops.local.client.loopback import fetch
from pkgops.local.credentials import Credentials
from pkgops.local.home import IDENTITY_PATH, Home
from tests.emulator import ACCOUNT
from tests.pkgops.local.polyfills.callers import Caller, statement
from tests.pkgops.local.server.asking import CREATE, PAGES, Aws, code, signing

pytestmark = pytest.mark.emulator

CLAIMED = (
    "X-Amz-Credential=000000000000/20260101/us-east-1/{}/aws4_request&X-Amz-Algorithm=AWS4-HMAC-SHA256"
    "&X-Amz-Signature=0&X-Amz-Date=20260101T000000Z&X-Amz-Expires=1&X-Amz-SignedHeaders=host"
)


@pytest.mark.parametrize("mark", PAGES)
def test_the_query_of_a_page_makes_no_stack(emulator: Emulator, aws: Aws, mark: dict[str, str]) -> None:
    url = f"{emulator.endpoint}/?{CREATE.format('{}')}&{CLAIMED.format('cloudformation')}"
    for headers in ({}, mark):
        answer = httpx.get(url, headers=headers)
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers
    assert "attack" not in {stack["StackName"] for stack in aws("cloudformation").describe_stacks()["Stacks"]}


@pytest.mark.parametrize("path", ["/loginx", "/login", "/logoutx", "/oauth2/x", "/us-east-1_abc/.well-known/x", "/"])
@pytest.mark.parametrize("mark", [{}, *PAGES])
def test_no_path_opens_a_secret(emulator: Emulator, secret: str, path: str, mark: dict[str, str]) -> None:
    headers = {"X-Amz-Target": "secretsmanager.GetSecretValue", **mark}
    for query in ("", f"?{CLAIMED.format('secretsmanager')}"):
        answer = httpx.post(f"{emulator.endpoint}{path}{query}", headers=headers, content=f'{{"SecretId":"{secret}"}}')
        assert answer.status_code in ((400, 403) if not mark else (403,))  # as the service words it, to a program
        assert "hidden" not in answer.text
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("host", ["evil.example", "a1.execute-api.localhost", "abcdef01.execute-api.127.0.0.1", ""])
def test_no_host_opens_anything(emulator: Emulator, secret: str, host: str) -> None:
    headers = {"X-Amz-Target": "secretsmanager.GetSecretValue", "Host": host}
    query = CLAIMED.format("secretsmanager")
    answer = httpx.post(f"{emulator.endpoint}/?{query}", headers=headers, content=f'{{"SecretId":"{secret}"}}')
    assert answer.status_code == 403
    assert httpx.post(f"{emulator.endpoint}/_ministack/reset", headers={"Host": host}).status_code == 403


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/_ministack/health"),
        ("GET", "/_ministack/ses/messages"),
        ("GET", "/_ministack/lambda-code/contract"),
        ("POST", "/_ministack/reset"),
        ("POST", "/_ministack/config"),
        ("GET", "/health"),
        ("GET", "/latest/meta-data/iam/security-credentials/"),
        ("GET", "/v2/credentials/abc"),
        ("GET", "/2015-03-31/functions"),
        ("GET", "/restapis"),
        ("GET", "/iceberg/v1/config"),
        ("GET", "/v2/_catalog"),
        ("POST", "/v1/chat/completions"),
        ("POST", "/Execute"),
        ("OPTIONS", "/"),
        ("PUT", "/new-bucket"),
        ("HEAD", "/"),
    ],
)
def test_who_has_no_credentials_gets_nothing(emulator: Emulator, method: str, path: str) -> None:
    assert httpx.request(method, emulator.endpoint + path).status_code == 403
    headers = {"Authorization": "Bearer token"}
    assert httpx.request(method, emulator.endpoint + path, headers=headers).status_code == 403


@pytest.mark.parametrize("authorization", ["", "Bearer token", "x Credential=000000000000/20260101/us-east-1/sts/"])
def test_an_operation_that_needs_no_credentials_hides_no_other(emulator: Emulator, authorization: str) -> None:
    """A compressed body whose head, a file name, looks like the form of such an operation."""
    packed = gzip.compress(b"Action=GetSessionToken&Version=2011-06-15")
    named = packed[:3] + b"\x08" + packed[4:10] + b"&Action=AssumeRoleWithWebIdentity&x=\0" + packed[10:]
    assert gzip.decompress(named) == gzip.decompress(packed)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Content-Encoding": "gzip"}
    headers |= {"Authorization": authorization} if authorization else {}
    answer = httpx.post(emulator.endpoint, headers=headers, content=named)
    assert answer.status_code == 403
    assert "SecretAccessKey" not in answer.text


@pytest.mark.parametrize("action", ["AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"])
def test_who_exchanges_a_token_claims_to_be_nobody(emulator: Emulator, action: str) -> None:
    answer = httpx.post(emulator.endpoint, headers={"Authorization": "Bearer token"}, data={"Action": action})
    assert answer.status_code == 403
    assert "MissingAuthenticationToken" in answer.text


def test_whoever_signs_with_another_secret_gets_nothing(emulator: Emulator, aws: Aws, bucket: str) -> None:
    for secret in ("local", "test", "x" * 40):
        for service, call in (
            ("sts", "get_caller_identity"),
            ("dynamodb", "list_tables"),
            ("lambda", "list_functions"),
        ):
            found = code(getattr(signing(emulator, service, ACCOUNT, secret), call))
            assert found in ("SignatureDoesNotMatch", "InvalidSignatureException")
        s3 = signing(emulator, "s3", ACCOUNT, secret)
        assert code(s3.list_buckets) == "SignatureDoesNotMatch"
        assert httpx.get(s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "key"})).status_code == 403
    root = emulator.credentials().secret
    for key in ("test", "AKIAIOSFODNN7EXAMPLE", "000000000000x"):
        assert code(signing(emulator, "sts", key, root).get_caller_identity) == "InvalidClientTokenId"
    assert code(signing(emulator, "sts", ACCOUNT, root, "a-token").get_caller_identity)


def test_a_users_keys_and_a_roles_session_are_checked(
    emulator: Emulator, unique: Callable[[str], str], role: str
) -> None:
    caller = Caller(emulator, unique("user")).may(statement("sts:AssumeRole"))
    key = caller.key["AccessKeyId"]
    assert f"user/{caller.name}" in caller.aws("sts").get_caller_identity()["Arn"]
    assert code(signing(emulator, "sts", key, "local").get_caller_identity) == "SignatureDoesNotMatch"
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam = signing(emulator, "iam", ACCOUNT, emulator.credentials().secret)
    arn = iam.create_role(RoleName=unique("role"), AssumeRolePolicyDocument=document)["Role"]["Arn"]
    given = caller.aws("sts").assume_role(RoleArn=arn, RoleSessionName="ab")["Credentials"]
    key, secret, token = (given[name] for name in ("AccessKeyId", "SecretAccessKey", "SessionToken"))
    assert ":assumed-role/" in signing(emulator, "sts", key, secret, token).get_caller_identity()["Arn"]
    assert code(signing(emulator, "sts", key, "local", token).get_caller_identity) == "SignatureDoesNotMatch"
    assert code(signing(emulator, "sts", key, secret, "another").get_caller_identity)
    assert code(signing(emulator, "sts", key, secret).get_caller_identity)


def test_what_is_for_root_is_not_for_others(emulator: Emulator, unique: Callable[[str], str]) -> None:
    key = Caller(emulator, unique("user")).may(statement("*")).key
    user = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
    for method, path in (("POST", "/_ministack/reset"), ("GET", "/_ministack/ses/messages"), ("GET", IDENTITY_PATH)):
        assert fetch(emulator.port, path, method, credentials=user)[0] == 403
    assert fetch(emulator.port, "/_ministack/health", credentials=emulator.credentials())[0] == 200


@pytest.mark.parametrize("mark", PAGES)
def test_a_browser_does_not_reach_the_control_plane_with_a_signature_either(
    emulator: Emulator, mark: dict[str, str]
) -> None:
    tables = signing(emulator, "dynamodb", ACCOUNT, emulator.credentials().secret)
    tables.list_tables()
    tables.meta.events.register("before-send", lambda request, **_: request.headers.update(mark))
    assert code(tables.list_tables) == "403"


def test_who_asks_for_the_identity(emulator: Emulator) -> None:
    named = httpx.get(emulator.endpoint + IDENTITY_PATH)
    assert (named.json()["tool"], named.json()["home"]) == ("pkgops", str(emulator.home.resolve()))
    assert "proof" not in named.json()
    assert emulator.credentials().secret not in named.text
    for headers in (*PAGES, {"Host": "evil.example"}):
        assert httpx.get(emulator.endpoint + IDENTITY_PATH, headers=headers).status_code == 403
    status, body = fetch(emulator.port, f"{IDENTITY_PATH}?nonce=ab", credentials=emulator.credentials())
    assert (status, json.loads(body)["pid"]) == (200, emulator.status().pid)
    wrong = Credentials(ACCOUNT, "x" * 40)
    assert fetch(emulator.port, f"{IDENTITY_PATH}?nonce=ab", credentials=wrong)[0] == 403


def test_another_program_on_the_port_is_not_taken_for_the_emulator(emulator: Emulator, fresh: Emulator) -> None:
    """It may repeat whatever another emulator has answered: it has not this home's secret."""
    fresh.credentials()
    _, body = fetch(emulator.port, f"{IDENTITY_PATH}?nonce=ab", credentials=emulator.credentials())
    with socket.create_server(("127.0.0.1", fresh.port)) as server:
        server.settimeout(20)

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + body)

        thread = threading.Thread(target=answer)
        thread.start()
        assert not fresh.running()
        thread.join(20)


def test_everything_in_the_home_is_its_owners_alone(fresh: Emulator) -> None:
    fresh.up()
    s3 = signing(fresh, "s3", ACCOUNT, fresh.credentials().secret)
    s3.create_bucket(Bucket="private")
    s3.put_object(Bucket="private", Key="a/b", Body=b"text")
    root = fresh.home
    assert root.stat().st_mode & 0o077 == 0
    assert Home(root).credentials.stat().st_mode & 0o777 == 0o600
    open_to_others = [path for path in root.rglob("*") if path.lstat().st_mode & 0o077 and not path.is_symlink()]
    assert open_to_others == []
