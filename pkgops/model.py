"""The model of a system: its stacks and stages. What else it declares is in `pkgops.declarations`.

Plain data without troposphere, so that a command which needs only names starts at once. The convention that
replaces registration: the stack with key ``storage`` of system ``shop`` is built by
``templates.shop.storage.build(scope)``; its seed data is ``templates.shop.seed.seed(context)``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pkgops.declarations import (
    Companion,
    Database,
    Example,
    MessageFormat,
    NextApp,
    Site,
    SmokeCheck,
    SocketPing,
    UsageProfile,
    Variable,
)
from pkgops.secret_rules import SecretRule

LOCAL = "local"
LOCAL_ACCOUNT = "000000000000"  # the emulator's
RESUME = 15  # seconds that a paused cluster of Aurora holds its first connection; after a day up to 30
PRODUCTION = "prod"
# The path under which the emulator serves companions (see `pkgops.declarations.Companion`).
COMPANIONS = "/_companions/"
# The placeholders in a documented name: for the stage (``shop-app-{stage}``), and for the system's own word for it
# (``Shop-{environment}-Api``).
NAMED_STAGE = "{stage}"
NAMED_ENVIRONMENT = "{environment}"
# A function's S3Key until the packager knows the real one: asset://handlers/<system>/.../<name>.py
ASSET = "asset://"
# The same for a folder of an application's build, such as bundle://server-functions/default
BUNDLE = "bundle://"
# The variable that says what to do before such a function's own handler is loaded, and the handler that does it.
START, START_HANDLER = "PKGOPS_START", "pkgops_start.handler"
# The first line of code in a template ends with its handler's path; packaging replaces the beginning. The second line
# assigns the environment variables as JSON.
INLINE, PACKAGED = f"# {ASSET}", "# "
INLINE_VALUES = "VALUES = r"


@dataclass(frozen=True, slots=True)
class Stage:
    """One row of ``stages.toml``: where a system runs and how carefully it is treated there.

    ``account`` is the 12-digit AWS account the stage is pinned to, None where the file names none.
    ``express`` allows CloudFormation's express mode (operations end before resources are stable).
    ``follow_aliases`` lets `pkgops dev` move aliases to the code it has swapped in, until the next deployment.
    ``snap_start`` keeps snapshots of initialized functions behind APIs, at a price (see `pkgops.kit.snap_start`).
    ``port`` is the emulator's, on stage ``local`` only, and so is ``workers``, how many processes of functions it keeps
    at most (0: 16 for each core, at least 32), and ``resume``, how many seconds a cluster of Aurora that has paused
    holds its first connection (0: none pauses).
    """

    name: str
    region: str = "us-east-1"
    account: str | None = None
    profile: str | None = None
    protected: bool = False
    express: bool = False
    follow_aliases: bool = False
    snap_start: bool = False
    port: int = 4566
    workers: int = 0
    resume: int = RESUME

    @property
    def local(self) -> bool:
        """True on the embedded emulator."""
        return self.name == LOCAL

    @property
    def production(self) -> bool:
        """True where the documented names are used exactly."""
        return self.name == PRODUCTION

    def companion(self, name: str) -> str:
        """The address of a `pkgops.declarations.Companion` for functions and browsers, without a slash at the end.
        Companions run on stage local only."""
        return f"http://127.0.0.1:{self.port}{COMPANIONS}{name}"

    def named(self, documented: str) -> str:
        """The physical name of something with a documented name. The placeholder ``{stage}`` is replaced by the
        stage's name; a name without one is used as it is in production and gets the stage appended elsewhere, so that
        two stages can share an account."""
        if NAMED_STAGE in documented:
            return documented.replace(NAMED_STAGE, self.name)
        return documented if self.production else f"{documented}-{self.name}"


@dataclass(frozen=True, slots=True)
class Stack:
    """One stack: ``key`` is its file's name, ``name`` the documented CloudFormation name (see `Stage.named`).

    ``aliases`` are the other names documents use for it; the command line accepts them all. A stack with a
    ``template`` is that file of the system's package (``legacy.yaml``), deployed as it is; ``inputs`` then fill its
    parameters with outputs of other stacks (``{"VpcId": "network.VpcId"}``). A stack with ``when``, the name of a
    setting, is there only while that setting is on.
    """

    key: str
    name: str
    aliases: tuple[str, ...] = ()
    template: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    when: str = ""

    def on(self, settings: Any) -> bool:
        """Whether the stack is there with those settings of its system."""
        return not self.when or bool(getattr(settings, self.when))


def _nothing(stage: Stage, settings: Any) -> list[str]:
    """The advice of a system that has none."""
    del stage, settings
    return []


@dataclass(frozen=True, slots=True)
class System:
    """A documented system.

    ``settings`` is a frozen dataclass; each field is read from ``stages.toml`` ``[<stage>.<system>]``, then from
    the environment variable of the same name in capitals. ``check`` returns what is wrong with them on a stage,
    a sentence each, ``advise`` what should be known before they are deployed. ``environments`` maps stage names to
    the system's own words, which are accepted as stage names too; a ``closed`` system runs on no other stages. ``tags``
    go on every stack. ``variables`` are what
    `pkgops env` prints, ``secret_rules`` what `pkgops secrets` takes, ``app_policy`` names the output with the
    ARN of the policy for `pkgops users access-key`, ``messages`` what `pkgops queues send` accepts, ``site`` what
    `pkgops web publish` brings to a bucket, ``app`` what `pkgops web build` builds, ``socket`` how `pkgops doctor`
    tries its WebSocket API, ``smoke`` what `pkgops smoke` asks it, ``database`` what `pkgops db` works on, ``usage``
    what `pkgops cost` assumes. ``module`` is the package of the stacks, ``templates.<key>`` if empty.
    """

    key: str
    title: str
    stacks: tuple[Stack, ...]
    settings: type[Any]
    environments: Mapping[str, str]
    check: Callable[[Stage, Any], list[str]]
    tags: Callable[[Stage], dict[str, str]]
    advise: Callable[[Stage, Any], list[str]] = _nothing
    example: Example | None = None
    secrets: tuple[str, ...] = ()
    secret_rules: tuple[SecretRule, ...] = ()
    app_policy: str = ""
    companions: tuple[Companion, ...] = ()
    variables: tuple[Variable, ...] = ()
    site: Site | None = None
    app: NextApp | None = None
    socket: SocketPing | None = None
    smoke: tuple[SmokeCheck, ...] = ()
    messages: tuple[MessageFormat, ...] = ()
    database: Database | None = None
    usage: tuple[UsageProfile, ...] = ()
    module: str = ""
    closed: bool = False

    @property
    def package(self) -> str:
        """The package that holds a module for each stack."""
        return self.module or f"templates.{self.key}"

    @property
    def all_secrets(self) -> tuple[str, ...]:
        """The documented names of its secrets, of those that stacks make as well."""
        made = (rule.secret for rule in self.secret_rules if rule.stack)
        return (*self.secrets, *(name for name in made if name not in self.secrets))

    def with_settings(self, settings: Any) -> System:
        """The system without the stacks that are off."""
        return replace(self, stacks=tuple(stack for stack in self.stacks if stack.on(settings)))

    def environment(self, stage: Stage) -> str:
        """The system's documented word for a stage, the stage's own name where the documents have none."""
        return self.environments.get(stage.name, stage.name)

    def words(self, stage: Stage) -> tuple[str, ...]:
        """The words for a stage that names of its resources have in them: the stage's own and the documented one."""
        return tuple(dict.fromkeys((stage.name, self.environment(stage))))

    def named(self, stage: Stage, documented: str) -> str:
        """The physical name, on a stage, of something of the system: `Stage.named`, where the placeholder
        ``{environment}`` is replaced by the system's own word for the stage, and nothing is appended then."""
        if NAMED_ENVIRONMENT in documented:
            return documented.replace(NAMED_ENVIRONMENT, self.environment(stage)).replace(NAMED_STAGE, stage.name)
        return stage.named(documented)
