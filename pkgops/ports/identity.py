"""The port to who acts: the identity of the credentials (STS), and roles that are taken on for a while (IAM)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class TemporaryRole:
    """A role by its ARN. Whoever takes it on has to know its ``external_id``."""

    arn: str
    external_id: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SessionKeys:
    """The keys of a session of a role, valid for an hour."""

    id: str
    secret: str = field(repr=False)
    token: str = field(repr=False)


class Identity(Protocol):
    """STS and IAM. PkgopsError if IAM refuses a role."""

    def account(self) -> str:
        """The 12-digit account the credentials belong to."""

    def put_role(self, name: str, policies: Sequence[Any], tags: Mapping[str, str]) -> TemporaryRole:
        """Creates a role of the account that may do what the policy documents allow, 10,240 characters in total, in
        the place of one of that name. It takes seconds until it can be taken on."""

    def assume(self, role: TemporaryRole) -> SessionKeys:
        """A session of a role. AccessError as long as it cannot be taken on."""

    def delete_role(self, name: str) -> None:
        """Deletes a role with its own policies, if it is there."""
