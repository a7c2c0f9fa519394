"""The contract of the `Users` port, for the fake and for the emulator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pkgops.aws.connection.client import Clients
from pkgops.aws.users import CognitoUsers
from pkgops.errors import PkgopsError, UsageError
from pkgops.ports.users import NewUser, Users
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


def test_the_users_of_a_pool_and_whether_they_have_a_password(service: Service) -> None:
    assert list(service.port.users(service.pool)) == []
    service.port.put_if_absent(service.pool, EMAIL)
    (user,) = service.port.users(service.pool)
    assert user.status == "CONFIRMED"
    service.port.replace_password(service.pool, user.name)
    service.port.end_sessions(service.pool, user.name)
    assert list(service.port.users(service.pool)) == [user]
    service.port.replace_password(service.pool, "missing")
    service.port.end_sessions(service.pool, "missing")


@pytest.mark.parametrize(("temporary", "status"), [(False, "CONFIRMED"), (True, "FORCE_CHANGE_PASSWORD")])
def test_a_user_is_created_with_a_password_and_deleted(service: Service, temporary: bool, status: str) -> None:
    attributes = {"email": EMAIL, "email_verified": "true"}
    new = NewUser(EMAIL, "Chosen-password-1", temporary, attributes)
    assert "Chosen-password-1" not in repr(new)
    made = service.port.create(service.pool, new)
    assert (made.status, made.email) == (status, EMAIL)
    assert [user.name for user in service.port.users(service.pool)] == [made.name]
    with pytest.raises(PkgopsError, match=f"User {EMAIL} cannot be created: User account already exists"):
        service.port.create(service.pool, new)
    assert service.port.delete(service.pool, EMAIL)
    assert not service.port.delete(service.pool, EMAIL)
    assert list(service.port.users(service.pool)) == []


def test_users_are_found_by_address_page_by_page(service: Service) -> None:
    for name in ("a1@example.com", "a2@example.com", "b@example.com"):
        service.port.put_if_absent(service.pool, name)
    page = service.port.page(service.pool, "a")
    assert (sorted(one.email for one in page.users), page.after) == (["a1@example.com", "a2@example.com"], "")
    assert all(one.enabled and one.status == "CONFIRMED" for one in page.users)
    found, after = [], ""
    while True:
        page = service.port.page(service.pool, "", after, most=2)
        found += [one.email for one in page.users]
        after = page.after
        if not after:
            break
    assert sorted(found) == ["a1@example.com", "a2@example.com", "b@example.com"]
    assert service.port.page(service.pool, '"').users == ()
    with pytest.raises(UsageError, match="is not deployed"):
        service.port.page(service.missing)


def test_nobody_who_is_not_there_is_confirmed(service: Service) -> None:
    with pytest.raises(PkgopsError, match="User missing cannot be confirmed"):
        service.port.confirm(service.pool, "missing")


def test_one_who_has_signed_up_is_confirmed(aws: Any, clients: Clients, unique: Callable[[str], str]) -> None:
    client = aws("cognito-idp")
    pool = client.create_user_pool(PoolName=unique("users"), UsernameAttributes=["email"])["UserPool"]["Id"]
    app = client.create_user_pool_client(UserPoolId=pool, ClientName="app")["UserPoolClient"]["ClientId"]
    client.sign_up(ClientId=app, Username=EMAIL, Password="Chosen-password-1")
    port = CognitoUsers(clients)
    (waiting,) = port.page(pool).users
    assert (waiting.status, waiting.created.endswith("+00:00")) == ("UNCONFIRMED", True)
    port.confirm(pool, waiting.name)
    assert port.page(pool).users[0].status == "CONFIRMED"


def test_a_password_that_is_refused_leaves_no_user(service: Service) -> None:
    with pytest.raises(PkgopsError, match=f"User {EMAIL} cannot be created: Password did not conform with policy"):
        service.port.create(service.pool, NewUser(EMAIL, "short"))
    assert list(service.port.users(service.pool)) == []


def test_passwords_and_sessions_are_taken_back(request: pytest.FixtureRequest) -> None:
    client = request.getfixturevalue("aws")("cognito-idp")
    pool = client.create_user_pool(PoolName=request.getfixturevalue("unique")("users"))["UserPool"]["Id"]
    made = client.create_user_pool_client(
        UserPoolId=pool, ClientName="app", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    )
    app = made["UserPoolClient"]["ClientId"]
    port = CognitoUsers(request.getfixturevalue("clients"))
    for number in range(61):  # a page has sixty
        client.admin_create_user(UserPoolId=pool, Username=f"user{number}", MessageAction="SUPPRESS")
    client.admin_set_user_password(UserPoolId=pool, Username="user7", Password="Attacker-1", Permanent=True)
    users = port.users(pool)
    assert len({user.name for user in users}) == 61
    assert [user.name for user in users if user.status == "CONFIRMED"] == ["user7"]

    def log_in(flow: str, **parameters: str) -> dict[str, str]:
        answer = client.initiate_auth(ClientId=app, AuthFlow=flow, AuthParameters=parameters)
        return dict(answer["AuthenticationResult"])

    token = log_in("USER_PASSWORD_AUTH", USERNAME="user7", PASSWORD="Attacker-1")["RefreshToken"]
    assert log_in("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=token)
    port.replace_password(pool, "user7")
    with pytest.raises(ClientError, match="Incorrect username or password"):
        log_in("USER_PASSWORD_AUTH", USERNAME="user7", PASSWORD="Attacker-1")
    port.end_sessions(pool, "user7")
    with pytest.raises(ClientError, match="revoked"):
        log_in("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=token)
