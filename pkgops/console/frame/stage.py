"""What does the console show? The systems of one stage, and whether it may change anything there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pkgops.errors import RefusedError, unknown

if TYPE_CHECKING:
    from pkgops.build.functions import Function
    from pkgops.build.synth import SynthesizedStack
    from pkgops.config import Project
    from pkgops.console.frame.later import Later
    from pkgops.console.frame.systems import Systems
    from pkgops.local.client.emulator import Emulator
    from pkgops.model import Stage
    from pkgops.ports.ports import Ports


@dataclass(frozen=True)
class ShownStage:
    """``systems`` are those that run on the stage, read again when their files change; ``connection`` the stage's
    ports: both take time, and pages that do not need them do not wait. ``allowed`` is the stage whose data may be
    changed besides local, "" for none."""

    stage: Stage
    root: Path
    systems: Systems | Later[tuple[Project, ...]]
    connection: Later[Ports]
    allowed: str = ""

    def prepare(self) -> None:
        """Begins what pages will need."""
        self.connection.begin()
        for _ in self.stacks():
            pass  # they are kept by the build cache

    @property
    def projects(self) -> tuple[Project, ...]:
        """The systems of the stage, at least one. ConfigError and BuildError as for `pkgops.config.load`."""
        return self.systems.get()

    @property
    def ports(self) -> Ports:
        """The stage's ports. Errors as for `pkgops.connect.connect`."""
        return self.connection.get()

    @property
    def writable(self) -> bool:
        """Whether anything may be changed: always on stage local, never on a protected stage."""
        return self.stage.local or (self.allowed == self.stage.name and not self.stage.protected)

    @cached_property
    def emulator(self) -> Emulator | None:
        """The emulator on stage local."""
        if not self.stage.local:
            return None
        from pkgops.local.client.emulator import Emulator

        return Emulator.of(self.root, self.stage.port, self.stage.workers)

    def require_writable(self) -> None:
        """RefusedError where nothing may be changed."""
        if self.writable:
            return
        name = self.stage.name
        if self.stage.protected:
            raise RefusedError(f"Stage {name} is protected: the console only shows it.", "Use the command line.")
        raise RefusedError(
            f"The console only shows stage {name}.", f"Start it with: pkgops console --allow-writes {name}"
        )

    def project(self, system: str) -> Project:
        """The system with that key. NotFoundError if there is none on the stage."""
        found = next((one for one in self.projects if one.system.key == system), None)
        if found is None:
            raise unknown("system", system, [one.system.key for one in self.projects])
        return found

    def stacks(self, system: str = "") -> Iterator[tuple[Project, list[SynthesizedStack]]]:
        """Every system with its stacks, or that system alone, as their code describes them now."""
        from pkgops.build.build import synthesized  # the first byte does not wait for it

        for key in [one.system.key for one in self.projects if system in ("", one.system.key)]:
            project = self.project(key)  # a file may have been saved while another one was built
            yield project, synthesized(project)

    def functions(self, system: str = "") -> list[tuple[Project, Function]]:
        """Every function of the stage, or of that system alone, with its system."""
        from pkgops.build.functions import functions

        return [(project, one) for project, stacks in self.stacks(system) for one in functions(stacks)]

    def function(self, name: str) -> tuple[Project, Function]:
        """The function with that name in AWS. NotFoundError if there is none."""
        known = self.functions()
        found = next((row for row in known if row[1].name == name), None)
        if found is None:
            raise unknown("function", name, [one.name for _, one in known])
        return found
