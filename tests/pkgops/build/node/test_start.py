"""What stands in front of a server's code, in plain Node.js: secrets are read, strangers are refused."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from pkgops.build.build import build
from pkgops.build.node.builder import take_build
from pkgops.config import load
from pkgops.local.client.emulator import Emulator
from tests.pkgops.next_project import ECHO, FILES, write_build
from tests.pkgops.web_project import write

pytestmark = [pytest.mark.emulator, pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js")]
# Calls the handler with each event of a list and prints the answers.
CALLER = """
const { handler } = await import(process.argv[1]);
const answers = [];
for (const event of JSON.parse(process.argv[2])) answers.push(await handler(event, {}));
console.log(JSON.stringify(answers));
"""
HEADER = "x-origin-verify"
VALUE = "the distribution's own"
# Every character that an address could be taken apart at.
PASSWORD = "".join(map(chr, range(33, 127))) + " äß€😀"


@dataclass
class Server:
    """A packaged server, unpacked; ``task`` is what it has to do before."""

    home: Path
    emulator: Emulator
    aws: Callable[[str], Any]
    name: str

    def secret(self, name: str, value: Any) -> str:
        text = value if isinstance(value, str) else json.dumps(value)
        made = self.aws("secretsmanager").create_secret(Name=f"{self.name}/{name}", SecretString=text)
        return str(made["ARN"])

    def run(self, task: dict[str, Any], *events: Any, **environment: str) -> subprocess.CompletedProcess[str]:
        keys = self.emulator.credentials()
        variables = {
            "PATH": os.environ["PATH"],
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self.emulator.endpoint,
            "AWS_ACCESS_KEY_ID": keys.key,
            "AWS_SECRET_ACCESS_KEY": keys.secret,
            "PKGOPS_START": json.dumps(task),
            **environment,
        }
        command = ["node", "--input-type=module", "-e", CALLER, str(self.home / "pkgops_start.mjs"), json.dumps(events)]
        return subprocess.run(command, env=variables, capture_output=True, text=True, check=False, timeout=60)

    def answers(self, *args: Any, **environment: str) -> list[dict[str, Any]]:
        done = self.run(*args, **environment)
        assert done.returncode == 0, done.stderr
        found: list[dict[str, Any]] = json.loads(done.stdout)
        return found


@pytest.fixture
def server(
    tmp_path: Path, emulator: Emulator, aws: Callable[[str], Any], unique: Callable[[str], str]
) -> Callable[..., Server]:
    def make(code: str = ECHO) -> Server:
        project = load("dev", "shop", write(tmp_path / "project", FILES), environ={})
        take_build(project, write_build(tmp_path / "made", machine="arm64", server=code))
        made = build(project, checked=False).assets
        (path,) = (asset.path for asset in made if "server-functions" in asset.source)
        with zipfile.ZipFile(path) as archive:
            archive.extractall(tmp_path / "unpacked")
        return Server(tmp_path / "unpacked", emulator, aws, unique("start"))

    return make


def task(**more: Any) -> dict[str, Any]:
    origin = {"name": "ORIGIN_SECRET", "secret": "ORIGIN_SECRET_ARN", "field": "header"}
    return {"entry": "index.handler", "variables": [], "header": HEADER, "origin": origin, **more}


def request(**headers: str) -> dict[str, Any]:
    return {"requestContext": {"http": {"method": "GET"}}, "headers": headers}


def seen(answer: dict[str, Any]) -> dict[str, Any]:
    assert answer["statusCode"] == 200, answer
    found: dict[str, Any] = json.loads(answer["body"])
    return found


def test_secrets_are_variables_before_the_server_is_loaded(server: Callable[..., Server]) -> None:
    # What a module reads while it is loaded is what it will have for good.
    shop = server(f"const early = process.env.SESSION_KEY;\n{ECHO.replace('{ other,', '{ early, other,')}")
    login = {"username": "db:admin", "password": PASSWORD, "host": "db.example", "port": 5433, "dbname": "a/b"}
    rows = [
        {"name": "SESSION_KEY", "secret": "SESSION_ARN"},
        {"name": "FIELD", "secret": "JSON_ARN", "field": "key"},
        {"name": "DATABASE_URL", "secret": "DB_ARN", "options": {"sslmode": "require", "connection_limit": "5"}},
        {"name": "PLAIN_URL", "secret": "OTHER_ARN", "options": {}},
    ]
    arns = {
        "SESSION_ARN": shop.secret("session", "s" * 64),
        "JSON_ARN": shop.secret("json", {"key": "of a field", "other": "not this"}),
        "DB_ARN": shop.secret("db", login),
        "OTHER_ARN": shop.secret("other", {key: value for key, value in login.items() if key != "port"}),
        "ORIGIN_SECRET_ARN": shop.secret("origin", {"header": VALUE}),
    }
    (answer,) = shop.answers(task(variables=rows), request(**{HEADER: VALUE}), **arns)
    found = seen(answer)
    assert found["early"] == found["env"]["SESSION_KEY"] == "s" * 64
    assert found["env"]["FIELD"] == "of a field"
    url = urlsplit(found["env"]["DATABASE_URL"])
    assert (url.scheme, url.hostname, url.port, unquote(url.path)) == ("postgresql", "db.example", 5433, "/a/b")
    assert (unquote(url.username or ""), unquote(url.password or "")) == ("db:admin", PASSWORD)
    assert parse_qs(url.query) == {"sslmode": ["require"], "connection_limit": ["5"]}
    assert urlsplit(found["env"]["PLAIN_URL"]).port == 5432
    assert not urlsplit(found["env"]["PLAIN_URL"]).query
    assert VALUE not in json.dumps(found), "neither the variables nor the headers hold the distribution's secret"


@pytest.mark.parametrize("headers", [{}, {HEADER: ""}, {HEADER: VALUE[:-1]}, {HEADER: VALUE + " "}, {"x-other": VALUE}])
def test_a_request_that_has_not_come_by_the_distribution_is_refused(
    server: Callable[..., Server], headers: dict[str, str]
) -> None:
    shop = server("export const handler = async () => { throw new Error('entered'); };")
    arn = shop.secret("origin", {"header": VALUE})
    (answer,) = shop.answers(task(), request(**headers), ORIGIN_SECRET_ARN=arn)
    assert (answer["statusCode"], answer["body"]) == (403, "Forbidden")
    assert answer["headers"]["cache-control"] == "no-store"


def test_everything_else_of_a_request_and_an_answer_is_left_as_it_is(server: Callable[..., Server]) -> None:
    shop = server(
        "export const handler = async (event) => ({ statusCode: 201, cookies: ['a=1', 'b=2'], body: event.body });"
    )
    arn = shop.secret("origin", {"header": VALUE})
    event = {**request(**{HEADER: VALUE, "authorization": "Bearer x"}), "body": "{}"}
    answers = shop.answers(task(), event, {"type": "warmer"}, ORIGIN_SECRET_ARN=arn)
    assert answers[0] == {"statusCode": 201, "cookies": ["a=1", "b=2"], "body": "{}"}
    assert answers[1]["statusCode"] == 201, "an invocation that is no request needs a permission of its own"


def test_a_page_that_is_known_is_no_empty_one(server: Callable[..., Server]) -> None:
    # As Next.js does it in a buffered answer: "not modified" loses its status. What an application says itself stays.
    shop = server(
        """
