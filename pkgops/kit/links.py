"""Links: the environment variables and the permissions that give a function the use of a resource.

``Function("worker", links=(notes.read_write(), jobs.send(), token.read()))`` is one row: each link names the variable
that holds the resource's name (or URL, or ARN) and the statements for exactly that use. The variable's name follows
from the resource's logical id: ``NotesTable`` gives ``NOTES_TABLE``. `Link.named` gives it another one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from awacs.aws import Statement
from troposphere import GetAtt, Ref, dynamodb, encode_to_dict, s3, sns, sqs

from pkgops.kit import grants
from pkgops.scope import Scope

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Link:
    """One use of one resource: ``variable`` is set to ``value`` in the function's environment ("" sets none), and its
    role gets ``statements``."""

    variable: str
    value: Any
    statements: tuple[Statement, ...]

    def named(self, variable: str) -> Link:
        """The same use, under another environment variable."""
        return replace(self, variable=variable)


class TableLinks:
    """The uses of a DynamoDB table. ``reference`` is its name, ``variable`` what functions find it under."""

    reference: Any
    variable: str

    def read(self) -> Link:
        """Reads by key and queries the table and its indexes."""
        return self._link(grants.table_read(self.reference))

    def write(self) -> Link:
        """Writes items without reading them."""
        return self._link(grants.table_write(self.reference))

    def read_write(self) -> Link:
        """Reads and writes items."""
        return self._link(grants.table_read_write(self.reference))

    def only(self, *operations: str) -> Link:
        """Exactly these operations, such as "GetItem" and "Scan"."""
        return self._link(grants.table_operations(self.reference, *operations))

    def _link(self, statement: Statement) -> Link:
        return Link(self.variable, self.reference, (statement,))


class LinkedTable(TableLinks, dynamodb.Table):
    """A table of this stack that functions can be linked to."""

    @property
    def reference(self) -> Any:
        """Its name."""
        return Ref(self)

    @property
    def variable(self) -> str:  # type: ignore[override]
        """``NotesTable`` is found under ``NOTES_TABLE``."""
        return variable(self.title)


@dataclass(frozen=True, slots=True)
class ExistingTable(TableLinks):
    """A table that is not of this stack: ``reference`` is its name, or `Scope.use` of another stack's output."""

    reference: Any
    variable: str


class QueueLinks:
    """The uses of an SQS queue: ``url`` is what senders are given, ``variable`` what they find it under."""

    url: Any
    arn: Any
    variable: str

    def send(self) -> Link:
        """Sends messages; the variable holds the queue's URL."""
        return Link(self.variable, self.url, (grants.queue_send(self.arn),))

    def consume(self) -> Link:
        """Lets the queue invoke the function; sets no variable, as messages come with the event."""
        return Link("", None, (grants.queue_consume(self.arn),))


class LinkedQueue(QueueLinks, sqs.Queue):
    """A queue of this stack that functions can be linked to."""

    @property
    def url(self) -> Any:
        """Its URL."""
        return Ref(self)

    @property
    def arn(self) -> Any:
        """Its ARN, which a trigger names."""
        return GetAtt(self, "Arn")

    @property
    def variable(self) -> str:  # type: ignore[override]
        """``JobsQueue`` is found under ``JOBS_QUEUE_URL``."""
        return variable(self.title) + "_URL"

    @property
    def dead_letters(self) -> Any:
        """The name of the queue that gets what failed too often. ValueError if this queue names none of its stack."""
        target = self.properties["RedrivePolicy"].deadLetterTargetArn if "RedrivePolicy" in self.properties else None
        if not isinstance(target, GetAtt):
            raise ValueError(f"{self.title} has no dead-letter queue in its stack")
        return GetAtt(target.data["Fn::GetAtt"][0], "QueueName")


@dataclass(frozen=True, slots=True)
class ExistingQueue(QueueLinks):
    """A queue that is not of this stack, by its URL and ARN: literally, or `Scope.use` of another stack's outputs."""

    url: Any
    arn: Any
    variable: str


