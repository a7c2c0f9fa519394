"""The contract of the `Secrets` port, for the fake and for the emulator."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from pkgops.aws.connection.client import Clients
from pkgops.aws.secrets import SecretsManager
from pkgops.errors import AccessError, PkgopsError, UsageError
from pkgops.model import Stage
from pkgops.ports.secrets import Secrets
from tests.pkgops.fakes.scripted import Answer, scripted
from tests.pkgops.fakes.secrets import FakeSecrets

pytestmark = pytest.mark.emulator

HIDDEN = "hidden-" + "value"  # in two parts, so that no traceback shows it as source


@dataclass
class Service:
    port: Secrets
    name: str
    value: Callable[[], str]


@pytest.fixture(params=["fake", "emulator"])
def service(request: pytest.FixtureRequest) -> Service:
    """A name nothing is stored under yet, and what is stored under it now."""
    name = request.getfixturevalue("unique")("pkgwatch/secret")
    if request.param == "fake":
        fake = FakeSecrets()
        return Service(fake, name, lambda: fake.values[name])
    client = request.getfixturevalue("aws")("secretsmanager")
    port = SecretsManager(request.getfixturevalue("clients"))
    return Service(port, name, lambda: str(client.get_secret_value(SecretId=name)["SecretString"]))


def test_a_secret_is_stored_once(service: Service) -> None:
    assert service.port.put_if_absent(service.name, "first")
    assert not service.port.put_if_absent(service.name, "second")
    assert service.value() == "first"


def test_what_is_written_is_read(service: Service) -> None:
    assert service.port.read(service.name) is None
    service.port.write(service.name, "first")
    service.port.write(service.name, "second \N{SNOWMAN}")
    assert service.port.read(service.name) == service.value() == "second \N{SNOWMAN}"


def test_one_of_many_writers_wins(service: Service) -> None:
    start, won = threading.Barrier(8), []

    def write(number: int) -> None:
        start.wait()
        if service.port.put_if_absent(service.name, f"value {number}"):
            won.append(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [f"value {number}" for number in won] == [service.value()]


def refusing(code: str, message: str) -> Callable[[str, dict[str, Any]], Answer]:
    return lambda *_call: (400, {"__type": code, "message": message})


def store(endpoint: str) -> bool:
    return SecretsManager(Clients(Stage("local"), endpoint)).put_if_absent("pkgwatch/one", HIDDEN)


def test_one_that_waits_for_its_deletion_can_be_taken_back() -> None:
    said = "You can't create this secret because a secret with this name is already scheduled for deletion."
    with scripted(refusing("InvalidRequestException", said)) as endpoint, pytest.raises(UsageError) as error:
        store(endpoint)
    assert "restore-secret --secret-id pkgwatch/one" in error.value.hint


def test_refused_access_is_no_refused_secret() -> None:
    said = refusing("AccessDeniedException", "no secretsmanager:CreateSecret")
    with scripted(said) as endpoint, pytest.raises(AccessError, match="no secretsmanager:CreateSecret"):
        store(endpoint)


def test_no_error_holds_the_value() -> None:
    """Not even if the service repeats what it was sent, and not in the traceback of --debug."""
    said = refusing("InvalidParameterException", f"{HIDDEN} is too short")
    with scripted(said) as endpoint, pytest.raises(PkgopsError, match="pkgwatch/one cannot be stored") as error:
        store(endpoint)
    assert HIDDEN not in "".join(traceback.format_exception(error.value))


def test_one_that_does_not_wait_for_its_deletion_stays_as_it_is(service: Service) -> None:
    service.port.put_if_absent(service.name, "first")
    service.port.restore(service.name)
    assert service.value() == "first"


def test_a_deleted_one_comes_back_with_its_value(clients: Clients, aws: Callable[[str], Any], unique: Any) -> None:
    name = unique("pkgwatch/secret")
    port = SecretsManager(clients)
    port.write(name, "first")
    aws("secretsmanager").delete_secret(SecretId=name, RecoveryWindowInDays=7)
    port.restore(name)
    assert port.read(name) == "first"
