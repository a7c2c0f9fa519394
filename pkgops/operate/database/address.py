"""Where is a system's database, and who signs in there? Its secret says so."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pkgops.config import require_account
from pkgops.errors import AccessError, UsageError

if TYPE_CHECKING:
    from pkgops.config import Project
    from pkgops.declarations import Database
    from pkgops.ports.ports import Ports

PORT = 5432
_HOST = re.compile(r"[A-Za-z0-9._:-]+")
_MASK = "****"
_HERE = "127.0.0.1"  # where stage local has its servers


@dataclass(frozen=True, slots=True)
class Address:
    """Host, port and database, the user's name and password, and libpq's ``sslmode``."""

    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)
    sslmode: str

    def url(self, *, masked: bool = False) -> str:
        """``postgresql://user:password@host:port/database?sslmode=require``, percent-encoded; ``masked`` is without the
        password."""
        user, database = quote(self.user, safe=""), quote(self.database, safe="")
        password = _MASK if masked else quote(self.password, safe="")
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"postgresql://{user}:{password}@{host}:{self.port}/{database}?sslmode={self.sslmode}"

    def environment(self) -> dict[str, str]:
        """The variables with which psql and its like find it: no list of processes shows a password then."""
        return {
            "PGHOST": self.host,
            "PGPORT": str(self.port),
            "PGDATABASE": self.database,
            "PGUSER": self.user,
            "PGPASSWORD": self.password,
            "PGSSLMODE": self.sslmode,
            "PGCONNECT_TIMEOUT": os.environ.get("PGCONNECT_TIMEOUT", "60"),
        }


def declared(project: Project) -> Database:
    """The database that the system declares. UsageError if it declares none."""
    if project.system.database is None:
        raise UsageError(
            f"{project.system.key} declares no database.", "Declare it in the system's definition: System(database=...)"
        )
    return project.system.database


def address(project: Project, ports: Ports, via: str = "") -> Address:
    """The address of a deployed database; ``via`` is the ``HOST:PORT`` of a tunnel to it. UsageError if its secret is
    not there, or is none of a database; AccessError if it has no server on stage local, or one that has ended."""
    if not project.stage.local:
        require_account(project.stage, ports.identity.account())
    database = declared(project)
    name = project.named(database.secret)
    text = ports.secrets.read(name)
    if not text:
        stage = project.stage.name
        raise UsageError(
            f"Secret {name} is not set on stage {stage}.",
            f"Deploy it first: pkgops deploy {project.system.key} --stage {stage}. Just after that, try again.",
        )
    sslmode = "disable" if project.stage.local else database.sslmode
    found = _address(name, text, sslmode)
    if project.stage.local:
        _require_served(project, found)
    return _through(found, via) if via else found


def _require_served(project: Project, found: Address) -> None:
    if found.host != _HERE:
        raise _unserved(project)
    from pkgops.local.client.emulator import Emulator

    servers = Emulator.of(project.root, project.stage.port).status().postgres
    if any(one.address == f"{found.host}:{found.port}" and not one.running for one in servers):
        raise AccessError(
            f"The PostgreSQL server of {project.system.key} has ended.",
            "Start it again, with its data: pkgops local down; pkgops local up",
        )


def _unserved(project: Project) -> AccessError:
    key = project.system.key
    return AccessError(
        f"The database of {key} has no server on stage local: it was deployed without PostgreSQL's programs.",
        f"Run: pip install 'pkgops[postgres]'; pkgops destroy {key}; pkgops deploy {key}",
    )


def _address(name: str, text: str, sslmode: str) -> Address:
    try:
        content = json.loads(text)
        fields = {key: str(content[key]) for key in ("host", "username", "password", "dbname")}
        port = int(content.get("port") or PORT)
        if not _HOST.fullmatch(fields["host"]) or "\0" in "".join(fields.values()):
            raise ValueError
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        missing = f"has no {error.args[0]}" if isinstance(error, KeyError) else "is none of a database"
        raise UsageError(
            f"Secret {name} {missing}.",
            "It is a JSON object of username, password, dbname, host and port; the attachment to the cluster fills in "
            "the last two.",
        ) from None
    return Address(fields["host"], port, fields["dbname"], fields["username"], fields["password"], sslmode)


def _through(found: Address, via: str) -> Address:
    host, _, port = via.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise UsageError(f"{via} is no HOST:PORT.", "Name the near end of the tunnel: --via 127.0.0.1:15432")
    return replace(found, host=host.strip("[]"), port=int(port))


def plain(found: Address) -> dict[str, Any]:
    """The address for programs, without the password."""
    return {
        "host": found.host,
        "port": found.port,
        "database": found.database,
        "user": found.user,
        "sslmode": found.sslmode,
    }
