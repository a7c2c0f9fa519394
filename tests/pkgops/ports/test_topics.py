"""The contract of the `Topics` port, for the fake and for the emulator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pkgops.ports.ports import Ports

pytestmark = pytest.mark.emulator


@pytest.fixture
def subscribe(request: pytest.FixtureRequest, ports: Any, unique: Callable[[str], str]) -> Callable[[str], str]:
    """Subscribes an address to a new topic, whose ARN it returns; it has confirmed that, as the emulator has it."""
    fake = request.node.callspec.params["ports"] == "fake"

    def made(address: str) -> str:
        name = unique("topic")
        if fake:
            ports.topics.waiting[name] = []
            return name
        sns = request.getfixturevalue("aws")("sns")
        arn = sns.create_topic(Name=name)["TopicArn"]
        sns.subscribe(TopicArn=arn, Protocol="email", Endpoint=address)
        return str(arn)

    return made


def test_an_address_that_has_confirmed_does_not_wait(ports: Ports, subscribe: Callable[[str], str]) -> None:
    """The emulator sends no mail to confirm; `tests.pkgops.aws.test_topics` has one that waits."""
    assert ports.topics.unconfirmed(subscribe("ops@example.com")) == []


def test_a_topic_that_is_not_there_has_none(ports: Ports) -> None:
    assert ports.topics.unconfirmed("arn:aws:sns:us-east-1:000000000000:nothing-of-the-kind") == []
