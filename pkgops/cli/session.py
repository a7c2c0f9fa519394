"""What does one run of a command know, and how does it answer?"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

import click

from pkgops.cli.output.errors import Manner
from pkgops.errors import RefusedError

if TYPE_CHECKING:
    from pkgops.build.functions import Function
    from pkgops.build.package import Packaged
    from pkgops.build.synth import Synthesized
    from pkgops.cli.output.views import Display
    from pkgops.config import Project
    from pkgops.events import Event
    from pkgops.ports.ports import Ports


class Session:
    """The shared options of a run. Data goes to stdout through `show` and `rows`, progress to stderr through
    `emit`; the display is made when the first event arrives and closed before anything else is written."""

    def __init__(self, stage: str | None, system: str | None, manner: Manner) -> None:
        self.stage = stage
        self.system = system
        self.manner = manner
        self._display: Display | None = None
        self._lock = threading.Lock()  # events come from the threads of a deployment

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.calm()

    def project(self, system: str | None = None) -> Project:
        """The configuration of one system: the given one, else that of --system, else the default."""
        from pkgops import config

        return config.load(self.stage, system or self.system)

    def targets(self, names: Sequence[str], everything: bool = False) -> list[tuple[Project, tuple[str, ...]]]:
        """What ``[SYSTEM[/STACK] ...]`` names: projects with the stack keys chosen in them (() for all)."""
        import templates
        from pkgops import select

        if everything and names:
            raise click.UsageError("Give names or --all, not both.")
        chosen = templates.SYSTEMS if everything else names
        pairs = select.targets(chosen, self.system or templates.DEFAULT_SYSTEM)
        return [(self.project(system), keys) for system, keys in pairs]

    def stacks(self, project: Project, keys: Sequence[str] = ()) -> list[Synthesized]:
        """The named stacks (() for all) without their templates, for what needs only their names: building
        templates costs more than most questions do."""
        from pkgops.build.synth import Synthesized

        return [
            Synthesized(project.system.key, stack.key, project.stage.named(stack.name), {})
            for stack in project.system.stacks
            if not keys or stack.key in keys
        ]

    def synthesized(self, names: Sequence[str], everything: bool = False) -> list[Synthesized]:
        """The templates of what ``[SYSTEM[/STACK] ...]`` names."""
        from pkgops.build.build import synthesized

        return [
            stack
            for project, keys in self.targets(names, everything)
            for stack in synthesized(project)
            if not keys or stack.key in keys
        ]

    def packaged(self, project: Project, keys: Sequence[str] = (), *, checked: bool = True) -> Packaged:
        """The named stacks (() for all) with their artifacts built, checked unless that is not wanted."""
        from dataclasses import replace

        from pkgops.build.build import build

        packaged = build(project, self.emit, checked=checked)
        if not keys:
            return packaged
        chosen = tuple(stack for stack in packaged.stacks if stack.key in keys)
        named = "".join(map(repr, chosen))
        assets = tuple(asset for asset in packaged.assets if asset.key in named)
        return replace(packaged, stacks=chosen, assets=assets)

    def functions(self, project: Project) -> list[Function]:
        """The functions of a system."""
        from pkgops.build.build import synthesized
        from pkgops.build.functions import functions

        return functions(synthesized(project))

    def ports(self, project: Project) -> Ports:
        """AWS, or the emulator, for the project's stage."""
        from pkgops.connect import connect as connect_to_stage

        connect = self.manner.connect or connect_to_stage
        return connect(project.stage, project.root, self.emit)

    def emit(self, event: Event) -> None:
        """Shows progress; this is the `pkgops.events.Emit` the library gets."""
        with self._lock:
            if self._display is None:
                from pkgops.cli.output.views import open_display

                self._display = open_display(self.manner, sys.stderr)
            display = self._display
        display.emit(event)

    def calm(self) -> None:
        """Ends the display, so that something else can be written."""
        with self._lock:
            display, self._display = self._display, None
        if display is not None:
            display.close()

    def show(self, value: Any, text: str) -> None:
        """Writes a result: ``value`` as JSON with --output json, else ``text``."""
        from pkgops.cli.output.tables import document

        self.calm()
        if self.manner.json:
            click.echo(document(value))
        elif text:
            click.echo(text, color=self.colored)

    def rows(self, columns: Sequence[str], rows: Iterable[Sequence[Any]], empty: str, value: Any = None) -> None:
        """Writes a table, or ``value`` (by default a list of objects with the columns' names) as JSON;
        ``empty`` is said on stderr when there is nothing."""
        from pkgops.cli.output.tables import table

        listed = [tuple(row) for row in rows]
        if value is None:
            value = [dict(zip((name.lower() for name in columns), row, strict=True)) for row in listed]
        self.show(value, table(columns, listed, color=self.colored))
        if not listed:
            self.say(empty)

    def say(self, text: str) -> None:
        """A sentence for people, on stderr; nothing with --output json."""
        self.calm()
        if text and not self.manner.json:
            from pkgops.cli.output.views import colored

            click.echo(text, err=True, color=colored(self.manner, sys.stderr))

    def agree(self, question: str, action: str, *, yes: bool, word: str = "") -> None:
        """Asks on a terminal; ``word`` must then be typed in full. RefusedError ("Deploying was not agreed to")
        for any other answer, and where nobody can answer."""
        if yes:
            return
        self.calm()
        if not self.answers:
            raise RefusedError(f"{action} needs a yes, and there is no terminal to ask on.", "Add --yes.")
        if word:
            asked = f"{question} Type {word} to go on"
            agreed = click.prompt(asked, default="", show_default=False, err=True).strip() == word
        else:
            agreed = click.confirm(question, err=True)
        if not agreed:
            raise RefusedError(f"{action} was not agreed to; nothing was changed.")

    @property
    def answers(self) -> bool:
        """Whether there is somebody to ask."""
        return not self.manner.json and sys.stdin.isatty()

    def tint(self, status: str) -> str:
        """A CloudFormation status in its colour."""
        from pkgops.cli.output.views import tint

        return click.style(status, fg=tint(status))

    @property
    def colored(self) -> bool:
        """Whether stdout gets colours."""
        from pkgops.cli.output.views import colored

        return colored(self.manner, sys.stdout)
