"""The development loop at a terminal: its display, the answers that are typed, and the functions' logs."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pkgops.cli.dev.display import DevDisplay
from pkgops.cli.output.terminal import unguarded
from pkgops.errors import NotFoundError, PkgopsError
from pkgops.events import Event, Note

if TYPE_CHECKING:
    from pkgops.build.functions import Function
    from pkgops.cli.session import Session
    from pkgops.config import Project
    from pkgops.dev.loop import Loop
    from pkgops.dev.system import SystemLoop
    from pkgops.plan.plan import Plan
    from pkgops.ports.ports import Ports

Targets = Sequence[tuple["Project", tuple[str, ...]]]


def run_loop(session: Session, targets: Targets, options: Mapping[str, Any]) -> int:
    """Runs the loop over what was named; the exit code."""
    from pkgops.dev.loop import Loop
    from pkgops.dev.system import Hooks, SystemLoop

    terminal = DevTerminal(session)
    with ExitStack() as opened:
        opened.enter_context(terminal)
        systems: list[SystemLoop] = []
        loop: Loop | None = None

        def tell(event: Event) -> None:
            if loop is not None:
                loop.tell(event)

        debugged = _debugged(session, targets, options, opened)
        hooks = Hooks(terminal.ports, session.console.emit, terminal.show, tell, answerable=session.console.interactive)
        for project, keys in targets:
            only = _named(project, options["functions"])
            systems.append(SystemLoop(project, keys, hooks, only))
        loop = opened.enter_context(Loop(session.root, systems, session.console.emit))
        worked = loop.start()
        if options["once"]:
            return 0 if worked else 1
        terminal.answers(loop)

        def ready() -> None:
            if not options["no_logs"]:
                terminal.follow(systems)
            terminal.start(debugged)

        loop.run(ready)
    return 0


def _debugged(
    session: Session, targets: Targets, options: Mapping[str, Any], opened: ExitStack
) -> list[tuple[Project, Function]]:
    """The functions that a debugger attaches to until ``opened`` ends, with their projects."""
    if not options["debugger"]:
        return []
    from pkgops.operate.invocations.debugger import attach_text, debuggable, write_launch

    found = [(project, one) for name in options["debugger"] for project, one in [_find(targets, name)]]
    for project, function in found:
        opened.enter_context(debuggable(project, function))
        if options["write_launch"]:
            write_launch(project, [one for owner, one in found if owner is project])
        session.console.emit(Note(attach_text(project, function, written=options["write_launch"])))
    return found


def _find(targets: Targets, name: str) -> tuple[Project, Function]:
    """The function of that name, and its project."""
    from pkgops.build.build import synthesized
    from pkgops.build.functions import find_function, functions

    for project, _ in targets[:-1]:
        with suppress(NotFoundError):
            return project, find_function(functions(synthesized(project)), name.removeprefix(f"{project.system.key}/"))
    project = targets[-1][0]
    return project, find_function(functions(synthesized(project)), name.removeprefix(f"{project.system.key}/"))


def _named(project: Project, names: Sequence[str]) -> frozenset[str]:
    """The physical names of the named functions that the system has."""
    from pkgops.build.build import synthesized
    from pkgops.build.functions import find_function, functions

    if not names:
        return frozenset()
    known = functions(synthesized(project))
    return frozenset(find_function(known, name.removeprefix(f"{project.system.key}/")).name for name in names)


class DevTerminal:
    """What is shown, asked and typed. Use as a context manager."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._console = session.console
        self._ports: dict[Any, Ports] = {}
        self._followed: set[str] = set()
        self._display: DevDisplay | None = None

    def __enter__(self) -> DevTerminal:
        mode, stream = self._console.mode, unguarded(sys.stderr)
        if not mode.json:
            terminal = stream.isatty() and mode.color is not False and sys.stdout.isatty()
            self._display = DevDisplay(
                stream, terminal=terminal, color=mode.colored(stream), width=lambda: self._console.error_width
            )
            self._console.use_display(self._display)
        return self

    def __exit__(self, *_: object) -> None:
        if self._display is not None:
            self._display.close()

    def ports(self, project: Project) -> Ports:
        """The ports of a project; the emulator is started if it does not run any more."""
        known = self._ports.get(project.stage)
        if known is None or not self._session.has_ports(project):
            known = self._ports[project.stage] = self._session.accessible_ports(project)
        return known

    def show(self, plan: Plan) -> None:
        """Shows a plan that changes something."""
        from pkgops.cli.output.plan_text import plan_text

        if self._display is not None and plan.changed:
            self._display.message(plan_text(plan, full=self._console.mode.debug))

    def answers(self, loop: Loop) -> None:
        """Hands what is typed to the loop: y and n."""
        if self._console.interactive:
            threading.Thread(target=self._read_answers, args=(loop,), name="answers", daemon=True).start()

    def follow(self, systems: Sequence[SystemLoop]) -> None:
        """Shows the logs of functions that are not followed yet, from now on."""
        for system in systems:
            fresh = [one for one in system.functions if one.log_group not in self._followed]
            if fresh:
                self._followed |= {one.log_group for one in fresh}
                arguments = (system, fresh, self.ports(system.project))
                threading.Thread(target=self._follow, args=arguments, name="logs", daemon=True).start()

    def start(self, debugged: Sequence[tuple[Project, Function]]) -> None:
        """Starts the processes that a debugger attaches to, beside the loop: a new one after each swap."""
        for project, function in debugged:
            arguments = (self.ports(project), function.name)
            threading.Thread(target=self._start, args=arguments, name="start", daemon=True).start()

    def _start(self, ports: Ports, name: str) -> None:
        try:
            ports.functions.try_out(name)
        except PkgopsError as error:
            self._console.emit(Note(error.message, "warning"))

    def _follow(self, system: SystemLoop, functions: Sequence[Function], ports: Ports) -> None:
        from pkgops.cli.output.log_lines import line_writer
        from pkgops.logs.query import parse_query
        from pkgops.logs.tail import tail_logs

        query = parse_query(system.project.stage, since="0s", follow=True)
        write = line_writer(self._console, [one.short for one in functions], raw=False, close=False)
        try:
            for line in tail_logs(functions, ports.logs, query, self._note):
                with self._aside():
                    write(line)
                    sys.stdout.flush()
        except PkgopsError as error:
            self._followed -= {one.log_group for one in functions}  # the next change follows them again
            self._console.emit(Note(f"The logs are no longer followed. {error.message}", "warning"))

    def _note(self, event: Event) -> None:
        self._console.emit(event if not isinstance(event, Note) else replace(event, level="info"))

    def _read_answers(self, loop: Loop) -> None:
        for line in sys.stdin:
            if self._display is not None:
                self._display.typed()
            if line.strip():  # Enter alone is no answer
                loop.answer(line.strip().lower() in {"y", "yes"})

    @contextmanager
    def _aside(self) -> Iterator[None]:
        if self._display is None:
            yield
        else:
            with self._display.aside():
                yield
