"""What is written to a database by name, and where may it be?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pg8000.native


@dataclass(frozen=True, slots=True)
class Revealed:
    """A value that is shown once, when it is made: ``name`` of it ("password") and whose it is."""

    label: str
    name: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Written:
    """What a seed has written: rows by what they are ("users"), and what is shown once. ``note`` says why it has
    written nothing."""

    rows: Mapping[str, int]
    revealed: Sequence[Revealed] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Seed:
    """Something to write. ``write`` gets the connection, in a transaction of its own, and whether the seed was asked
    for by name. A ``demo`` belongs to development stages; what is ``destructive`` runs there alone, and by name
    only."""

    name: str
    write: Callable[[pg8000.native.Connection, bool], Written]
    demo: bool = True
    destructive: bool = False


class RefusedError(Exception):
    """A seed that this stage does not take, or that there is not."""


class UnconfirmedError(Exception):
    """What a person has to agree to first."""


@dataclass(frozen=True, slots=True)
class Consent:
    """What is allowed: on a ``development`` stage nearly all, elsewhere demo data if it is ``forced``; what deletes
    data only if that is ``confirmed``."""

    development: bool
    forced: bool = False
    confirmed: bool = False


def chosen(seeds: Sequence[Seed], names: Sequence[str], consent: Consent) -> list[Seed]:
    """The seeds of those names, in their own order; without names all that destroy nothing. `RefusedError`,
    `UnconfirmedError`."""
    known = {seed.name: seed for seed in seeds}
    if unknown := [name for name in names if name not in known]:
        raise RefusedError(f"there is no seed {unknown[0]}; there are {', '.join(known) or 'none'}")
    found = [seed for seed in seeds if (seed.name in names if names else not seed.destructive)]
    wipes = [seed.name for seed in found if seed.destructive]
    if wipes and not consent.development:
        raise RefusedError(f"seed {wipes[0]} deletes data, which only development stages allow")
    if wipes and not consent.confirmed:
        raise UnconfirmedError(f"seed {wipes[0]} deletes data")
    demos = [seed.name for seed in found if seed.demo]
    if demos and not consent.development and not consent.forced:
        raise RefusedError(f"seed {demos[0]} is demo data, which only development stages take without --force")
    return found


def write(connection: pg8000.native.Connection, seeds: Sequence[Seed], names: Sequence[str]) -> list[dict[str, Any]]:
    """Writes them, each in one transaction: a row for each with its name, ``rows``, ``revealed`` and ``note``."""
    found = []
    for seed in seeds:
        connection.run("BEGIN")
        try:
            written = seed.write(connection, seed.name in names)
        except BaseException:
            connection.run("ROLLBACK")
            raise
        connection.run("COMMIT")
        shown = [{"label": one.label, "name": one.name, "value": one.value} for one in written.revealed]
        found.append({"name": seed.name, "rows": dict(written.rows), "revealed": shown, "note": written.note})
    return found
