"""The results of analyzing a handler: AWS calls, environment variables, and what could not be determined."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line of a handler's code, its file relative to the project's root."""

    file: str
    line: int


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """The target of a call: an environment variable's value, or a name in the code."""

    variable: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Use:
    """An AWS call: the actions it needs (``dynamodb:PutItem``) and its possible targets, () if they are unknown."""

    actions: tuple[str, ...]
    targets: tuple[Target, ...]
    place: Place


@dataclass(frozen=True, slots=True, order=True)
class Unresolved:
    """A place whose calls cannot be determined, and why: a sentence without subject ("passes a client to x")."""

    place: Place
    why: str


@dataclass(frozen=True, slots=True, order=True)
class Read:
    """An environment variable that is read; ``*`` in its name is a computed part.

    ``default`` is what the code does without it: "" it fails, "empty" it continues with nothing, "value" it continues
    with a default, "tested" it looks whether the variable is there."""

    name: str
    default: str
    place: Place


@dataclass(slots=True)
class Usage:
    """The findings in a handler. ``possible_calls`` are methods called on values of unknown origin, by name; ``files``
    are the files read. ``unresolved_reads`` are reads of variables whose names could not be determined."""

    uses: set[Use] = field(default_factory=set)
    unresolved: set[Unresolved] = field(default_factory=set)
    reads: set[Read] = field(default_factory=set)
    unresolved_reads: set[Unresolved] = field(default_factory=set)
    possible_calls: dict[str, Place] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
