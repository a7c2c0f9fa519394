"""The start page, and the page of a system: its stacks, outputs and picture."""

from __future__ import annotations

from urllib.parse import quote

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pkgops.build.build import synthesized
from pkgops.build.cache import BuildCache
from pkgops.build.functions import functions
from pkgops.config import Project
from pkgops.console.frame.page import Form, render, stage_of, write
from pkgops.errors import BuildError, NotFoundError
from pkgops.events import silent
from pkgops.graph import kinds
from pkgops.graph.model import Node
from pkgops.graph.picture import picture
from pkgops.graph.svg import svg
from pkgops.operate.outputs import OutputRow, read_outputs
from pkgops.operate.redaction import redact
from pkgops.operate.status import NOT_DEPLOYED, add_drift, stack_status
from pkgops.project import systems

# The last picture of each system, with what it was made from: drawing takes a fifth of a second.
_DRAWN: dict[str, tuple[str, str]] = {}
_LEADS = {
    kinds.FUNCTION: "/functions",
    kinds.TABLE: "/tables",
    kinds.QUEUE: "/queues",
    kinds.API: "/apis",
    kinds.BUCKET: "/buckets",
    kinds.USERS: "/users",
    kinds.SECRET: "/secrets",
    kinds.DATABASE: "/database",
}


def start(request: Request) -> Response:
    """The frame of the start page, which waits for nothing."""
    return render(request, "start.html")


def every(request: Request) -> Response:
    """Every system with the state of its stacks: one call."""
    shown = stage_of(request)
    states = {state.name: state for state in shown.ports.stacks.describe()}
    rows = [
        (
            project.system,
            [(stack.key, states[stack.name].status if stack.name in states else NOT_DEPLOYED) for stack in stacks],
            len(functions(stacks)),
        )
        for project, stacks in shown.stacks()
    ]
    left_out = sorted(set(systems(shown.root)) - {project.system.key for project in shown.projects})
    return render(request, "overview.html", rows=rows, left_out=left_out)


def system(request: Request) -> Response:
    """The frame of a system's page; what has to be asked for follows."""
    return render(request, "system.html", system=_project(request).system)


def stacks(request: Request) -> Response:
    """The stacks of a system, and what to do about them."""
    shown, project = stage_of(request), _project(request)
    rows = stack_status(project, synthesized(project), shown.ports)
    return render(request, "stacks.html", system=project.system, stacks=rows)


def drifted(request: Request, form: Form) -> Response:
    """What has changed outside of deployments: CloudFormation compares, which takes minutes on AWS and changes
    nothing."""
    del form
    shown, project = stage_of(request), _project(request)
    rows = add_drift(stack_status(project, synthesized(project), shown.ports), shown.ports, silent)
    return render(request, "drift.html", system=project.system, rows=[row for row in rows if row.drift])


def outputs(request: Request) -> Response:
    """The outputs of a system, with what looks like a secret hidden."""
    shown, project = stage_of(request), _project(request)
    try:
        rows = [_masked(row) for row in read_outputs(project, synthesized(project), shown.ports)]
    except NotFoundError:
        rows = []
    return render(request, "outputs.html", system=project.system, outputs=rows)


def drawn(request: Request) -> Response:
    """The picture of a system, whose nodes lead to their pages; drawing takes a moment, so the page asks for it."""
    project = _project(request)
    content = BuildCache(project).content
    kept = _DRAWN.get(project.system.key)
    try:
        image = kept[1] if kept and kept[0] == content else _picture(project)
    except BuildError as error:
        return render(request, "picture.html", system=project.system, image="", message=f"{error.message} {error.hint}")
    _DRAWN[project.system.key] = content, image
    shown = Markup(image)  # noqa: S704 - escaped where it is drawn
    return render(request, "picture.html", system=project.system, image=shown, message="")


def _picture(project: Project) -> str:
    """The picture for a page: the console's own style sheet has its colors, because its policy allows no other."""
    known = functions(synthesized(project))
    ids = {(one.stack, one.logical_id): one.name for one in known}

    def link(node: Node) -> str:
        name = next((ids[member] for member in node.members if member in ids), "")
        if name and len(node.members) == 1:
            return f"/functions/{quote(name, safe='')}"
        return _LEADS.get(node.kind, "") and f"{_LEADS[node.kind]}?system={quote(project.system.key)}"

    image = svg(picture(project), link)
    head, _, rest = image.partition(">")
    image = head.replace(' style="max-width:100%;height:auto"', "") + ">" + rest
    start, end = image.find("<style>"), image.find("</style>")
    return image[:start] + image[end + len("</style>") :] if start >= 0 else image


def _project(request: Request) -> Project:
    return stage_of(request).project(request.path_params["system"])


def _masked(row: OutputRow) -> tuple[str, str, str]:
    return row.stack, row.key, str(redact(row.value, row.key))


ROUTES = [
    Route("/", start),
    Route("/systems", every),
    Route("/systems/{system}", system),
    Route("/systems/{system}/stacks", stacks),
    Route("/systems/{system}/outputs", outputs),
    write("/systems/{system}/drift", drifted, harmless=True),
    Route("/systems/{system}/picture", drawn),
]
