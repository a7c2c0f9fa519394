"""What is a system made of, as far as the tool is concerned?

Plain data without troposphere, so that a command which needs only names starts at once. The convention that
replaces registration: the stack with key ``storage`` of system ``pkgwatch`` is built by
``templates.pkgwatch.storage.build(scope)``; its seed data is ``templates.pkgwatch.seed.seed(context)``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

LOCAL = "local"
LOCAL_ACCOUNT = "000000000000"  # the emulator's
PRODUCTION = "prod"
# Where the emulator answers for the services it keeps beside itself (see `Companion`).
COMPANIONS = "/_companions/"
# Stands in a documented name where the documents put the stage (``kefir-app-{stage}``).
NAMED_STAGE = "{stage}"
# A function's S3Key until the packager knows the real one: asset://handlers/<system>/.../<name>.py
ASSET = "asset://"


@dataclass(frozen=True, slots=True)
class Stage:
    """One row of ``stages.toml``: where a system runs and how carefully it is treated there.

    ``account`` is the 12-digit AWS account the stage is pinned to, None where the file names none.
    ``express`` allows CloudFormation's express mode (operations end before resources are stable).
    ``port`` is the emulator's, on stage ``local`` only.
    """

    name: str
    region: str = "us-east-1"
    account: str | None = None
    profile: str | None = None
    protected: bool = False
    express: bool = False
    port: int = 4566

    @property
    def local(self) -> bool:
        """True on the embedded emulator."""
        return self.name == LOCAL

    @property
    def production(self) -> bool:
        """True where the documented names are used exactly."""
        return self.name == PRODUCTION

    def companion(self, name: str) -> str:
        """The address of a `Companion` as functions and browsers reach it, without a slash at the end. Only stage
        local has companions."""
        return f"http://127.0.0.1:{self.port}{COMPANIONS}{name}"

    def named(self, documented: str) -> str:
        """The physical name of something the documents name. Where they hold a place for the stage (``{stage}``) it
        goes there; a name without one is exact in production and has the stage behind it elsewhere, so that two
        stages can share an account."""
        if NAMED_STAGE in documented:
            return documented.replace(NAMED_STAGE, self.name)
        return documented if self.production else f"{documented}-{self.name}"


@dataclass(frozen=True, slots=True)
class Stack:
    """One stack: ``key`` is its file's name, ``name`` the documented CloudFormation name (see `Stage.named`).

    ``aliases`` are the other names documents use for it; the command line accepts them all.
    """

    key: str
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """A request a newcomer can paste once the system runs: ``path`` behind the URL in output ``output``."""

    output: str
    path: str


@dataclass(frozen=True, slots=True)
class Companion:
    """A service the emulator keeps beside itself in the place of one on the internet, because a system needs it.

    ``name`` is a package of ``pkgops.local.companions``, whose docstring says what it takes as ``options``. It is
    started by the first request to `Stage.companion` and ends with the emulator.
    """

    name: str
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Variable:
    """An environment variable of what uses a system from outside, its frontend say: the value of ``output``
    ("app.ApiUrl"), or ``value`` where no output is named."""

    name: str
    output: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class System:
    """A documented system.

    ``settings`` is a frozen dataclass; each field is read from ``stages.toml`` ``[<stage>.<system>]``, then from
    the environment variable of the same name in capitals. ``check`` returns what is wrong with them on a stage,
    a sentence each. ``environments`` maps stage names to the system's own words, which are accepted as stage
    names too. ``tags`` go on every stack. ``variables`` are what `pkgops env` prints.
    """

    key: str
    title: str
    stacks: tuple[Stack, ...]
    settings: type[Any]
    environments: Mapping[str, str]
    check: Callable[[Stage, Any], list[str]]
    tags: Callable[[Stage], dict[str, str]]
    example: Example | None = None
    secrets: tuple[str, ...] = ()
    companions: tuple[Companion, ...] = ()
    variables: tuple[Variable, ...] = ()

    def environment(self, stage: Stage) -> str:
        """The system's documented word for a stage, the stage's own name where the documents have none."""
        return self.environments.get(stage.name, stage.name)


@dataclass(frozen=True, slots=True)
class SeedContext:
    """What seed data may depend on: the stage and the system's settings, the present moment (``now``: ISO-8601 UTC
    with offset, ``epoch``: whole seconds), and random bytes by name.

    ``secret("pro")`` is 32 random bytes as url-safe base64 without padding: 43 characters, fresh on every run.
    ``days_ago(1.5)`` is that long before ``now``, in the form of ``now``; a negative number is in the future.
    """

    stage: Stage
    now: str
    epoch: int
    secret: Callable[[str], str]
    days_ago: Callable[[float], str]
    settings: Any = None


@dataclass(frozen=True, slots=True)
class SeedItem:
    """One DynamoDB item to write if its key is absent; ``table`` names an output (``storage.PackagesTableName``).

    ``label`` is what the report calls it ("package npm/react", "user pro@example.com"). ``reveal`` are values
    shown once, when this item is written (name -> clear text), and never again. Numbers may be floats: the
    adapter makes decimals of them.

    ``together`` are further items of the same table whose own keys may differ on every run (an API key is
    stored under its fresh hash). They are written if and only if ``item`` was absent, in one transaction with
    it: written before it, a second run would add another; after it, an interrupted run would leave it without
    them for good.
    """

    table: str
    item: Mapping[str, Any]
    label: str
    kind: str
    reveal: Mapping[str, str] = field(default_factory=dict)
    together: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class SeedSecret:
    """One secret to store in Secrets Manager if there is none of its name; its value is never shown.

    ``name`` is the documented one, which the tool stages like every other name; ``label`` is what the report calls
    it. A stage's real credentials are never seed data: only what may be made up belongs here.
    """

    name: str
    value: str = field(repr=False)
    label: str


@dataclass(frozen=True, slots=True)
class SeedUser:
    """One user to enrol in a Cognito user pool if the pool has none of that address, which counts as verified.
    ``pool`` names an output with the pool's id. Nobody learns the password."""

    pool: str
    email: str


@dataclass(frozen=True, slots=True)
class Settled:
    """After writing, wait until each written item of ``kind`` has ``attribute``: something deployed fills it."""

    kind: str
    attribute: str
    by: str


@dataclass(frozen=True, slots=True)
class Task:
    """A message to a queue, and the key of the item in which the work it causes ends; ``label`` is what the report
    calls it."""

    label: str
    message: Mapping[str, Any]
    key: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """An attribute, a moment in ISO-8601, that the function ``by`` writes anew when it has done its part."""

    attribute: str
    by: str


@dataclass(frozen=True, slots=True)
class Collection:
    """What ``seed-dev --collect`` sends through the deployed system, to see it work.

    ``queue`` and ``table`` name outputs with a queue's URL and a table's name. A task is done when all ``steps`` have
    happened, in their order. One that failed has ``error`` on its item, written at ``error_at``. ``shown`` are
    attributes the report tells. ``offline`` says that nothing leaves this machine.
    """

    queue: str
    table: str
    tasks: tuple[Task, ...]
    steps: tuple[Step, ...]
    error: str
    error_at: str
    shown: tuple[str, ...] = ()
    offline: bool = False


@dataclass(frozen=True, slots=True)
class Seeds:
    """Everything ``seed-dev`` writes, what it waits for, and what it can try."""

    items: tuple[SeedItem, ...]
    settled: tuple[Settled, ...] = ()
    secrets: tuple[SeedSecret, ...] = ()
    collection: Collection | None = None
    users: tuple[SeedUser, ...] = ()
