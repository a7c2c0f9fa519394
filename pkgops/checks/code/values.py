"""The abstract values of the interpreter.

A value is a set of atoms, the possible values of an expression. `PLAIN` is data, which leads to no AWS call; the empty
set is the value of an expression that has not been reached yet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Value = frozenset[Any]
NOTHING: Value = frozenset()
_LONGEST = 128  # characters of a text that may be a name: of a service, a table, a variable


@dataclass(frozen=True, slots=True)
class Plain:
    """Data of any kind."""


@dataclass(frozen=True, slots=True)
class Number(Plain):
    """Data that is no text: a number, None, the result of a comparison."""


@dataclass(frozen=True, slots=True)
class Text:
    """A string constant that may be a name."""

    text: str


@dataclass(frozen=True, slots=True)
class Flag:
    """True or False."""

    on: bool


@dataclass(frozen=True, slots=True)
class Variable:
    """An environment variable's value; not ``exact`` if it is computed from it."""

    name: str
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Foreign:
    """A value from a third-party package."""

    package: str


@dataclass(frozen=True, slots=True)
class External:
    """A name outside the project (``os.environ``)."""

    name: str


@dataclass(frozen=True, slots=True)
class Module:
    """A module of the project."""

    name: str


@dataclass(frozen=True, slots=True)
class Imported:
    """A name of a module of the project, resolved when it is used, because imports may be circular."""

    module: str
    name: str


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the project; ``frame`` holds the names around it, ``bound`` is the first argument of a bound
    method."""

    key: str
    frame: int
    bound: Any = None


@dataclass(frozen=True, slots=True)
class Class:
    """A class of the project; ``frame`` holds its attributes."""

    key: str
    frame: int


@dataclass(frozen=True, slots=True)
class Object:
    """An instance of ``kind`` (a `Class`), or a list, tuple, set or dict if ``kind`` is None. It is identified by
    the place and the frame that create it."""

    site: str
    frame: int
    kind: Class | None = None


@dataclass(frozen=True, slots=True)
class Super:
    """``super()`` in a method: the bases of ``kind``, for ``instance``."""

    kind: Class
    instance: Value


@dataclass(frozen=True, slots=True)
class Partial:
    """A callable with some of its arguments."""

    callee: Value
    positional: tuple[Value, ...]
    keywords: tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class Session:
    """A session of boto3 or botocore, or boto3 itself."""


@dataclass(frozen=True, slots=True)
class Client:
    """A client of an AWS service."""

    service: str


@dataclass(frozen=True, slots=True)
class ServiceResource:
    """A service resource of boto3."""

    service: str


@dataclass(frozen=True, slots=True)
class Handle:
    """A resource of boto3 (``Table``, ``Bucket``), and its name."""

    service: str
    kind: str
    target: Value


@dataclass(frozen=True, slots=True)
class Paginator:
    """A paginator or waiter of a client's operation."""

    service: str
    operation: str


@dataclass(frozen=True, slots=True)
class Method:
    """A method of one of the atoms here."""

    owner: Any
    name: str


PLAIN: Value = frozenset({Plain()})
NUMBER: Value = frozenset({Number()})
SDK = (Session, Client, ServiceResource, Handle, Paginator)
CALLABLE = (Function, Class, Partial, Method)


def join(*values: Value) -> Value:
    """The union of values."""
    return frozenset().union(*values)


def text(value: str) -> Value:
    """A string constant: a `Text` if it may be a name, else data."""
    if len(value) > _LONGEST or any(map(str.isspace, value)):
        return PLAIN
    return frozenset({Text(value)})


def texts(value: Value) -> list[str] | None:
    """The names a value may be; None if it may be something else."""
    names = [atom.text for atom in value if isinstance(atom, Text)]
    return sorted(names) if names and len(names) == len(value) else None


def truth(value: Value) -> bool | None:
    """Whether a condition is true; None if that is unknown."""
    flags = {atom.on if isinstance(atom, Flag) else None for atom in value}
    return flags.pop() if len(flags) == 1 else None


def passed_through(value: Value) -> Value:
    """The part of an argument that unknown code may return: data, and whatever may lead to AWS."""
    return (
        frozenset(atom for atom in value if not isinstance(atom, Text | Flag | External | Foreign | Variable)) | PLAIN
    )


def of_sdk(values: Iterable[Value]) -> bool:
    """Whether one of the values is a client, a part of one, or a method of one."""
    return any(
        isinstance(atom, SDK) or (isinstance(atom, Method) and isinstance(atom.owner, SDK))
        for value in values
        for atom in value
    )
