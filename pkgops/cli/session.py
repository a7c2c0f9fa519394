"""The session of one run: its shared options, and the projects, stacks and connections they select."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pkgops.cli.output.console import Console
from pkgops.cli.output.mode import OutputMode

if TYPE_CHECKING:
    from pathlib import Path

    from pkgops.build.artifacts import PackagedSystem
    from pkgops.build.synth import SynthesizedStack
    from pkgops.config import Project
    from pkgops.events import Emit
    from pkgops.model import Stage
    from pkgops.ports.ports import Ports

    Connect = Callable[[Stage, Path, Emit], Ports]

Found = TypeVar("Found")


class Session:
    """``directory``, ``stage`` and ``system`` as given on the command line, None for the defaults; ``connect`` makes
    the ports of a stage (None: `pkgops.connect`)."""

    def __init__(self, mode: OutputMode | None = None, connect: Connect | None = None) -> None:
        self.directory: str | None = None
        self.stage: str | None = None
        self.system: str | None = None
        self.console = Console(mode or OutputMode())
        self._connect = connect
        self._told = False

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.console.close_display()

    @cached_property
    def root(self) -> Path:
        """The project's directory."""
        from pkgops import project

        return project.find(self.directory)

    def project(self, system: str | None = None) -> Project:
        """The configuration of one system: the given one, else that of --system, else the default."""
        from pkgops import config

        return config.load(self.stage, system or self.system, self.root)

    def targets(self, names: Sequence[str], all_systems: bool = False) -> list[tuple[Project, tuple[str, ...]]]:
        """What ``[SYSTEM[/STACK] ...]`` selects: projects with the keys of the stacks selected in them (() for all).
        All systems are those that run on the stage."""
        from pkgops import select
        from pkgops.project import systems

        if all_systems and names:
            raise click.UsageError("Give names or --all, not both.")
        if all_systems:
            return [(project, ()) for project in map(self._open_project, systems(self.root)) if project]
        found = [(self.project(system), keys) for system, keys in select.targets(self.root, names, self.system)]
        for project, keys in found:
            project.require_stacks(keys)
        return found

    def _open_project(self, system: str) -> Project | None:
        """The configuration of a system; None, which is said, if it does not run on the stage."""
        from pkgops.errors import ClosedStageError
        from pkgops.events import Note

        try:
            return self.project(system)
        except ClosedStageError as error:
            self.console.emit(Note(f"Left out: {error.message}"))
            return None

    def _tell_uncounted(self, project: Project) -> None:
        """Names the variables of .env that somebody may believe in, once."""
        from pkgops.config import COUNTED, uncounted
        from pkgops.events import Note

        found = [] if project.stage.local or self._told else uncounted(project.root)
        if found:
            self._told = True
            counted = ", ".join(COUNTED)
            text = f"Not used from .env: {', '.join(found)}. Set them in the environment; .env may hold {counted}."
            self.console.emit(Note(text, "warning"))

    def search(self, name: str, find: Callable[[Project, str], Found]) -> tuple[Project, Found]:
        """The project of the system that has ``[SYSTEM/]NAME``, and what ``find`` returns for the name in it
        (`pkgops.select.search`)."""
        from pkgops import select

        def look(system: str, wanted: str) -> tuple[Project, Found]:
            project = self.project(system)
            return project, find(project, wanted)

        return select.search(self.root, name, look, self.system)

    def systems(self, names: Sequence[str], all_systems: bool = False) -> list[Project]:
        """What ``[SYSTEM ...]`` selects. UsageError for a stack."""
        from pkgops.errors import UsageError

        selected = self.targets(names, all_systems)
        for project, keys in selected:
            if keys:
                raise UsageError(
                    f"{keys[0]} is a stack; this command takes systems.", f"Name its system: {project.system.key}"
                )
        return [project for project, _ in selected]

    def stacks(self, project: Project, keys: Sequence[str] = ()) -> list[SynthesizedStack]:
        """The selected stacks (() for all) without their templates, where only their names are needed: building
        templates costs more than most requests do."""
        from pkgops.build.synth import named_stacks

        return [stack for stack in named_stacks(project) if not keys or stack.key in keys]

    def packaged(self, project: Project, keys: Sequence[str] = (), **how: Any) -> PackagedSystem:
        """The selected stacks (() for all) with their artifacts built; ``how``: see `pkgops.build.build.build`, linted
        unless ``checked`` is False."""
        from dataclasses import replace

        from pkgops.build.build import build

        packaged = build(project, self.console.emit, **how)
        if not keys:
            return packaged
        chosen = tuple(stack for stack in packaged.stacks if stack.key in keys)
        named = "".join(map(repr, chosen))
        assets = tuple(asset for asset in packaged.assets if asset.key in named)
        return replace(packaged, stacks=chosen, assets=assets)

    def has_ports(self, project: Project) -> bool:
        """False if `ports` would have to start the emulator."""
        from pkgops.connect import is_running

        return self._connect is not None or is_running(project.stage, project.root)

    def accessible_ports(self, project: Project) -> Ports:
        """As `ports`, after asking whether the stage can be reached at all and with the credentials of its account.
        AccessError, ConfigError."""
        from pkgops.config import require_account

        ports = self.ports(project)
        if not project.stage.local:
            require_account(project.stage, ports.identity.account())
        return ports

    def ports(self, project: Project) -> Ports:
        """AWS, or the emulator, for the project's stage."""
        from pkgops.connect import connect as connect_to_stage

        connect = self._connect or connect_to_stage
        self._tell_uncounted(project)
        return connect(project.stage, project.root, self.console.emit)
