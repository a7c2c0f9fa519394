"""Which frames are handled, which are ignored, and which are no JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.always_coder.relay.frames import ENVELOPE, parse

SEALED = {"version": 1, "sessionId": "S", "nonce": "n", "ciphertext": "c", "timestamp": 1700000000000}
NAMED = {"sessionId": "S", "publicKey": "k"}

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


def kind(fields: Any) -> str | None:
    """What the frame asks for."""
    frame = parse(json.dumps(fields))
    return frame.kind if frame else None


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "session:create", **NAMED},
        {"type": "session:reconnect", **NAMED},
        {"type": "session:join", **NAMED},
        {"type": "ping"},
        {"type": "ping", "timestamp": "any"},
        {"type": "state:request"},
        {"type": "session:list:request"},
        {"type": "session:info:request", "sessionId": ""},
        {"type": "session:update"},
        {"type": "session:delete:request", "sessionId": "S"},
    ],
)
def test_a_frame_with_its_fields_is_handled(fields):
    assert kind(fields) == fields["type"]


@pytest.mark.parametrize(
    "fields",
    [
        None,
        1,
        "ping",
        ["ping"],
        {},
        {"type": None},
        {"type": ["ping"]},
        {"type": "session:leave", **NAMED},
        {"type": "session:create", "sessionId": "S"},
        {"type": "session:join", "sessionId": 1, "publicKey": "k"},
        {"type": "session:info:request"},
        {"type": "session:delete:request", "sessionId": None},
        {"type": "Ping"},
    ],
)
def test_anything_else_is_ignored(fields):
    assert kind(fields) is None


@pytest.mark.parametrize("changes", [{}, {"version": 1.0}, {"timestamp": 1.5}, {"more": [1]}, {"type": "ping"}])
def test_an_envelope_is_recognised(changes):
    assert kind({**SEALED, **changes}) == ENVELOPE


@pytest.mark.parametrize(
    "changes",
    [
        {"version": True},
        {"version": "1"},
        {"version": 2},
        {"timestamp": False},
        {"timestamp": "1"},
        {"nonce": None},
        {"ciphertext": 1},
        {"sessionId": []},
    ],
)
def test_an_envelope_of_another_form_is_ignored(changes):
    assert kind({**SEALED, **changes}) is None


def test_a_session_s_start_comes_before_an_envelope():
    both = {**SEALED, "publicKey": "k", "type": "session:join"}
    assert kind(both) == "session:join"
    del both["publicKey"]
    assert kind(both) == ENVELOPE


@pytest.mark.parametrize("digits", [400, 5_000, 100_000])
def test_a_number_may_be_as_long_as_in_a_browser(digits):
    assert parse(f'{{"type":"ping","timestamp":{"9" * digits}}}').kind == "ping"
    text = json.dumps(SEALED).replace("1700000000000", f"-{'9' * digits}")
    assert (parse(text).kind, parse(text).text) == (ENVELOPE, text)


@pytest.mark.parametrize("text", ["{", "nul", "NaN", '{"a": Infinity}', '{"a": -Infinity}', "[" * 200_000])
def test_what_browsers_do_not_take_for_json_is_an_error(text):
    with pytest.raises(ValueError):  # noqa: PT011 - its text is nobody's business
        parse(text)


@given(VALUES)
def test_any_json_is_handled_or_ignored_and_passed_on_as_it_was(value):
    frame = parse(json.dumps(value))
    if frame is not None:
        assert json.loads(frame.text) == value == frame.fields
