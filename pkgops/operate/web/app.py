"""How do the files of an application get to its bucket with a deployment?

Before the code is replaced, what the new build adds: pages of the new code then find their files, and those of the old
code keep theirs. Afterwards what it changes, and the distribution forgets what it has kept. `pkgops web publish` does
both at once.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from pkgops.build.node.app_build import current
from pkgops.errors import NotFoundError
from pkgops.events import Emit, Finished, Note, Started
from pkgops.operate.outputs import read_outputs
from pkgops.operate.placeholders import Texts
from pkgops.operate.web.content import MARKER, marker
from pkgops.operate.web.plan import PARALLEL, plan_publishing
from pkgops.operate.web.publish import publish

if TYPE_CHECKING:
    from pkgops.build.node.app_build import AppBuild
    from pkgops.build.synth import SynthesizedStack
    from pkgops.config import Project
    from pkgops.operate.outputs import OutputRow
    from pkgops.ports.ports import Ports
    from pkgops.ports.tables import Tables

_KEYS = ("tag", "path")


def publish_added(project: Project, stacks: Sequence[SynthesizedStack], ports: Ports, emit: Emit) -> None:
    """Uploads what the system's build adds to its bucket; nothing if there is no build or no bucket yet."""
    build, rows = current(project), _outputs(project, stacks, ports)
    if build is None or rows is None or is_published(project, build, rows, ports):
        return
    plan = plan_publishing(project, rows, build, ports.websites, emit)
    added = tuple(change for change in plan.of("add") if change.key != MARKER)
    publish(replace(plan, changes=added, distribution=""), ports.websites, emit)


def publish_app(project: Project, stacks: Sequence[SynthesizedStack], ports: Ports, emit: Emit) -> None:
    """Brings the system's bucket to its build, if that is another one than is there."""
    build, rows = current(project), _outputs(project, stacks, ports)
    if build is None or rows is None or is_published(project, build, rows, ports):
        return
    seed_tags(project, build, rows, ports.tables, emit)
    report = publish(plan_publishing(project, rows, build, ports.websites, emit), ports.websites, emit)
    if report.invalidation:
        emit(Note(f"Invalidated all paths of {report.plan.distribution} ({report.invalidation})."))


def is_published(project: Project, build: AppBuild, rows: Sequence[OutputRow], ports: Ports) -> bool:
    """Whether this build is in the bucket as a whole."""
    site = project.system.site
    assert site is not None  # noqa: S101 - for the type checker: there are outputs of it
    found = ports.websites.read(Texts(project, rows).output(site.bucket), MARKER)
    body = marker(build).body
    return bool(found and isinstance(body, bytes) and found.sha256 == sha256(body).hexdigest())


def seed_tags(project: Project, build: AppBuild, rows: Sequence[OutputRow], tables: Tables, emit: Emit) -> None:
    """Writes which tags the build's pages have, where the build and the system have a table for that."""
    app, texts = project.system.app, Texts(project, rows)
    if app is None or not app.tags or texts.missing(f"{{{app.tags}}}") or not (items := _tags(build)):
        return
    table, what = texts.output(app.tags), "Writing the tags of pages"
    emit(Started(what))
    with ThreadPoolExecutor(PARALLEL) as pool:
        list(pool.map(lambda item: tables.put_if_absent(table, item, _KEYS), items))
    emit(Finished(what))


def _tags(build: AppBuild) -> list[dict[str, str | int]]:
    """The items that OpenNext has prepared in DynamoDB's own form."""
    prepared = build.directory / "dynamodb-provider" / "dynamodb-cache.json"
    rows = json.loads(prepared.read_text()) if build.read().tags and prepared.is_file() else []
    return [
        {"tag": row["tag"]["S"], "path": row["path"]["S"], "revalidatedAt": int(row["revalidatedAt"]["N"])}
        for row in rows
    ]


def _outputs(project: Project, stacks: Sequence[SynthesizedStack], ports: Ports) -> list[OutputRow] | None:
    """The outputs, None where those of the site are not deployed."""
    site = project.system.site
    if site is None or project.system.app is None:
        return None
    try:
        rows = read_outputs(project, stacks, ports)
    except NotFoundError:
        return None
    wanted = f"{{{site.bucket}}}" + (f"{{{site.distribution}}}" if site.distribution else "")
    return None if Texts(project, rows).missing(wanted) else rows
