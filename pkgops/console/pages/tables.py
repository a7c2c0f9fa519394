"""The tables of the stage: items by key and index first, all of them second."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pkgops.console.frame.page import render, stage_of
from pkgops.console.pages import items
from pkgops.console.pages.items import table_of
from pkgops.operate.browse.items import key_of
from pkgops.operate.redaction import redact
from pkgops.operate.tables import CONDITIONS, Asked, declared_tables, read_page

_FIELDS = ("index", "partition", "condition", "sort")


def every(request: Request) -> Response:
    """All tables by system."""
    chosen = request.query_params.get("system", "")
    rows = [
        (project.system, table)
        for project, stacks in stage_of(request).stacks(chosen)
        for table in declared_tables(stacks)
    ]
    return render(request, "tables.html", rows=rows, chosen=chosen)


def one(request: Request) -> Response:
    """One table; what is asked of it stands in the address. Nothing is read before something is asked."""
    shown, given = stage_of(request), request.query_params
    table = table_of(request)
    fields = {name: given.get(name, "") for name in _FIELDS}
    shape = shown.ports.tables.shape(table.name)
    found = None
    if given.get("scan") or fields["partition"]:
        asked = Asked(**(fields if not given.get("scan") else {}), after=given.get("after", ""))
        found = read_page(shown.ports.tables, shape, asked)
    again = {**fields, "scan": given.get("scan", "")}
    return render(
        request,
        "table.html",
        table=table,
        shape=shape,
        fields=fields,
        conditions=CONDITIONS,
        found=found,
        items=[(_item(item), urlencode({"key": key_of(shape, item)})) for item in found.items] if found else [],
        deleted="deleted" in given,
        scanned=bool(given.get("scan")),
        more=urlencode({**again, "after": found.after}) if found and found.after else "",
    )


def _item(item: dict[str, Any]) -> str:
    """An item as JSON, with what looks like a secret hidden."""
    return json.dumps(redact(json.loads(json.dumps(item, default=_plain))), indent=2, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, set | frozenset):
        return sorted(value)
    return f"{len(value)} bytes" if isinstance(value, bytes) else str(value)


ROUTES = [Route("/tables", every), Route("/tables/{name}", one), *items.ROUTES]
