"""Expired credentials and a lost connection: what continues is named, and the next run attaches to it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pkgops.aws.ports import AwsPorts
from pkgops.errors import AccessError
from pkgops.events import Event, StackChanged
from tests.pkgops.deploy.faults.proxy import proxied
from tests.pkgops.deploy.states.conftest import World

pytestmark = pytest.mark.emulator
EXPIRED = (
    b"<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code>"
    b"<Message>The security token included in the request is expired</Message></Error></ErrorResponse>"
)


class Weather:
    """Fine until an operation has begun, then one fault for every call but the one it is begun with."""

    def __init__(self, fault: str, *, bad: bool = False) -> None:
        self.fault = fault
        self.bad = bad

    def __call__(self, call: str) -> str:
        return self.fault if self.bad and call not in {"ExecuteChangeSet", "DeleteStack"} else ""


class Heard(list[Event]):
    """Events that turn the weather."""

    def __init__(self, weather: Weather) -> None:
        super().__init__()
        self.weather = weather

    def append(self, event: Event) -> None:
        begun = {"UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"}
        self.weather.bad |= isinstance(event, StackChanged) and event.status in begun
        super().append(event)


def cut_off(world: World, weather: Weather, verb: str) -> AccessError:
    """What a deployment of version 2, or a destruction, says in that weather."""
    with proxied(world.project.stage.port, weather) as proxy:
        proxy.refusal = (403, EXPIRED)
        ports = AwsPorts(world.project.stage, proxy.endpoint, root_secret=world.ports.clients.root_secret)
        far = replace(world, ports=ports, events=Heard(weather))
        with pytest.raises(AccessError) as said:
            far.deploy(2) if verb == "deploy" else far.destroy()
    return said.value


@pytest.mark.parametrize("verb", ["deploy", "destroy"])
@pytest.mark.parametrize(
    ("fault", "message"), [("refused", "The AWS credentials have expired."), ("reset before", "Cannot reach AWS")]
)
def test_what_goes_on_is_said_and_taken_up(world: World, fault: str, message: str, verb: str) -> None:
    world.deploy(1)
    world.instruct(Update="wait 2", Delete="wait 1")
    error = cut_off(world, Weather(fault), verb)
    assert error.code == 4
    assert error.message.startswith(message)
    assert error.hint.splitlines()[-1] == (
        f"CloudFormation continues with {world.name}. To attach: pkgops {verb} stately --stage local"
    )
    assert world.status == ("UPDATE_IN_PROGRESS" if verb == "deploy" else "DELETE_IN_PROGRESS")
    world.instruct()
    if verb == "deploy":
        assert world.deploy(2).results[0].status == "UNCHANGED"
    else:
        world.destroy()
        assert world.state is None


def test_where_nothing_has_begun_nothing_goes_on(world: World) -> None:
    assert "continues" not in cut_off(world, Weather("refused", bad=True), "deploy").hint
