"""What does the development loop do about one system: swap, deploy, ask, or say what is wrong?"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from pkgops.build.functions import Function
from pkgops.config import Project
from pkgops.dev import lock
from pkgops.dev.code import FunctionCode, NewCode, is_code
from pkgops.dev.events import ConsentNeeded, Declined, Failed, Recovered, Swapped
from pkgops.dev.linting import Linting
from pkgops.dev.rollout import Concerns, ConsentNeededError, read_again, require_unprotected, roll_out
from pkgops.dev.swap import Swapper
from pkgops.errors import AccessError, PkgopsError
from pkgops.events import Emit, Event
from pkgops.plan.plan import Plan
from pkgops.ports.ports import Ports

Connect = Callable[[Project], Ports]


@dataclass(frozen=True, slots=True)
class Hooks:
    """What the loop needs from whoever runs it: ``connect`` gives the ports of a project, starting the emulator where
    needed; ``show`` gets each plan before it is carried out; ``tell`` events of other threads; ``answerable`` says
    whether a question can be answered."""

    connect: Connect
    emit: Emit
    show: Callable[[Plan], None]
    tell: Callable[[Event], None]
    answerable: bool = False


@dataclass
class _Pending:
    """What has to be done before all is as the files say: files whose functions have not got their code, and whether
    a deployment is due."""

    files: set[str] = field(default_factory=set)
    deployment: bool = True
    asked: Concerns = ()


class SystemLoop:
    """One system; ``keys`` are the stacks to deploy (() for all), ``only`` the physical names of functions to swap.
    RefusedError on a protected stage, and if the same system is watched already."""

    def __init__(self, project: Project, keys: Sequence[str], hooks: Hooks, only: Collection[str] = ()) -> None:
        require_unprotected(project)
        self._lock = lock.take(project)
        self._project = project
        self._keys = keys
        self._hooks = hooks
        self._only = only
        self._linting = Linting(project, hooks.tell)
        self._pending = _Pending()
        self._code: FunctionCode | None = None
        self._swapper: Swapper | None = None
        self.failed = False

    @property
    def key(self) -> str:
        """The system's."""
        return self._project.system.key

    @property
    def stage(self) -> str:
        """The stage's name."""
        return self._project.stage.name

    @property
    def project(self) -> Project:
        """As it was read last."""
        return self._project

    @property
    def functions(self) -> list[Function]:
        """The functions that are swapped, once deployed."""
        return self._code.functions if self._code else []

    def close(self) -> None:
        """Ends what runs beside, and lets others watch the system."""
        self._linting.stop()
        self._lock.close()

    def prepare(self) -> None:
        """Makes what the first swap would have to wait for."""
        if self._swapper is not None and self.functions:
            self._swapper.prepare(self.functions[0].name)

    def react(self, changed: Collection[str]) -> bool:
        """Brings the stage up to date with the ``changed`` files; whether there was anything to do."""
        mine = {path for path in changed if self._concerns(path)}
        if not mine:
            return False
        self._pending.files |= {path for path in mine if is_code(path)}
        self._pending.deployment |= any(not is_code(path) for path in mine)
        self._pending.asked = ()
        return self._catch_up()

    def answer(self, yes: bool) -> bool:
        """Carries out what was asked about, or forgets it; whether anything was asked."""
        agreed, self._pending.asked = self._pending.asked, ()
        if agreed and not yes:
            self._hooks.emit(Declined(self.key))
        return bool(agreed) and yes and self._attempt(lambda: self._deploy(agreed))

    def deploy(self) -> bool:
        """Deploys what differs; whether it worked."""
        return self._attempt(self._deploy) and not self.failed

    def _catch_up(self) -> bool:
        return self._attempt(self._deploy if self._pending.deployment or self._code is None else self._swap)

    def _attempt(self, act: Callable[[], bool]) -> bool:
        """What ``act`` returns; what goes wrong is reported, and stays to be done."""
        try:
            acted = act()
        except ConsentNeededError as error:
            self._pending.asked = error.concerns
            self._hooks.emit(ConsentNeeded(self.key, error.sentences, self._hooks.answerable))
            return True
        except PkgopsError as error:
            if isinstance(error, AccessError):  # on stage local the emulator, which is started again
                self._pending.deployment = True
            return self._fail(error.message, error.hint)
        except OSError as error:  # a full disk, or a file that has gone since it was found
            what = error.filename or "A file"
            return self._fail(f"{what} cannot be read or written: {error.strerror or error}.", "Then save again.")
        if self.failed:
            self._hooks.emit(Recovered(self.key))
        self.failed = False
        return acted

    def _fail(self, message: str, hint: str) -> bool:
        self.failed = True
        self._hooks.emit(Failed(self.key, message, hint))
        return True

    def _deploy(self, agreed: Concerns = ()) -> bool:
        self._pending.deployment = True
        self._linting.stop()  # it may read what is being saved
        project = self._project = read_again(self._project)
        ports = self._hooks.connect(project)
        done = roll_out(project, self._keys, ports, self._hooks.emit, self._hooks.show, agreed)
        self._code = FunctionCode(project, done.packaged, self._only)
        self._swapper = Swapper(project, ports)
        self._pending = _Pending(deployment=False)
        if project.stage.local:
            self._linting.start()
        return True

    def _swap(self) -> bool:
        started = time.monotonic()
        assert self._code is not None and self._swapper is not None  # noqa: S101, PT018 - a deployment came first
        found = self._code.changes(self._pending.files)
        if found is None:
            return self._deploy()
        if found:
            try:
                self._swapper.swap(found)
            except AccessError:
                if not self._project.stage.local:
                    raise
                return self._deploy()  # the emulator was ended: it starts again, with what it had saved
            self._code.runs(found)
            self._hooks.emit(self._swapped(found, time.monotonic() - started))
        self._pending.files.clear()
        return bool(found)

    def _swapped(self, found: Sequence[NewCode], seconds: float) -> Swapped:
        follow = self._project.stage.follow_aliases
        lagging = tuple(one.function.short for one in found if one.published and not (follow and one.aliases))
        return Swapped(self.key, tuple(one.function.short for one in found), round(seconds, 3), lagging)

    def _concerns(self, path: str) -> bool:
        """False for files of another system alone. What is not below a system's name is everybody's."""
        top, _, rest = path.partition("/")
        owner = rest.partition("/")[0]
        other = owner in {one for one in self._others() if one != self.key}
        return not (top in ("templates", "handlers") and other)

    def _others(self) -> tuple[str, ...]:
        from pkgops.project import systems

        return systems(self._project.root)
