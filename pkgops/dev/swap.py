"""How do functions get new code without a deployment?

The artifact goes to the bucket, where a deployment finds it later, and Lambda is told to run it, at the revision that
was last seen: what somebody else has changed meanwhile is not overwritten. The ledger is written before, so that not
even a power failure leaves code that nobody knows of.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from pkgops.config import Project
from pkgops.dev.code import NewCode
from pkgops.errors import DeployError, FunctionChangedError
from pkgops.plan.swapped_code import Ledger, Swap, code_sha256
from pkgops.ports.functions import DeployedCode
from pkgops.ports.ports import Ports

_PARALLEL = 8
_PAUSE = 0.2  # seconds between two looks at whether Lambda has taken the code
_PATIENCE = 60.0  # seconds


class Swapper:
    """Swaps the code of one system's functions."""

    def __init__(self, project: Project, ports: Ports) -> None:
        self._project = project
        self._ports = ports
        self._ledger = Ledger(project)
        self._seen: dict[str, DeployedCode] = {}
        self._uploaded: set[str] = set()

    def swap(self, wanted: Sequence[NewCode]) -> None:
        """Makes the functions run their new code, and returns when they do. `FunctionChangedError` for one that runs
        neither its old nor its new code; those after it are not changed. DeployError if Lambda refuses the code."""
        at = datetime.now(UTC).isoformat(timespec="seconds")
        self._ledger.record(
            Swap(one.function.name, one.function.stack, one.before, one.asset.key, at) for one in wanted
        )
        with ThreadPoolExecutor(min(_PARALLEL, len(wanted))) as pool:
            fresh = {one.asset.key: one.asset for one in wanted if one.asset.key not in self._uploaded}
            list(pool.map(lambda asset: self._ports.artifacts.put(asset.key, asset.path), fresh.values()))
            self._uploaded |= set(fresh)
            list(pool.map(self._replace, wanted))

    def _replace(self, one: NewCode) -> None:
        name, key = one.function.name, one.asset.key
        known = self._seen.get(name)
        try:
            if known is None or known.sha256 != code_sha256(one.before):
                known = self._look(one)
            now = self._ports.functions.replace_code(name, self._ports.artifacts.bucket, key, known.revision)
        except FunctionChangedError:  # its configuration, perhaps: only other code is in the way
            known = self._look(one)
            now = self._ports.functions.replace_code(name, self._ports.artifacts.bucket, key, known.revision)
        self._seen[name] = self._settled(name, now)

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
