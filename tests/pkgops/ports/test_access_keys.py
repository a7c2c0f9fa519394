"""The contract of the `AccessKeys` port, for the fake and for the emulator."""

from __future__ import annotations

from typing import Any

import pytest

from pkgops.aws.access_keys import IamAccessKeys
from pkgops.errors import PkgopsError
from pkgops.ports.access_keys import AccessKeys
from tests.pkgops.fakes.access_keys import FakeAccessKeys

pytestmark = pytest.mark.emulator

POLICY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@pytest.fixture(params=["fake", "emulator"])
def port(request: pytest.FixtureRequest) -> AccessKeys:
    return FakeAccessKeys() if request.param == "fake" else IamAccessKeys(request.getfixturevalue("clients"))


@pytest.fixture
def user(unique: Any) -> str:
    return str(unique("shop-app"))


def test_a_user_is_made_once_and_has_its_keys_in_order(port: AccessKeys, user: str) -> None:
    assert port.ids(user) is None
    port.put_user(user, POLICY)
    port.put_user(user, POLICY)
    assert port.ids(user) == []
    first, second = port.create(user), port.create(user)
    assert port.ids(user) == [first.id, second.id]
    assert first.secret != second.secret != ""
    assert first.secret not in repr(first)


def test_a_key_is_deleted_once(port: AccessKeys, user: str) -> None:
    port.put_user(user, POLICY)
    key = port.create(user).id
    port.delete(user, key)
    port.delete(user, key)
    assert port.ids(user) == []


def test_a_user_goes_with_its_keys_and_once(port: AccessKeys, user: str) -> None:
    port.put_user(user, POLICY)
    port.create(user)
    port.delete_user(user)
    port.delete_user(user)
    assert port.ids(user) is None


def test_nobody_gets_no_key(port: AccessKeys, user: str) -> None:
    with pytest.raises(PkgopsError, match="NoSuchEntity"):
        port.create(user)
