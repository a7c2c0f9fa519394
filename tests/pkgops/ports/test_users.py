"""The contract of the `Users` port, for the fake and for the emulator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from pkgops.aws.users import CognitoUsers
from pkgops.errors import PkgopsError
from pkgops.ports.users import Users
from tests.pkgops.fakes.users import FakeUsers

pytestmark = pytest.mark.emulator

EMAIL = "test@example.com"


@dataclass
class Service:
    port: Users
    pool: str
    missing: str
    enrolled: Callable[[], list[str]]


@pytest.fixture(params=["fake", "emulator"])
def service(request: pytest.FixtureRequest) -> Service:
    """An empty pool, the id of one that does not exist, and a function that lists the users of the first."""
    if request.param == "fake":
        fake = FakeUsers()
        fake.refused = {"missing"}
        return Service(fake, "pool", "missing", lambda: [email for _, email in fake.enrolled])
    client = request.getfixturevalue("aws")("cognito-idp")
    name = request.getfixturevalue("unique")("users")
    pool = client.create_user_pool(PoolName=name, UsernameAttributes=["email"])["UserPool"]["Id"]

    def enrolled() -> list[str]:
        found = [
            ({row["Name"]: row["Value"] for row in user["Attributes"]}, user["UserStatus"])
            for user in client.list_users(UserPoolId=pool)["Users"]
        ]
        assert {(attributes["email_verified"], status) for attributes, status in found} <= {("true", "CONFIRMED")}
        return [attributes["email"] for attributes, _ in found]

    return Service(CognitoUsers(request.getfixturevalue("clients")), pool, "us-east-1_missing", enrolled)


def test_a_user_is_enrolled_once(service: Service) -> None:
    assert service.port.put_if_absent(service.pool, EMAIL)
    assert not service.port.put_if_absent(service.pool, EMAIL)
    assert service.enrolled() == [EMAIL]


def test_a_pool_that_is_not_there_takes_nobody(service: Service) -> None:
    with pytest.raises(PkgopsError, match=f"User {EMAIL} cannot be enrolled: ResourceNotFoundException"):
        service.port.put_if_absent(service.missing, EMAIL)


def test_one_whose_enrolment_was_interrupted_is_finished(request: pytest.FixtureRequest) -> None:
    client = request.getfixturevalue("aws")("cognito-idp")
    name = request.getfixturevalue("unique")("users")
    pool = client.create_user_pool(PoolName=name, UsernameAttributes=["email"])["UserPool"]["Id"]
    client.admin_create_user(UserPoolId=pool, Username=EMAIL, MessageAction="SUPPRESS")
    assert not CognitoUsers(request.getfixturevalue("clients")).put_if_absent(pool, EMAIL)
    assert client.admin_get_user(UserPoolId=pool, Username=EMAIL)["UserStatus"] == "CONFIRMED"
