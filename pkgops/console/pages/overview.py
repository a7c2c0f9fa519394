"""The start page, and the page of a system: its stacks, outputs and picture."""

from __future__ import annotations

from urllib.parse import quote

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pkgops.build.build import synthesized
from pkgops.build.functions import functions
from pkgops.console.frame.page import render, stage_of
from pkgops.errors import BuildError, NotFoundError
from pkgops.graph import kinds
from pkgops.graph.model import Node
from pkgops.graph.picture import picture
from pkgops.graph.svg import svg
from pkgops.operate.outputs import OutputRow, read_outputs
from pkgops.operate.redaction import redact
from pkgops.operate.status import NOT_DEPLOYED, stack_status
from pkgops.project import systems

_LEADS = {kinds.FUNCTION: "/functions", kinds.TABLE: "/tables", kinds.QUEUE: "/queues"}


def start(request: Request) -> Response:
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
    return render(request, "start.html", rows=rows, left_out=left_out)


def system(request: Request) -> Response:
    """One system."""
    shown = stage_of(request)
    project = shown.project(request.path_params["system"])
    stacks = synthesized(project)
    try:
        outputs = [_masked(row) for row in read_outputs(project, stacks, shown.ports)]
    except NotFoundError:
        outputs = []
    return render(
        request,
        "system.html",
        system=project.system,
        stacks=stack_status(project, stacks, shown.ports),
        outputs=outputs,
    )


def drawn(request: Request) -> Response:
    """The picture of a system, whose nodes lead to their pages; drawing takes a moment, so the page asks for it."""
    project = stage_of(request).project(request.path_params["system"])
    known = functions(synthesized(project))
    ids = {(one.stack, one.logical_id): one.name for one in known}

    def link(node: Node) -> str:
        name = next((ids[member] for member in node.members if member in ids), "")
        if name and len(node.members) == 1:
            return f"/functions/{quote(name, safe='')}"
        return _LEADS.get(node.kind, "") and f"{_LEADS[node.kind]}?system={quote(project.system.key)}"

    try:
        image = svg(picture(project), link)
    except BuildError as error:
        return render(request, "picture.html", image="", message=f"{error.message} {error.hint}")
    head, _, rest = image.partition(">")  # the page's own style sheet has the colors: its policy allows no other
    image = head.replace(' style="max-width:100%;height:auto"', "") + ">" + rest
    start, end = image.find("<style>"), image.find("</style>")
    image = image[:start] + image[end + len("</style>") :] if start >= 0 else image
    return render(request, "picture.html", image=Markup(image), message="")  # noqa: S704 - escaped where it is drawn


def _masked(row: OutputRow) -> tuple[str, str, str]:
    return row.stack, row.key, str(redact(row.value, row.key))


ROUTES = [
    Route("/", start),
    Route("/systems/{system}", system),
    Route("/systems/{system}/picture", drawn),
]
