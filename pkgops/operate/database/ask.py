"""How is a database asked that this machine may not reach? By the system's own program, there or here.

Deployed, it is a function in the database's network, which gets an event. Directly, it runs here with DATABASE_URL in
its environment. It is the same file, and takes and answers the same.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pkgops.build.build import synthesized
from pkgops.build.functions import functions
from pkgops.errors import AccessError, PkgopsError, RefusedError, UsageError
from pkgops.events import Emit, Finished, Note, Started, silent
from pkgops.operate.database.address import address, declared
from pkgops.operate.database.program import answer_of
from pkgops.operate.invoke import invoke

if TYPE_CHECKING:
    from pkgops.build.functions import Function
    from pkgops.config import Project
    from pkgops.ports.ports import Ports

_LATE_SECONDS = 5.0  # until it is said why nothing happens
_LATE = "Still waiting, for what it carries out or for the database: one that has paused takes 15 to 30 seconds."


class UnconfirmedError(PkgopsError):
    """The program wants a person's consent."""

    code = RefusedError.code


@dataclass(frozen=True, slots=True)
class Way:
    """How to reach the program: ``direct`` is on this machine, through ``via``, the HOST:PORT of a tunnel, if given."""

    direct: bool = False
    via: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A database, and how it is asked."""

    project: Project
    ports: Ports
    way: Way = Way()
    emit: Emit = silent

    def ask(self, action: str, what: str, **event: Any) -> dict[str, Any]:
        """The program's answer to an event; ``what`` is what happens meanwhile ("Applying migrations").

        AccessError if the database is out of reach or busy, RefusedError and `UnconfirmedError` for what the program
        refuses, PkgopsError for what the database refuses."""
        event = {"action": action, **event}
        function = None if self.way.direct or self.way.via else near(self.project)
        self.emit(Started(what))
        with _told_if_late(self.emit):
            answer = self._program(event) if function is None else self._function(function, event)
        self.emit(Finished(what))
        return self._checked(answer, direct=function is None)

    def _function(self, function: Function, event: Mapping[str, Any]) -> Any:
        if self.project.stage.local:
            address(self.project, self.ports)  # says what is missing, where the function could only wait
        done = invoke(function, json.dumps(event).encode(), self.ports.functions)
        if not done.ok:
            where = f"{self.project.system.key}/{function.short} --stage {self.project.stage.name}"
            raise PkgopsError(done.error, f"Its log: pkgops tail-logs {where}")
        return done.payload

    def _program(self, event: Mapping[str, Any]) -> Any:
        from pkgops.build.program import handler_program

        database = declared(self.project)
        place = address(self.project, self.ports, self.way.via)
        program = handler_program(self.project, database.program)
        allowed = self.project.stage.name in database.development and not self.project.stage.protected
        environment = {"DATABASE_URL": place.url(), "DATABASE_DEVELOPMENT": str(allowed).lower()}
        return answer_of(program, event, environment, self._say)

    def _say(self, text: str) -> None:
        self.emit(Note(text))

    def _checked(self, answer: Any, *, direct: bool) -> dict[str, Any]:
        if not isinstance(answer, dict):
            raise PkgopsError(
                f"{declared(self.project).program} answered something else than an object.",
                "Its answer is described in the guide of databases.",
            )
        if "error" not in answer:
            return answer
        text = f"{str(answer['error'])[:1].upper()}{str(answer['error'])[1:]}".rstrip(".") + "."
        kind = answer.get("kind")
        if kind == "unreachable":
            raise AccessError(text, _reach(self.project, direct=direct))
        if kind == "locked":
            raise AccessError(text, "Wait until that has ended, then repeat the command; nothing was changed.")
        if kind == "unconfirmed":
            raise UnconfirmedError(text, "Add --yes.")
        if kind == "refused":
            raise RefusedError(text, "Nothing was changed.")
        if kind == "usage":
            raise UsageError(text, "Deploy the function again if it is older than this pkgops.")
        where = f"{self.project.system.key} --stage {self.project.stage.name}"
        raise PkgopsError(text, f"What the database holds: pkgops db psql {where}")


def near(project: Project) -> Function | None:
    """The function that a template deploys the program as; None if none does."""
    wanted = declared(project).program
    return next((one for one in functions(synthesized(project)) if one.handler == wanted), None)


def _reach(project: Project, *, direct: bool) -> str:
    if project.stage.local:
        return "See: pkgops local status"
    if direct:
        return "A database in private subnets takes a tunnel: --via 127.0.0.1:PORT, or leave --direct out."
    return (
        "Is the function in the database's VPC, and may its security group connect? A cluster that has paused needs "
        "half a minute: repeat the command."
    )


@contextmanager
def _told_if_late(emit: Emit) -> Iterator[None]:
    timer = threading.Timer(_LATE_SECONDS, emit, [Note(_LATE)])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
