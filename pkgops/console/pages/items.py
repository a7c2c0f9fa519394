"""One item of a table: edited under the condition that it still is what was read, created, deleted."""

from __future__ import annotations

import json
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pkgops.console.frame.page import Form, leave, render, stage_of, write
from pkgops.errors import unknown
from pkgops.operate.browse.items import create, delete, digest, edit, parsed, read, shown
from pkgops.operate.tables import Table, declared_tables


def one(request: Request) -> Response:
    """The item whose key is in the address; a new one without."""
    given = request.query_params
    table, key = table_of(request), given.get("key", "")
    port = stage_of(request).ports.tables
    shape = port.shape(table.name)
    found = read(port, table.name, key) if key else None
    empty = {name: {shape.types.get(name, "S"): ""} for name in shape.keys}
    return render(
        request,
        "item.html",
        table=table,
        shape=shape,
        key=key,
        text=shown(found) if found else json.dumps(empty, indent=2),
        digest=digest(found) if found else "",
        saved="saved" in given,
    )


def created(request: Request, form: Form) -> Response:
    """Creates an item."""
    table = table_of(request)
    port = stage_of(request).ports.tables
    item = create(port, table.name, form.get("item", ""))
    return leave(request, _address(table.name, {name: item[name] for name in port.keys(table.name)}))


def edited(request: Request, form: Form) -> Response:
    """Saves an item, unless it has changed since it was read."""
    table, key = table_of(request), form.get("key", "")
    edit(stage_of(request).ports.tables, table.name, key, form.get("digest", ""), form.get("item", ""))
    return leave(request, _address(table.name, parsed(key)))


def deleted(request: Request, form: Form) -> Response:
    """Deletes an item, unless it has changed since it was read."""
    table = table_of(request)
    delete(stage_of(request).ports.tables, table.name, form.get("key", ""), form.get("digest", ""))
    return leave(request, f"/tables/{quote(table.name, safe='')}?deleted=1")


def table_of(request: Request) -> Table:
    """The table in the address. NotFoundError if no template declares it."""
    known = [table for _, stacks in stage_of(request).stacks() for table in declared_tables(stacks)]
    name = request.path_params["name"]
    found = next((table for table in known if table.name == name), None)
    if found is None:
        raise unknown("table", name, [table.name for table in known])
    return found


def _address(table: str, key: object) -> str:
    return f"/tables/{quote(table, safe='')}/item?{urlencode({'key': json.dumps(key), 'saved': '1'})}"


ROUTES = [
    Route("/tables/{name}/item", one),
    write("/tables/{name}/create", created),
    write("/tables/{name}/edit", edited),
    write("/tables/{name}/delete", deleted),
]
