"""The users of the stage's user pools, and what may be done with one."""

from __future__ import annotations

from urllib.parse import quote, unquote, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pkgops.console.frame.page import Answer, Form, leave, render, stage_of, write
from pkgops.errors import UsageError, unknown
from pkgops.operate.browse.deployed import USER_POOL, Deployed, deployed
from pkgops.operate.users.users import delete_user, generated_password, new_user
from pkgops.ports.users import Users

_DONE = {
    "confirmed": "Confirmed.",
    "sessions": "Their sessions have ended; tokens that are checked offline are taken until they expire.",
    "password": "The password is a random one now, which nobody knows.",
    "deleted": "Deleted.",
}


def every(request: Request) -> Response:
    """All user pools by system."""
    shown, chosen = stage_of(request), request.query_params.get("system", "")
    rows = [
        (project.system, pool)
        for project, stacks in shown.stacks(chosen)
        for pool in deployed(stacks, shown.ports.stacks, USER_POOL)
    ]
    return render(request, "pools.html", rows=rows, chosen=chosen)


def one(request: Request) -> Response:
    """A page of a pool's users; which one stands in the address."""
    pool, given = _pool(request), request.query_params
    email, after = given.get("email", "").strip(), given.get("after", "")
    page = stage_of(request).ports.users.page(pool.id, email, after)
    return render(
        request,
        "users.html",
        pool=pool,
        page=page,
        email=email,
        more=urlencode({"email": email, "after": page.after}) if page.after else "",
        actions=_SHOWN,
        done=_DONE.get(given.get("done", ""), ""),
    )


def created(request: Request, form: Form) -> Response:
    """Creates a user with a generated password, which is shown once."""
    pool, password = _pool(request), generated_password()
    name = form.get("email", "").strip()
    if not name:
        raise UsageError("There is no address.", "Write one.")
    made = stage_of(request).ports.users.create(pool.id, new_user(name, password, (), temporary=False))
    return render(request, "user_created.html", pool=pool, made=made, password=password)


def _confirm(port: Users, pool: str, name: str) -> None:
    port.confirm(pool, name)


def _end_sessions(port: Users, pool: str, name: str) -> None:
    port.end_sessions(pool, name)


def _replace_password(port: Users, pool: str, name: str) -> None:
    port.replace_password(pool, name)
    port.end_sessions(pool, name)


def _delete(port: Users, pool: str, name: str) -> None:
    delete_user(pool, name, port)


_SHOWN = (
    ("confirmed", "Confirm", "Confirm"),
    ("sessions", "End sessions", "End all sessions of"),
    ("password", "Reset password", "Replace the password, and end all sessions, of"),
    ("deleted", "Delete", "Delete"),
)
_ACTIONS = {
    "confirmed": _confirm,
    "sessions": _end_sessions,
    "password": _replace_password,
    "deleted": _delete,
}


def _carried_out(word: str) -> Answer:
    def answer(request: Request, form: Form) -> Response:
        pool, name = _pool(request), unquote(form.get("name", ""))
        if not name:
            raise UsageError("No user is named.", "Load the page again.")
        _ACTIONS[word](stage_of(request).ports.users, pool.id, name)
        return leave(request, f"/users/{quote(pool.id, safe='')}?{urlencode({'done': word})}")

    return answer


def _pool(request: Request) -> Deployed:
    shown, name = stage_of(request), request.path_params["name"]
    known: list[str] = []
    for _, stacks in shown.stacks():
        for pool in deployed(stacks, shown.ports.stacks, USER_POOL):
            if name and pool.id == name:
                return pool
            known.append(pool.id)
    raise unknown("user pool", name, filter(None, known))


ROUTES = [
    Route("/users", every),
    Route("/users/{name}", one),
    write("/users/{name}/create", created),
    *(write(f"/users/{{name}}/{word}", _carried_out(word)) for word in _ACTIONS),
]
