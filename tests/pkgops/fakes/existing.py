"""Existing resources, in memory: the fake of the `Existing` port."""

from __future__ import annotations

from collections.abc import Sequence

from pkgops.ports.existing import ExistingResource

KINDS = (
    "AWS::Cognito::UserPool",
    "AWS::DynamoDB::Table",
    "AWS::IAM::Role",
    "AWS::Lambda::Function",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::SES::EmailIdentity",
    "AWS::SQS::Queue",
    "AWS::SecretsManager::Secret",
)
OF_ANOTHER_NAME = {"AWS::Cognito::UserPool", "AWS::SQS::Queue", "AWS::SecretsManager::Secret"}


class FakeExisting:
    """`pkgops.ports.existing.Existing`. ``owners`` maps identifiers to stack and logical id, ``uses`` exports to the
    stacks that import them; ``asked`` counts the questions."""

    def __init__(self) -> None:
        self.there: dict[tuple[str, str], ExistingResource] = {}
        self.owners: dict[str, tuple[str, str]] = {}
        self.uses: dict[str, list[str]] = {}
        self.asked: list[str] = []

    def put(self, kind: str, name: str, *, deleting: bool = False, foreign: bool = False) -> None:
        """Lets a resource be there."""
        identifier = f"id-of-{name}" if kind in OF_ANOTHER_NAME else name
        self.there[kind, name] = ExistingResource(kind, name, identifier, deleting, foreign)

    def find(self, wanted: Sequence[tuple[str, str]]) -> list[ExistingResource]:
        self.asked.append("find")
        return [self.there[key] for key in dict.fromkeys(wanted) if key in self.there and key[0] in KINDS]

    def owner(self, resource: ExistingResource) -> tuple[str, str]:
        self.asked.append("owner")
        return self.owners.get(resource.identifier, ("", ""))

    def importers(self, export: str) -> list[str]:
        self.asked.append("importers")
        return self.uses.get(export, [])
