"""A secret is read once in five minutes, as a text or a field of a JSON object."""

from __future__ import annotations

import json
import secrets as random
from collections.abc import Iterator
from typing import Any

import pytest

from handlers.common import aws, secrets
from handlers.common.secrets import SecretUnavailable, secret


@pytest.fixture(autouse=True)
def empty_cache(environment: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "_CACHE", {})


@pytest.fixture
def calls(empty_cache: None) -> Iterator[list[int]]:
    """Grows with every reading of a secret."""
    made: list[int] = []
    events = aws.client("secretsmanager").meta.events
    events.register("before-call.secretsmanager.GetSecretValue", lambda **_: made.append(1), unique_id="counting")
    yield made
    events.unregister("before-call.secretsmanager.GetSecretValue", unique_id="counting")


def stored(text: str) -> str:
    name = f"test/{random.token_hex(6)}"
    aws.client("secretsmanager").create_secret(Name=name, SecretString=text)
    return name


@pytest.mark.parametrize("text", ["a text", "12345", '"quoted"', "[1]", "{broken", "null"])
def test_a_text_is_the_value(text: str) -> None:
    assert secret(stored(text), "key") == text


def test_a_field_of_an_object_is_the_value() -> None:
    name = stored(json.dumps({"key": "k", "secret": "s"}))
    assert (secret(name, "key"), secret(name, "secret")) == ("k", "s")


@pytest.mark.parametrize("text", ["{}", '{"key": ""}', '{"key": 5}', '{"Key": "hidden-value"}'])
def test_an_object_without_the_field(text: str) -> None:
    with pytest.raises(SecretUnavailable) as unavailable:
        secret(stored(text), "key")
    assert "hidden-value" not in str(unavailable.value)


@pytest.mark.parametrize("name", ["", "there-is-no-such-secret"])
def test_a_secret_that_does_not_exist(name: str) -> None:
    with pytest.raises(SecretUnavailable):
        secret(name, "key")


def test_a_changed_secret_is_read_when_the_cache_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    name = stored("first")
    assert secret(name, "key") == "first"
    aws.client("secretsmanager").put_secret_value(SecretId=name, SecretString="second")
    assert secret(name, "key") == "first"
    monkeypatch.setattr(secrets, "CACHE_SECONDS", 0.0)
    assert secret(name, "key") == "second"


def test_a_field_that_was_missing_is_found_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    name = stored("{}")
    for seconds in (10.0, 0.0):
        with pytest.raises(SecretUnavailable):
            secret(name, "key")
        monkeypatch.setattr(secrets, "MISSING_SECONDS", seconds)
        aws.client("secretsmanager").put_secret_value(SecretId=name, SecretString='{"key": "k"}')
    assert secret(name, "key") == "k"


def test_a_secret_that_was_missing_is_asked_for_once_and_found_soon(
    monkeypatch: pytest.MonkeyPatch, calls: list[int]
) -> None:
    name = f"test/{random.token_hex(6)}"
    for _ in range(3):
        with pytest.raises(SecretUnavailable):
            secret(name, "key")
    assert len(calls) == 1
    aws.client("secretsmanager").create_secret(Name=name, SecretString="value")
    with pytest.raises(SecretUnavailable):
        secret(name, "key")
    monkeypatch.setattr(secrets, "MISSING_SECONDS", 0.0)
    assert secret(name, "key") == "value"


def test_a_secret_that_cannot_be_read_is_asked_for_again(monkeypatch: pytest.MonkeyPatch, calls: list[int]) -> None:
    name = stored("value")
    with monkeypatch.context() as patched:
        unreachable = aws.client("secretsmanager", 1, 1, "http://127.0.0.1:9")
        patched.setattr(secrets, "client", lambda _: unreachable)
        with pytest.raises(SecretUnavailable, match=r"127\.0\.0\.1:9"):
            secret(name, "key")
    assert secret(name, "key") == "value"


def test_concurrent_readers_make_one_call(at_once: Any, calls: list[int]) -> None:
    name = stored("value")
    assert at_once(lambda _: secret(name, "key"), 8) == ["value"] * 8
    assert len(calls) == 1
