"""The model of a system: its stacks, stages, settings, companions and variables.

Plain data without troposphere, so that a command which needs only names starts at once. The convention that
replaces registration: the stack with key ``storage`` of system ``shop`` is built by
``templates.shop.storage.build(scope)``; its seed data is ``templates.shop.seed.seed(context)``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pkgops.secret_rules import SecretRule

LOCAL = "local"
LOCAL_ACCOUNT = "000000000000"  # the emulator's
PRODUCTION = "prod"
# The path under which the emulator serves companions (see `Companion`).
COMPANIONS = "/_companions/"
# The placeholders in a documented name: for the stage (``shop-app-{stage}``), and for the system's own word for it
# (``Shop-{environment}-Api``).
NAMED_STAGE = "{stage}"
NAMED_ENVIRONMENT = "{environment}"
# A function's S3Key until the packager knows the real one: asset://handlers/<system>/.../<name>.py
ASSET = "asset://"
# The first line of code in a template ends with its handler's path; packaging replaces the beginning. The second line
# assigns the environment variables as JSON.
INLINE, PACKAGED = f"# {ASSET}", "# "
INLINE_VALUES = "VALUES = r"


@dataclass(frozen=True, slots=True)
class Stage:
    """One row of ``stages.toml``: where a system runs and how carefully it is treated there.

    ``account`` is the 12-digit AWS account the stage is pinned to, None where the file names none.
    ``express`` allows CloudFormation's express mode (operations end before resources are stable).
    ``port`` is the emulator's, on stage ``local`` only, and so is ``workers``, how many processes of functions it keeps
    at most (0: 16 for each core, at least 32).
    """

    name: str
    region: str = "us-east-1"
    account: str | None = None
    profile: str | None = None
    protected: bool = False
    express: bool = False
    port: int = 4566
    workers: int = 0

    @property
    def local(self) -> bool:
        """True on the embedded emulator."""
        return self.name == LOCAL

    @property
    def production(self) -> bool:
        """True where the documented names are used exactly."""
        return self.name == PRODUCTION

    def companion(self, name: str) -> str:
        """The address of a `Companion` for functions and browsers, without a slash at the end. Companions run on
        stage local only."""
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


@dataclass(frozen=True, slots=True)
class Example:
    """A request to try once the system runs: ``path`` appended to the URL in output ``output``."""

    output: str
    path: str


@dataclass(frozen=True, slots=True)
class Companion:
    """A local stand-in for a service on the internet that a system needs; the emulator runs it.

    ``name`` is unique in the project: the package is ``companions.<system>.<name>``, and its docstring says what it
    takes as ``options``. It is started by the first request to `Stage.companion` and ends with the emulator.
    """

    name: str
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Variable:
    """An environment variable for a client of the system, such as its frontend: the value of ``output``
    ("app.ApiUrl"), or the text ``value`` if no output is named. Both may hold the placeholders of `Site`.

    ``ending`` ("/{environment}") is appended unless the value ends with it. ``group`` is the heading above it in a
    file. ``optional`` leaves it empty where its output does not exist, and ``in_production`` off leaves it out there.
    ``kept`` variables come from the user's existing file, or else are ``value``, a placeholder to replace; those with a
    ``secret`` ("shop/keys/{environment}#payment_key": a secret's name and a field of its JSON) are read from it on
    request. ``compat`` ones are only printed on request: the client's code reads them, its documents leave them out.
    """

    name: str
    output: str = ""
    value: str = ""
    ending: str = ""
    group: str = ""
    optional: bool = False
    in_production: bool = True
    kept: bool = False
    secret: str = ""
    compat: bool = False


@dataclass(frozen=True, slots=True)
class Site:
    """The web pages of a system, which `pkgops web publish` brings to a bucket.

    ``bucket``, ``distribution`` and ``url`` name outputs ("web.WebBucketName"): the bucket's name, the id of the
    CloudFront distribution in front of it ("" for none) and the address to open. ``content`` is the directory of the
    project that is published if none is given. ``generated`` are JSON files made of outputs, by their path
    ("api/config.json"); in their texts ``{api.ApiUrl}`` stands for an output, ``{region}``, ``{stage}`` and
    ``{environment}`` for those of the deployment, ``{endpoint}`` for the emulator's address, empty on AWS.
    ``immutable`` are patterns ("_next/static/*") of files whose name changes with their content, besides those with a
    hash in their name. ``index`` is the page that must be there.
    """

    bucket: str
    distribution: str = ""
    url: str = ""
    content: str = ""
    generated: Mapping[str, Any] = field(default_factory=dict)
    immutable: tuple[str, ...] = ()
    index: str = "index.html"


@dataclass(frozen=True, slots=True)
class SocketPing:
    """How `pkgops doctor` tries a WebSocket API: the JSON ``message`` is sent to the URL in ``output``
    ("api.WebSocketUrl"), and a frame with the members of ``answer`` must come back. Both are empty where the API
    answers nothing: then the connection alone is tried."""

    output: str
    message: Mapping[str, Any] = field(default_factory=dict)
    answer: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MessageFormat:
    """What messages of a queue are, by its documented name (``shop-orders-{stage}``).

    ``model`` is the module of the handlers that defines them as ``MESSAGE``, a type that msgspec decodes; it imports
    nothing but msgspec and modules like itself. ``kind`` is the field that `pkgops queues send --type` fills, "" if
    there is none.
    """

    queue: str
    model: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class System:
    """A documented system.

    ``settings`` is a frozen dataclass; each field is read from ``stages.toml`` ``[<stage>.<system>]``, then from
    the environment variable of the same name in capitals. ``check`` returns what is wrong with them on a stage,
    a sentence each. ``environments`` maps stage names to the system's own words, which are accepted as stage
    names too; a ``closed`` system runs on no other stages. ``tags`` go on every stack. ``variables`` are what
    `pkgops env` prints, ``secret_rules`` what `pkgops secrets` takes, ``app_policy`` names the output with the
    ARN of the policy for `pkgops users access-key`, ``messages`` what `pkgops queues send` accepts, ``site`` what
    `pkgops web publish` brings to a bucket, ``socket`` how `pkgops doctor` tries its WebSocket API. ``module`` is the
    package of the stacks, ``templates.<key>`` if empty.
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
    secret_rules: tuple[SecretRule, ...] = ()
    app_policy: str = ""
    companions: tuple[Companion, ...] = ()
    variables: tuple[Variable, ...] = ()
    site: Site | None = None
    socket: SocketPing | None = None
    messages: tuple[MessageFormat, ...] = ()
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
