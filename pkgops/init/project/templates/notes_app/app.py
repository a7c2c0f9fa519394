"""The stack: an HTTP API, a table, a queue with its worker, and a schedule."""

from __future__ import annotations

from pkgops.kit.function import Function, FunctionDefaults, functions
from pkgops.kit.links import secret
from pkgops.kit.queue import work_queue
from pkgops.kit.table import Table, table
from pkgops.kit.triggers import HttpRoute, QueueTrigger, Schedule
from pkgops.kit.web.http_api import HttpApi, http_api
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    """Fills the template. A link gives a function its environment variable and the permission for exactly that use."""
    notes = table(scope, Table("notes-app-notes", hash="notebook", range="id", disposable=not scope.stage.production))
    jobs = work_queue(scope, "notes-app-jobs", visibility=60)
    key = secret(scope, "notes-app/api-key")
    keep = {"KEEP_DAYS": str(scope.settings.keep_days)}
    path = "/notebooks/{notebook}/notes"
    rows = (
        Function("create_note", (HttpRoute(f"POST {path}"),), links=(notes.write(), jobs.send(), key.read())),
        Function("list_notes", (HttpRoute(f"GET {path}"),), links=(notes.read(),)),
        Function("get_note", (HttpRoute(f"GET {path}/{{id}}"),), links=(notes.read(),)),
        Function("index_note", (QueueTrigger(jobs.arn),), links=(notes.read_write(), jobs.consume()), timeout=10),
        Function(
            "cleanup",
            (Schedule("notes-app-cleanup", "rate(1 day)"),),
            links=(notes.only("Scan", "DeleteItem"),),
            environment=keep,
            timeout=60,
        ),
    )
    defaults = FunctionDefaults("handlers/notes_app", "notes-app-", retention=14, memory=256, timeout=10)
    api = http_api(scope, HttpApi("notes-app"), functions(scope, defaults, rows).values())
    scope.output("ApiUrl", api.url)
    scope.output("NotesTableName", notes.reference)
