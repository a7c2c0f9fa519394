"""Which tokens open a connection, by a pool's keys over HTTP."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from handlers.always_coder.tokens.access import InvalidToken, Verifier
from handlers.always_coder.tokens.keys import Keys
from tests.handlers.always_coder.tokens.signer import Signer, encoded

ISSUER = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abc"
CLIENT = "client-1"
FIRST, SECOND = Signer(), Signer("key-2")


class Pool(ThreadingHTTPServer):
    """A pool's address: ``published`` are its keys, ``asked`` how often they were fetched.
    ``missing`` bytes are announced and never sent."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.published: list[dict[str, Any]] = [FIRST.jwk]
        self.asked = 0
        self.missing = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/.well-known/jwks.json"


class _Answer(BaseHTTPRequestHandler):
    server: Pool

    def do_GET(self) -> None:
        self.server.asked += 1
        body = json.dumps({"keys": self.server.published}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body) + self.server.missing))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@pytest.fixture
def pool() -> Iterator[Pool]:
    with Pool() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def verifier(pool: Pool) -> Verifier:
    return Verifier(ISSUER, CLIENT, Keys(pool.url))


def content(**changes: Any) -> dict[str, Any]:
    """The claims of an access token; a change to None leaves one out."""
    claims = {"sub": "user-1", "iss": ISSUER, "client_id": CLIENT, "token_use": "access", "exp": time.time() + 60}
    return {name: value for name, value in (claims | changes).items() if value is not None}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"token_use": "id"},
        {"token_use": None},
        {"client_id": None, "aud": CLIENT},
        {"aud": "another"},
        {"nbf": time.time() + 3600},
    ],
)
def test_a_valid_token_gives_its_claims(verifier, changes):
    assert verifier.claims(FIRST.token(content(**changes)))["sub"] == "user-1"


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": None},
        {"exp": time.time() - 2},
        {"exp": "9999999999"},
        {"exp": True},
        {"iss": ISSUER + "x"},
        {"iss": None},
        {"client_id": "another", "aud": CLIENT},
        {"client_id": None},
        {"client_id": None, "aud": [CLIENT]},
        {"token_use": "refresh"},
        {"sub": None},
        {"sub": 1},
    ],
)
def test_other_claims_are_refused_before_a_key_is_fetched(verifier, pool, changes):
    with pytest.raises(InvalidToken):
        verifier.claims(FIRST.token(content(**changes)))
    assert pool.asked == 0


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a.b",
        "a.b.c.d",
        "...",
        f"{encoded(b'[]')}.{encoded(b'{}')}.AA",
        f"{encoded(b'{}')}.{encoded(b'null')}.AA",
        f"{encoded(b'[' * 100_000)}.{encoded(b'{}')}.AA",
        "é.é.é",
    ],
)
def test_what_is_no_token_is_refused(verifier, token):
    with pytest.raises(InvalidToken):
        verifier.claims(token)


def test_a_signature_by_another_key_is_refused(verifier, pool):
    forged = Signer().token(content())
    with pytest.raises(InvalidToken):
        verifier.claims(forged)
    with pytest.raises(InvalidToken):
        verifier.claims(forged.rpartition(".")[0] + ".")
    header, _, signature = FIRST.token(content()).split(".")
    with pytest.raises(InvalidToken):
        verifier.claims(f"{header}.{encoded(json.dumps(content(sub='other')).encode())}.{signature}")


def test_a_key_for_another_algorithm_is_refused(verifier, pool):
    pool.published = [FIRST.jwk | {"alg": "RS512"}]
    with pytest.raises(InvalidToken):
        verifier.claims(FIRST.token(content()))


def test_the_header_s_algorithm_counts_for_nothing(verifier):
    assert verifier.claims(FIRST.token(content(), alg="none"))["sub"] == "user-1"


def test_keys_are_kept_and_fetched_again_for_a_new_one(verifier, pool):
    for _ in range(3):
        verifier.claims(FIRST.token(content()))
    assert pool.asked == 1
    pool.published = [FIRST.jwk, SECOND.jwk]
    verifier.claims(SECOND.token(content()))
    assert pool.asked == 2


def test_without_its_keys_nobody_gets_in(pool):
    pool.missing = 1
    with pytest.raises(InvalidToken):
        Verifier(ISSUER, CLIENT, Keys(pool.url)).claims(FIRST.token(content()))
    pool.shutdown()
    pool.server_close()
    with pytest.raises(InvalidToken):
        Verifier(ISSUER, CLIENT, Keys(pool.url)).claims(FIRST.token(content()))