class BucketLinks:
    """The uses of an S3 bucket, as a whole or below ``prefix`` ("photos/"). ``reference`` is its name."""

    reference: Any
    variable: str

    def read(self, prefix: str = "") -> Link:
        """Reads objects."""
        return self._link(grants.bucket_read(self.reference, prefix))

    def write(self, prefix: str = "") -> Link:
        """Writes objects."""
        return self._link(grants.bucket_write(self.reference, prefix))

    def read_write(self, prefix: str = "") -> Link:
        """Reads and writes objects."""
        return self._link(grants.bucket_read(self.reference, prefix), grants.bucket_write(self.reference, prefix))

    def delete(self, prefix: str = "") -> Link:
        """Deletes objects."""
        return self._link(grants.bucket_delete(self.reference, prefix))

    def _link(self, *statements: Statement) -> Link:
        return Link(self.variable, self.reference, statements)


class LinkedBucket(BucketLinks, s3.Bucket):
    """A bucket of this stack that functions can be linked to."""

    @property
    def reference(self) -> Any:
        """Its name."""
        return Ref(self)

    @property
    def variable(self) -> str:  # type: ignore[override]
        """``PhotosBucket`` is found under ``PHOTOS_BUCKET``."""
        return variable(self.title)


@dataclass(frozen=True, slots=True)
class ExistingBucket(BucketLinks):
    """A bucket that is not of this stack: ``reference`` is its name, or `Scope.use` of another stack's output."""

    reference: Any
    variable: str


class LinkedTopic(sns.Topic):
    """An SNS topic that functions can be linked to."""

    def publish(self) -> Link:
        """Publishes; the variable holds the topic's ARN."""
        key = self.properties.get("KmsMasterKeyId")
        link = ExistingTopic(Ref(self), variable(self.title) + "_ARN").publish()
        return replace(link, statements=(*link.statements, grants.topic_key(key))) if key else link


@dataclass(frozen=True, slots=True)
class ExistingTopic:
    """A topic that is not of this stack, by its ARN: literally, or `Scope.use` of another stack's output."""

    arn: Any
    variable: str

    def publish(self) -> Link:
        """Publishes; the variable holds the topic's ARN."""
        return Link(self.variable, self.arn, (grants.topic_publish(self.arn),))


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret that is stored outside the stacks (``pkgops secrets set``): its documented ``name``, which the
    variable follows (``shop/api-key`` is found under ``API_KEY_SECRET``), and its ``physical_name`` on the stage."""

    name: str
    physical_name: str

    def read(self) -> Link:
        """Reads the value; the variable holds the secret's name."""
        last = re.sub(r"[^A-Za-z0-9]+", "_", self.name.rpartition("/")[2])
        return Link(f"{last.upper()}_SECRET", self.physical_name, (grants.secret_read(self.physical_name),))


def secret(scope: Scope, name: str) -> Secret:
    """A secret of the system, by its documented name. ValueError if the system does not declare it."""
    if name not in scope.system.secrets:
        raise ValueError(f"Secret {name!r} is not declared: add it to secrets=(...) of SYSTEM in __init__.py")
    return Secret(name, scope.named(name))


def variable(logical_id: str) -> str:
    """``NotesTable`` as ``NOTES_TABLE``."""
    return _WORD.sub("_", logical_id).upper()


def environment(links: Iterable[Link]) -> dict[str, Any]:
    """The variables of some links. ValueError if two links want one variable for different values."""
    found: dict[str, Any] = {}
    for link in (one for one in links if one.variable):
        if link.variable in found and encode_to_dict(found[link.variable]) != encode_to_dict(link.value):
            raise ValueError(f"Two links set {link.variable}; give one of them another name with .named(...)")
        found[link.variable] = link.value
    return found


def statements(links: Iterable[Link]) -> tuple[Statement, ...]:
    """The permissions of some links, each once."""
    found: dict[str, Statement] = {}
    for statement in (one for link in links for one in link.statements):
        found.setdefault(repr(encode_to_dict(statement)), statement)
    return tuple(found.values())
