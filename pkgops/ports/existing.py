"""The port to resources that already exist, in several services."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ExistingResource:
    """A resource that exists, whatever created it. ``identifier`` is its physical id in CloudFormation. ``deleting``
    says that it is scheduled for deletion, ``foreign`` that it belongs to another account or may not be read."""

    type: str
    name: str
    identifier: str
    deleting: bool = False
    foreign: bool = False


class Existing(Protocol):
    """The existing resources of the account and region."""

    def find(self, wanted: Sequence[tuple[str, str]]) -> list[ExistingResource]:
        """The existing resources among the (CloudFormation type, name) pairs, in their order. Types that cannot be
        looked up by name are left out; the others are log groups, tables, buckets, secrets, queues, functions, roles,
        mail identities and user pools, which may share a name: of several the newest."""

    def owner(self, resource: ExistingResource) -> tuple[str, str]:
        """The name of the stack that owns a resource and the logical id in it; ("", "") if none does."""

    def importers(self, export: str) -> list[str]:
        """The stacks that import an export."""
