"""The direction of imports: no cycle between modules or folders, and arrows between rooms run one way.

Every import counts, wherever it stands: at the top, inside a function, or under ``if TYPE_CHECKING``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pytest

from tests.architecture.imports import Graph, cycles, module_name, modules
from tests.architecture.tree import sources

# Modules that stand in pkgops/ itself and what they may import; every room may import any of these.
FOUNDATION: Mapping[str, frozenset[str]] = {
    "errors": frozenset(),
    "events": frozenset(),
    "intrinsics": frozenset(),
    "declarations": frozenset(),
    "model": frozenset({"declarations", "secret_rules"}),
    "rate_limiter": frozenset(),
    "secret_rules": frozenset(),
    "resource_types": frozenset(),
    "wording": frozenset(),
    "scope": frozenset({"model"}),
    "seeds": frozenset({"model"}),
    "text_file": frozenset({"errors"}),
    "own_files": frozenset({"errors"}),
    "runtimes": frozenset(),
    "template_errors": frozenset({"errors", "text_file"}),
    "stage_names": frozenset({"errors", "intrinsics", "model"}),
    "project": frozenset({"errors", "model", "template_errors", "text_file"}),
    "config": frozenset({"errors", "model", "own_files", "project", "stage_names", "text_file"}),
}

# room -> the rooms it may import, and why it may. What is not listed is an arrow that must not be.
ROOMS: Mapping[str, Mapping[str, str]] = {
    "kit": {},
    "ports": {},
    "select": {},
    "bootstrap": {"kit": "the bootstrap stack is a template like any other"},
    "checks": {},
    "build": {
        "checks": "what is built is checked",
        "kit": "what an application's build says of itself is read as templates read it",
    },
    "aws": {"ports": "adapters implement protocols"},
    "logs": {"ports": "events are read through them", "build": "log groups are found in templates"},
    "plan": {
        "ports": "a plan is made of what is deployed",
        "build": "and of what was built",
        "bootstrap": "the artifact bucket's stack comes first",
    },
    "deploy": {
        "plan": "it carries a plan out",
        "ports": "it changes what is deployed",
        "build": "a destruction starts from templates, without a plan",
        "bootstrap": "the last destruction of a stage takes it along",
        "logs": "the cause of a failure may be in a function's log",
    },
    "graph": {
        "build": "a picture is made of templates",
        "checks": "what values and policies refer to is known there",
        "plan": "and shows what a plan changes",
        "ports": "whose deployed templates are read",
    },
    "charts": {
        "graph": "names are shown as in a picture",
        "ports": "what is drawn are the events of stacks",
    },
    "dev": {
        "build": "what was saved is built",
        "plan": "swaps are kept where plans find them; a plan says what would be lost",
        "deploy": "what a swap cannot do is deployed",
        "ports": "code is swapped through them",
    },
    "cost": {
        "build": "what costs is in templates",
        "plan": "a plan changes what is paid",
        "ports": "prices, metrics and deployed templates are read",
    },
    "permissions": {
        "build": "permissions are derived from templates",
        "bootstrap": "its stack needs some, too",
        "plan": "both read policies, and know which types hold data",
    },
    "local": {
        "aws": "what runs here is reached like AWS",
        "ports": "what the emulator lacks is read through them",
        "permissions": "the emulator asks for what CloudFormation asks for",
    },
    "connect": {"aws": "a stage is AWS", "local": "or the emulator"},
    "operate": {
        "checks": "what looks like a secret is not shown",
        "ports": "verbs read and change what is deployed",
        "build": "and know it by its templates",
        "bootstrap": "doctor looks for its stack",
        "logs": "an invocation has a log",
        "plan": "a difference is a plan's",
        "permissions": "doctor prints the policy",
        "aws": "doctor checks an account before there are ports",
        "local": "doctor checks the emulator; addresses differ there",
    },
    "testing": {
        "build": "templates are compared with recorded ones",
        "local": "an emulator ends with the tests that started it",
    },
    "init": {"testing": "it records the templates of a new project"},
    "console": {
        "build": "functions and stacks are known by their templates",
        "charts": "a deployment and metrics are drawn",
        "cost": "a system has its estimate",
        "graph": "a system has its picture",
        "local": "mail and requests are the emulator's",
        "logs": "lines are followed",
        "operate": "pages are views of its verbs",
        "ports": "which it gets, and hands on",
    },
    "cli": {
        "init": "a command creates a project",
        "build": "a command builds",
        "charts": "draws a deployment",
        "checks": "shows findings and explains rules",
        "connect": "connects",
        "console": "opens the console",
        "cost": "estimates",
        "deploy": "deploys",
        "graph": "draws",
        "dev": "runs the development loop",
        "local": "runs the emulator",
        "logs": "tails",
        "operate": "operates",
        "plan": "plans",
        "ports": "names what it hands from one to the next",
        "select": "and resolves what the user has named",
    },
}

# Folders that import each other, and what will end that.
FOLDER_CYCLES: Mapping[frozenset[str], str] = {}
# Modules that import each other, and what will end that.
MODULE_CYCLES: Mapping[frozenset[str], str] = {}


@cache
def folders() -> Graph:
    """Folders by what the modules inside them import; a module of pkgops/ itself counts for one."""
    homes = {module_name(source): source.path.rpartition("/")[0].replace("/", ".") for source in sources()}
    homes |= {name: name for name, home in homes.items() if home == "pkgops"}
    graph: dict[str, frozenset[str]] = {}
    for name, wanted in modules().items():
        home = homes[name]
        graph[home] = graph.get(home, frozenset()) | {homes[one] for one in wanted} - {home}
    return graph


def room_of(module: str) -> str:
    return module.split(".")[1]


@cache
def arrows() -> Mapping[tuple[str, str], str]:
    """(room, room) for every import that leaves a room of pkgops, with one of the modules that do."""
    return {
        (room_of(name), room_of(wanted)): name
        for name, every in modules().items()
        for wanted in every
        if name.startswith("pkgops.") and wanted.startswith("pkgops.") and room_of(name) != room_of(wanted)
    }


def test_cycles_are_found():
    graph = {"a": frozenset("b"), "b": frozenset("c"), "c": frozenset("b"), "d": frozenset("a")}
    assert cycles(graph) == {frozenset("bc")}


def test_every_import_counts():
    """One that is lazy, one for types alone, and one of a module by its package."""
    graph = modules()
    assert "pkgops.scope" in graph["pkgops.build.synth"]
    assert "pkgops.config" in graph["pkgops.permissions.policy"]
    assert "pkgops.plan.protection" in graph["pkgops.deploy.stack_deployment"]


@pytest.mark.parametrize(
    ("graph", "listed"), [(modules, MODULE_CYCLES), (folders, FOLDER_CYCLES)], ids=["modules", "folders"]
)
def test_nothing_imports_each_other(graph, listed):
    found = cycles(graph())
    assert not {group for group in found if not any(group <= known for known in listed)}, "a new cycle"
    assert not {known for known in listed if not any(group <= known for group in found)}, "it is gone: unlist it"


def test_every_room_is_listed():
    rooms = {name.split(".")[1] for name in modules() if name.startswith("pkgops.")}
    assert rooms == {*FOUNDATION, *ROOMS}


def test_arrows_between_rooms_are_those_listed():
    found = {arrow: name for arrow, name in arrows().items() if arrow[1] not in FOUNDATION or arrow[0] in FOUNDATION}
    listed = {(room, other) for room, others in ROOMS.items() for other in others if other not in FOUNDATION}
    listed |= {(module, other) for module, others in FOUNDATION.items() for other in others}
    assert not {arrow: name for arrow, name in found.items() if arrow not in listed}, "an arrow that must not be"
    assert not listed - set(found), "an arrow that nothing uses any more"


@pytest.mark.parametrize("graph", [{room: frozenset(others) for room, others in ROOMS.items()}, FOUNDATION])
def test_the_listed_arrows_run_one_way(graph):
    nodes = {**graph, **{other: frozenset() for others in graph.values() for other in others if other not in graph}}
    assert not cycles(nodes)
