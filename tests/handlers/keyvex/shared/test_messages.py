"""Bodies of messages, which may hold anything, and the values that several models share."""

from __future__ import annotations

import json
from typing import Any, Literal

import pytest

from handlers.keyvex.shared.addresses import is_address
from handlers.keyvex.shared.clock import iso_ms, message_time, now_ms, utc_date
from handlers.keyvex.shared.messages import InvalidMessage, Timed, decode, kind_of, unstorable


class Note(Timed, kw_only=True):
    message_type: Literal["NOTE"]
    text: str = ""


@pytest.mark.parametrize(
    "body", ["[]", '"text"', "null", "{", "", "[" * 100_000, "{" * 5000, None, {"a": 1}, '{"a": NaN}']
)
def test_only_json_objects_are_messages(body: Any) -> None:
    with pytest.raises(InvalidMessage, match=r"^Invalid message format$"):
        decode(body, Note)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ('{"messageType": "AI_PROCESSING", "other": [1]}', "AI_PROCESSING"),
        ('{"messageType": "a@example.com"}', ""),
        ('{"messageType": ["AI_PROCESSING"]}', ""),
        ("{}", ""),
        ("[" * 100_000, ""),
        ("\ud800", ""),
        (None, ""),
    ],
)
def test_the_kind_of_a_message_is_one_of_the_known_words(body: Any, kind: str) -> None:
    assert kind_of(body) == kind


def test_what_is_wrong_is_named_without_its_value() -> None:
    with pytest.raises(InvalidMessage) as error:
        decode('{"messageType": "a@example.com"}', Note)
    assert str(error.value) == "Invalid enum value - at `$.messageType`"
    with pytest.raises(InvalidMessage, match="missing required field `messageType`"):
        decode("{}", Note)
    with pytest.raises(InvalidMessage, match="timestamp is neither"):
        decode('{"messageType": "NOTE", "timestamp": "yesterday"}', Note)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ([0, 0.0, -1.5, 1e-130, 9.9e37, 10**37, True, None, "1e999", {"": [[]]}], ""),
        ([[1e38]], "a number is out of range"),
        ({"a": -(10**38)}, "a number is out of range"),
        ({"a": [{"b": -1e-131}]}, "a number is out of range"),
        (json.loads("[" * 24 + "]" * 24), ""),
        (json.loads('{"a":' * 24 + "{}" + "}" * 24), "lists and objects are nested too deeply"),
    ],
)
def test_what_no_item_can_hold(value: Any, reason: str) -> None:
    assert unstorable(value) == reason


@pytest.mark.parametrize(
    ("timestamp", "time"),
    [
        (None, 7),
        (1_750_000_000_123, 1_750_000_000_123),
        (1_750_000_000_123.9, 1_750_000_000_123),
        ("2025-06-15T15:06:40.123Z", 1_750_000_000_123),
        ("2025-06-15T17:06:40+02:00", 1_750_000_000_000),
    ],
)
def test_times_of_messages(timestamp: Any, time: int) -> None:
    assert message_time(timestamp, 7) == time


@pytest.mark.parametrize(
    "timestamp", [-1, 0, 1_750_000_000, 10**13, "1999-12-31T00:00:00Z", float("inf"), float("nan"), "", "1750000000123"]
)
def test_times_that_are_none(timestamp: Any) -> None:
    with pytest.raises(ValueError, match=r"^timestamp is"):
        message_time(timestamp, 7)


def test_a_senders_clock_may_be_ahead_by_a_day_at_most() -> None:
    assert message_time(now_ms() + 80_000_000, 7) > now_ms()
    with pytest.raises(ValueError, match=r"^timestamp is more than a day ahead"):
        message_time(now_ms() + 90_000_000, 7)


def test_times_as_clients_see_them() -> None:
    assert iso_ms(1_750_000_000_007) == "2025-06-15T15:06:40.007Z"
    assert utc_date(1_750_031_999_999) == "2025-06-15"


@pytest.mark.parametrize("text", ["a@example.com", "a+b@sub.example.com", "ä@beispiel.de"])
def test_addresses(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize(
    "text", ["", "a", "@example.com", "a@", "a@example", "a@.com", "a@com.", "a@b@c.de", "a b@c.de", "a@c.de\n"]
)
def test_what_is_no_address(text: str) -> None:
    assert not is_address(text)
