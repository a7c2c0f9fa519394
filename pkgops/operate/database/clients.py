"""How are psql, pg_dump and pg_restore run, so that no argument and no list of processes shows a password?

On stage local they are those of the server's package, elsewhere those on the PATH: the package's are built without TLS.
"""

from __future__ import annotations

import csv
import io
import os
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from pkgops.errors import AccessError, PkgopsError, UsageError

if TYPE_CHECKING:
    from pkgops.operate.database.address import Address

_CUSTOM = b"PGDMP"  # what a dump in PostgreSQL's own format begins with
_STRICT = ("-v", "ON_ERROR_STOP=1")
_PLACE = re.compile(r"\Apsql:<stdin>:\d+: ")  # in what psql was given, which nobody has seen
_OWN_KEY = re.compile(rb"\\restrict (\w+)\r?\n")


def find_program(name: str, sslmode: str) -> str:
    """The path of one of PostgreSQL's programs. AccessError if there is none that can do what is asked."""
    from pkgops.local.databases.postgres_programs import programs

    package = programs()
    own, other = str(package / name) if package else "", shutil.which(name) or ""
    found = (own or other) if sslmode == "disable" else other
    if found:
        return found
    if own:
        raise AccessError(f"The {name} of the package has no TLS.", "Install PostgreSQL's clients: postgresql-client")
    raise AccessError(f"There is no {name} on this machine.", "Install it: pip install 'pkgops[postgres]'")


def psql(address: Address, statements: Sequence[str] = (), file: str = "") -> int:
    """Runs psql, with a terminal's hands on it if nothing is given to run. Returns its exit code."""
    given = [part for one in statements for part in ("-c", one)] + (["-f", file] if file else [])
    command = [find_program("psql", address.sslmode), *(("-X", *_STRICT) if given else ()), *given]
    with _interrupts_left_to_it():
        return subprocess.run(command, env=environment(address), check=False).returncode


def rows(address: Address, statement: str) -> list[dict[str, str | None]]:
    """The rows of a statement, all values as text, None for NULL. PkgopsError with the database's reason."""
    null = secrets.token_hex(16)  # no value is that
    command = [find_program("psql", address.sslmode), "-X", "-q", "--csv", "-P", f"null={null}", *_STRICT]
    text = _run([*command, "-c", statement], address).decode("utf-8", "replace")
    found = csv.DictReader(io.StringIO(text, newline=""))
    return [{name: None if value == null else value for name, value in row.items()} for row in found]


def dump(address: Address, target: Path | None, *, schema_only: bool = False) -> bytes:
    """Writes a dump to a new file, in PostgreSQL's own format unless its name ends with .sql; without a file its SQL is
    returned. UsageError if the file exists."""
    own = target is not None and target.suffix != ".sql"
    command = [find_program("pg_dump", address.sslmode), "--no-owner", "--no-privileges"]
    command += ["--format=custom"] if own else []
    command += ["--schema-only"] if schema_only else []
    if target is None:
        return _run(command, address)
    if target.exists():
        raise UsageError(f"{target} exists.", "Name another file, or remove it.")
    partial = target.with_name(f"{target.name}.partial")
    try:
        _run([*command, "--file", str(partial)], address)
        partial.rename(target)
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}.", "Name another file.") from None
    finally:
        with suppress(OSError):  # where its directory is none
            partial.unlink(missing_ok=True)
    return b""


def restore(address: Address, source: Path, *, clean: bool = False) -> None:
    """Carries out a dump of either format, all of it or nothing; ``clean`` first removes what it will make.
    UsageError if that is not possible, PkgopsError with the database's reason."""
    try:
        with source.open("rb") as file:
            own = file.read(len(_CUSTOM)) == _CUSTOM
    except OSError as error:
        raise UsageError(f"{source} cannot be read: {error.strerror}.", "Name a file of pkgops db dump.") from None
    if not own:
        if clean:
            raise UsageError(f"{source} is SQL: it says itself what it removes.", "Leave --clean out.")
        _carry_out(address, source)
        return
    command = [find_program("pg_restore", address.sslmode), "--no-owner", "--no-privileges", "--single-transaction"]
    command += ["--exit-on-error", "--dbname", address.database, *(("--clean", "--if-exists") if clean else ())]
    _run([*command, str(source)], address)


def _carry_out(address: Address, source: Path) -> None:
    """Runs a file of SQL in which psql takes no commands of its own: one of them would run programs here."""
    key = secrets.token_hex(16)
    command = [find_program("psql", address.sslmode), "-X", "-q", "-1", *_STRICT, "-c", rf"\restrict {key}", "-f", "-"]
    with source.open("rb") as file, tempfile.TemporaryFile() as plain:
        own = b""
        for line in file:
            if not own and (found := _OWN_KEY.fullmatch(line)):
                own = found[1]  # pg_dump's, which it may not set again
            elif not own or line.rstrip() != b"\\unrestrict " + own:
                plain.write(line)
        plain.seek(0)
        _run(command, address, plain)


def _run(command: Sequence[str], address: Address, given: IO[bytes] | int = subprocess.DEVNULL) -> bytes:
    done = subprocess.run(command, stdin=given, capture_output=True, env=environment(address), check=False)
    if done.returncode:
        raise failure(done.stderr, command, address)
    return done.stdout


def failure(printed: bytes, command: Sequence[str], address: Address) -> PkgopsError:
    """The error that a program has printed, without the password."""
    said = _PLACE.sub("", printed.decode("utf-8", "replace").strip()) or f"{Path(command[0]).name} failed."
    return PkgopsError(said.partition("\n")[0].replace(address.password or "\n", "****"), _hint(said))


def _hint(said: str) -> str:
    if "server version mismatch" in said:
        return "The client is older than the server: install the server's version of postgresql-client."
    if "backslash commands are restricted" in said or r"\unrestrict" in said:
        return "It holds commands for psql, which run on this machine. If you trust it: pkgops db psql --file FILE"
    if r"invalid command \restrict" in said:
        return "This psql could be made to run programs by the file: install the newest postgresql-client."
    if "already exists" in said:
        return "Restore into an empty database, or add --clean."
    if "output file" in said or "could not write" in said:
        return "Name a file in a directory that is there, with room for it."
    if "connection to server" in said:
        return "Is the database reachable from here? pkgops db check"
    return "Nothing was changed."


def environment(address: Address) -> dict[str, str]:
    """That of PostgreSQL's programs: the caller's, without what it says about other databases."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | address.environment()


@contextmanager
def _interrupts_left_to_it() -> Iterator[None]:
    """While psql is in front, Ctrl-C ends its statement, not this program."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
