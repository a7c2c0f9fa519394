"""The upload of artifacts, and which stacks have to wait for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pkgops.build.artifacts import Asset
from pkgops.build.repair import repair
from pkgops.build.synth import template_text
from pkgops.deploy.scheduler import interruptible
from pkgops.deploy.watcher import Stopped
from pkgops.events import Emit, Finished, Progress, Started, silent
from pkgops.plan.change_set import INLINE_LIMIT
from pkgops.plan.plan import Plan
from pkgops.plan.step import Action, Step
from pkgops.ports.ports import Ports
from pkgops.wording import counted

UPLOADS = "the upload of artifacts"  # as work for the scheduler; no key of a stack has spaces
_PARALLEL = 8
_DIGEST = 500  # bytes that its digest adds to a template at most


class Uploads:
    """The artifacts that the changing resources of a plan refer to. ``stopped`` tells that the user has detached."""

    def __init__(
        self, plan: Plan, ports: Ports, emit: Emit = silent, stopped: Callable[[], bool] = lambda: False
    ) -> None:
        self._plan = plan
        self._ports = ports
        self._emit = emit
        self._stopped = stopped
        self._wanted: dict[str, Asset] = {}
        self.waiting: set[str] = set()
        """Keys of the stacks that have to wait: artifacts are for them, or CloudFormation reads their template from the
        bucket."""
        for step in plan.steps:
            if step.action is not Action.UNCHANGED:
                self._add(step)

    def _add(self, step: Step) -> None:
        text = template_text(_changing(step))
        named = {asset.key: asset for asset in self._plan.assets if asset.key in text}
        self._wanted |= named
        if named or len(template_text(step.stack.template)) > INLINE_LIMIT - _DIGEST:
            self.waiting.add(step.stack.key)

    def send(self, *, to_new_bucket: bool = False) -> int:
        """Uploads what the bucket lacks, or has with other bytes, and returns how many. What is damaged here is built
        again first. Raises `Stopped` before the next one if the user has detached."""
        wanted, emit = self._wanted, self._emit
        absent = sorted(wanted if to_new_bucket else self._ports.artifacts.missing(list(wanted)))
        if not absent:
            return 0
        repair(self._plan.project, [wanted[key] for key in absent], emit)
        emit(Started("Uploading"))
        with ThreadPoolExecutor(_PARALLEL) as pool, interruptible(pool):
            for count, _ in enumerate(pool.map(self._put, absent), 1):
                emit(Progress("Uploading", count, len(absent)))
        size = sum(wanted[key].size for key in absent) / 1e6
        emit(Finished("Uploading", f"{counted(len(absent), 'artifact')}, {size:.1f} MB"))
        return len(absent)

    def _put(self, key: str) -> None:
        if self._stopped():
            raise Stopped(key)
        self._ports.artifacts.put(key, self._wanted[key].path)


def _changing(step: Step) -> Mapping[str, Any]:
    """The resources that a step changes, as far as it is known: CloudFormation reads no code of the others."""
    resources: Mapping[str, Any] = step.stack.template["Resources"]
    if not step.change_set or step.first:
        return resources
    changed = {change.logical_id for change in step.changes}
    return {logical_id: resource for logical_id, resource in resources.items() if logical_id in changed}
