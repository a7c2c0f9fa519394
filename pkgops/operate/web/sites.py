"""Which site does a system have on a stage?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pkgops.operate.outputs import read_outputs
from pkgops.operate.placeholders import Texts
from pkgops.operate.web.plan import declared_site

if TYPE_CHECKING:
    from pkgops.build.synth import SynthesizedStack
    from pkgops.config import Project
    from pkgops.ports.ports import Ports


@dataclass(frozen=True, slots=True)
class DeployedSite:
    """A site: its bucket, how many objects that holds, and its address ("" if none is declared)."""

    system: str
    bucket: str
    objects: int
    url: str


def deployed_site(project: Project, stacks: Sequence[SynthesizedStack], ports: Ports) -> DeployedSite:
    """The site of a system. UsageError if it declares none or if it is not deployed."""
    site = declared_site(project)
    texts = Texts(project, read_outputs(project, stacks, ports))
    bucket = texts.output(site.bucket)
    url = texts.output(site.url) if site.url else ""
    return DeployedSite(project.system.key, bucket, len(ports.websites.keys(bucket)), url)
