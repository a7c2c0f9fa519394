"""Every page on every shipped system, deployed and not: what a template may have, and what it may lack."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pkgops import config
from pkgops.build.build import synthesized
from pkgops.build.synth import resources
from pkgops.config import Project
from pkgops.console.frame.later import Later
from pkgops.console.frame.navigation import navigation
from pkgops.project import systems
from tests.pkgops.console.conftest import FakeStage, Opened, Stacks, serving
from tests.pkgops.fakes.logs import FakeLogs
from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.fakes.queues import FakeQueues
from tests.pkgops.fakes.tables import FakeTables
from tests.repository import ROOT, link_project

# What a page leads to and is one of many: the first of each is looked at.
_ONE_OF_MANY = re.compile(r"/(?:functions|tables|buckets|users|apis|systems)/[^\"?]+(?:\?[^\"]*)?")
_FOLLOWING = re.compile(r'hx-get="([^"]+)"')  # parts of a page that come after it
KEYS = sorted(systems(ROOT))


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Project]:
    root: Path = link_project(tmp_path_factory.mktemp("systems"))
    return {key: config.load("local", key, root, environ={}) for key in KEYS}


def ports_of(project: Project, *, deployed: bool) -> FakePorts:
    """A stage that has what the templates say, or nothing of it."""
    ports = FakePorts(Stacks(), logs=FakeLogs(), tables=FakeTables(), queues=FakeQueues())
    for stack in synthesized(project) if deployed else ():
        ports.stacks.deployed(stack.name, "CREATE_COMPLETE", stack.template)
        for _, body in resources(stack.template, "AWS::DynamoDB::Table"):
            given = body["Properties"]
            names = [row["AttributeName"] for row in given["KeySchema"]]
            ports.tables.schemas[given["TableName"]] = tuple(names)
            ports.tables.items[given["TableName"]] = {}
        for _, body in resources(stack.template, "AWS::SQS::Queue"):
            ports.queues.waiting[body["Properties"]["QueueName"]] = []
        for row in ports.stacks.resources(stack.name):
            ports.objects.buckets[row.physical_id] = {}
    return ports


@pytest.fixture(params=KEYS)
def project(request: pytest.FixtureRequest, projects: dict[str, Project]) -> Project:
    return projects[request.param]


def opened(project: Project, *, deployed: bool) -> Iterator[Opened]:
    ports = ports_of(project, deployed=deployed)
    shown = FakeStage(project.stage, project.root, Later(lambda: (project,)), Later(lambda: ports))
    with serving(shown) as served:
        yield Opened(served)


def further(text: str) -> set[str]:
    """Addresses of a page's rows, the first of each kind."""
    found: dict[str, str] = {}
    for address in _ONE_OF_MANY.findall(text):
        found.setdefault(re.sub(r"[^/?]*(?=[?]|$)", "", address, count=1), html.unescape(address))
    return {*found.values(), *map(html.unescape, _FOLLOWING.findall(text))}


@pytest.mark.parametrize("deployed", [True, False], ids=["deployed", "not-deployed"])
def test_every_page_answers(project: Project, deployed: bool) -> None:
    for pages in opened(project, deployed=deployed):
        seen: set[str] = set()
        for path, name in navigation(project.stage):
            text = pages.text(path)
            assert f"<h1>{name}</h1>" in text or path == "/", path
            seen |= further(text.partition("<main")[2])
        for address in sorted(seen):
            answer = pages.get(address)
            assert answer.status_code == 200 or (not deployed and "not deployed" in answer.text), (address, answer.text)
        assert seen
