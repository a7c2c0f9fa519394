"""What does the development loop report, besides the events of a build and a deployment?"""

from __future__ import annotations

from dataclasses import dataclass

from pkgops.events import Event


@dataclass(frozen=True, slots=True)
class Watching(Event):
    """Everything is up to date, and saves are waited for. ``polling`` is True where the system tells of no changes, and
    files are looked at several times a second instead; ``systems`` are their keys."""

    systems: tuple[str, ...]
    stage: str
    functions: int
    polling: bool = False


@dataclass(frozen=True, slots=True)
class Swapped(Event):
    """Functions (short names) run new code, ``seconds`` after it was seen. ``lagging`` are those of them with a version
    or an alias: whoever calls these gets the old code until the next deployment."""

    system: str
    functions: tuple[str, ...]
    seconds: float
    lagging: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Updated(Event):
    """A deployment has ended well; ``stacks`` are the names of those that changed."""

    system: str
    stacks: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Failed(Event):
    """What was saved does not work, and what ran before still runs. ``message`` names file and line where they are
    known."""

    system: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Recovered(Event):
    """What had failed works again."""

    system: str


@dataclass(frozen=True, slots=True)
class ConsentNeeded(Event):
    """A deployment waits for an answer, because of ``concerns``: sentences about what would be lost or opened. A save
    that comes first is deployed, or asked about, in its place. ``answerable`` is False without a terminal."""

    system: str
    concerns: tuple[str, ...]
    answerable: bool = True


@dataclass(frozen=True, slots=True)
class Declined(Event):
    """A deployment that was asked about was not agreed to. The next save plans it again."""

    system: str


@dataclass(frozen=True, slots=True)
class Checked(Event):
    """The linter has looked at templates that are deployed already; ``problems`` is "" if it found nothing."""

    system: str
    problems: str
    seconds: float
