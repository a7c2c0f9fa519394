"""What can a database be asked for, by a function that is near it and by a program alike?

The event names an ``action``: ``migrate``, ``status``, ``resolve``, ``seed``, ``check`` or ``reset``. The answer is
always an object; where nothing could be done it has an ``error``, a sentence, and its ``kind``. A program reads the
event from standard input and writes the answer to standard output, and what it waits for to standard error.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pg8000.native
from pg8000.exceptions import DatabaseError, InterfaceError

from handlers.common.postgresql import migrations, seeds
from handlers.common.postgresql.checks import checks
from handlers.common.postgresql.connection import UnreachableError, address_of_function, connected, reason
from handlers.common.postgresql.ledger import LockedError

DEVELOPMENT = "DATABASE_DEVELOPMENT"  # "true" where data may be deleted and demo data belong


@dataclass(frozen=True, slots=True)
class Database:
    """A system's database: the folder of its migrations, and its seeds."""

    migrations: Path
    seeds: Sequence[seeds.Seed] = ()


def answer(database: Database, event: Mapping[str, Any]) -> dict[str, Any]:
    """Carries out what the event asks for; where the database is comes from the environment."""
    action = _ACTIONS.get(str(event.get("action")))
    if action is None:
        return {
            "error": f"there is no action {event.get('action')!r}; there are {', '.join(_ACTIONS)}",
            "kind": "usage",
        }
    began = time.monotonic()
    try:
        with connected(address_of_function(), _say) as connection:
            waited = round(time.monotonic() - began, 3)
            return {"waited": waited} | action(database, connection, {**event, "waited": waited})
    except (UnreachableError, OSError) as error:
        return {"error": str(error), "kind": "unreachable"}
    except (migrations.UnusableError, seeds.RefusedError) as error:
        return {"error": str(error), "kind": "refused"}
    except seeds.UnconfirmedError as error:
        return {"error": str(error), "kind": "unconfirmed"}
    except LockedError as error:
        return {"error": str(error), "kind": "locked"}
    except migrations.CutShortError as error:
        return {"error": str(error), "kind": "database"}
    except (DatabaseError, InterfaceError) as error:
        return {"error": reason(error), "kind": "database"}


def program(database: Database) -> None:
    """Answers one event from standard input."""
    json.dump(answer(database, json.load(sys.stdin)), sys.stdout)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _migrate(database: Database, connection: pg8000.native.Connection, event: Mapping[str, Any]) -> dict[str, Any]:
    known = [one.name for one in migrations.read(database.migrations)]
    dry_run = bool(event.get("dry_run"))
    return {"known": known} | migrations.migrate(connection, database.migrations, _say, dry_run=dry_run)


def _status(database: Database, connection: pg8000.native.Connection, _: Mapping[str, Any]) -> dict[str, Any]:
    known = [one.name for one in migrations.read(database.migrations)]
    return {"known": known} | migrations.status(connection, database.migrations)


def _resolve(database: Database, connection: pg8000.native.Connection, event: Mapping[str, Any]) -> dict[str, Any]:
    return migrations.resolve(connection, database.migrations, str(event["name"]), applied=bool(event.get("applied")))


def _seed(database: Database, connection: pg8000.native.Connection, event: Mapping[str, Any]) -> dict[str, Any]:
    names = [str(name) for name in event.get("names") or ()]
    consent = seeds.Consent(_development(), bool(event.get("force")), bool(event.get("confirmed")))
    found = seeds.chosen(database.seeds, names, consent)
    return {"seeds": seeds.write(connection, found, names)}


def _check(_: Database, connection: pg8000.native.Connection, event: Mapping[str, Any]) -> dict[str, Any]:
    return {"checks": checks(connection, [str(table) for table in event.get("tables") or ()], event["waited"])}


def _reset(_: Database, connection: pg8000.native.Connection, _event: Mapping[str, Any]) -> dict[str, Any]:
    """Drops everything in the schema that is migrated."""
    if not _development():
        raise seeds.RefusedError("this stage keeps its data: only development stages are reset")
    connection.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    return {"reset": True}


def _development() -> bool:
    return os.environ.get(DEVELOPMENT) == "true"


_Action = Callable[[Database, pg8000.native.Connection, Mapping[str, Any]], dict[str, Any]]
_ACTIONS: Mapping[str, _Action] = {
    "migrate": _migrate,
    "status": _status,
    "resolve": _resolve,
    "seed": _seed,
    "check": _check,
    "reset": _reset,
}
