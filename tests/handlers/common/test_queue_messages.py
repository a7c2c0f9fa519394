"""The bodies of queue messages, which may hold anything."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.common.queue_messages import item_failures, json_object


@pytest.mark.parametrize(
    ("body", "content"),
    [
        ('{"a": 1}', {"a": 1}),
        ("{}", {}),
        ("[]", None),
        ('"text"', None),
        ("null", None),
        ("{", None),
        ("", None),
        ("[" * 100_000, None),
        (None, None),
        ({"a": 1}, None),
    ],
)
def test_json_objects(body: Any, content: Any) -> None:
    assert json_object(body) == content


def test_item_failures() -> None:
    assert item_failures(["a", "b"]) == [{"itemIdentifier": "a"}, {"itemIdentifier": "b"}]
