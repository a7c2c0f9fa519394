"""What a system declares besides its stacks: an example, companions, variables of its clients, its pages and messages.

Plain data, like `pkgops.model`, whose `System` holds it; each is read by the command that its docstring names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Example:
    """A request to try once the system runs: ``path`` appended to the URL in output ``output``."""

    output: str
    path: str


@dataclass(frozen=True, slots=True)
class Companion:
    """A local stand-in for a service on the internet that a system needs; the emulator runs it.

    ``name`` is unique in the project: the package is ``companions.<system>.<name>``, and its docstring says what it
    takes as ``options``. It is started by the first request to `pkgops.model.Stage.companion` and ends with the
    emulator.
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
    ``secret`` ("shop/keys/{environment}#payment_key": a secret's name and a field of its JSON, or its name alone) are
    read from it on request, and so is the one that is the URL of the system's ``database``. ``compat`` ones are only
    printed on request: the client's code reads them, its documents leave them out.
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
    database: bool = False
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
class Database:
    """A PostgreSQL database, which `pkgops db` works on.

    ``secret`` is the documented name of the secret with ``username``, ``password``, ``dbname``, ``host`` and ``port``:
    the form RDS uses, which an attachment to the cluster completes. ``cluster`` is the documented identifier of the
    cluster, "" if it is none of Aurora's. ``program`` is the handler that migrates, seeds and checks
    ("handlers/shop/migrate.py"): as a function near the database if a template deploys it, else as a program on this
    machine; the guide of databases says what it is asked. ``migrations`` is the folder of them, one folder each.
    ``counted`` are two tables whose rows `pkgops db check` counts. ``development`` are the stages that demo data belong
    to, and whose data may be deleted. ``sslmode`` is what clients ask for on AWS.
    """

    secret: str
    program: str
    migrations: str
    cluster: str = ""
    counted: tuple[str, ...] = ()
    development: tuple[str, ...] = ("local", "dev")
    sslmode: str = "require"


@dataclass(frozen=True, slots=True)
class NextApp:
    """The Next.js application of a system, which `pkgops web build` builds with OpenNext and
    `pkgops.kit.next.site` deploys.

    ``directory`` is where its package.json is, below the project; ``setting`` names the setting that says so instead,
    which may be empty. ``command`` runs there and leaves ``.open-next``. ``architecture`` is that of its functions
    ("arm64", "x86_64"); on stage local everything is built for this machine. ``tags`` names the output with the table
    of its pages' tags ("web.TagsTableName"), where there is one. Its files go to the bucket of the system's `Site`.
    """

    directory: str = ""
    setting: str = ""
    command: tuple[str, ...] = ("npx", "--no-install", "open-next", "build")
    architecture: str = "arm64"
    tags: str = ""

    def place(self, settings: Any) -> str:
        """Its directory with those settings of its system, "" if they name none."""
        return self.directory or (str(getattr(settings, self.setting)) if self.setting else "")


@dataclass(frozen=True, slots=True)
class SocketPing:
    """How `pkgops doctor` tries a WebSocket API: the JSON ``message`` is sent to the URL in ``output``
    ("api.WebSocketUrl"), and a frame with the members of ``answer`` must come back. Both are empty where the API
    answers nothing: then the connection alone is tried."""

    output: str
    message: Mapping[str, Any] = field(default_factory=dict)
    answer: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SmokeCheck:
    """A request of `pkgops smoke`: ``path`` appended to the URL in ``output`` ("web.SiteUrl") must be answered with
    ``status``.

    ``members`` are members of the JSON answer by their path ("pagination.page"), with the value they must have, or
    ``...`` for any. ``headers`` are the beginnings of its headers; redirects are not followed. ``body`` is sent as
    JSON.
    """

    output: str
    path: str = "/"
    status: int = 200
    members: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: Any = None


@dataclass(frozen=True, slots=True)
class MessageFormat:
    """What messages of a queue are, by its documented name (``shop-orders-{stage}``).

    ``model`` is the module of the handlers that defines them as ``MESSAGE``, a type that msgspec decodes; it imports
    nothing but msgspec and modules like itself. What no type says, its function ``refusal`` may: why a body, as decoded
    JSON, is no message ("" if it is one). ``kind`` is the field that `pkgops queues send --type` fills, "" if there is
    none.
    """

    queue: str
    model: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class UsageProfile:
    """How much the system is used in a month, which `pkgops cost` estimates by.

    ``monthly`` are numbers by measure ("function.invocations"), see `pkgops.cost.usage.MEASURES`; for one resource by
    its logical id instead of the kind ("GetOrderFunction.invocations"). ``low`` and ``high`` are the US dollars a
    month that the system's documents give for it, 0 if they give none. It is the default on ``stages``; on others the
    system's first profile is.
    """

    name: str
    monthly: Mapping[str, float]
    low: int = 0
    high: int = 0
    stages: tuple[str, ...] = ()