let entered = 0;
export const handler = async (event) => {
  const known = event.headers["if-none-match"];
  if (known === '"own"') return { statusCode: 304, body: "" };
  return { statusCode: 200, headers: { etag: '"page"' }, body: known ? "" : `page ${++entered}` };
};
"""
    )
    arn = shop.secret("origin", {"header": VALUE})
    events = [request(**{HEADER: VALUE, "if-none-match": tag}) for tag in ('"page"', '"own"')]
    head = {**request(**{HEADER: VALUE, "if-none-match": '"page"'}), "requestContext": {"http": {"method": "HEAD"}}}
    full, own, bare = shop.answers(task(), *events, head, ORIGIN_SECRET_ARN=arn)
    assert (full["statusCode"], full["body"]) == (200, "page 1")
    assert own["statusCode"] == 304
    assert bare["body"] == ""


@pytest.mark.parametrize(
    ("row", "value", "message"),
    [
        ({"name": "A", "secret": "A_ARN", "field": "key"}, {"other": "text"}, "The secret in A_ARN has no key"),
        ({"name": "A", "secret": "A_ARN", "options": {}}, {"username": "u", "password": "p"}, "has no host, dbname"),
    ],
)
def test_a_secret_without_what_is_wanted_is_named(
    server: Callable[..., Server], row: dict[str, str], value: Any, message: str
) -> None:
    shop = server()
    arns = {"A_ARN": shop.secret("a", value), "ORIGIN_SECRET_ARN": shop.secret("origin", {"header": VALUE})}
    done = shop.run(task(variables=[row]), request(), **arns)
    assert done.returncode != 0
    assert message in done.stderr
    assert not any(text in done.stderr for text in (VALUE, '"p"'))


def test_a_secret_that_cannot_be_read_is_named(server: Callable[..., Server]) -> None:
    shop = server()
    arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:nothing-abcdef"
    done = shop.run(task(), request(), ORIGIN_SECRET_ARN=arn)
    assert done.returncode != 0
    assert f"The secret {arn} cannot be read: 400 ResourceNotFoundException" in done.stderr
