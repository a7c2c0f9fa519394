"""A secret is read once in five minutes, as text or out of a JSON object."""

from __future__ import annotations

import json
import secrets as random
from collections.abc import Iterator
from typing import Any

import pytest

from handlers.common import aws, secrets
from handlers.common.secrets import SecretUnavailable, secret


@pytest.fixture(autouse=True)
def fresh(environment: pytest.MonkeyPatch) -> Iterator[None]:
    secrets.clear_cache()
    yield
    secrets.clear_cache()


def kept(text: str) -> str:
    name = f"test/{random.token_hex(6)}"
    aws.client("secretsmanager").create_secret(Name=name, SecretString=text)
    return name


@pytest.mark.parametrize("text", ["a text", "12345", '"quoted"', "[1]", "{broken", "null"])
def test_a_text_is_the_value(text: str) -> None:
    assert secret(kept(text), "key") == text


def test_a_field_of_an_object_is_the_value() -> None:
    name = kept(json.dumps({"key": "k", "secret": "s"}))
    assert (secret(name, "key"), secret(name, "secret")) == ("k", "s")


@pytest.mark.parametrize("text", ["{}", '{"key": ""}', '{"key": 5}', '{"Key": "hidden-value"}'])
def test_an_object_without_the_field(text: str) -> None:
    with pytest.raises(SecretUnavailable) as unavailable:
        secret(kept(text), "key")
    assert "hidden-value" not in str(unavailable.value)


@pytest.mark.parametrize("name", ["", "there-is-no-such-secret"])
def test_a_secret_that_is_not_there(name: str) -> None:
    with pytest.raises(SecretUnavailable):
        secret(name, "key")


def test_a_change_is_seen_later(monkeypatch: pytest.MonkeyPatch) -> None:
    name = kept("first")
    assert secret(name, "key") == "first"
    aws.client("secretsmanager").put_secret_value(SecretId=name, SecretString="second")
    assert secret(name, "key") == "first"
    monkeypatch.setattr(secrets, "CACHE_SECONDS", 0.0)
    assert secret(name, "key") == "second"


def test_many_who_ask_at_once_read_it_once(at_once: Any) -> None:
    name, calls = kept("value"), []
    events = aws.client("secretsmanager").meta.events
    events.register("before-call.secretsmanager", lambda **_: calls.append(1), unique_id="counting")
    try:
        assert at_once(lambda _: secret(name, "key"), 8) == ["value"] * 8
    finally:
        events.unregister("before-call.secretsmanager", unique_id="counting")
    assert len(calls) == 1
