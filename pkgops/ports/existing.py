"""What does the tool ask about resources that exist already?

A port like those in ``ports.py``, with the same errors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ExistingResource:
    """A resource that is there, whoever made it. ``identifier`` is what CloudFormation knows it by: its physical id.
    ``deleting`` says that it waits for its deletion, ``foreign`` that it is another account's, or may not be seen."""

    type: str
    name: str
    identifier: str
    deleting: bool = False
    foreign: bool = False


class Existing(Protocol):
    """What is in the account and region already."""

    def find(self, wanted: Sequence[tuple[str, str]]) -> list[ExistingResource]:
        """Those of the (CloudFormation type, name) that are there, in their order. Types that cannot be asked for by
        name are left out; the others are log groups, tables, buckets, secrets, queues, functions, roles and user
        pools, which may share a name: of several the newest."""

    def owner(self, resource: ExistingResource) -> tuple[str, str]:
        """The stack a resource belongs to, and its logical id there; ("", "") if it belongs to none."""

    def importers(self, export: str) -> list[str]:
        """The stacks that use an export."""
