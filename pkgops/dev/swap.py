"""How do functions get new code without a deployment?

The artifact goes to the bucket, where a deployment finds it later, and Lambda is told to run it, at the revision that
was last seen: what somebody else has changed meanwhile is not overwritten. The ledger is written before, so that not
even a power failure leaves code that nobody knows of.

On stages that let them, aliases follow: they lead to ``$LATEST`` until the next deployment. No version is published for
it: CloudFormation could not publish one of the same code afterwards, and the next deployment would fail.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pkgops.config import Project
from pkgops.dev.code import NewCode
from pkgops.errors import DeployError, FunctionChangedError, PkgopsError
from pkgops.plan.swapped_code import Ledger, Swap, code_sha256
from pkgops.ports.functions import LATEST, DeployedAlias, DeployedCode
from pkgops.ports.ports import Ports
from pkgops.rate_limiter import RateLimiter

_PARALLEL = 16
_RATE, _BURST = 15.0, 15  # changes of functions a second, by Lambda's quotas, and how many may come at once
_PAUSE = 0.1  # seconds between two looks at whether Lambda has taken the code
_PATIENCE = 60.0  # seconds


class Swapper:
    """Swaps the code of one system's functions."""

    def __init__(self, project: Project, ports: Ports) -> None:
        self._project = project
        self._ports = ports
        self._ledger = Ledger(project)
        self._seen: dict[str, DeployedCode] = {}
        self._uploaded: set[str] = set()
        self._limiter = RateLimiter(1000.0, 1000) if ports.endpoint else RateLimiter(_RATE, _BURST)
        self._limited = threading.Lock()

    def prepare(self, name: str) -> None:
        """Connects to Lambda and to the bucket, with a look at one function, so that the first swap does not."""
        with suppress(PkgopsError):
            self._ports.functions.code(name)
            self._ports.artifacts.missing([f"{self._project.system.key}/{'0' * 64}.zip"])

    def swap(self, wanted: Sequence[NewCode]) -> None:
        """Makes the functions run their new code, and returns when they do. `FunctionChangedError` for one that runs
        neither its old nor its new code; those after it are not changed. DeployError if Lambda refuses the code."""
        at = datetime.now(UTC).isoformat(timespec="seconds")
        swaps = {
            one.function.name: Swap(one.function.name, one.function.stack, one.before, one.asset.key, at)
            for one in wanted
        }
        self._ledger.record(swaps.values())
        with ThreadPoolExecutor(_PARALLEL) as pool:
            fresh = {one.asset.key: one.asset for one in wanted if one.asset.key not in self._uploaded}
            looks = pool.map(self._known, wanted)
            list(pool.map(lambda asset: self._ports.artifacts.put(asset.key, asset.path), fresh.values()))
            self._uploaded |= set(fresh)
            list(pool.map(self._replace, wanted, list(looks)))
            if self._project.stage.follow_aliases and not self._project.stage.local:
                self._follow(wanted, swaps, pool.map)

    def _known(self, one: NewCode) -> DeployedCode:
        """What was seen last, or what runs now."""
        known = self._seen.get(one.function.name)
        return known if known and known.sha256 == code_sha256(one.before) else self._look(one)

    def _replace(self, one: NewCode, known: DeployedCode) -> None:
        name, key = one.function.name, one.asset.key
        try:
            now = self._put_in(name, key, known)
        except FunctionChangedError:  # its configuration, perhaps: only other code is in the way
            now = self._put_in(name, key, self._look(one))
        self._seen[name] = self._settled(name, now)

    def _put_in(self, name: str, key: str, known: DeployedCode) -> DeployedCode:
        with self._limited:
            pause = self._limiter.reserve()
        time.sleep(pause)
        return self._ports.functions.replace_code(name, self._ports.artifacts.bucket, key, known.revision)

    def _follow(self, wanted: Sequence[NewCode], swaps: dict[str, Swap], each: Callable[..., Iterable[Any]]) -> None:
        """Makes the aliases of the functions lead to the code that was swapped in, where they do not already."""
        followed = {(row.function, alias) for row in self._ledger.rows() for alias in row.aliases}
        rows = [(one.function.name, alias) for one in wanted for alias in one.aliases]
        rows = [row for row in rows if row not in followed]
        found = list(each(lambda row: self._ports.functions.alias(*row), rows))
        moving = [(*row, state) for row, state in zip(rows, found, strict=True) if state.version != LATEST]
        for name, alias, state in moving:
            swaps[name] = replace(swaps[name], aliases={**swaps[name].aliases, alias: state.version})
        self._ledger.record(swaps[name] for name in dict.fromkeys(name for name, _, _ in moving))
        list(each(lambda row: self._move(*row), moving))

    def _move(self, name: str, alias: str, state: DeployedAlias) -> None:
        if state.shifting:
            raise DeployError(
                f"CodeDeploy is moving alias {alias} of {name}: it does not follow.", "Save again when that has ended."
            )
        self._ports.functions.move_alias(name, alias, LATEST, state.revision)

    def _look(self, one: NewCode) -> DeployedCode:
        """What runs, once no update is under way."""
        known = self._settled(one.function.name, self._ports.functions.code(one.function.name))
        if known.sha256 not in {code_sha256(one.before), code_sha256(one.asset.key)}:
            raise FunctionChangedError(
                f"{one.function.name} runs code that is neither deployed nor swapped from here: somebody else has "
                "changed it. It was not overwritten.",
                f"To bring back what is here: pkgops deploy {self._project.system.key} "
                f"--stage {self._project.stage.name} --force",
            )
        return known

    def _settled(self, name: str, now: DeployedCode) -> DeployedCode:
        """What runs once Lambda has taken it; the emulator runs new code at once."""
        if self._ports.endpoint:
            return now
        end = time.monotonic() + _PATIENCE
        while not now.settled:
            if time.monotonic() > end:
                raise DeployError(f"Lambda has not taken the code of {name} within {_PATIENCE:.0f} s.", "Save again.")
            time.sleep(_PAUSE)
            now = self._ports.functions.code(name)
        return now
