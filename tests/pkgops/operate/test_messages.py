"""Messages as the handlers of a queue define them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from pkgops.declarations import MessageFormat
from pkgops.errors import ConfigError, UsageError
from pkgops.operate.messages import body_of, format_of, require_valid, schema
from pkgops.operate.queues import Queue

ORDERS = MessageFormat("shop-orders-{stage}", "handlers.shop.messages", "messageType")
MODEL = """
from typing import Annotated, Literal
import msgspec

class Order(msgspec.Struct, forbid_unknown_fields=True):
    messageType: Literal["ORDER_PLACED"]
    amount: Annotated[int, msgspec.Meta(ge=1, description="In cents.")]
    note: str = ""

    def __post_init__(self):
        if self.note == "bad":
            raise ValueError("note is bad")

MESSAGE = Order

def refusal(message):
    return "the note is long" if len(message.get("note", "")) > 9 else ""
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with a handler's model."""
    (tmp_path / "handlers/shop").mkdir(parents=True)
    for name, text in (("__init__", ""), ("shop/__init__", ""), ("shop/messages", MODEL)):
        (tmp_path / f"handlers/{name}.py").write_text(text)
    return tmp_path


def test_the_handler_decides(root: Path) -> None:
    require_valid(root, ORDERS, '{"messageType": "ORDER_PLACED", "amount": 5, "note": "grüß"}')
    for body, reason in (
        ('{"messageType": "ORDER_PLACED"}', "missing required field `amount`"),
        ('{"messageType": "ORDER_PLACED", "amount": 0}', "Expected `int` >= 1"),
        ('{"messageType": "X", "amount": 1}', "Invalid enum value 'X'"),
        ('{"messageType": "ORDER_PLACED", "amount": 1, "note": "bad"}', "note is bad"),
        ('{"messageType": "ORDER_PLACED", "amount": 1, "note": "good, but long"}', "the note is long"),
        ("[]", "Expected `object`, got `array`"),
    ):
        with pytest.raises(UsageError, match=reason):
            require_valid(root, ORDERS, body)
    assert "handlers.shop.messages" not in sys.modules
    assert not list(root.rglob("*.pyc"))


def test_the_schema_is_the_handlers(root: Path) -> None:
    found = schema(root, ORDERS)
    (model,) = found["$defs"].values()
    assert model["properties"]["amount"] == {"type": "integer", "minimum": 1, "description": "In cents."}


@pytest.mark.parametrize(
    ("text", "reason"), [("import nowhere", "nowhere"), ("x = 1", "MESSAGE"), ("MESSAGE = 1 +", "SyntaxError")]
)
def test_a_model_that_cannot_be_used_is_named(root: Path, text: str, reason: str) -> None:
    (root / "handlers/shop/messages.py").write_text(text)
    with pytest.raises(ConfigError, match=rf"MESSAGE of handlers\.shop\.messages, cannot be used: .*{reason}"):
        require_valid(root, ORDERS, "{}")


def test_the_type_is_filled_in() -> None:
    assert json.loads(body_of(b'{"amount": 1}', ORDERS, "ORDER_PLACED")) == {"messageType": "ORDER_PLACED", "amount": 1}
    same = b'{"amount": "\\u00fc", "messageType": "ORDER_PLACED"}'
    assert json.loads(body_of(same, ORDERS, "ORDER_PLACED")) == json.loads(same)
    assert body_of(b"[1,2]", None, None) == "[1, 2]"
    with pytest.raises(UsageError, match="--type is A, but messageType of the message is ORDER_PLACED"):
        body_of(same, ORDERS, "A")
    with pytest.raises(UsageError, match="no JSON object"):
        body_of(b"[]", ORDERS, "A")
    for declared in (None, MessageFormat("q", "m")):
        with pytest.raises(UsageError, match="have no type"):
            body_of(same, declared, "A")


@pytest.mark.parametrize(
    ("declared", "name", "documented", "found"),
    [
        ("shop-orders-{stage}", "shop-orders-dev", "shop-orders-dev", True),
        ("shop-orders", "shop-orders-dev", "shop-orders", True),
        ("shop-orders", "shop-orders", "shop-orders", True),
        ("shop-orders", "shop-orders-dlq-dev", "shop-orders-dlq", False),
        ("shop-{stage}-orders", "shop-dev-orders", "shop-dev-orders", True),
        ("shop.orders", "shop-orders", "shop-orders", False),
    ],
)
def test_formats_are_found_by_the_queues_name(declared: str, name: str, documented: str, found: bool) -> None:
    one = MessageFormat(declared, "handlers.shop.messages")
    assert format_of([one], Queue("api", name, documented)) == (one if found else None)
