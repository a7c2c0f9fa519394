"""STS and roles of IAM in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from pkgops.errors import AccessError, PkgopsError
from pkgops.ports.identity import SessionKeys, TemporaryRole
from tests.pkgops.fakes.stacks import ACCOUNT


class FakeIdentity:
    """`pkgops.ports.identity.Identity`. ``roles`` has their policies; a role is refused ``unsettled`` times before it
    can be taken on; ``signed`` has the keys that ports were made with."""

    def __init__(self, account: str = ACCOUNT) -> None:
        self._account = account
        self.asked = self.unsettled = 0
        self.roles: dict[str, list[Any]] = {}
        self.signed: list[SessionKeys] = []
        self._ids: dict[str, str] = {}
        self._numbers = count(1)

    def account(self) -> str:
        self.asked += 1
        return self._account

    def put_role(self, name: str, policies: Sequence[Any], tags: Mapping[str, str]) -> TemporaryRole:
        if any("Statement" not in policy for policy in policies):
            raise PkgopsError(f"Role {name} cannot be given its policies: MalformedPolicyDocument")
        self.roles[name] = list(policies)
        role = TemporaryRole(f"arn:aws:iam::{self._account}:role/{name}", f"external-{next(self._numbers)}")
        self._ids[role.arn] = role.external_id
        return role

    def assume(self, role: TemporaryRole) -> SessionKeys:
        there = role.arn.rpartition("/")[2] in self.roles and self._ids[role.arn] == role.external_id
        if self.unsettled or not there:
            self.unsettled = max(0, self.unsettled - 1)
            raise AccessError(f"Access denied (sts:AssumeRole): not authorized on {role.arn}")
        return SessionKeys(f"ASIA{next(self._numbers)}", "secret", "token")

    def delete_role(self, name: str) -> None:
        self.roles.pop(name, None)
